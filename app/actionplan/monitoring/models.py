"""How an adopted plan gets on: milestones, reports, go/stop points, readings of indicators, risks, yearly reviews."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.core.db import Row, UtcDateTime


class Milestone(Row, table=True):
    """A dated step of an initiative in an adopted plan; `number` counts those of the plan.

    `kind` is one of the rules'; `origin` says which part of the edition proposed it, empty when somebody added it.
    Without a `title` it is called by its kind and `about`, the phase it ends or the output it stands for. Progress is
    expected from `begins_on` to `due`; `first_due` is what it was due at first. `organisation_id` is the partner who
    sees to it.
    """

    __table_args__ = (UniqueConstraint("plan_id", "number"), UniqueConstraint("created_by_id", "form_key"))

    consortium_id: UUID = Field(foreign_key="consortium.id")
    plan_id: UUID = Field(foreign_key="plan.id")
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id")
    number: int
    item_code: str
    kind: str
    origin: str = ""
    about: str = ""
    title: str = ""
    begins_on: date
    first_due: date
    due: date = Field(index=True)
    owner_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    revision: int = 1
    form_key: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    closed_because: str = ""


class ProgressReport(Row, table=True):
    """One report on a milestone: how far it was on a day, in words, and euros spent since the one before.

    Added, never edited: a later one `corrects_id` takes the place of one that was wrong.
    """

    __table_args__ = (
        UniqueConstraint("milestone_id", "number"),
        UniqueConstraint("corrects_id"),
        UniqueConstraint("reported_by_id", "form_key"),
    )

    milestone_id: UUID = Field(foreign_key="milestone.id")
    number: int
    percent: int
    words: str = ""
    spent: int | None = None
    reported_on: date
    corrects_id: UUID | None = Field(default=None, foreign_key="progress_report.id")
    form_key: str
    reported_at: datetime = Field(sa_type=UtcDateTime)
    reported_by_id: UUID | None = Field(default=None, foreign_key="person.id")


class GateDecision(Row, table=True):
    """What was decided at a go/stop point, and why. Added, never edited: the newest counts."""

    __table_args__ = (UniqueConstraint("milestone_id", "number"), UniqueConstraint("decided_by_id", "form_key"))

    milestone_id: UUID = Field(foreign_key="milestone.id")
    number: int
    outcome: str
    because: str
    form_key: str
    decided_at: datetime = Field(sa_type=UtcDateTime)
    decided_by_id: UUID | None = Field(default=None, foreign_key="person.id")


class IndicatorReading(Row, table=True):
    """What an indicator of an initiative was in a year, with its source. Added: the newest of a year counts."""

    __table_args__ = (
        UniqueConstraint("plan_id", "item_code", "indicator", "number"),
        UniqueConstraint("added_by_id", "form_key"),
    )

    plan_id: UUID = Field(foreign_key="plan.id")
    item_code: str
    indicator: str
    number: int
    year: int
    value: float
    source: str = ""
    note: str = ""
    form_key: str
    added_at: datetime = Field(sa_type=UtcDateTime)
    added_by_id: UUID | None = Field(default=None, foreign_key="person.id")


class Risk(Row, table=True):
    """What may go wrong with an initiative, as the edition says it; its assessments say how it stands."""

    __table_args__ = (UniqueConstraint("plan_id", "number"), UniqueConstraint("plan_id", "item_code", "text"))

    consortium_id: UUID = Field(foreign_key="consortium.id")
    plan_id: UUID = Field(foreign_key="plan.id")
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id")
    number: int
    item_code: str
    text: str
    mitigation: str = ""


class RiskAssessment(Row, table=True):
    """How likely a risk was on a day, how bad, how far what is done about it had come, and who sees to it.

    Added, never edited: the newest counts. The first is what the edition said.
    """

    __table_args__ = (UniqueConstraint("risk_id", "number"), UniqueConstraint("assessed_by_id", "form_key"))

    risk_id: UUID = Field(foreign_key="risk.id")
    number: int
    likelihood: int
    impact: int
    mitigation_state: str
    owner_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    words: str = ""
    form_key: str
    assessed_at: datetime = Field(sa_type=UtcDateTime)
    assessed_by_id: UUID | None = Field(default=None, foreign_key="person.id")


class YearReview(Row, table=True):
    """What is to change after a year, in the words of those who looked back on it."""

    __table_args__ = (UniqueConstraint("plan_id", "year"),)

    plan_id: UUID = Field(foreign_key="plan.id")
    year: int
    to_change: str
    revision: int = 1
    written_at: datetime = Field(sa_type=UtcDateTime)
    written_by_id: UUID | None = Field(default=None, foreign_key="person.id")


class MilestoneMail(Row, table=True):
    """That the owner of a milestone was promised a mail for a moment before or after the day it was due."""

    __table_args__ = (UniqueConstraint("milestone_id", "due", "moment"),)

    milestone_id: UUID = Field(foreign_key="milestone.id")
    due: date
    moment: date
    promised_on: date


class QuietPlan(Row, table=True):
    """That no mails about milestones of a plan go out: to one person, or to nobody when `person_id` is None."""

    plan_id: UUID = Field(foreign_key="plan.id", index=True)
    person_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    since: date
