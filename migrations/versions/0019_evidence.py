"""Workshops, interviews, what may be shown of their stances, and opinion groups."""

import sqlalchemy as sa
from alembic import op


revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('interview',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('consortium_id', sa.Uuid(), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=True),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('helix', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('topic', sa.String(), nullable=False),
    sa.Column('is_quotable', sa.Boolean(), nullable=False),
    sa.Column('embargo_until', sa.Date(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['consortium_id'], ['consortium.id'], name=op.f('fk_interview_consortium_id_consortium')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_interview_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_interview'))
    )
    with op.batch_alter_table('interview', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_interview_consortium_id'), ['consortium_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_interview_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('workshop',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('consortium_id', sa.Uuid(), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=True),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('dots_each', sa.Integer(), nullable=False),
    sa.Column('participants', sa.JSON(), nullable=False),
    sa.Column('notes', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['consortium_id'], ['consortium.id'], name=op.f('fk_workshop_consortium_id_consortium')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_workshop_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_workshop'))
    )
    with op.batch_alter_table('workshop', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_workshop_consortium_id'), ['consortium_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_workshop_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('stance_state',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('initiative_id', sa.Uuid(), nullable=False),
    sa.Column('counted', sa.JSON(), nullable=False),
    sa.Column('shown', sa.JSON(), nullable=False),
    sa.Column('lost', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['initiative_id'], ['initiative.id'], name=op.f('fk_stance_state_initiative_id_initiative')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stance_state')),
    sa.UniqueConstraint('initiative_id', name=op.f('uq_stance_state_initiative_id'))
    )
    op.create_table('interview_stance',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('interview_id', sa.Uuid(), nullable=False),
    sa.Column('initiative_id', sa.Uuid(), nullable=False),
    sa.Column('version_id', sa.Uuid(), nullable=False),
    sa.Column('stance', sa.String(), nullable=False),
    sa.Column('statement', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['initiative_id'], ['initiative.id'], name=op.f('fk_interview_stance_initiative_id_initiative')),
    sa.ForeignKeyConstraint(['interview_id'], ['interview.id'], name=op.f('fk_interview_stance_interview_id_interview')),
    sa.ForeignKeyConstraint(['version_id'], ['initiative_version.id'], name=op.f('fk_interview_stance_version_id_initiative_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_interview_stance')),
    sa.UniqueConstraint('interview_id', 'initiative_id', name=op.f('uq_interview_stance_interview_id_initiative_id'))
    )
    with op.batch_alter_table('interview_stance', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_interview_stance_initiative_id'), ['initiative_id'], unique=False)

    op.create_table('opinion_snapshot',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('survey_id', sa.Uuid(), nullable=False),
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('round_number', sa.Integer(), nullable=False),
    sa.Column('findings', sa.JSON(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_opinion_snapshot_round_id_round')),
    sa.ForeignKeyConstraint(['survey_id'], ['survey.id'], name=op.f('fk_opinion_snapshot_survey_id_survey')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opinion_snapshot')),
    sa.UniqueConstraint('round_id', name=op.f('uq_opinion_snapshot_round_id'))
    )
    with op.batch_alter_table('opinion_snapshot', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_opinion_snapshot_survey_id'), ['survey_id'], unique=False)

    op.create_table('workshop_vote',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('workshop_id', sa.Uuid(), nullable=False),
    sa.Column('initiative_id', sa.Uuid(), nullable=False),
    sa.Column('version_id', sa.Uuid(), nullable=False),
    sa.Column('dots', sa.Integer(), nullable=True),
    sa.Column('dots_by_helix', sa.JSON(), nullable=True),
    sa.Column('change', sa.String(), nullable=False),
    sa.Column('fate', sa.String(), nullable=False),
    sa.Column('because', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['initiative_id'], ['initiative.id'], name=op.f('fk_workshop_vote_initiative_id_initiative')),
    sa.ForeignKeyConstraint(['version_id'], ['initiative_version.id'], name=op.f('fk_workshop_vote_version_id_initiative_version')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_workshop_vote_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_workshop_vote')),
    sa.UniqueConstraint('workshop_id', 'initiative_id', name=op.f('uq_workshop_vote_workshop_id_initiative_id'))
    )
    with op.batch_alter_table('workshop_vote', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_workshop_vote_initiative_id'), ['initiative_id'], unique=False)


def downgrade() -> None:
    for table in ('workshop_vote', 'opinion_snapshot', 'interview_stance', 'stance_state', 'workshop', 'interview'):
        op.drop_table(table)
