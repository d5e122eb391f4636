"""What became of ideas."""

from datetime import date
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core.db import Row
from app.core.words import Words


class Idea(Row, table=True):
    """That somebody gave an idea, and what became of it: an initiative, or set aside with a reason.

    It holds no text: that stays with the answers, under codes that begin with the idea's `number`, and goes when they
    are withdrawn. `initiative_title` is what the initiative was called when the idea went into it.
    """

    __table_args__ = (UniqueConstraint("response_id", "number"),)

    round_id: UUID = Field(foreign_key="round.id", index=True)
    response_id: UUID = Field(foreign_key="response.id")
    number: int
    initiative_id: UUID | None = Field(default=None, foreign_key="initiative.id", index=True)
    initiative_title: Words = Field(default_factory=dict, sa_type=JSON)
    aside_because: str = ""
    decided_on: date | None = None
    decided_by_id: UUID | None = Field(default=None, foreign_key="person.id")
