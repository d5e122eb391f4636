"""Shares, comments, ballots and editions on the wire."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.actionplan.adoption.rules import LONGEST_COMMENT, LONGEST_WORDS
from app.actionplan.decisions.rules import LONGEST_REASON
from app.actionplan.decisions.schemas import PartIn


class Strict(BaseModel):
    """A body in which nothing stands that is not asked for."""

    model_config = ConfigDict(extra="forbid")


class ShareBody(Strict):
    """A link to the newest draft of a scenario, which is the one of this number."""

    until: date
    draft: int
    scenario: int = 1
    label: Annotated[str, Field(max_length=200)] = ""


class ShareOut(BaseModel):
    """A link as it is kept; the address is told once, when it is made."""

    id: UUID
    label: str
    scenario: int
    draft: int
    expires_on: date
    ended_on: date | None
    comments: int


class AnswerBody(Strict):
    """What is said to a comment, null to leave that as it is, and whether readers see it."""

    answer: Annotated[str | None, Field(max_length=LONGEST_COMMENT)] = None
    hidden: bool | None = None
    revision: int


class SaidOut(BaseModel):
    """A comment on a draft of a plan, with what was answered."""

    id: UUID
    share: UUID
    draft: int
    item: str
    name: str
    text: str
    written_on: date
    answer: str
    answered_on: date | None
    hidden: bool
    revision: int


class BallotBody(Strict):
    """The newest draft of a scenario, which is the one of this number, to be voted on."""

    draft: int
    scenario: int = 1


class VoteBody(Strict):
    """The vote of a partner; `revision` is that of its last one, 0 for none."""

    vote: Annotated[str, Field(max_length=20)]
    words: Annotated[str, Field(max_length=LONGEST_WORDS)] = ""
    revision: int


class VoteOut(BaseModel):
    """How a partner voted, null while it has not; recorded when those who lead wrote it down for it."""

    partner_id: UUID
    partner: str
    vote: str | None
    words: str
    is_recorded: bool
    revision: int | None = None


class BallotOut(BaseModel):
    """A ballot on a draft; `newer_draft` where there is one meanwhile."""

    number: int
    scenario: int
    draft: int
    newer_draft: int | None
    content_sha256: str
    revision: int
    opened_at: datetime
    closed_at: datetime | None
    outcome: str | None
    reason: str | None
    counts: dict[str, int]
    has_majority: bool
    votes: list[VoteOut]
    edition: int | None


class ClosingBody(Strict):
    """How a ballot ends; `revision` is that of the ballot when it was read."""

    outcome: Annotated[str, Field(max_length=40)]
    reason: Annotated[str, Field(max_length=LONGEST_REASON)]
    participants: list[PartIn] = Field(max_length=200)
    revision: int


class EditionOut(BaseModel):
    """An adopted plan without its content."""

    number: int
    ballot: int
    content_sha256: str
    adopted_at: datetime
    adopted_by: str | None


class WholeEditionOut(EditionOut):
    """An adopted plan: `content` is `innaxe-plan/1`."""

    decision: dict[str, Any]
    content: dict[str, Any]
