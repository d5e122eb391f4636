"""A comment as a page or a program brings it, and as programs see it."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.actionplan.discussion.rules import WHOLE

LONGEST_TAKEN = 100_000
"""Beyond what any text may have, so that its own sentence says what is too long."""


class CommentIn(BaseModel):
    """What somebody says; `version` is the number of the version they read, by default the newest."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=LONGEST_TAKEN)
    place: str = Field(default=WHOLE, max_length=100)
    passage: str = Field(default="", max_length=LONGEST_TAKEN)
    version: int | None = None
    answers: UUID | None = None
    mentions: list[UUID] = Field(default_factory=list[UUID], max_length=50)
    may_quote: bool = False


class CommentOut(BaseModel):
    """A comment with its answers; who wrote it is None for a person whose data were erased."""

    id: UUID
    place: str
    passage: str
    version: int
    stands_in_newest: bool
    text: str
    written_by: str | None
    written_on: date
    is_withdrawn: bool
    resolved_by: str | None
    resolved_on: date | None
    assigned_to: str | None
    due_on: date | None
    answers: list[dict[str, Any]]


class AmendmentOut(BaseModel):
    """An amendment and what was decided."""

    id: UUID
    number: int
    place: str
    before: str
    after: str
    because: str
    version: int
    written_by: str | None
    written_on: date
    decision: str
    words_taken: str
    decided_because: str
    decided_on: date | None
    made_version: int | None
