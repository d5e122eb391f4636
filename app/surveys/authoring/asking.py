"""Changing the questions of a draft: adding, wording, moving and removing them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from app.core.errors import Conflict, Invalid, NotFound
from app.surveys.authoring.answers import QuestionType
from app.surveys.authoring.choice_types import Allocation, MultipleChoice, Ranking, Rating, RatingSet
from app.surveys.authoring.models import Question, Section, Survey
from app.surveys.authoring.queries import find_question, list_items, list_questions, list_sections, question_type
from app.surveys.authoring.question_types import TYPES, Day, LongText, Number, ShortText
from app.surveys.authoring.rules import region_code
from app.surveys.authoring.texts import put_text

FIXED = ("helix", "region")
"""Asked of everybody: groups and regions are what results are read by."""

LONGEST_TITLE, LONGEST_QUESTION, MOST_OPTIONS = 200, 2000, 300

Typed = Mapping[str, str]


def get_question(session: Session, survey: Survey, code: str) -> Question:
    """The question with this code, or NotFound."""
    question = find_question(session, survey.id, code)
    if question is None or question.kind == "item_comment":
        raise NotFound("There is no such page.")
    return question


def add_question(session: Session, survey: Survey, typed: Typed) -> Question:
    """Add a question of the type chosen, at the end of its page or on a new one. Raises Invalid naming the fields."""
    kind, text = typed.get("kind", ""), typed.get("text", "").strip()
    errors: dict[str, str] = {}
    if kind not in TYPES:
        errors["kind"] = "Choose a type."
    if not text:
        errors["text"] = "Write the question."
    if errors:
        raise Invalid(next(iter(errors.values())), errors)
    section = _section_for(session, survey, typed)
    known = [question.code for question in list_questions(session, survey.id)]
    question = Question(
        survey_id=survey.id,
        position=len(known) + 1,
        code=_free_code(text, known),
        kind=kind,
        required=False,
        text={},
        options=[],
        section=section.code,
        settings=dict(STARTING_SETTINGS.get(kind, {})),
    )
    session.add(question)
    session.flush()
    put_text(session, survey, f"question.{question.code}", survey.default_language, text[:LONGEST_QUESTION])
    return question


def change_question(session: Session, survey: Survey, question: Question, typed: Typed) -> None:
    """Word a question anew, with its options, settings, page and condition. Raises Invalid naming the fields."""
    own, errors = survey.default_language, dict[str, str]()
    text = typed.get("text", "").strip()[:LONGEST_QUESTION]
    if not text:
        errors["text"] = "Write the question."
    settings = _settings(question, typed, own, errors)
    kind = TYPES[question.kind]
    if kind.has_options and "options" in typed and question.settings.get("options_from") != "items":
        question.options = _options(question, typed["options"], survey, errors)
    if errors:
        raise Invalid(next(iter(errors.values())), errors)
    question.settings = settings
    question.required = typed.get("required") == "yes" or question.code in FIXED
    if question.kind in (ShortText.name, LongText.name):
        question.max_length = _whole(typed.get("max_length", "")) or 1000
    hint = typed.get("hint", "").strip()[:LONGEST_QUESTION]
    question.hint = {**question.hint, own: hint} if hint else {}
    put_text(session, survey, f"question.{question.code}", own, text)
    if question.section:
        question.section = _section_for(session, survey, typed).code
        question.show_if = _condition(session, survey, question, typed)
    session.flush()
    fault = question_type(question, list_items(session, survey.id)).fault()
    if fault:
        raise Invalid(fault, {"options": fault % {"code": question.code}}, code=question.code)
    _drop_empty_sections(session, survey)


def remove_question(session: Session, survey: Survey, question: Question) -> None:
    """Take a question out. Raises Conflict for one that every survey asks."""
    if not question.section:
        raise Conflict("Every survey asks this question.")
    session.delete(question)
    session.flush()
    _drop_empty_sections(session, survey)


def move_question(session: Session, survey: Survey, question: Question, *, is_up: bool) -> None:
    """Ask a question before the one before it on its page, or after the one after it."""
    own = [one for one in list_questions(session, survey.id) if one.section == question.section]
    place = own.index(question)
    other = place - 1 if is_up else place + 1
    if 0 <= other < len(own):
        question.position, own[other].position = own[other].position, question.position
        session.flush()


def place_section(session: Session, survey: Survey, code: str, *, is_before: bool) -> None:
    """Ask a page before the items, or after them. Raises NotFound for a page the survey does not have."""
    sections = list_sections(session, survey.id)
    section = next((one for one in sections if one.code == code), None)
    if section is None:
        raise NotFound("There is no such page.")
    section.is_before = is_before
    order = ["", *(one.code for one in sorted(sections, key=lambda one: (not one.is_before, one.position)))]
    # conditions may look at what was asked before, so the questions stand in the order in which people meet them
    questions = sorted(list_questions(session, survey.id), key=lambda one: (order.index(one.section), one.position))
    for position, question in enumerate(questions, start=1):
        question.position = position
    session.flush()


STARTING_SETTINGS: dict[str, dict[str, Any]] = {
    Rating.name: {"min": 1, "max": 5},
    RatingSet.name: {"min": 1, "max": 5},
    Allocation.name: {"total": 100},
}
NUMBERS: dict[str, Sequence[str]] = {
    Rating.name: ("min", "max"),
    RatingSet.name: ("min", "max"),
    MultipleChoice.name: ("least", "most"),
    Ranking.name: ("least", "most"),
    Allocation.name: ("total",),
    Number.name: ("min", "max"),
}
"""The settings of each type that are whole numbers."""


def _settings(question: Question, typed: Typed, own: str, errors: dict[str, str]) -> dict[str, Any]:
    settings = dict(question.settings)
    for name in NUMBERS.get(question.kind, ()):
        text = typed.get(name, "").strip()
        number = _whole(text)
        if text and number is None:
            errors[name] = "Enter a whole number."
        if number is None:
            settings.pop(name, None)
        else:
            settings[name] = number
    if question.kind == Day.name:
        settings |= {name: typed[name].strip()[:10] for name in ("min", "max") if typed.get(name, "").strip()}
    if question.kind == Number.name:
        settings["integer"] = typed.get("integer") == "yes"
    if question.kind in (Rating.name, RatingSet.name):
        settings["no_opinion"] = typed.get("no_opinion") == "yes"
    for name in ("low", "high", "unit"):
        if name in typed:
            word = typed[name].strip()[:LONGEST_TITLE]
            settings[name] = {**settings.get(name, {}), own: word} if word else {}
    return {name: value for name, value in settings.items() if value != {}}


def _options(question: Question, text: str, survey: Survey, errors: dict[str, str]) -> list[dict[str, Any]]:
    """The options, one a line; those whose words were there keep their code and translations."""
    own = survey.default_language
    labels = list(dict.fromkeys(line.strip()[:LONGEST_TITLE] for line in text.splitlines() if line.strip()))
    if not 2 <= len(labels) <= MOST_OPTIONS:
        errors["options"] = "Give 2 to 300 options, one a line."
        return question.options
    known = {option["label"].get(own): option for option in question.options}
    made: list[dict[str, Any]] = []
    for label in labels:
        taken = [str(option["code"]) for option in (*question.options, *made)]
        made.append(known.get(label) or {"code": _free_code(label, taken), "label": {own: label}})
    return made


def _condition(session: Session, survey: Survey, question: Question, typed: Typed) -> list[dict[str, Any]]:
    needs = typed.get("needs", "")
    if needs == "keep":
        return question.show_if
    if not needs:
        return []
    other = find_question(session, survey.id, needs)
    if other is None:
        raise Invalid("There is no such question.", {"needs": "There is no such question."})
    wanted = [part.strip() for part in typed.get("values", "").split(",") if part.strip()]
    labels = {str(option["label"].get(survey.default_language)): str(option["code"]) for option in other.options}
    values = [labels.get(one, one) for one in wanted]
    kind: QuestionType = question_type(other, list_items(session, survey.id))
    unknown = [one for one in values if kind.categories() and one not in kind.categories()]
    if unknown:
        errors = {"values": "The question looked at has no such answer."}
        raise Invalid(errors["values"], errors)
    return [{"question": needs, "is": values}]


def _section_for(session: Session, survey: Survey, typed: Typed) -> Section:
    """The page chosen, or a new one with the title typed. Raises Invalid when neither is."""
    chosen, title = typed.get("section", ""), typed.get("section_title", "").strip()[:LONGEST_TITLE]
    sections = list_sections(session, survey.id)
    for section in sections:
        if section.code == chosen:
            return section
    if not title:
        raise Invalid(
            "Choose a page, or give a new one a title.", {"section_title": "Choose a page, or give a new one a title."}
        )
    section = Section(
        survey_id=survey.id,
        position=len(sections) + 1,
        code=_free_code(title, [one.code for one in sections]),
        title={survey.default_language: title},
        text={},
    )
    session.add(section)
    session.flush()
    return section


def _drop_empty_sections(session: Session, survey: Survey) -> None:
    used = {question.section for question in list_questions(session, survey.id)}
    for section in list_sections(session, survey.id):
        if section.code not in used:
            session.delete(section)
    session.flush()


def _free_code(text: str, taken: Sequence[str]) -> str:
    words = " ".join(text.split()[:4])
    return region_code(words, [code.upper() for code in taken]).lower()


def _whole(text: str) -> int | None:
    text = text.strip()
    return int(text) if re.fullmatch(r"-?[0-9]{1,6}", text, re.ASCII) else None
