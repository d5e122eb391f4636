"""Proposals of stakeholders, what others think of them, and the wall they stand on."""

import sqlalchemy as sa
from alembic import op


revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ideas_wall',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('consortium_id', sa.Uuid(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('introduction', sa.JSON(), nullable=False),
    sa.Column('reader', sa.String(), nullable=False),
    sa.Column('answer_days', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opened_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['consortium_id'], ['consortium.id'], name=op.f('fk_ideas_wall_consortium_id_consortium')),
    sa.ForeignKeyConstraint(['opened_by_id'], ['person.id'], name=op.f('fk_ideas_wall_opened_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ideas_wall')),
    sa.UniqueConstraint('consortium_id', name=op.f('uq_ideas_wall_consortium_id')),
    sa.UniqueConstraint('slug', name=op.f('uq_ideas_wall_slug'))
    )
    op.create_table('unconfirmed_sending',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('consortium_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('sealed_address', sa.String(), nullable=False),
    sa.Column('address_hash', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['consortium_id'], ['consortium.id'], name=op.f('fk_unconfirmed_sending_consortium_id_consortium')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unconfirmed_sending')),
    sa.UniqueConstraint('key', name=op.f('uq_unconfirmed_sending_key')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_unconfirmed_sending_token_hash'))
    )
    op.create_index(op.f('ix_unconfirmed_sending_address_hash'), 'unconfirmed_sending', ['address_hash'], unique=False)
    op.create_table('proposal',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('consortium_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('summary', sa.String(), nullable=False),
    sa.Column('first_step', sa.String(), nullable=False),
    sa.Column('helix', sa.String(), nullable=False),
    sa.Column('author_name', sa.String(), nullable=False),
    sa.Column('belongs_to_id', sa.Uuid(), nullable=True),
    sa.Column('created_on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('because', sa.String(), nullable=False),
    sa.Column('exchanges', sa.JSON(), nullable=False),
    sa.Column('initiative_id', sa.Uuid(), nullable=True),
    sa.Column('merged_into_id', sa.Uuid(), nullable=True),
    sa.Column('judged_on', sa.Date(), nullable=True),
    sa.Column('judged_by_id', sa.Uuid(), nullable=True),
    sa.Column('shown_on', sa.Date(), nullable=True),
    sa.Column('shown_by_id', sa.Uuid(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['belongs_to_id'], ['initiative.id'], name=op.f('fk_proposal_belongs_to_id_initiative')),
    sa.ForeignKeyConstraint(['consortium_id'], ['consortium.id'], name=op.f('fk_proposal_consortium_id_consortium')),
    sa.ForeignKeyConstraint(['initiative_id'], ['initiative.id'], name=op.f('fk_proposal_initiative_id_initiative')),
    sa.ForeignKeyConstraint(['judged_by_id'], ['person.id'], name=op.f('fk_proposal_judged_by_id_person')),
    sa.ForeignKeyConstraint(['merged_into_id'], ['proposal.id'], name=op.f('fk_proposal_merged_into_id_proposal')),
    sa.ForeignKeyConstraint(['shown_by_id'], ['person.id'], name=op.f('fk_proposal_shown_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal')),
    sa.UniqueConstraint('consortium_id', 'number', name=op.f('uq_proposal_consortium_id_number')),
    sa.UniqueConstraint('key', name=op.f('uq_proposal_key'))
    )
    op.create_index(op.f('ix_proposal_initiative_id'), 'proposal', ['initiative_id'], unique=False)
    op.create_index(op.f('ix_proposal_merged_into_id'), 'proposal', ['merged_into_id'], unique=False)
    op.create_table('proposal_author',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('proposal_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('sealed_address', sa.String(), nullable=False),
    sa.Column('address_hash', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('answer_token_hash', sa.String(), nullable=True),
    sa.Column('delete_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_proposal_author_person_id_person')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_proposal_author_proposal_id_proposal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal_author')),
    sa.UniqueConstraint('answer_token_hash', name=op.f('uq_proposal_author_answer_token_hash')),
    sa.UniqueConstraint('proposal_id', name=op.f('uq_proposal_author_proposal_id'))
    )
    op.create_index(op.f('ix_proposal_author_address_hash'), 'proposal_author', ['address_hash'], unique=False)
    op.create_index(op.f('ix_proposal_author_person_id'), 'proposal_author', ['person_id'], unique=False)
    op.create_table('stance',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('proposal_id', sa.Uuid(), nullable=False),
    sa.Column('voter', sa.String(), nullable=False),
    sa.Column('is_for', sa.Boolean(), nullable=False),
    sa.Column('because', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_stance_proposal_id_proposal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stance')),
    sa.UniqueConstraint('proposal_id', 'voter', name=op.f('uq_stance_proposal_id_voter'))
    )
    op.create_index(op.f('ix_stance_voter'), 'stance', ['voter'], unique=False)



def downgrade() -> None:
    op.drop_index(op.f('ix_stance_voter'), table_name='stance')
    op.drop_table('stance')
    op.drop_index(op.f('ix_proposal_author_person_id'), table_name='proposal_author')
    op.drop_index(op.f('ix_proposal_author_address_hash'), table_name='proposal_author')
    op.drop_table('proposal_author')
    op.drop_index(op.f('ix_proposal_merged_into_id'), table_name='proposal')
    op.drop_index(op.f('ix_proposal_initiative_id'), table_name='proposal')
    op.drop_table('proposal')
    op.drop_index(op.f('ix_unconfirmed_sending_address_hash'), table_name='unconfirmed_sending')
    op.drop_table('unconfirmed_sending')
    op.drop_table('ideas_wall')
