"""Programmes with versions, and how partners' files name what they hold."""

import sqlalchemy as sa
from alembic import op


revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('programme',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('consortium_id', sa.Uuid(), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['consortium_id'], ['consortium.id'], name=op.f('fk_programme_consortium_id_consortium')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_programme_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_programme')),
    sa.UniqueConstraint('consortium_id', 'code', name=op.f('uq_programme_consortium_id_code'))
    )
    op.create_index(op.f('ix_programme_organisation_id'), 'programme', ['organisation_id'], unique=False)
    op.create_table('programme_mapping',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('kept_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_programme_mapping_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_programme_mapping')),
    sa.UniqueConstraint('organisation_id', name=op.f('uq_programme_mapping_organisation_id'))
    )
    op.create_table('programme_version',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('programme_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('category', sa.String(), nullable=False),
    sa.Column('description', sa.String(), nullable=False),
    sa.Column('target_groups', sa.JSON(), nullable=False),
    sa.Column('delivery_mode', sa.String(), nullable=False),
    sa.Column('frequency', sa.String(), nullable=False),
    sa.Column('geographic_reach', sa.String(), nullable=False),
    sa.Column('fee_model', sa.String(), nullable=False),
    sa.Column('participants_last_year', sa.Integer(), nullable=True),
    sa.Column('capacity_per_year', sa.Integer(), nullable=True),
    sa.Column('years_running', sa.Integer(), nullable=True),
    sa.Column('staff_fte', sa.Float(), nullable=True),
    sa.Column('annual_cost_eur', sa.Integer(), nullable=True),
    sa.Column('annual_cost_eur_high', sa.Integer(), nullable=True),
    sa.Column('main_funding', sa.String(), nullable=False),
    sa.Column('satisfaction_0_10', sa.Float(), nullable=True),
    sa.Column('satisfaction_asked', sa.Integer(), nullable=True),
    sa.Column('main_result_metric', sa.String(), nullable=False),
    sa.Column('main_result_value', sa.Float(), nullable=True),
    sa.Column('evidence_level', sa.String(), nullable=False),
    sa.Column('open_to_other_regions', sa.Boolean(), nullable=True),
    sa.Column('transferability_1_5', sa.Integer(), nullable=True),
    sa.Column('because', sa.String(), nullable=False),
    sa.Column('file', sa.String(), nullable=False),
    sa.Column('row', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_programme_version_made_by_id_person')),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_programme_version_programme_id_programme')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_programme_version')),
    sa.UniqueConstraint('programme_id', 'number', name=op.f('uq_programme_version_programme_id_number'))
    )


def downgrade() -> None:
    op.drop_table('programme_version')
    op.drop_table('programme_mapping')
    op.drop_index(op.f('ix_programme_organisation_id'), table_name='programme')
    op.drop_table('programme')
