"""Days in place of times, receipts and tokens that lead nowhere, what people agreed to."""

import sqlalchemy as sa
from alembic import op


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

DAYS = (('respondent', 'created_at', 'begun_on', False), ('response', 'created_at', 'begun_on', False),
        ('response', 'submitted_at', 'submitted_on', True), ('answer', 'saved_at', 'saved_on', False))


def upgrade() -> None:
    op.create_table('consent_text',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('survey_id', sa.Uuid(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('first_shown_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['survey_id'], ['survey.id'], name=op.f('fk_consent_text_survey_id_survey')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent_text')),
    sa.UniqueConstraint('survey_id', 'language', 'version', name=op.f('uq_consent_text_survey_id_language_version'))
    )
    with op.batch_alter_table('survey', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_anonymous', sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table('survey', schema=None) as batch_op:
        batch_op.alter_column('is_anonymous', existing_type=sa.Boolean(), server_default=None)

    day = 'date({})' if op.get_bind().dialect.name == 'sqlite' else 'CAST({} AS DATE)'
    for table, before, after, may_be_empty in DAYS:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column(after, sa.Date(), nullable=True))
        op.execute(f'UPDATE {table} SET {after} = {day.format(before)}')
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(after, existing_type=sa.Date(), nullable=may_be_empty)
            batch_op.drop_column(before)
    with op.batch_alter_table('respondent', schema=None) as batch_op:
        batch_op.drop_column('consented_at')
        batch_op.add_column(sa.Column('consent_text_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('second_token_hash', sa.String(), nullable=True))
        batch_op.create_index(batch_op.f('ix_respondent_consent_text_id'), ['consent_text_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_respondent_consent_text_id_consent_text'), 'consent_text', ['consent_text_id'], ['id'])
        batch_op.create_unique_constraint(batch_op.f('uq_respondent_second_token_hash'), ['second_token_hash'])
    # only hashes of receipts are kept from now on, made with a secret that is not in the database
    with op.batch_alter_table('response', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_response_receipt'), type_='unique')
        batch_op.drop_column('receipt')
        batch_op.add_column(sa.Column('receipt_hash', sa.String(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f('uq_response_receipt_hash'), ['receipt_hash'])


def downgrade() -> None:
    with op.batch_alter_table('response', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_response_receipt_hash'), type_='unique')
        batch_op.drop_column('receipt_hash')
        batch_op.add_column(sa.Column('receipt', sa.String(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f('uq_response_receipt'), ['receipt'])
    with op.batch_alter_table('respondent', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_respondent_second_token_hash'), type_='unique')
        batch_op.drop_constraint(batch_op.f('fk_respondent_consent_text_id_consent_text'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_respondent_consent_text_id'))
        batch_op.drop_column('second_token_hash')
        batch_op.drop_column('consent_text_id')
        batch_op.add_column(sa.Column('consented_at', sa.DateTime(timezone=True), nullable=True))
    is_sqlite = op.get_bind().dialect.name == 'sqlite'
    for table, before, after, may_be_empty in DAYS:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column(before, sa.DateTime(timezone=True), nullable=True))
        moment = f"{after} || ' 00:00:00.000000'" if is_sqlite else f'CAST({after} AS TIMESTAMP WITH TIME ZONE)'
        op.execute(f'UPDATE {table} SET {before} = {moment}')
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(before, existing_type=sa.DateTime(timezone=True), nullable=may_be_empty)
            batch_op.drop_column(after)
    with op.batch_alter_table('survey', schema=None) as batch_op:
        batch_op.drop_column('is_anonymous')
    op.drop_table('consent_text')
