"""Drafts and protocols, deadlines, items by person, invitations by mail."""

import sqlalchemy as sa
from alembic import op


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

def new_columns() -> dict[str, list[sa.Column]]:
    return {
        'survey': [
            sa.Column('planned_rounds', sa.Integer(), server_default='2', nullable=False),
            sa.Column('items_per_person', sa.Integer(), nullable=True),
            sa.Column('closes_on', sa.Date(), nullable=True),
            sa.Column('outdated', sa.JSON(), server_default='{}', nullable=False),
            sa.Column('revision', sa.Integer(), server_default='1', nullable=False),
            sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
            sa.Column('protocol', sa.JSON(), nullable=True),
            sa.Column('protocol_sha256', sa.String(), server_default='', nullable=False),
        ],
        'response': [sa.Column('item_codes', sa.JSON(), nullable=True)],
        'invitation': [
            sa.Column('name', sa.String(), server_default='', nullable=False),
            sa.Column('sealed_token', sa.String(), nullable=True),
            sa.Column('stop_hash', sa.String(), nullable=True),
            sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
            sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
            sa.Column('reminders', sa.Integer(), server_default='0', nullable=False),
            sa.Column('declined_on', sa.Date(), nullable=True),
            sa.Column('stopped_on', sa.Date(), nullable=True),
        ],
        'outbox_message': [
            sa.Column('html', sa.String(), server_default='', nullable=False),
            sa.Column('stop_url', sa.String(), server_default='', nullable=False),
            sa.Column('about_id', sa.Uuid(), nullable=True),
        ],
        'round': [sa.Column('closes_at', sa.DateTime(timezone=True), nullable=True)],
    }


def upgrade() -> None:
    for table, columns in new_columns().items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.add_column(column)
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                if column.server_default is not None:
                    batch_op.alter_column(column.name, existing_type=column.type, server_default=None)
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.create_unique_constraint(batch_op.f('uq_invitation_stop_hash'), ['stop_hash'])
    op.create_index(op.f('ix_outbox_message_about_id'), 'outbox_message', ['about_id'], unique=False)
    op.create_index(op.f('ix_round_closes_at'), 'round', ['closes_at'], unique=False)
    op.create_table('deviation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('survey_id', sa.Uuid(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by_id', sa.Uuid(), nullable=True),
    sa.Column('part', sa.String(), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('after', sa.JSON(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_deviation_made_by_id_person')),
    sa.ForeignKeyConstraint(['survey_id'], ['survey.id'], name=op.f('fk_deviation_survey_id_survey')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deviation'))
    )
    op.create_index(op.f('ix_deviation_survey_id'), 'deviation', ['survey_id'], unique=False)
    # what has had a round was published when the first one opened; its protocol was not kept then
    op.execute(
        'UPDATE survey SET published_at = (SELECT MIN(round.opened_at) FROM round WHERE round.survey_id = survey.id)'
    )


def downgrade() -> None:
    op.drop_index(op.f('ix_deviation_survey_id'), table_name='deviation')
    op.drop_table('deviation')
    op.drop_index(op.f('ix_round_closes_at'), table_name='round')
    op.drop_index(op.f('ix_outbox_message_about_id'), table_name='outbox_message')
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_invitation_stop_hash'), type_='unique')
    for table, columns in new_columns().items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column.name)
