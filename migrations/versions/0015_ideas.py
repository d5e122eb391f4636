"""The round of ideas: what it asks and fixed, and what became of each idea."""

import sqlalchemy as sa
from alembic import op


revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

def new_columns() -> dict[str, list[sa.Column]]:
    return {
        'survey': [
            sa.Column('has_idea_round', sa.Boolean(), server_default=sa.false(), nullable=False),
            sa.Column('idea_question', sa.JSON(), server_default='{}', nullable=False),
        ],
        'round': [
            sa.Column('protocol', sa.JSON(), nullable=True),
            sa.Column('protocol_sha256', sa.String(), server_default='', nullable=False),
        ],
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
    op.create_table('idea',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('initiative_id', sa.Uuid(), nullable=True),
    sa.Column('initiative_title', sa.JSON(), nullable=False),
    sa.Column('aside_because', sa.String(), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=True),
    sa.Column('decided_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_idea_decided_by_id_person')),
    sa.ForeignKeyConstraint(['initiative_id'], ['initiative.id'], name=op.f('fk_idea_initiative_id_initiative')),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_idea_response_id_response')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_idea_round_id_round')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_idea')),
    sa.UniqueConstraint('response_id', 'number', name=op.f('uq_idea_response_id_number'))
    )
    op.create_index(op.f('ix_idea_initiative_id'), 'idea', ['initiative_id'], unique=False)
    op.create_index(op.f('ix_idea_round_id'), 'idea', ['round_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_idea_round_id'), table_name='idea')
    op.drop_index(op.f('ix_idea_initiative_id'), table_name='idea')
    op.drop_table('idea')
    for table, columns in new_columns().items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column.name)
