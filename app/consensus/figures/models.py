"""Pictures of figures, kept by what is in them, and which figure of which round each belongs to."""

from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.core.db import Row, Table


class FigureFile(Table, table=True):
    """One picture. The key is the hash of the specification it was drawn from, so equal pictures are kept once.

    `content` is packed with zlib where the media type is text.
    """

    sha256: str = Field(primary_key=True)
    media_type: str
    content: bytes


class FigureDrawing(Row, table=True):
    """That a figure of a snapshot was drawn in a language. A figure without rows has no picture.

    `program` is the version that drew it: another draws it anew.
    """

    __table_args__ = (UniqueConstraint("snapshot_id", "language", "name", "criterion"),)

    snapshot_id: UUID = Field(foreign_key="snapshot.id")
    language: str
    name: str
    criterion: str
    program: str
    svg_sha256: str | None = Field(default=None, foreign_key="figure_file.sha256", index=True)
    png_sha256: str | None = Field(default=None, foreign_key="figure_file.sha256", index=True)
