"""The shapes of indicators on the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.indicators.rules import Direction, Status, Territory

KEPT = r"^[^\x00]*$"
"""No text with NUL: PostgreSQL keeps none."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=KEPT)]
NeededLine = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=KEPT)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=KEPT)]
Address = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^(https?://[^\s\x00]+)?$")]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=30, pattern=r"^[\w.\-]+$")]


class DefinitionIn(BaseModel):
    """What an indicator means, from the form, a file or a program."""

    model_config = ConfigDict(extra="forbid")

    name: NeededLine
    dimension: Line = ""
    unit: NeededLine
    direction: Direction
    definition: Text = ""
    source: Text = ""
    source_url: Address = ""
    territory_rule: Text = ""


class IndicatorIn(DefinitionIn):
    """A new indicator."""

    code: Code


class RulingOut(BaseModel):
    """What a survey said of an indicator in its last planned round, and of which version; `protocol` is its number."""

    survey: UUID
    slug: str
    round: int
    version: int
    verdict: str
    protocol: str
    closed_at: datetime


class SetSurveyIn(BaseModel):
    """A survey that asks which indicators belong to the set."""

    model_config = ConfigDict(extra="forbid")

    title: NeededLine
    language: Literal["en", "ca", "es", "fr", "de", "bg", "da"] = "en"
    indicators: list[Code] = Field(min_length=1, max_length=1000)


class SetSurveyOut(BaseModel):
    """The draft that was made."""

    id: UUID
    slug: str
    indicators: int


class IndicatorOut(BaseModel):
    """An indicator with the version that counts, and how many partners agree with it."""

    id: UUID
    code: str
    version: int
    name: str
    dimension: str
    unit: str
    direction: Direction
    definition: str
    source: str
    source_url: str
    territory_rule: str
    owner: str | None
    partners_agreeing: int
    partners_disagreeing: int
    partners: int
    is_agreed: bool
    ruling: RulingOut | None


class ReadingOut(BaseModel):
    """What an indicator was in a region and a year; `value` is null where the status says missing."""

    indicator: str
    version: int
    region: str
    territory: Territory
    nuts_code: str
    nuts_edition: str
    year: int
    value: float | None
    status: Status
    flags: str
    source: str
    note: str
    revision: int


class VersionIn(DefinitionIn):
    """A new version of an indicator, with the reason for it."""

    because: Text = ""


class LineOut(BaseModel):
    """One indicator of a profile; `scale` says what scores rest on, or why there are none."""

    indicator: str
    year: int | None
    value: float | None
    score: float | None
    median: float | None
    gap: float | None
    trend: str | None
    slope: float | None
    scale: dict[str, float | bool | str | None]


class ProfileOut(BaseModel):
    """The profile of a region: no ranking, and no composite."""

    region: str
    name: str
    years: tuple[int, int]
    reference: list[str]
    beside: list[str]
    is_agreed_set: bool
    scored: int
    covered: int
    lines: list[LineOut]


class StandIn(BaseModel):
    """Whether a partner agrees with a version, and why."""

    model_config = ConfigDict(extra="forbid")

    version: int
    agrees: bool
    words: Text = ""


class StandOut(BaseModel):
    """What a partner thinks of a version; `agrees` is null when it has not said."""

    partner: str
    version: int
    agrees: bool | None
    words: str


class ReadingsIn(BaseModel):
    """The text of a file of readings (CSV, TSV, SDMX-CSV or JSON-stat by the ending of its name), and what it lacks."""

    model_config = ConfigDict(extra="forbid")

    name: NeededLine
    text: str
    edition: Line = ""
    indicator: Line = ""
    unit: Line = ""
    source: Text = ""
    leaves_out: bool = False
    defines: bool = False


class FaultOut(BaseModel):
    """What is wrong where."""

    row: int
    column: str
    reason: str


class TakenOut(BaseModel):
    """What became of a file; with a fault nothing of it was taken over."""

    added: int
    changed: int
    unchanged: int
    indicators: int
    versions: int
    faults: list[FaultOut]
    left_out: list[FaultOut]
