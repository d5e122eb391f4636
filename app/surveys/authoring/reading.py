"""From the sections of a survey file to rows: what stands on the start page, and what on pages of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.errors import Invalid
from app.surveys.authoring.models import Question, Section
from app.surveys.authoring.question_types import TYPES, LongText, ShortText
from app.surveys.authoring.schemas import OptionIn, QuestionIn, SectionIn, SurveyFile

AT_THE_START = ("note", "consent", "single_choice")
"""Types that the start page can ask before anything is stored."""


@dataclass
class Parts:
    """The sections and questions of a file, in their order, and what of it is not used."""

    sections: list[Section] = field(default_factory=list[Section])
    questions: list[Question] = field(default_factory=list[Question])
    unused: list[str] = field(default_factory=list[str])


def read_parts(document: SurveyFile) -> Parts:
    """The rows of a file's sections, not yet of any survey. Raises Invalid without a question for the helix."""
    parts = Parts()
    is_before = True
    for section in document.sections:
        if section.repeat_over:
            is_before = False
            _read_repeated(section, parts)
        else:
            _read_section(section, document, parts, is_before=is_before)
    codes = [question.code for question in parts.questions]
    if "helix" not in codes:
        raise Invalid("The survey needs a single_choice question with the id helix.")
    twice = next((code for code in codes if codes.count(code) > 1), None)
    if twice:
        raise Invalid("Two questions have the id %(code)s.", code=twice)
    return parts


def settings_of(question: QuestionIn) -> dict[str, Any]:
    """What the type needs to know of a question, as it is kept."""
    scale = question.scale
    found: dict[str, Any] = {
        "least": question.least,
        "most": question.most,
        "total": question.total,
        "step": question.step,
        "min": scale.min if scale else question.min,
        "max": scale.max if scale else question.max,
        "integer": question.integer or None,
        "no_opinion": scale.no_opinion if scale else None,
        "unit": question.unit,
        "low": (scale and scale.low) or question.low,
        "high": (scale and scale.high) or question.high,
        "options_from": "items" if question.options_from == "initiatives" else None,
    }
    return {name: value for name, value in found.items() if value not in (None, {})}


def _read_repeated(section: SectionIn, parts: Parts) -> None:
    for question in section.questions:
        if question.type == LongText.name:
            made = _row(question, kind="item_comment", options=[])
            made.max_length = question.max_length
            parts.questions.append(made)
        elif question.type != "rating_matrix":
            parts.unused.append(f"question {question.id} ({question.type})")


def _read_section(section: SectionIn, document: SurveyFile, parts: Parts, *, is_before: bool) -> None:
    own: list[Question] = []
    for question in section.questions:
        if question.type not in TYPES:
            parts.unused.append(f"question {question.id} ({question.type})")
            continue
        made = _row(question, kind=question.type, options=_options(question, document))
        if question.type in (LongText.name, ShortText.name):
            made.max_length = question.max_length
        if not (is_before and question.type in AT_THE_START and not question.show_if):
            made.section = section.id
            own.append(made)
        parts.questions.append(made)
    if own:
        parts.sections.append(
            Section(
                survey_id=None,  # pyright: ignore[reportArgumentType] -- set when the survey is written
                position=0,
                code=section.id,
                title=section.title,
                text=section.intro,
                is_before=is_before,
            )
        )


def _row(question: QuestionIn, *, kind: str, options: Sequence[OptionIn]) -> Question:
    return Question(
        survey_id=None,  # pyright: ignore[reportArgumentType] -- set when the survey is written
        position=0,
        code=question.id,
        kind=kind,
        required=question.required,
        text=question.text,
        hint=question.hint,
        options=[{"code": option.code, "label": option.label} for option in options],
        settings=settings_of(question),
        show_if=[condition.model_dump(by_alias=True) for condition in question.show_if],
    )


def _options(question: QuestionIn, document: SurveyFile) -> list[OptionIn]:
    if question.options_from == "pillars":
        return [OptionIn(code=pillar.id, label=pillar.label) for pillar in document.pillars]
    return [] if question.options_from else question.options
