"""Pictures of figures of frozen rounds."""

import sqlalchemy as sa
from alembic import op


revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('figure_file',
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('media_type', sa.String(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_figure_file'))
    )
    op.create_table('figure_drawing',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('snapshot_id', sa.Uuid(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('criterion', sa.String(), nullable=False),
    sa.Column('program', sa.String(), nullable=False),
    sa.Column('svg_sha256', sa.String(), nullable=True),
    sa.Column('png_sha256', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['png_sha256'], ['figure_file.sha256'], name=op.f('fk_figure_drawing_png_sha256_figure_file')),
    sa.ForeignKeyConstraint(['snapshot_id'], ['snapshot.id'], name=op.f('fk_figure_drawing_snapshot_id_snapshot')),
    sa.ForeignKeyConstraint(['svg_sha256'], ['figure_file.sha256'], name=op.f('fk_figure_drawing_svg_sha256_figure_file')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_figure_drawing')),
    sa.UniqueConstraint('snapshot_id', 'language', 'name', 'criterion', name=op.f('uq_figure_drawing_snapshot_id_language_name_criterion'))
    )
    with op.batch_alter_table('figure_drawing', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_figure_drawing_png_sha256'), ['png_sha256'], unique=False)
        batch_op.create_index(batch_op.f('ix_figure_drawing_svg_sha256'), ['svg_sha256'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('figure_drawing', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_figure_drawing_svg_sha256'))
        batch_op.drop_index(batch_op.f('ix_figure_drawing_png_sha256'))

    op.drop_table('figure_drawing')
    op.drop_table('figure_file')
