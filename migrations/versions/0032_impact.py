"""Reports that are about no survey, result chains of programmes, and what people say those contributed."""

import sqlalchemy as sa
from alembic import op


revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('report', schema=None) as batch_op:
        batch_op.alter_column('survey_id', existing_type=sa.Uuid(), nullable=True)

    op.create_table('result_chain',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('consortium_id', sa.Uuid(), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('programme_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['consortium_id'], ['consortium.id'], name=op.f('fk_result_chain_consortium_id_consortium')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_result_chain_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_result_chain_programme_id_programme')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_result_chain')),
    sa.UniqueConstraint('programme_id', 'number', name=op.f('uq_result_chain_programme_id_number'))
    )
    with op.batch_alter_table('result_chain', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_result_chain_consortium_id'), ['consortium_id'], unique=False)

    op.create_table('result_chain_version',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('chain_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('output', sa.String(), nullable=False),
    sa.Column('output_evidence', sa.String(), nullable=False),
    sa.Column('output_source', sa.String(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('outcome_evidence', sa.String(), nullable=False),
    sa.Column('outcome_source', sa.String(), nullable=False),
    sa.Column('dimension', sa.String(), nullable=False),
    sa.Column('dimension_evidence', sa.String(), nullable=False),
    sa.Column('dimension_source', sa.String(), nullable=False),
    sa.Column('indicator', sa.String(), nullable=False),
    sa.Column('begun_year', sa.Integer(), nullable=True),
    sa.Column('because', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['chain_id'], ['result_chain.id'], name=op.f('fk_result_chain_version_chain_id_result_chain')),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_result_chain_version_made_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_result_chain_version')),
    sa.UniqueConstraint('chain_id', 'number', name=op.f('uq_result_chain_version_chain_id_number'))
    )
    op.create_table('contribution_statement',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('consortium_id', sa.Uuid(), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('chain_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('evidence', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('said_by_id', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['chain_id'], ['result_chain.id'], name=op.f('fk_contribution_statement_chain_id_result_chain')),
    sa.ForeignKeyConstraint(['consortium_id'], ['consortium.id'], name=op.f('fk_contribution_statement_consortium_id_consortium')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_contribution_statement_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['said_by_id'], ['person.id'], name=op.f('fk_contribution_statement_said_by_id_person')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['person.id'], name=op.f('fk_contribution_statement_withdrawn_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contribution_statement')),
    sa.UniqueConstraint('chain_id', 'number', name=op.f('uq_contribution_statement_chain_id_number'))
    )


def downgrade() -> None:
    op.drop_table('contribution_statement')
    op.drop_table('result_chain_version')
    op.drop_table('result_chain')
    op.execute('DELETE FROM report_file WHERE report_id IN (SELECT id FROM report WHERE survey_id IS NULL)')
    op.execute('DELETE FROM report WHERE survey_id IS NULL')
    with op.batch_alter_table('report', schema=None) as batch_op:
        batch_op.alter_column('survey_id', existing_type=sa.Uuid(), nullable=False)
