"""Organisations and people."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from app.core.db import Row, UtcDateTime


class Organisation(Row, table=True):
    """A partner of the consortium or another organisation, with its helix and region."""

    name: str = Field(unique=True)
    helix: str
    region: str = ""


class Person(Row, table=True):
    """Somebody with an account: runs surveys, reads results, decides."""

    name: str
    email: str = Field(unique=True)
    language: str = "en"
    role: str
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
