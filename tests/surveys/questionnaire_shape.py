"""What an imported questionnaire may hold, written down once more, apart from the program."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Words = dict[str, Annotated[str, StringConstraints(min_length=1, max_length=20_000)]]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Scale(Strict):
    min: int
    max: int


class Option(Strict):
    code: Code
    label: Words


class Condition(BaseModel):
    model_config = ConfigDict(extra="forbid")
    question: Code
    among: list[Code] = Field(alias="is")


class Asked(Strict):
    id: Code
    required: bool
    text: Words
    hint: Words = {}
    show_if: list[Condition] = []


class Rating(Asked):
    type: Literal["rating"]
    scale: Scale
    low: Words = {}
    high: Words = {}
    no_opinion: bool = False


class RatingSet(Rating):
    type: Literal["rating_set"]  # pyright: ignore[reportIncompatibleVariableOverride]
    options: list[Option] = Field(min_length=1)


class Choice(Asked):
    type: Literal["single_choice", "multiple_choice", "ranking"]
    options: list[Option] = Field(min_length=1)
    least: int | None = None
    most: int | None = None


class Allocation(Asked):
    type: Literal["allocation"]
    total: int
    step: int
    options: list[Option] = Field(min_length=2)


class Number(Asked):
    type: Literal["number"]
    integer: bool
    min: float | None = None
    max: float | None = None


class Day(Asked):
    type: Literal["date"]
    min: str | None = None
    max: str | None = None


class Plain(Asked):
    type: Literal["short_text", "email", "consent", "note"]


class LongText(Asked):
    type: Literal["long_text"]
    max_length: int = Field(ge=1, le=4000)


Question = Annotated[
    Rating | RatingSet | Choice | Allocation | Number | Day | Plain | LongText, Field(discriminator="type")
]


class Section(Strict):
    id: Code
    title: Words
    questions: list[Question] = Field(min_length=1)


class Shape(Strict):
    format: Literal["stakeholder-survey/1"]
    id: Code
    languages: list[str] = Field(min_length=1)
    default_language: str
    title: Words
    introduction: Words
    thank_you: Words
    sections: list[Section] = Field(min_length=1)

    @model_validator(mode="after")
    def holds_together(self) -> "Shape":
        codes = [question.id for section in self.sections for question in section.questions]
        assert len({*codes}) == len(codes), "codes are unique"
        seen: dict[str, Any] = {}
        for section in self.sections:
            for question in section.questions:
                options = [option.code for option in getattr(question, "options", [])]
                assert len({*options}) == len(options)
                for condition in question.show_if:
                    assert condition.question in seen, "a condition looks back"
                    assert {*condition.among} <= {*seen[condition.question]}
                seen[question.id] = options
        return self


def checked(document: dict[str, Any]) -> dict[str, Any]:
    """The questions of a document by code, after it was held against the shape."""
    Shape.model_validate(document)
    return {question["id"]: question for section in document["sections"] for question in section["questions"]}
