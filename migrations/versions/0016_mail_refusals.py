"""Addresses that want no mails of any survey of a consortium."""

import sqlalchemy as sa
from alembic import op


revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('invitation', sa.Column('is_refused', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('invitation') as batch_op:
        batch_op.alter_column('is_refused', existing_type=sa.Boolean(), server_default=None)
    op.create_table('mail_refusal',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('consortium_id', sa.Uuid(), nullable=False),
    sa.Column('address_hash', sa.String(), nullable=False),
    sa.Column('refused_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['consortium_id'], ['consortium.id'], name=op.f('fk_mail_refusal_consortium_id_consortium')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail_refusal')),
    sa.UniqueConstraint('consortium_id', 'address_hash', name=op.f('uq_mail_refusal_consortium_id_address_hash'))
    )


def downgrade() -> None:
    op.drop_table('mail_refusal')
    with op.batch_alter_table('invitation') as batch_op:
        batch_op.drop_column('is_refused')
