"""What somebody has typed and not saved yet."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core.db import Row, UtcDateTime


class InitiativeDraft(Row, table=True):
    """A part of an initiative as somebody left its form, kept for them alone until they save or discard it.

    `base_digest` is the digest of the version the form was made from.
    """

    __table_args__ = (UniqueConstraint("initiative_id", "person_id", "part"),)

    initiative_id: UUID = Field(foreign_key="initiative.id")
    person_id: UUID = Field(foreign_key="person.id", index=True)
    part: str
    base_digest: str
    typed: dict[str, Any] = Field(sa_type=JSON)
    kept_at: datetime = Field(sa_type=UtcDateTime)
