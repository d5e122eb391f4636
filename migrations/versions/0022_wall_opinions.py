"""Opinion groups on ideas walls."""

import sqlalchemy as sa
from alembic import op


revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('wall_opinions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('consortium_id', sa.Uuid(), nullable=False),
    sa.Column('found_on', sa.Date(), nullable=False),
    sa.Column('findings', sa.JSON(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['consortium_id'], ['consortium.id'], name=op.f('fk_wall_opinions_consortium_id_consortium')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wall_opinions')),
    sa.UniqueConstraint('consortium_id', name=op.f('uq_wall_opinions_consortium_id'))
    )


def downgrade() -> None:
    op.drop_table('wall_opinions')
