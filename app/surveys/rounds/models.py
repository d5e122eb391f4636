"""Rounds and invitations."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core.db import Row, UtcDateTime


class Round(Row, table=True):
    """One round of a survey.

    `feedback` is what the round before said, and `outcome` what this one will tell the next. It is made at the very
    closing: made later, it would differ from the published results by whoever withdrew in between.
    """

    __table_args__ = (UniqueConstraint("survey_id", "number"),)

    survey_id: UUID = Field(foreign_key="survey.id")
    number: int
    opened_at: datetime = Field(sa_type=UtcDateTime)
    opened_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    feedback: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    outcome: dict[str, Any] | None = Field(default=None, sa_type=JSON)


class Invitation(Row, table=True):
    """A personal link for one address; the token is kept as a hash."""

    __table_args__ = (UniqueConstraint("survey_id", "email"),)

    survey_id: UUID = Field(foreign_key="survey.id")
    email: str
    token_hash: str = Field(unique=True)
    helix: str = ""
    region: str = ""
    language: str = ""
    created_at: datetime = Field(sa_type=UtcDateTime)
