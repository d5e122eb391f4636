"""The one row that a database has about itself."""

from datetime import datetime

from sqlmodel import Field

from app.core.db import Table, UtcDateTime


class Instance(Table, table=True):
    """Which installation the database belongs to, by a key made with its tables, and when it was last backed up."""

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    key: str
    backed_up_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
