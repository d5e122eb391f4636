"""The catalogue file `initiative-catalogue/1` and a row of a sheet, both as one checked shape."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    ValidationError,
    model_serializer,
)

from app.actionplan.initiatives.rules import fields_at_fault
from app.core.errors import Invalid
from app.core.words import LANGUAGES

UNREADABLE = "has a character that cannot be stored"


def _readable(text: str) -> str:
    # a spreadsheet or a mail cannot hold them, and nobody sees them
    if any((sign < " " and sign not in "\n\r\t") or "\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError(UNREADABLE)
    return text.replace("\r\n", "\n").replace("\r", "\n")


Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300), AfterValidator(_readable)]
Entry = Annotated[Line, StringConstraints(min_length=1)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000), AfterValidator(_readable)]
Language = Literal["en", "ca", "es", "fr", "de", "bg", "da"]
Titles = dict[Language, Annotated[Line, StringConstraints(min_length=1)]]
Summaries = dict[Language, Text]
Euros = Annotated[int, Field(ge=0, le=10**12)]
Year = Annotated[int, Field(ge=2000, le=2100)]
YearText = Annotated[str, StringConstraints(pattern=r"^20\d\d$")]
Quarter = Annotated[str, StringConstraints(pattern=r"^20\d\d-Q[1-4]$")]
Level = Annotated[int, Field(ge=1, le=9)]
Figure = Annotated[float, Field(allow_inf_nan=False, ge=-(10**15), le=10**15)]

assert set(LANGUAGES) == set(Language.__args__)  # pyright: ignore[reportAttributeAccessIssue] -- Literal keeps them there


class RiskIn(BaseModel):
    """What may go wrong, how likely and how badly from 1 to 5, and what is done about it."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[Text, StringConstraints(min_length=1)]
    likelihood: int = Field(ge=1, le=5)
    impact: int = Field(ge=1, le=5)
    mitigation: Text = ""


class PhaseIn(BaseModel):
    """A part of the time an initiative takes, from the first to the last of its quarters, such as 2028-Q1."""

    model_config = ConfigDict(extra="forbid")

    text: Entry
    start: Quarter
    end: Quarter


class TargetIn(BaseModel):
    """An indicator that the initiative moves: from which value, to which, by when.

    With a region it is followed by what is read of that region, and with a year its baseline is the reading of it.
    """

    model_config = ConfigDict(extra="forbid")

    indicator: Entry
    baseline: Figure | None = None
    target: Figure | None = None
    by_year: Year | None = None
    unit: Line = ""
    region: Line = ""
    baseline_year: Year | None = None

    @model_serializer(mode="wrap")
    def _without_empty(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # sheets kept before targets had a region stay the same sheets
        return {name: one for name, one in serialize(self).items() if one or name not in ("region", "baseline_year")}


class InitiativeIn(BaseModel):
    """One initiative as a file brings it; `status` is one of the states, or what another program calls it."""

    model_config = ConfigDict(extra="forbid")

    id: Code
    title: Titles = Field(min_length=1)
    summary: Summaries = Field(default_factory=dict[Language, Text])
    pillar: Line = ""
    topic: Line = ""
    rationale: Text = ""
    lead_partner: Line = ""
    partners: list[Entry] = Field(default_factory=list, max_length=100)
    helix_groups: list[Entry] = Field(default_factory=list, max_length=20)
    budget_min_eur: Euros | None = None
    budget_max_eur: Euros | None = None
    cost_by_year_eur: dict[YearText, Euros] = Field(default_factory=dict[str, int], max_length=30)
    start_year: Year | None = None
    start_quarter: int | None = Field(default=None, ge=1, le=4)
    duration_months: int | None = Field(default=None, ge=1, le=600)
    phases: list[PhaseIn] = Field(default_factory=list[PhaseIn], max_length=20)
    expected_outputs: list[Annotated[Text, StringConstraints(min_length=1)]] = Field(
        default_factory=list, max_length=100
    )
    linked_indicators: list[Entry] = Field(default_factory=list, max_length=100)
    indicator_targets: list[TargetIn] = Field(default_factory=list[TargetIn], max_length=100)
    programmes: list[Entry] = Field(default_factory=list, max_length=100)
    depends_on: list[Entry] = Field(default_factory=list, max_length=100)
    excludes: list[Entry] = Field(default_factory=list, max_length=100)
    before: list[Entry] = Field(default_factory=list, max_length=100)
    risks: list[RiskIn] = Field(default_factory=list[RiskIn], max_length=100)
    tags: list[Entry] = Field(default_factory=list, max_length=100)
    funding_candidates: list[Entry] = Field(default_factory=list, max_length=100)
    trl_range: Annotated[list[Level], Field(min_length=2, max_length=2)] | None = None
    conflicts_of_interest: Text = ""
    status: Line = "proposed"


def check_content(content: Mapping[str, Any]) -> dict[str, Any]:
    """A sheet as it is kept. Raises Invalid, naming each field."""
    try:
        return InitiativeIn.model_validate(dict(content)).model_dump(mode="json")
    except ValidationError as error:
        faults = fields_at_fault([(part["loc"], part["type"]) for part in error.errors()])
        raise Invalid(next(iter(faults.values())), faults) from error


def read_content(content: Mapping[str, Any]) -> dict[str, Any]:
    """A sheet as it was kept, with what sheets have come to say since; older ones may hold what is refused now."""
    blank = InitiativeIn.model_construct(id="", title={}).model_dump(mode="json")
    return {**blank, **content}


class TopicIn(BaseModel):
    """A topic of the catalogue."""

    id: Code
    label: Titles


class CatalogueFile(BaseModel):
    """A whole catalogue; its initiatives are checked one by one, so that every fault is named."""

    format: Literal["initiative-catalogue/1"]
    topics: list[TopicIn] = Field(default_factory=list[TopicIn])
    initiatives: list[dict[str, Any]] = Field(min_length=1, max_length=5000)
