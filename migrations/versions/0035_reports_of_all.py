"""Reports that are about no survey."""

import sqlalchemy as sa
from alembic import op


revision = '0035'
down_revision = '0030'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('report', schema=None) as batch_op:
        batch_op.alter_column('survey_id', existing_type=sa.Uuid(), nullable=True)


def downgrade() -> None:
    op.execute('DELETE FROM report_file WHERE report_id IN (SELECT id FROM report WHERE survey_id IS NULL)')
    op.execute('DELETE FROM report WHERE survey_id IS NULL')
    with op.batch_alter_table('report', schema=None) as batch_op:
        batch_op.alter_column('survey_id', existing_type=sa.Uuid(), nullable=False)
