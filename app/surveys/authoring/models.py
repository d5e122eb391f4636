"""A survey and its parts. All texts are kept in every language of the survey."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core.db import Row, UtcDateTime
from app.core.words import Words


class Survey(Row, table=True):
    """A validation survey: who asks, in which languages, on which scale, and by which rule it will be judged.

    `organisation_id` is the partner who runs it, None when the consortium does. It is a draft until `published_at`;
    then `protocol` holds all that was fixed before the first round, and later changes are deviations with a reason.
    `outdated` names, by the path of a text, the languages whose translation is older than the original. `item_kind`
    says what is rated: initiatives, indicators or programmes. Of items in a seeded order of each person's own, the
    first `warm_ups` come first for everybody.
    `items_returning` says which items later rounds ask about: "undecided" for those the rule finds open, or "all".
    With `is_real_time` there is one round, and it shows what all say so far instead of what a round before said.
    `import_report` says what became of each question of the file the survey was made from.
    With `has_idea_round` a round of ideas comes before the first rating; it asks `idea_question`.
    `follows_id` is the survey it asks again, to compare with.
    """

    __table_args__ = (UniqueConstraint("consortium_id", "external_id"),)

    consortium_id: UUID = Field(foreign_key="consortium.id")
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    external_id: str
    slug: str = Field(unique=True)
    title: Words = Field(sa_type=JSON)
    introduction: Words = Field(sa_type=JSON)
    thank_you: Words = Field(sa_type=JSON)
    languages: list[str] = Field(sa_type=JSON)
    default_language: str
    scale_low: int
    scale_high: int
    cannot_judge: Words = Field(sa_type=JSON)
    minimum_group: int
    is_anonymous: bool
    retention_months: int
    rule: dict[str, Any] = Field(sa_type=JSON)
    seed: int
    controller: str
    contact: str
    is_demo: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)
    planned_rounds: int = 2
    items_returning: str = "undecided"
    is_real_time: bool = False
    items_per_person: int | None = None
    closes_on: date | None = None
    outdated: dict[str, list[str]] = Field(default_factory=dict, sa_type=JSON)
    revision: int = 1
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    protocol: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    protocol_sha256: str = ""
    item_kind: str = "initiative"
    is_shuffled: bool = False
    warm_ups: int = 0
    import_report: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    has_idea_round: bool = False
    idea_question: Words = Field(default_factory=dict, sa_type=JSON)
    follows_id: UUID | None = Field(default=None, foreign_key="survey.id")


class Deviation(Row, table=True):
    """A change of something the protocol fixed, made after publishing, with its reason."""

    survey_id: UUID = Field(foreign_key="survey.id", index=True)
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    part: str
    before: dict[str, Any] = Field(sa_type=JSON)
    after: dict[str, Any] = Field(sa_type=JSON)
    reason: str


class SurveyItem(Row, table=True):
    """One thing to be rated, worded as it was when the survey was made; `source_id` is the version it shows."""

    __table_args__ = (UniqueConstraint("survey_id", "code"),)

    survey_id: UUID = Field(foreign_key="survey.id")
    position: int
    code: str
    source_id: UUID = Field(index=True)
    title: Words = Field(sa_type=JSON)
    summary: Words = Field(sa_type=JSON)
    facts: dict[str, Any] = Field(sa_type=JSON)


class Criterion(Row, table=True):
    """One respect in which every item is rated, with the weight fixed for it."""

    __table_args__ = (UniqueConstraint("survey_id", "code"),)

    survey_id: UUID = Field(foreign_key="survey.id")
    position: int
    code: str
    label: Words = Field(sa_type=JSON)
    text: Words = Field(sa_type=JSON)
    low: Words = Field(sa_type=JSON)
    high: Words = Field(sa_type=JSON)
    weight: float


class Section(Row, table=True):
    """Questions that share a page; those of `is_before` come before the items, the others after."""

    __table_args__ = (UniqueConstraint("survey_id", "code"),)

    survey_id: UUID = Field(foreign_key="survey.id")
    position: int
    code: str
    title: Words = Field(sa_type=JSON)
    text: Words = Field(sa_type=JSON)
    is_before: bool = False


class Question(Row, table=True):
    """One question that is not the rating of items: its type is `kind`, `item_comment` is the comment on each item.

    Those without a section stand on the start page: the notice, the consent, and what describes the person. `settings`
    are what the type needs (`question_types.py`), words among them in every language.
    """

    __table_args__ = (UniqueConstraint("survey_id", "code"),)

    survey_id: UUID = Field(foreign_key="survey.id")
    position: int
    code: str
    kind: str
    required: bool
    max_length: int = 0
    text: Words = Field(sa_type=JSON)
    options: list[dict[str, Any]] = Field(sa_type=JSON)
    section: str = ""
    hint: Words = Field(default_factory=dict, sa_type=JSON)
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    show_if: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
