"""The questions of a survey in the browser: a list, and a page for each."""

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.core.catalogues import translate
from app.core.errors import Invalid
from app.core.words import pick
from app.surveys.authoring.asking import (
    FIXED,
    NUMBERS,
    add_question,
    change_question,
    get_question,
    move_question,
    place_section,
    remove_question,
)
from app.surveys.authoring.drafting import change_draft, get_changeable_survey
from app.surveys.authoring.models import Question, Survey
from app.surveys.authoring.pages import ITEM_WORDS
from app.surveys.authoring.queries import list_items, list_questions, list_sections, options_of
from app.surveys.authoring.question_types import TYPES
from app.surveys.authoring.routes import MakerDep, step_page
from app.web.deps import SessionDep
from app.web.forms import FormDep, Typed, revision_in
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect

router = APIRouter(tags=["authoring"])

KIND_WORDS = {
    "single_choice": "One of several options",
    "multiple_choice": "Several options",
    "rating": "Rating on a scale",
    "rating_set": "Several things on one scale",
    "ranking": "Order of the first few",
    "allocation": "Points to share out",
    "best_worst": "The most and the least important",
    "short_text": "Short text",
    "long_text": "Long text",
    "number": "Number",
    "date": "Day",
    "email": "E-mail address, kept apart",
    "consent": "Consent",
    "note": "Text to read",
}


@router.get("/surveys/{slug}/build/questions")
def questions_step(request: Request, session: SessionDep, actor: MakerDep, slug: str) -> Response:
    """Every question beside the rating, page by page."""
    return _list_page(request, session, get_changeable_survey(session, actor, slug), {}, {})


@router.post("/surveys/{slug}/build/questions", dependencies=[OwnForm])
def create_question(request: Request, session: SessionDep, actor: MakerDep, slug: str, typed: FormDep) -> Response:
    """Add a question, and go to its page."""
    survey = get_changeable_survey(session, actor, slug)
    try:
        with session.begin_nested():
            change_draft(session, actor, survey, revision_in(typed))
            question = add_question(session, survey, typed)
    except Invalid as refusal:
        return _list_page(request, session, survey, typed, refusal.errors)
    return redirect(request, "question_page", slug=slug, code=question.code)


@router.get("/surveys/{slug}/build/questions/{code}")
def question_page(request: Request, session: SessionDep, actor: MakerDep, slug: str, code: str) -> Response:
    """One question to word."""
    survey = get_changeable_survey(session, actor, slug)
    return _question_page(request, session, survey, get_question(session, survey, code), {}, {})


@router.post("/surveys/{slug}/build/questions/{code}", dependencies=[OwnForm])
def save_question(
    request: Request, session: SessionDep, actor: MakerDep, slug: str, code: str, typed: FormDep
) -> Response:
    """Keep a question as it is worded now."""
    survey = get_changeable_survey(session, actor, slug)
    question = get_question(session, survey, code)
    try:
        with session.begin_nested():
            change_draft(session, actor, survey, revision_in(typed))
            change_question(session, survey, question, typed)
    except Invalid as refusal:
        session.refresh(question)
        return _question_page(request, session, survey, question, typed, refusal.errors)
    return redirect(request, "questions_step", slug=slug)


@router.post("/surveys/{slug}/build/questions/{code}/removal", dependencies=[OwnForm])
def delete_question(
    request: Request, session: SessionDep, actor: MakerDep, slug: str, code: str, typed: FormDep
) -> Response:
    """Take a question out of the draft."""
    survey = get_changeable_survey(session, actor, slug)
    change_draft(session, actor, survey, revision_in(typed))
    remove_question(session, survey, get_question(session, survey, code))
    return redirect(request, "questions_step", slug=slug)


@router.post("/surveys/{slug}/build/questions/{code}/place", dependencies=[OwnForm])
def place_question(
    request: Request, session: SessionDep, actor: MakerDep, slug: str, code: str, typed: FormDep
) -> Response:
    """Ask a question earlier or later on its page."""
    survey = get_changeable_survey(session, actor, slug)
    change_draft(session, actor, survey, revision_in(typed))
    move_question(session, survey, get_question(session, survey, code), is_up=typed.get("direction") == "up")
    return redirect(request, "questions_step", slug=slug)


@router.post("/surveys/{slug}/build/sections/{code}/place", dependencies=[OwnForm])
def place_page(
    request: Request, session: SessionDep, actor: MakerDep, slug: str, code: str, typed: FormDep
) -> Response:
    """Ask a page before the initiatives, or after them."""
    survey = get_changeable_survey(session, actor, slug)
    change_draft(session, actor, survey, revision_in(typed))
    place_section(session, survey, code, is_before=typed.get("place") == "before")
    return redirect(request, "questions_step", slug=slug)


def _list_page(request: Request, session: Session, survey: Survey, typed: Typed, errors: dict[str, str]) -> Response:
    language = language_of(request)
    questions = [one for one in list_questions(session, survey.id) if one.kind != "item_comment"]
    sections = list_sections(session, survey.id)
    pages = [("", translate(language, "Start page"), False)]
    pages += [
        (one.code, pick(one.title, language, survey.default_language), one.is_before)
        for one in sorted(sections, key=lambda one: (not one.is_before, one.position))
    ]
    return step_page(
        request,
        survey,
        "questions",
        typed=typed,
        errors=errors,
        pages=[
            {
                "code": code,
                "title": title,
                "is_before": is_before,
                "questions": [_line(one, survey, language) for one in questions if one.section == code],
            }
            for code, title, is_before in pages
        ],
        items_word=translate(language, ITEM_WORDS[survey.item_kind]),
        items=len(list_items(session, survey.id)),
        sections=[(code, title) for code, title, _ in pages[1:]],
        kinds=[(kind, translate(language, word)) for kind, word in KIND_WORDS.items()],
    )


def _line(question: Question, survey: Survey, language: str) -> dict[str, Any]:
    return {
        "code": question.code,
        "text": pick(question.text, language, survey.default_language),
        "kind": translate(language, KIND_WORDS[question.kind]),
        "required": question.required,
        "is_conditional": bool(question.show_if),
        "is_movable": bool(question.section),
    }


def _question_page(
    request: Request, session: Session, survey: Survey, question: Question, typed: Typed, errors: dict[str, str]
) -> Response:
    language, own = language_of(request), survey.default_language
    items = list_items(session, survey.id)
    saved = {
        "text": question.text.get(own, ""),
        "hint": question.hint.get(own, ""),
        "options": "\n".join(str(option["label"].get(own, option["code"])) for option in question.options),
        "section": question.section,
        "section_title": "",
        "required": "yes" if question.required else "",
        "max_length": str(question.max_length or ""),
        "integer": "yes" if question.settings.get("integer") else "",
        "no_opinion": "yes" if question.settings.get("no_opinion", True) else "",
        **{name: str(question.settings.get(name, "")) for name in ("min", "max", "least", "most", "total")},
        **{name: question.settings.get(name, {}).get(own, "") for name in ("low", "high", "unit")},
    }
    earlier = [
        (one.code, pick(one.text, language, own)[:80])
        for one in list_questions(session, survey.id)
        if one.position < question.position and TYPES.get(one.kind) and TYPES[one.kind].is_answered
    ]
    condition = question.show_if[0] if len(question.show_if) == 1 else None
    wanted: list[str] = condition["is"] if condition else []
    labels = {
        str(option["code"]): str(pick(option["label"], language, own))
        for one in list_questions(session, survey.id)
        if condition and one.code == condition["question"]
        for option in options_of(one, items)
    }
    return step_page(
        request,
        survey,
        "question",
        errors=errors,
        question=question,
        kind=translate(language, KIND_WORDS[question.kind]),
        has_options=TYPES[question.kind].has_options and question.settings.get("options_from") != "items",
        numbers=NUMBERS.get(question.kind, ()),
        sections=[(one.code, pick(one.title, language, own)) for one in list_sections(session, survey.id)],
        earlier=earlier,
        needs=typed.get("needs", condition["question"] if condition else ""),
        values=typed.get("values", ", ".join(labels.get(one, one) for one in wanted)),
        has_more_conditions=len(question.show_if) > 1,
        values_of=saved | typed if not typed else saved | {"required": "", "integer": "", "no_opinion": ""} | typed,
        is_fixed=question.code in FIXED,
    )
