"""Questions of every type in sections, shown under conditions; items in an order of each person's own."""

import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def new_columns() -> dict[str, list[sa.Column]]:
    return {
        'survey': [
            sa.Column('item_kind', sa.String(), server_default='initiative', nullable=False),
            sa.Column('is_shuffled', sa.Boolean(), server_default=sa.false(), nullable=False),
            sa.Column('warm_ups', sa.Integer(), server_default='0', nullable=False),
        ],
        'question': [
            sa.Column('section', sa.String(), server_default='', nullable=False),
            sa.Column('hint', sa.JSON(), server_default='{}', nullable=False),
            sa.Column('settings', sa.JSON(), server_default='{}', nullable=False),
            sa.Column('show_if', sa.JSON(), server_default='[]', nullable=False),
        ],
    }


def upgrade() -> None:
    for table, columns in new_columns().items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.add_column(column)
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.alter_column(column.name, existing_type=column.type, server_default=None)
    op.create_table('section',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('survey_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('title', sa.JSON(), nullable=False),
    sa.Column('text', sa.JSON(), nullable=False),
    sa.Column('is_before', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['survey_id'], ['survey.id'], name=op.f('fk_section_survey_id_survey')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_section')),
    sa.UniqueConstraint('survey_id', 'code', name=op.f('uq_section_survey_id_code'))
    )
    op.create_table('kept_address',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('survey_id', sa.Uuid(), nullable=False),
    sa.Column('question', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['survey_id'], ['survey.id'], name=op.f('fk_kept_address_survey_id_survey')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kept_address')),
    sa.UniqueConstraint('survey_id', 'question', 'address', name=op.f('uq_kept_address_survey_id_question_address'))
    )


def downgrade() -> None:
    op.drop_table('kept_address')
    op.drop_table('section')
    for table, columns in new_columns().items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column.name)
