"""The catalogue file `initiative-catalogue/1` and a row of a sheet, both as one checked shape."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.core.words import LANGUAGES

UNREADABLE = "has a character that cannot be stored"
UPSIDE_DOWN = "the lowest cost is above the highest"


def _readable(text: str) -> str:
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError(UNREADABLE)
    return text


Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300), AfterValidator(_readable)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000), AfterValidator(_readable)]
Language = Literal["en", "ca", "es", "fr", "de", "bg", "da"]
Titles = dict[Language, Annotated[Line, StringConstraints(min_length=1)]]
Summaries = dict[Language, Text]
Euros = Annotated[int, Field(ge=0, le=10**12)]

assert set(LANGUAGES) == set(Language.__args__)  # pyright: ignore[reportAttributeAccessIssue] -- Literal keeps them there


class RiskIn(BaseModel):
    """What may go wrong, how likely and how badly from 1 to 5, and what is done about it."""

    model_config = ConfigDict(extra="forbid")

    text: Text
    likelihood: int = Field(ge=1, le=5)
    impact: int = Field(ge=1, le=5)
    mitigation: Text = ""


class InitiativeIn(BaseModel):
    """One initiative as a file brings it."""

    model_config = ConfigDict(extra="forbid")

    id: Code
    title: Titles = Field(min_length=1)
    summary: Summaries = Field(default_factory=dict[Language, Text])
    pillar: Line = ""
    topic: Line = ""
    rationale: Text = ""
    lead_partner: Line = ""
    partners: list[Line] = Field(default_factory=list, max_length=100)
    helix_groups: list[Line] = Field(default_factory=list, max_length=20)
    budget_min_eur: Euros | None = None
    budget_max_eur: Euros | None = None
    start_year: int | None = Field(default=None, ge=2000, le=2100)
    start_quarter: int | None = Field(default=None, ge=1, le=4)
    duration_months: int | None = Field(default=None, ge=1, le=600)
    expected_outputs: list[Text] = Field(default_factory=list, max_length=100)
    linked_indicators: list[Line] = Field(default_factory=list, max_length=100)
    depends_on: list[Line] = Field(default_factory=list, max_length=100)
    risks: list[RiskIn] = Field(default_factory=list[RiskIn], max_length=100)
    tags: list[Line] = Field(default_factory=list, max_length=100)
    funding_candidates: list[Line] = Field(default_factory=list, max_length=100)
    trl_range: list[int] | None = None
    status: Line = "proposed"

    @model_validator(mode="after")
    def budgets_in_order(self) -> "InitiativeIn":
        """The lowest cost is not above the highest."""
        low, high = self.budget_min_eur, self.budget_max_eur
        if low is not None and high is not None and low > high:
            raise ValueError(UPSIDE_DOWN)
        return self


class TopicIn(BaseModel):
    """A topic of the catalogue."""

    id: Code
    label: Titles


class CatalogueFile(BaseModel):
    """A whole catalogue; its initiatives are checked one by one, so that every fault is named."""

    format: Literal["initiative-catalogue/1"]
    topics: list[TopicIn] = Field(default_factory=list[TopicIn])
    initiatives: list[dict[str, Any]] = Field(min_length=1, max_length=5000)
