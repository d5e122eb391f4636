"""What somebody has typed into the form of an initiative and not saved yet."""

import sqlalchemy as sa
from alembic import op


revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('initiative_draft',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('initiative_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('part', sa.String(), nullable=False),
    sa.Column('base_digest', sa.String(), nullable=False),
    sa.Column('typed', sa.JSON(), nullable=False),
    sa.Column('kept_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['initiative_id'], ['initiative.id'], name=op.f('fk_initiative_draft_initiative_id_initiative')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_initiative_draft_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_initiative_draft')),
    sa.UniqueConstraint('initiative_id', 'person_id', 'part', name=op.f('uq_initiative_draft_initiative_id_person_id_part'))
    )
    op.create_index(op.f('ix_initiative_draft_person_id'), 'initiative_draft', ['person_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_initiative_draft_person_id'), table_name='initiative_draft')
    op.drop_table('initiative_draft')
