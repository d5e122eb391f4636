"""The record of acts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field

from app.core.db import Row, UtcDateTime


class HistoryEntry(Row, table=True):
    """Who did what to which thing, when, and what it was before and after. Entries are added, never changed."""

    at: datetime = Field(sa_type=UtcDateTime, index=True)
    actor_id: UUID | None = Field(default=None, index=True)
    act: str
    thing: str = Field(index=True)
    before: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    after: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
