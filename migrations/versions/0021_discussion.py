"""Comments on initiatives, amendments of their words, and answers that everybody may read."""

import sqlalchemy as sa
from alembic import op


revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('reply_page',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('consortium_id', sa.Uuid(), nullable=False),
    sa.Column('is_open', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['consortium_id'], ['consortium.id'], name=op.f('fk_reply_page_consortium_id_consortium')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reply_page')),
    sa.UniqueConstraint('consortium_id', name=op.f('uq_reply_page_consortium_id'))
    )
    op.create_table('amendment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('consortium_id', sa.Uuid(), nullable=False),
    sa.Column('initiative_id', sa.Uuid(), nullable=False),
    sa.Column('version_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('before', sa.String(), nullable=False),
    sa.Column('after', sa.String(), nullable=False),
    sa.Column('because', sa.String(), nullable=False),
    sa.Column('may_name', sa.Boolean(), nullable=False),
    sa.Column('may_quote', sa.Boolean(), nullable=False),
    sa.Column('form_key', sa.String(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('written_by_id', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decision', sa.String(), nullable=False),
    sa.Column('words_taken', sa.String(), nullable=False),
    sa.Column('decided_because', sa.String(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Uuid(), nullable=True),
    sa.Column('made_version_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['consortium_id'], ['consortium.id'], name=op.f('fk_amendment_consortium_id_consortium')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_amendment_decided_by_id_person')),
    sa.ForeignKeyConstraint(['initiative_id'], ['initiative.id'], name=op.f('fk_amendment_initiative_id_initiative')),
    sa.ForeignKeyConstraint(['made_version_id'], ['initiative_version.id'], name=op.f('fk_amendment_made_version_id_initiative_version')),
    sa.ForeignKeyConstraint(['version_id'], ['initiative_version.id'], name=op.f('fk_amendment_version_id_initiative_version')),
    sa.ForeignKeyConstraint(['written_by_id'], ['person.id'], name=op.f('fk_amendment_written_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_amendment')),
    sa.UniqueConstraint('initiative_id', 'number', name=op.f('uq_amendment_initiative_id_number')),
    sa.UniqueConstraint('written_by_id', 'form_key', name=op.f('uq_amendment_written_by_id_form_key'))
    )
    op.create_index(op.f('ix_amendment_initiative_id'), 'amendment', ['initiative_id'], unique=False)
    op.create_table('comment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('consortium_id', sa.Uuid(), nullable=False),
    sa.Column('initiative_id', sa.Uuid(), nullable=False),
    sa.Column('version_id', sa.Uuid(), nullable=False),
    sa.Column('answers_id', sa.Uuid(), nullable=True),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('passage', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('may_quote', sa.Boolean(), nullable=False),
    sa.Column('form_key', sa.String(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('written_by_id', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resolved_by_id', sa.Uuid(), nullable=True),
    sa.Column('assigned_to_id', sa.Uuid(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['answers_id'], ['comment.id'], name=op.f('fk_comment_answers_id_comment')),
    sa.ForeignKeyConstraint(['assigned_to_id'], ['person.id'], name=op.f('fk_comment_assigned_to_id_person')),
    sa.ForeignKeyConstraint(['consortium_id'], ['consortium.id'], name=op.f('fk_comment_consortium_id_consortium')),
    sa.ForeignKeyConstraint(['initiative_id'], ['initiative.id'], name=op.f('fk_comment_initiative_id_initiative')),
    sa.ForeignKeyConstraint(['resolved_by_id'], ['person.id'], name=op.f('fk_comment_resolved_by_id_person')),
    sa.ForeignKeyConstraint(['version_id'], ['initiative_version.id'], name=op.f('fk_comment_version_id_initiative_version')),
    sa.ForeignKeyConstraint(['written_by_id'], ['person.id'], name=op.f('fk_comment_written_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_comment')),
    sa.UniqueConstraint('written_by_id', 'form_key', name=op.f('uq_comment_written_by_id_form_key'))
    )
    op.create_index(op.f('ix_comment_answers_id'), 'comment', ['answers_id'], unique=False)
    op.create_index(op.f('ix_comment_assigned_to_id'), 'comment', ['assigned_to_id'], unique=False)
    op.create_index(op.f('ix_comment_initiative_id'), 'comment', ['initiative_id'], unique=False)
    op.create_table('reply',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('consortium_id', sa.Uuid(), nullable=False),
    sa.Column('initiative_id', sa.Uuid(), nullable=True),
    sa.Column('version_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('said_id', sa.Uuid(), nullable=False),
    sa.Column('said', sa.JSON(), nullable=False),
    sa.Column('is_quote', sa.Boolean(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('text', sa.JSON(), nullable=False),
    sa.Column('written_on', sa.Date(), nullable=False),
    sa.Column('written_by_id', sa.Uuid(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['consortium_id'], ['consortium.id'], name=op.f('fk_reply_consortium_id_consortium')),
    sa.ForeignKeyConstraint(['initiative_id'], ['initiative.id'], name=op.f('fk_reply_initiative_id_initiative')),
    sa.ForeignKeyConstraint(['version_id'], ['initiative_version.id'], name=op.f('fk_reply_version_id_initiative_version')),
    sa.ForeignKeyConstraint(['written_by_id'], ['person.id'], name=op.f('fk_reply_written_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reply')),
    sa.UniqueConstraint('kind', 'said_id', name=op.f('uq_reply_kind_said_id'))
    )
    op.create_index(op.f('ix_reply_consortium_id'), 'reply', ['consortium_id'], unique=False)
    op.create_index(op.f('ix_reply_initiative_id'), 'reply', ['initiative_id'], unique=False)
    op.create_table('mention',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('comment_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['comment_id'], ['comment.id'], name=op.f('fk_mention_comment_id_comment')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_mention_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mention')),
    sa.UniqueConstraint('comment_id', 'person_id', name=op.f('uq_mention_comment_id_person_id'))
    )
    op.create_index(op.f('ix_mention_person_id'), 'mention', ['person_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_mention_person_id'), table_name='mention')
    op.drop_table('mention')
    op.drop_index(op.f('ix_reply_initiative_id'), table_name='reply')
    op.drop_index(op.f('ix_reply_consortium_id'), table_name='reply')
    op.drop_table('reply')
    op.drop_index(op.f('ix_comment_initiative_id'), table_name='comment')
    op.drop_index(op.f('ix_comment_assigned_to_id'), table_name='comment')
    op.drop_index(op.f('ix_comment_answers_id'), table_name='comment')
    op.drop_table('comment')
    op.drop_index(op.f('ix_amendment_initiative_id'), table_name='amendment')
    op.drop_table('amendment')
    op.drop_table('reply_page')
