"""What a ranking under any weights needs of a snapshot, and decisions on record."""

import sqlalchemy as sa
from alembic import op


revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('rank_basis',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('snapshot_id', sa.Uuid(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['snapshot_id'], ['snapshot.id'], name=op.f('fk_rank_basis_snapshot_id_snapshot')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rank_basis')),
    sa.UniqueConstraint('snapshot_id', name=op.f('uq_rank_basis_snapshot_id'))
    )
    op.create_table('decision',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('consortium_id', sa.Uuid(), nullable=False),
    sa.Column('survey_id', sa.Uuid(), nullable=False),
    sa.Column('snapshot_sha256', sa.String(), nullable=False),
    sa.Column('round_number', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('replaces_id', sa.Uuid(), nullable=True),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('item_codes', sa.JSON(), nullable=False),
    sa.Column('weights', sa.JSON(), nullable=False),
    sa.Column('evidence', sa.JSON(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('form_key', sa.String(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['consortium_id'], ['consortium.id'], name=op.f('fk_decision_consortium_id_consortium')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_decision_decided_by_id_person')),
    sa.ForeignKeyConstraint(['replaces_id'], ['decision.id'], name=op.f('fk_decision_replaces_id_decision')),
    sa.ForeignKeyConstraint(['survey_id'], ['survey.id'], name=op.f('fk_decision_survey_id_survey')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision')),
    sa.UniqueConstraint('decided_by_id', 'form_key', name=op.f('uq_decision_decided_by_id_form_key')),
    sa.UniqueConstraint('replaces_id', name=op.f('uq_decision_replaces_id')),
    sa.UniqueConstraint('survey_id', 'number', name=op.f('uq_decision_survey_id_number'))
    )
    with op.batch_alter_table('decision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_decision_consortium_id'), ['consortium_id'], unique=False)

    op.create_table('declared_interest',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('decision_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('interest', sa.String(), nullable=False),
    sa.Column('has_abstained', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['decision_id'], ['decision.id'], name=op.f('fk_declared_interest_decision_id_decision')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_declared_interest_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_declared_interest')),
    sa.UniqueConstraint('decision_id', 'person_id', name=op.f('uq_declared_interest_decision_id_person_id'))
    )
    with op.batch_alter_table('declared_interest', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_declared_interest_person_id'), ['person_id'], unique=False)


def downgrade() -> None:
    for table in ('declared_interest', 'decision', 'rank_basis'):
        op.drop_table(table)
