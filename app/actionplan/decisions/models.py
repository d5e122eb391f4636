"""Decisions on record. They are added, never edited; a later one may replace an earlier one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core.db import Row, UtcDateTime


class Decision(Row, table=True):
    """One decision about items of a survey, or about the weights of its criteria, with the figures it rested on.

    `outcome` is one of the rules'; `item_codes` is empty for weights; `evidence` are the lines shown at that moment
    under `weights`, frozen. `replaces_id` names the decision it takes the place of, whose `revision` it counts on.
    """

    __table_args__ = (
        UniqueConstraint("survey_id", "number"),
        UniqueConstraint("replaces_id"),
        UniqueConstraint("decided_by_id", "form_key"),
    )

    consortium_id: UUID = Field(foreign_key="consortium.id", index=True)
    survey_id: UUID = Field(foreign_key="survey.id")
    snapshot_sha256: str
    round_number: int
    number: int
    revision: int = 1
    replaces_id: UUID | None = Field(default=None, foreign_key="decision.id")
    outcome: str
    item_codes: list[str] = Field(sa_type=JSON)
    weights: dict[str, float] = Field(sa_type=JSON)
    evidence: dict[str, Any] = Field(sa_type=JSON)
    reason: str
    form_key: str
    decided_at: datetime = Field(sa_type=UtcDateTime)
    decided_by_id: UUID | None = Field(default=None, foreign_key="person.id")


class DeclaredInterest(Row, table=True):
    """That somebody took part in a decision: the interest they declared, empty for none, and whether they abstained."""

    __table_args__ = (UniqueConstraint("decision_id", "person_id"),)

    decision_id: UUID = Field(foreign_key="decision.id")
    person_id: UUID = Field(foreign_key="person.id", index=True)
    interest: str = ""
    has_abstained: bool = False
