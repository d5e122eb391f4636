"""Giving ideas in the browser. Every page works without a script; GET shows, POST acts; only one's own are shown."""

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import Anyone
from app.core.catalogues import translate
from app.core.errors import Locked, NotFound
from app.core.tags import language_name
from app.core.words import pick, picked_language
from app.surveys.answering.thanking import send_answers
from app.surveys.answering.visits import (
    Visit,
    answering_address,
    answers_of,
    find_visit,
    form_for,
    read_page,
    spoken_language,
    survey_language,
    write_saves,
)
from app.surveys.authoring.queries import get_survey_by_slug
from app.surveys.authoring.rules import answer_code
from app.surveys.ideas.pages import idea_rows
from app.surveys.ideas.rules import LONGEST, MOST_IDEAS, idea_key
from app.surveys.rounds.queries import is_over
from app.web.deps import ReadingSessionDep, SessionDep
from app.web.forms import FormDep, Typed
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import path_to, redirect, render

router = APIRouter(prefix="/s/{slug}/ideas", tags=["answering"], dependencies=[Anyone])

FOLDER = "surveys/ideas"
WRITTEN = ("title", "summary", "first_step")
NO_TITLE = "Give your idea a title."
NO_IDEA = "Write at least one idea before you send."


@router.get("")
def ideas_page(request: Request, session: SessionDep, slug: str) -> Response:
    """Somebody's own ideas, to change, remove, and send."""
    visit = _find_visit(request, session, slug)
    if visit is None or visit.response.submitted_on:
        return redirect(request, "survey_start", slug=slug)
    return _list_page(request, session, visit, {})


@router.post("/submission", dependencies=[OwnForm])
def submit_ideas(request: Request, session: SessionDep, slug: str) -> Response:
    """Send the ideas; sending twice is one submission."""
    visit = _find_visit(request, session, slug)
    if visit is None:
        return redirect(request, "survey_start", slug=slug)
    rows = idea_rows(session, visit.survey, visit.respondent, language_of(request))
    errors: dict[str, str] = {}
    if not rows and not visit.response.submitted_on:
        errors["write"] = NO_IDEA
        return _list_page(request, session, visit, errors)
    send_answers(session, visit.response.id, visit.tokens, request.app.state.settings)
    return redirect(request, "survey_done", slug=slug)


@router.get("/{number}")
def idea_page(request: Request, session: SessionDep, slug: str, number: int) -> Response:
    """One idea to write."""
    visit = _find_visit(request, session, slug, number)
    if visit is None or visit.response.submitted_on:
        return redirect(request, "survey_start", slug=slug)
    return _idea_page(request, session, visit, number, {}, {})


@router.post("/{number}", dependencies=[OwnForm])
def save_idea(request: Request, session: ReadingSessionDep, slug: str, number: int, typed: FormDep) -> Response:
    """Save everything on the page and go on; what cannot be saved is shown again as typed."""
    visit = _find_visit(request, session, slug, number)
    if visit is None:
        return redirect(request, "survey_start", slug=slug)
    key = idea_key(number)
    typed = {name: text.replace("\r\n", "\n").strip() for name, text in typed.items()}
    is_empty = not any(typed.get(answer_code(key, part)) for part in WRITTEN)
    if is_empty:
        # the language of nothing
        typed.pop(answer_code(key, "language"), None)
    saves, faults = read_page(form_for(session, visit), key, visit, typed)
    for code, refusal in write_saves(request, session, saves).items():
        faults[code] = refusal.message
    title = answer_code(key, "title")
    if not is_empty and not typed.get(title) and title not in faults:
        faults[title] = NO_TITLE
    if faults:
        visit = _find_visit(request, session, slug, number)
        if visit is None:
            return redirect(request, "survey_start", slug=slug)
        return _idea_page(request, session, visit, number, typed, faults)
    return redirect(request, "ideas_page", slug=slug)


@router.post("/{number}/removal", dependencies=[OwnForm])
def remove_idea(request: Request, session: SessionDep, slug: str, number: int) -> Response:
    """Take an idea back: nothing of its words is kept. Raises Locked once the ideas are sent or the round is closed."""
    visit = _find_visit(request, session, slug, number)
    if visit is None:
        return redirect(request, "survey_start", slug=slug)
    session.refresh(visit.response, with_for_update=True)
    if visit.response.submitted_on or is_over(visit.current):
        raise Locked("Your answers are sent and cannot change any more.")
    for code, answer in answers_of(session, visit).items():
        if code.startswith(f"{idea_key(number)}."):
            answer.text, answer.rev = "", answer.rev + 1
    return redirect(request, "ideas_page", slug=slug)


def _find_visit(request: Request, session: Session, slug: str, number: int = 1) -> Visit | None:
    """The visit in a round of ideas; None in any other, and before somebody has begun. Raises NotFound, Locked."""
    if not 1 <= number <= MOST_IDEAS:
        raise NotFound("There is no such page.")
    visit = find_visit(request, session, get_survey_by_slug(session, slug))
    return visit if visit and visit.current.is_for_ideas else None


def _list_page(request: Request, session: Session, visit: Visit, errors: dict[str, str]) -> Response:
    survey = visit.survey
    spoken_language(request, survey)
    rows = idea_rows(session, survey, visit.respondent, language_of(request))
    free = sorted({*range(1, MOST_IDEAS + 1)} - {row["number"] for row in rows})
    return render(
        request,
        f"{FOLDER}/list.html",
        status=422 if errors else 200,
        slug=survey.slug,
        survey=survey,
        ideas=rows,
        free=free[0] if free else None,
        most=MOST_IDEAS,
        errors={name: translate(language_of(request), sentence) for name, sentence in errors.items()},
    )


def _idea_page(
    request: Request, session: Session, visit: Visit, number: int, typed: Typed, faults: dict[str, str]
) -> Response:
    survey = visit.survey
    spoken = spoken_language(request, survey)
    language = language_of(request)
    answers, address = answers_of(session, visit), answering_address(request, visit)
    errors = {code: translate(language, sentence) for code, sentence in faults.items()}
    parts: dict[str, dict[str, Any]] = {}
    for part, longest in LONGEST.items():
        code = answer_code(idea_key(number), part)
        kept = answers.get(code)
        parts[part] = {
            "code": code,
            "url": f"{address}/answers/{code}",
            "value": typed.get(code, (kept.text or "") if kept else ""),
            "rev": kept.rev if kept else 0,
            "max_length": longest,
            "fault": errors.get(code, ""),
        }
    return render(
        request,
        f"{FOLDER}/idea.html",
        status=422 if faults else 200,
        slug=survey.slug,
        survey=survey,
        number=number,
        most=MOST_IDEAS,
        question=pick(survey.idea_question, spoken, survey.default_language),
        question_language=picked_language(survey.idea_question, spoken, survey.default_language),
        parts=parts,
        written_in=parts["language"]["value"] or survey_language(request, survey),
        tongues=[(tag, language_name(tag)) for tag in survey.languages],
        answers_url=f"{address}/answers",
        next_url=path_to(request, "ideas_page", slug=survey.slug),
        has_answers=any(part["rev"] for part in parts.values()),
        errors=errors,
    )
