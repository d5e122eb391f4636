"""What tells one installation's database from all others, and when it was last backed up."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op


revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None


def upgrade() -> None:
    instance = op.create_table('instance',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('backed_up_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_instance'))
    )
    op.bulk_insert(instance, [{'id': 1, 'key': uuid4().hex, 'backed_up_at': None}])


def downgrade() -> None:
    op.drop_table('instance')
