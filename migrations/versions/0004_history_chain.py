"""The history becomes a chain of hashes; what was written before is chained as it stands."""

import hashlib
import json
import secrets
from datetime import timezone

import sqlalchemy as sa
from alembic import op


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('history_head',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_history_head'))
    )
    with op.batch_alter_table('history_entry', schema=None) as batch_op:
        batch_op.add_column(sa.Column('seq', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('consortium_id', sa.Uuid(), nullable=True))
        for name in ('salt', 'details_digest', 'hash'):
            batch_op.add_column(sa.Column(name, sa.String(), nullable=True))
        batch_op.alter_column('before', existing_type=sa.JSON(), nullable=True)
        batch_op.alter_column('after', existing_type=sa.JSON(), nullable=True)

    bind = op.get_bind()
    consortium = sa.table('consortium', sa.column('id', sa.Uuid()))
    key = bind.execute(sa.select(consortium.c.id)).scalars().first()
    entry = sa.table('history_entry', sa.column('id', sa.Uuid()), sa.column('seq'), sa.column('at', sa.DateTime(timezone=True)),
                     sa.column('consortium_id', sa.Uuid()), sa.column('actor_id', sa.Uuid()), sa.column('act'), sa.column('thing'),
                     sa.column('before', sa.JSON()), sa.column('after', sa.JSON()), sa.column('salt'),
                     sa.column('details_digest'), sa.column('hash'))
    # acts of those who answer are no longer kept: their order and time would tell who is who
    op.execute(entry.delete().where(entry.c.thing.like('response:%')))
    hash_, seq = '0' * 64, 0
    for row in bind.execute(sa.select(entry).order_by(entry.c.at, entry.c.id)).all():
        seq += 1
        at = row.at.replace(tzinfo=timezone.utc) if row.at.tzinfo is None else row.at.astimezone(timezone.utc)
        salt = secrets.token_urlsafe(24)
        details = _sha256(salt, row.before or {}, row.after or {})
        hash_ = _sha256(hash_, seq, at.isoformat(), key.hex, row.actor_id.hex if row.actor_id else None,
                        row.act, row.thing, details)
        op.execute(entry.update().where(entry.c.id == row.id).values(
            seq=seq, consortium_id=key, salt=salt, details_digest=details, hash=hash_))
    head = sa.table('history_head', sa.column('id'), sa.column('seq'), sa.column('hash'))
    op.bulk_insert(head, [{'id': 1, 'seq': seq, 'hash': hash_}])

    with op.batch_alter_table('history_entry', schema=None) as batch_op:
        batch_op.alter_column('seq', existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column('consortium_id', existing_type=sa.Uuid(), nullable=False)
        for name in ('salt', 'details_digest', 'hash'):
            batch_op.alter_column(name, existing_type=sa.String(), nullable=False)
        batch_op.create_unique_constraint(batch_op.f('uq_history_entry_seq'), ['seq'])
        batch_op.create_index(batch_op.f('ix_history_entry_consortium_id'), ['consortium_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('history_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_history_entry_consortium_id'))
        batch_op.drop_constraint(batch_op.f('uq_history_entry_seq'), type_='unique')
        for name in ('hash', 'details_digest', 'salt', 'consortium_id', 'seq'):
            batch_op.drop_column(name)
    op.execute(sa.text("UPDATE history_entry SET before = '{}' WHERE before IS NULL"))
    op.execute(sa.text("UPDATE history_entry SET after = '{}' WHERE after IS NULL"))
    with op.batch_alter_table('history_entry', schema=None) as batch_op:
        batch_op.alter_column('before', existing_type=sa.JSON(), nullable=False)
        batch_op.alter_column('after', existing_type=sa.JSON(), nullable=False)
    op.drop_table('history_head')


def _sha256(*parts: object) -> str:
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(',', ':'))
    return hashlib.sha256(text.encode()).hexdigest()
