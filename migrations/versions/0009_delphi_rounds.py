"""Which items return in a later round."""

import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

def new_columns() -> dict[str, list[sa.Column]]:
    return {
        'survey': [
            sa.Column('items_returning', sa.String(), server_default='undecided', nullable=False),
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


def downgrade() -> None:
    for table, columns in new_columns().items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column.name)
