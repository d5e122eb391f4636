"""States of initiatives, what their versions came from, and short names of organisations."""

import sqlalchemy as sa
from alembic import op


revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

COLUMNS = (
    ('organisation', 'code', sa.String(), ''),
    ('initiative', 'state', sa.String(), 'draft'),
    ('initiative', 'source_language', sa.String(), 'en'),
    ('initiative_version', 'note', sa.String(), ''),
    ('initiative_version', 'contributors', sa.JSON(), '[]'),
    ('initiative_version', 'marks', sa.JSON(), '{}'),
)


def upgrade() -> None:
    for table, name, kind, default in COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=False, server_default=default))
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column(name, existing_type=kind, server_default=None)
    op.create_table('initiative_step',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('initiative_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['entered_by_id'], ['person.id'], name=op.f('fk_initiative_step_entered_by_id_person')),
    sa.ForeignKeyConstraint(['initiative_id'], ['initiative.id'], name=op.f('fk_initiative_step_initiative_id_initiative')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_initiative_step')),
    sa.UniqueConstraint('initiative_id', 'number', name=op.f('uq_initiative_step_initiative_id_number'))
    )


def downgrade() -> None:
    op.drop_table('initiative_step')
    for table, name, _, _ in reversed(COLUMNS):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column(name)
