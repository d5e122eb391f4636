"""Decisions on the wire."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.actionplan.decisions.rules import LONGEST_INTEREST, LONGEST_REASON, Part


class PartIn(BaseModel):
    """One person's part: an interest they declared, null for none, and whether they abstained."""

    model_config = ConfigDict(extra="forbid")

    person_id: UUID
    interest: Annotated[str, Field(min_length=1, max_length=LONGEST_INTEREST)] | None
    abstained: bool = False

    def as_part(self) -> Part:
        """The part as the rule has it."""
        text = (self.interest or "").strip()
        return Part(str(self.person_id), text, has_abstained=self.abstained, has_interest=self.interest is not None)


class DecisionBody(BaseModel):
    """What a program puts on record; `snapshot` is the hash of the results it has read."""

    model_config = ConfigDict(extra="forbid")

    outcome: Annotated[str, Field(max_length=40)]
    items: list[Annotated[str, Field(max_length=100)]] = Field(default_factory=list[str], max_length=1000)
    reason: Annotated[str, Field(max_length=LONGEST_REASON)]
    participants: list[PartIn] = Field(max_length=200)
    snapshot: Annotated[str, Field(max_length=64)]
    weights: dict[str, float] | None = None
    replaces: UUID | None = None


class PartOut(BaseModel):
    """One person's part."""

    person_id: UUID
    name: str | None
    interest: str | None
    abstained: bool


class DecisionOut(BaseModel):
    """A decision on record with what the evidence said."""

    id: UUID
    number: int
    revision: int
    replaces: int | None
    replaced_by: int | None
    outcome: str
    items: list[str]
    weights: dict[str, float]
    evidence: dict[str, Any]
    reason: str
    participants: list[PartOut]
    decided_by: str | None
    decided_at: datetime
    round: int
    snapshot: str
