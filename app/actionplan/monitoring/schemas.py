"""What is followed of a plan, on the wire."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.actionplan.monitoring.rules import (
    FIRST_YEAR,
    LARGEST_NUMBER,
    LAST_YEAR,
    LONGEST_REASON,
    LONGEST_TITLE,
    LONGEST_WORDS,
    MOST_SPENT,
    WHOLE,
    GateOutcome,
    Light,
    Mitigation,
    Unjudged,
)
from app.indicators.rules import Status


def _readable(text: str) -> str:
    """The text, unless no database keeps it."""
    if "\0" in text:
        raise ValueError("not a text")
    return text


Title = Annotated[str, Field(max_length=LONGEST_TITLE)]
Said = Annotated[str, Field(max_length=LONGEST_WORDS), AfterValidator(_readable)]
Reason = Annotated[str, Field(max_length=LONGEST_REASON), AfterValidator(_readable)]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR, strict=True)]
Day = Annotated[date, Field(ge=date(FIRST_YEAR, 1, 1), le=date(LAST_YEAR, 12, 31))]
Level = Annotated[int, Field(ge=1, le=5, strict=True)]


class Body(BaseModel):
    """What a program sends."""

    model_config = ConfigDict(extra="forbid")


class MilestoneBody(Body):
    """What a milestone is; `title` may be empty for one that the edition proposed."""

    title: Title = ""
    due: Day
    owner_id: UUID | None = None
    organisation_id: UUID | None = None


class ReportBody(Body):
    """How far a milestone was on a day, by default today; `corrects` is the number of the report it replaces."""

    percent: Annotated[int, Field(ge=0, le=WHOLE, strict=True)]
    words: Said = ""
    spent: Annotated[int, Field(ge=0, le=MOST_SPENT, strict=True)] | None = None
    reported_on: Day | None = None
    corrects: int | None = None


class ClosureBody(Body):
    """Why a milestone is given up."""

    because: Reason


class GateBody(Body):
    """What was decided at a go/stop point, and why."""

    outcome: GateOutcome
    because: Reason


class ReadingBody(Body):
    """What an indicator was in a year."""

    indicator: Annotated[str, Field(max_length=200)]
    year: Year
    value: Annotated[float, Field(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER, allow_inf_nan=False)]
    source: Said = ""
    note: Said = ""


class AssessmentBody(Body):
    """How a risk stands."""

    likelihood: Level
    impact: Level
    mitigation_state: Mitigation
    owner_id: UUID | None = None
    words: Said = ""


class ReviewBody(Body):
    """What is to change after a year; `revision` is that of the text read, 0 where nobody has written any."""

    to_change: Reason
    revision: Annotated[int, Field(ge=0, strict=True)]


class ReportOut(BaseModel):
    """A progress report."""

    number: int
    percent: int
    words: str
    spent: int | None
    reported_on: date
    corrects: int | None
    reported_by: str | None


class MilestoneOut(BaseModel):
    """A milestone; `light` is null once it was closed or its initiative stopped."""

    number: int
    initiative: str
    kind: str
    title: str
    first_due: date
    due: date
    owner_id: UUID | None
    organisation_id: UUID | None
    percent: int
    light: Light | None
    closed_because: str | None
    decision: GateOutcome | None
    revision: int
    reports: list[ReportOut]


class ReadingOut(BaseModel):
    """A reading; of a year that of the catalogue counts, with its `status`, else the newest by hand."""

    year: int
    value: float
    source: str
    note: str
    counts: bool
    is_by_hand: bool
    status: Status | None


class IndicatorOut(BaseModel):
    """An indicator; `light` is null where `reason` says why it cannot be judged."""

    initiative: str
    indicator: str
    unit: str
    region: str
    baseline: float | None
    baseline_year: int | None
    target: float | None
    by_year: int | None
    expected: float | None
    light: Light | None
    reason: Unjudged | None
    readings: list[ReadingOut]


class AssessmentOut(BaseModel):
    """How a risk stood on a day."""

    number: int
    likelihood: int
    impact: int
    mitigation_state: Mitigation
    owner_id: UUID | None
    words: str
    assessed_on: date


class RiskOut(BaseModel):
    """A risk with all its assessments, the newest last."""

    number: int
    initiative: str
    text: str
    mitigation: str
    level: str
    grown_by: int
    assessments: list[AssessmentOut]


class ReviewOut(BaseModel):
    """A year looked back on; milestones by their numbers, money in euros, null where no report says any."""

    year: int
    until: date
    planned: list[int]
    moved: list[int]
    reached: list[int]
    late: list[int]
    given_up: list[int]
    stopped: list[str]
    money_planned: int
    money_spent: int | None
    grown_risks: list[int]
    to_change: str | None
    revision: int
