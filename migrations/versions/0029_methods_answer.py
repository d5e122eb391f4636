"""What people write for the methods report of a survey."""

import sqlalchemy as sa
from alembic import op


revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('methods_answer',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('survey_id', sa.Uuid(), nullable=False),
    sa.Column('point', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['changed_by_id'], ['person.id'], name=op.f('fk_methods_answer_changed_by_id_person')),
    sa.ForeignKeyConstraint(['survey_id'], ['survey.id'], name=op.f('fk_methods_answer_survey_id_survey')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_methods_answer')),
    sa.UniqueConstraint('survey_id', 'point', name=op.f('uq_methods_answer_survey_id_point'))
    )
    op.create_index(op.f('ix_methods_answer_survey_id'), 'methods_answer', ['survey_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_methods_answer_survey_id'), table_name='methods_answer')
    op.drop_table('methods_answer')
