"""The record of acts, chained so that a change of it shows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field

from app.core.db import Row, Table, UtcDateTime


class HistoryEntry(Row, table=True):
    """Who did what to which thing, when, and what it was before and after. Entries are added, never changed.

    `hash` covers the entry and the hash before it. What was before and after enters it only as a salted digest, so that
    details about a person can be erased and the chain still holds.
    """

    seq: int = Field(unique=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    consortium_id: UUID = Field(index=True)
    actor_id: UUID | None = Field(default=None, index=True)
    act: str
    thing: str = Field(index=True)
    before: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    after: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    salt: str
    details_digest: str
    hash: str


class HistoryHead(Table, table=True):
    """The one row that says where the chain ends; acts that happen at once queue here."""

    id: int = Field(primary_key=True)
    seq: int
    hash: str
