"""How often each point was given, kept with the answers, and what comparing it with a recount found."""

import sqlalchemy as sa
from alembic import op


revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('point_count',
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('helix', sa.String(), nullable=False),
    sa.Column('point', sa.Integer(), nullable=False),
    sa.Column('slot', sa.Integer(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_point_count_round_id_round')),
    sa.PrimaryKeyConstraint('round_id', 'code', 'helix', 'point', 'slot', name=op.f('pk_point_count'))
    )
    op.create_table('recount',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('compared', sa.Integer(), nullable=False),
    sa.Column('differing', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_recount'))
    )
    op.execute("""
INSERT INTO point_count (round_id, code, helix, point, slot, count)
SELECT response.round_id, answer.code, respondent.helix, answer.point, -1, count(*)
FROM answer
JOIN response ON response.id = answer.response_id
JOIN respondent ON respondent.id = response.respondent_id
WHERE answer.point IS NOT NULL
GROUP BY response.round_id, answer.code, respondent.helix, answer.point
""")


def downgrade() -> None:
    op.drop_table('recount')
    op.drop_table('point_count')
