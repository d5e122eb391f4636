"""The survey file, format `stakeholder-survey/1`, as far as this version reads it."""

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from app.surveys.authoring.conditions import parse_conditions

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Tag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


def _readable(text: object) -> object:
    if isinstance(text, str) and ("\x00" in text or (not text.isascii() and _has_surrogate(text))):
        raise ValueError("has a character that cannot be stored")
    return text


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= sign <= "\udfff" for sign in text)


Text = Annotated[str, BeforeValidator(_readable), StringConstraints(max_length=20_000)]
TextWords = dict[Tag, Text]


class FilePart(BaseModel):
    """A part of a file made elsewhere: what this version does not know is left alone, and reported."""

    model_config = ConfigDict(extra="allow")


class ScaleIn(FilePart):
    """The scale of a rating."""

    min: int = Field(ge=-10, le=10)
    max: int = Field(ge=-10, le=20)
    step: Literal[1] = 1
    no_opinion: bool = True
    low: TextWords = Field(default_factory=dict)
    high: TextWords = Field(default_factory=dict)


class CriterionIn(FilePart):
    """One criterion of the rating."""

    id: Code
    weight_default: float = Field(default=1, ge=0, le=1000, allow_inf_nan=False)
    label: TextWords
    text: TextWords = Field(default_factory=dict)
    low: TextWords = Field(default_factory=dict)
    high: TextWords = Field(default_factory=dict)


class OptionIn(FilePart):
    """One option of a choice."""

    code: Code
    label: TextWords


class ConditionIn(BaseModel):
    """One condition: the question has one of the values, or with none any answer."""

    model_config = ConfigDict(extra="forbid")

    question: Code
    values: list[Code] = Field(default_factory=list[Code], alias="is", max_length=200)


def _conditions(given: object) -> object:
    return parse_conditions(given) if isinstance(given, str) else given


class QuestionIn(FilePart):
    """One question; which of the optional parts it has follows from its type."""

    id: Code
    type: str
    required: bool = False
    text: TextWords = Field(default_factory=dict)
    hint: TextWords = Field(default_factory=dict)
    options: list[OptionIn] = Field(default_factory=list[OptionIn], max_length=1000)
    options_from: Literal["pillars", "initiatives"] | None = None
    scale: ScaleIn | None = None
    criteria: list[CriterionIn] = Field(default_factory=list[CriterionIn])
    max_length: int = Field(default=1000, ge=1, le=4000)
    show_if: Annotated[list[ConditionIn], BeforeValidator(_conditions)] = Field(
        default_factory=list[ConditionIn], max_length=20
    )
    least: int | None = Field(default=None, ge=0, le=1000, validation_alias=AliasChoices("least", "min_ranked"))
    most: int | None = Field(default=None, ge=0, le=1000, validation_alias=AliasChoices("most", "max_ranked"))
    total: int | None = Field(default=None, ge=1, le=100_000)
    step: int | None = Field(default=None, ge=1, le=100_000)
    min: float | int | str | None = None
    max: float | int | str | None = None
    integer: bool = False
    unit: TextWords = Field(default_factory=dict)
    low: TextWords = Field(default_factory=dict)
    high: TextWords = Field(default_factory=dict)


class SectionIn(FilePart):
    """A section of questions; `repeat_over` says that they are asked of every initiative."""

    id: Code
    title: TextWords = Field(default_factory=dict)
    intro: TextWords = Field(default_factory=dict)
    repeat_over: Literal["initiatives"] | None = None
    questions: list[QuestionIn]


class PillarIn(FilePart):
    """One of the areas that the initiatives belong to."""

    id: Code
    label: TextWords


class RuleIn(BaseModel):
    """The rule of consensus, fixed with the survey. Shares are between 0 and 1."""

    model_config = ConfigDict(extra="forbid")

    agree_share: float = Field(default=0.70, gt=0.5, le=1)
    helix_share: float = Field(default=0.60, ge=0, le=1)
    divided_gap: float = Field(default=0.35, gt=0, le=1)
    low_share: float = Field(default=0.40, ge=0, lt=1)
    shortlist: int = Field(default=7, ge=1, le=1000)


class AssignmentIn(FilePart):
    """How many initiatives each person is asked about; those are chosen so that all are rated by every helix."""

    mode: Literal["all", "balanced_subset"] = "balanced_subset"
    per_respondent: int | None = Field(default=None, ge=1, le=1000)


class SettingsIn(FilePart):
    """The settings of a survey file that this version uses."""

    initiative_assignment: AssignmentIn | None = None

    item_order: Literal["fixed", "random"] = "fixed"
    warm_ups: int = Field(default=0, ge=0, le=1000)
    min_group_size: int = Field(default=5, ge=3, le=1000)
    anonymous: bool = False
    retention_months: int = Field(default=24, ge=1, le=600)
    items_returning: Literal["undecided", "all"] = "undecided"
    rounds: Literal["classic", "real_time"] = "classic"
    idea_round: bool = False


class SurveyFile(FilePart):
    """A whole survey file."""

    format: Literal["stakeholder-survey/1"]
    id: Code
    demo: bool = False
    languages: list[Tag] = Field(min_length=1, max_length=100)
    default_language: Tag
    title: TextWords
    introduction: TextWords = Field(default_factory=dict)
    thank_you: TextWords = Field(default_factory=dict)
    idea_question: TextWords = Field(default_factory=dict)
    no_opinion: TextWords = Field(default_factory=dict)
    settings: SettingsIn = Field(default_factory=SettingsIn)
    rule: RuleIn = Field(default_factory=RuleIn)
    initiatives: list[str] | None = None
    pillars: list[PillarIn] = Field(default_factory=list[PillarIn])
    controller: Text = ""
    contact: Text = ""
    sections: list[SectionIn]


class ItemIn(BaseModel):
    """Something to be rated, as the slice above hands it over."""

    code: Code
    source_id: Any
    title: dict[str, str]
    summary: dict[str, str]
    facts: dict[str, Any]
