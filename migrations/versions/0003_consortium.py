"""Consortia, memberships in place of one role a person, and whose each survey and initiative is."""

from datetime import datetime, timezone
from uuid import uuid4

import sqlalchemy as sa
from alembic import op


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

OWNED = ('organisation', 'survey', 'initiative', 'topic')


def upgrade() -> None:
    op.create_table('consortium',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consortium')),
    sa.UniqueConstraint('name', name=op.f('uq_consortium_name'))
    )
    consortium = sa.table('consortium', sa.column('id', sa.Uuid()), sa.column('name'),
                          sa.column('created_at', sa.DateTime(timezone=True)))
    key = uuid4()
    op.bulk_insert(consortium, [{'id': key, 'name': 'Consortium', 'created_at': datetime.now(timezone.utc)}])

    for name in OWNED:
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.add_column(sa.Column('consortium_id', sa.Uuid(), nullable=True))
        table = sa.table(name, sa.column('consortium_id', sa.Uuid()))
        op.execute(table.update().values(consortium_id=key))
    for name in ('survey', 'initiative'):
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.add_column(sa.Column('organisation_id', sa.Uuid(), nullable=True))
            batch_op.create_index(batch_op.f(f'ix_{name}_organisation_id'), ['organisation_id'], unique=False)
            batch_op.create_foreign_key(batch_op.f(f'fk_{name}_organisation_id_organisation'), 'organisation', ['organisation_id'], ['id'])
    for name in OWNED:
        column = 'name' if name == 'organisation' else 'external_id'
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.alter_column('consortium_id', existing_type=sa.Uuid(), nullable=False)
            batch_op.create_foreign_key(batch_op.f(f'fk_{name}_consortium_id_consortium'), 'consortium', ['consortium_id'], ['id'])
            batch_op.drop_constraint(batch_op.f(f'uq_{name}_{column}'), type_='unique')
            batch_op.create_unique_constraint(batch_op.f(f'uq_{name}_consortium_id_{column}'), ['consortium_id', column])

    with op.batch_alter_table('organisation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_partner', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('further_regions', sa.JSON(), server_default='[]', nullable=False))
        batch_op.add_column(sa.Column('nuts_edition', sa.String(), server_default='', nullable=False))
    with op.batch_alter_table('organisation', schema=None) as batch_op:
        batch_op.alter_column('is_partner', existing_type=sa.Boolean(), server_default=None)
        batch_op.alter_column('further_regions', existing_type=sa.JSON(), server_default=None)
        batch_op.alter_column('nuts_edition', existing_type=sa.String(), server_default=None)

    op.create_table('membership',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('consortium_id', sa.Uuid(), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=True),
    sa.Column('role', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['consortium_id'], ['consortium.id'], name=op.f('fk_membership_consortium_id_consortium')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_membership_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_membership_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_membership')),
    sa.UniqueConstraint('person_id', 'consortium_id', 'organisation_id', name=op.f('uq_membership_person_id_consortium_id_organisation_id'))
    )
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_membership_consortium_id'), ['consortium_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_membership_organisation_id'), ['organisation_id'], unique=False)
    person = sa.table('person', sa.column('id', sa.Uuid()), sa.column('role'))
    membership = sa.table('membership', sa.column('id', sa.Uuid()), sa.column('person_id', sa.Uuid()),
                          sa.column('consortium_id', sa.Uuid()), sa.column('role'))
    # roles were held in the whole consortium until now
    for row in op.get_bind().execute(sa.select(person.c.id, person.c.role)).all():
        op.execute(membership.insert().values(id=uuid4(), person_id=row.id, consortium_id=key, role=row.role))
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_person_organisation_id_organisation'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_person_organisation_id'))
        batch_op.drop_column('organisation_id')
        batch_op.drop_column('role')


def downgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('role', sa.String(), server_default='reviewer', nullable=False))
        batch_op.add_column(sa.Column('organisation_id', sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f('ix_person_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_person_organisation_id_organisation'), 'organisation', ['organisation_id'], ['id'])
    op.execute('UPDATE person SET role = (SELECT min(role) FROM membership WHERE membership.person_id = person.id) '
               'WHERE EXISTS (SELECT 1 FROM membership WHERE membership.person_id = person.id)')
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.alter_column('role', existing_type=sa.String(), server_default=None)
    op.drop_table('membership')
    with op.batch_alter_table('organisation', schema=None) as batch_op:
        batch_op.drop_column('nuts_edition')
        batch_op.drop_column('further_regions')
        batch_op.drop_column('is_partner')
    for name in ('survey', 'initiative'):
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.drop_constraint(batch_op.f(f'fk_{name}_organisation_id_organisation'), type_='foreignkey')
            batch_op.drop_index(batch_op.f(f'ix_{name}_organisation_id'))
            batch_op.drop_column('organisation_id')
    for name in OWNED:
        column = 'name' if name == 'organisation' else 'external_id'
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.drop_constraint(batch_op.f(f'uq_{name}_consortium_id_{column}'), type_='unique')
            batch_op.create_unique_constraint(batch_op.f(f'uq_{name}_{column}'), [column])
            batch_op.drop_constraint(batch_op.f(f'fk_{name}_consortium_id_consortium'), type_='foreignkey')
            batch_op.drop_column('consortium_id')
    op.drop_table('consortium')
