"""Indicators with versions, what partners think of them, and readings of regions."""

import sqlalchemy as sa
from alembic import op


revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('indicator',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('consortium_id', sa.Uuid(), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=True),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['consortium_id'], ['consortium.id'], name=op.f('fk_indicator_consortium_id_consortium')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_indicator_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_indicator')),
    sa.UniqueConstraint('consortium_id', 'code', name=op.f('uq_indicator_consortium_id_code'))
    )
    op.create_table('indicator_version',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('indicator_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('dimension', sa.String(), nullable=False),
    sa.Column('unit', sa.String(), nullable=False),
    sa.Column('direction', sa.String(), nullable=False),
    sa.Column('definition', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('source_url', sa.String(), nullable=False),
    sa.Column('territory_rule', sa.String(), nullable=False),
    sa.Column('because', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['indicator_id'], ['indicator.id'], name=op.f('fk_indicator_version_indicator_id_indicator')),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_indicator_version_made_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_indicator_version')),
    sa.UniqueConstraint('indicator_id', 'number', name=op.f('uq_indicator_version_indicator_id_number'))
    )
    op.create_table('indicator_stand',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version_id', sa.Uuid(), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('agrees', sa.Boolean(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('said_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_indicator_stand_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['said_by_id'], ['person.id'], name=op.f('fk_indicator_stand_said_by_id_person')),
    sa.ForeignKeyConstraint(['version_id'], ['indicator_version.id'], name=op.f('fk_indicator_stand_version_id_indicator_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_indicator_stand')),
    sa.UniqueConstraint('version_id', 'organisation_id', 'number', name=op.f('uq_indicator_stand_version_id_organisation_id_number'))
    )
    op.create_table('region_reading',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('indicator_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('region', sa.String(), nullable=False),
    sa.Column('territory', sa.String(), nullable=False),
    sa.Column('nuts_code', sa.String(), nullable=False),
    sa.Column('nuts_edition', sa.String(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('value', sa.Float(), nullable=True),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('flags', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('file', sa.String(), nullable=False),
    sa.Column('row', sa.Integer(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('added_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['added_by_id'], ['person.id'], name=op.f('fk_region_reading_added_by_id_person')),
    sa.ForeignKeyConstraint(['indicator_id'], ['indicator.id'], name=op.f('fk_region_reading_indicator_id_indicator')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_region_reading')),
    sa.UniqueConstraint('indicator_id', 'region', 'year', 'number', name=op.f('uq_region_reading_indicator_id_region_year_number'))
    )


def downgrade() -> None:
    op.drop_table('region_reading')
    op.drop_table('indicator_stand')
    op.drop_table('indicator_version')
    op.drop_table('indicator')
