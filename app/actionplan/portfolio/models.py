"""Plans, the initiatives they choose from, scenarios with all their drafts, and the work of solving them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core.db import Row, UtcDateTime
from app.core.words import Words


class Plan(Row, table=True):
    """A plan of several years made from the results of one survey, under weights that were fixed then.

    `number` counts the consortium's plans; it runs for `years` calendar years from `first_year`.
    """

    __table_args__ = (UniqueConstraint("consortium_id", "number"), UniqueConstraint("created_by_id", "form_key"))

    consortium_id: UUID = Field(foreign_key="consortium.id")
    survey_id: UUID = Field(foreign_key="survey.id", index=True)
    number: int
    title: str
    snapshot_sha256: str
    round_number: int
    weights: dict[str, float] = Field(sa_type=JSON)
    first_year: int
    years: int
    form_key: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by_id: UUID | None = Field(default=None, foreign_key="person.id")

    @property
    def organisation_id(self) -> UUID | None:
        """No partner's: a plan is the consortium's."""
        return None


class PlanItem(Row, table=True):
    """An initiative that a plan may choose: what stakeholders gave it, and what it takes.

    `version` is the one that people rated. `evidence` are figures of the results, `facts` the time, cost, partners and
    needs that its sheet proposed; `changed` those that were set for this plan instead.
    """

    __table_args__ = (UniqueConstraint("plan_id", "code"),)

    plan_id: UUID = Field(foreign_key="plan.id")
    position: int
    code: str
    source_id: UUID
    version: int | None = None
    title: Words = Field(sa_type=JSON)
    evidence: dict[str, Any] = Field(sa_type=JSON)
    facts: dict[str, Any] = Field(sa_type=JSON)
    changed: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    revision: int = 1


class Scenario(Row, table=True):
    """One way to spend the budget of a plan. `revision` is the number of its newest draft."""

    __table_args__ = (UniqueConstraint("plan_id", "number"), UniqueConstraint("created_by_id", "form_key"))

    plan_id: UUID = Field(foreign_key="plan.id")
    number: int
    name: str
    revision: int = 1
    form_key: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ScenarioDraft(Row, table=True):
    """What a scenario was at one time: its rules, what was placed by hand, and who starts when. Added, never changed.

    `act` names what made it out of the draft before, `about` the initiatives it was about, `reason` is in words.
    """

    __table_args__ = (UniqueConstraint("scenario_id", "number"),)

    scenario_id: UUID = Field(foreign_key="scenario.id")
    number: int
    act: str
    about: list[str] = Field(default_factory=list, sa_type=JSON)
    reason: str = ""
    rules: dict[str, Any] = Field(sa_type=JSON)
    hands: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    start_year: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by_id: UUID | None = Field(default=None, foreign_key="person.id")


class PlanJob(Row, table=True):
    """Work on a draft that nobody waits for: to propose a plan, to weigh one, or to see how robust it is.

    `told` is what it found so far, `done` of `total` steps. `seen_at` is when a worker was last at it, `ended_at` when
    it was over, whichever way.
    """

    scenario_id: UUID = Field(foreign_key="scenario.id", index=True)
    draft_number: int
    kind: str
    state: str = "waiting"
    done: int = 0
    total: int = 0
    told: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    asked_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
