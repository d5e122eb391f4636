"""Which items return in a later round, which reasons it shows, and what a round in real time shows."""

import sqlalchemy as sa
from alembic import op


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

def new_columns() -> dict[str, list[sa.Column]]:
    return {
        'survey': [
            sa.Column('items_returning', sa.String(), server_default='undecided', nullable=False),
            sa.Column('is_real_time', sa.Boolean(), server_default=sa.false(), nullable=False),
        ],
        'round': [sa.Column('item_codes', sa.JSON(), nullable=True)],
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
    # what was published before asked about everything in every round
    op.execute("UPDATE survey SET items_returning = 'all' WHERE published_at IS NOT NULL")
    op.create_table('shared_reason',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('is_for', sa.Boolean(), nullable=False),
    sa.Column('helix', sa.String(), nullable=False),
    sa.Column('hidden_on', sa.Date(), nullable=True),
    sa.Column('hidden_by_id', sa.Uuid(), nullable=True),
    sa.Column('hidden_because', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['hidden_by_id'], ['person.id'], name=op.f('fk_shared_reason_hidden_by_id_person')),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_shared_reason_response_id_response')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_shared_reason_round_id_round')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shared_reason')),
    sa.UniqueConstraint('response_id', 'code', name=op.f('uq_shared_reason_response_id_code'))
    )
    op.create_index(op.f('ix_shared_reason_round_id'), 'shared_reason', ['round_id'], unique=False)
    op.create_table('realtime_state',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('item', sa.String(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_realtime_state_round_id_round')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_realtime_state')),
    sa.UniqueConstraint('round_id', 'item', name=op.f('uq_realtime_state_round_id_item'))
    )


def downgrade() -> None:
    op.drop_table('realtime_state')
    op.drop_index(op.f('ix_shared_reason_round_id'), table_name='shared_reason')
    op.drop_table('shared_reason')
    for table, columns in new_columns().items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column.name)
