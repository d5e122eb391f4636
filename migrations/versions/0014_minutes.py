"""How long answering takes, as counts without anybody's row."""

import sqlalchemy as sa
from alembic import op


revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('minutes_count',
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_minutes_count_round_id_round')),
    sa.PrimaryKeyConstraint('round_id', 'minutes', name=op.f('pk_minutes_count'))
    )


def downgrade() -> None:
    op.drop_table('minutes_count')
