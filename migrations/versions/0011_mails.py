"""Texts of a survey's mails, people named to answer instead, and the mail of the last day."""

import sqlalchemy as sa
from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('mail_text',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('survey_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('opening', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['survey_id'], ['survey.id'], name=op.f('fk_mail_text_survey_id_survey')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail_text')),
    sa.UniqueConstraint('survey_id', 'kind', 'language', name=op.f('uq_mail_text_survey_id_kind_language'))
    )
    op.create_table('suggestion',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('survey_id', sa.Uuid(), nullable=False),
    sa.Column('invitation_id', sa.Uuid(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('suggested_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['invitation_id'], ['invitation.id'], name=op.f('fk_suggestion_invitation_id_invitation')),
    sa.ForeignKeyConstraint(['survey_id'], ['survey.id'], name=op.f('fk_suggestion_survey_id_survey')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suggestion')),
    sa.UniqueConstraint('invitation_id', name=op.f('uq_suggestion_invitation_id'))
    )
    op.create_index(op.f('ix_suggestion_survey_id'), 'suggestion', ['survey_id'], unique=False)
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('last_day_on', sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.drop_column('last_day_on')
    op.drop_index(op.f('ix_suggestion_survey_id'), table_name='suggestion')
    op.drop_table('suggestion')
    op.drop_table('mail_text')
