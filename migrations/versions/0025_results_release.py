"""Results for everybody, whom to tell, and themes of reasons."""

import sqlalchemy as sa
from alembic import op


revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('results_release',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('survey_id', sa.Uuid(), nullable=False),
    sa.Column('parts', sa.JSON(), nullable=False),
    sa.Column('rounds', sa.JSON(), nullable=False),
    sa.Column('public_from', sa.Date(), nullable=False),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('released_by_id', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by_id', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_because', sa.String(), nullable=False),
    sa.Column('mailed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('mailed_questions', sa.JSON(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['released_by_id'], ['person.id'], name=op.f('fk_results_release_released_by_id_person')),
    sa.ForeignKeyConstraint(['survey_id'], ['survey.id'], name=op.f('fk_results_release_survey_id_survey')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['person.id'], name=op.f('fk_results_release_withdrawn_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_results_release')),
    sa.UniqueConstraint('survey_id', name=op.f('uq_results_release_survey_id'))
    )
    op.create_table('results_request',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('survey_id', sa.Uuid(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['survey_id'], ['survey.id'], name=op.f('fk_results_request_survey_id_survey')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_results_request')),
    sa.UniqueConstraint('survey_id', 'address', name=op.f('uq_results_request_survey_id_address'))
    )
    op.add_column('shared_reason', sa.Column('theme', sa.String(), nullable=False, server_default=''))
    with op.batch_alter_table('shared_reason') as batch_op:
        batch_op.alter_column('theme', existing_type=sa.String(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('shared_reason') as batch_op:
        batch_op.drop_column('theme')
    op.drop_table('results_request')
    op.drop_table('results_release')
