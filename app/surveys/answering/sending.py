"""Checking, sending and keeping the answers in the browser."""

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import Anyone
from app.core.words import pick
from app.surveys.answering import service
from app.surveys.answering.pages import answer_rows
from app.surveys.answering.queries import form_of
from app.surveys.answering.tokens import receipt_code
from app.surveys.answering.visits import Visit, answers_of, find_visit, items_for
from app.surveys.authoring.queries import get_survey_by_slug, list_criteria
from app.surveys.rounds.queries import is_over
from app.surveys.rounds.rules import asked_in
from app.web.deps import SessionDep
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(tags=["answering"], dependencies=[Anyone])

FOLDER = "surveys/answering"


@router.get("/s/{slug}/check")
def survey_check(request: Request, session: SessionDep, slug: str) -> Response:
    """All answers before they are sent, open ones first."""
    survey = get_survey_by_slug(session, slug)
    visit = find_visit(request, session, survey)
    if visit is None or visit.response.submitted_on:
        return redirect(request, "survey_start", slug=slug)
    rows = _answer_rows(request, session, visit)
    last = str(request.app.url_path_for("survey_item", slug=slug, position=len(rows)))
    done = sum(not row["is_open"] for row in rows)
    left = len(asked_in(visit.current.item_codes, form_of(session, survey.id).items)) - len(rows)
    more = min(left, survey.items_per_person or 0) if done == len(rows) else 0
    return render(request, f"{FOLDER}/check.html", slug=slug, rows=rows, done=done, back_url=last, more=more)


@router.post("/s/{slug}/more", dependencies=[OwnForm])
def ask_for_more(request: Request, session: SessionDep, slug: str) -> Response:
    """Rate more initiatives than one was asked about."""
    survey = get_survey_by_slug(session, slug)
    visit = find_visit(request, session, survey)
    if visit is None or visit.response.submitted_on:
        return redirect(request, "survey_start", slug=slug)
    first = len(items_for(session, visit)) + 1
    if not service.ask_for_more(session, survey, visit.response, visit.respondent):
        return redirect(request, "survey_check", slug=slug)
    return redirect(request, "survey_item", slug=slug, position=first)


@router.post("/s/{slug}/submission", dependencies=[OwnForm])
def submit_survey(request: Request, session: SessionDep, slug: str) -> Response:
    """Send the answers; sending twice is one submission."""
    survey = get_survey_by_slug(session, slug)
    visit = find_visit(request, session, survey)
    if visit is None:
        return redirect(request, "survey_start", slug=slug)
    service.submit_response(session, visit.response.id, visit.tokens, secret=request.app.state.settings.secret_key)
    return redirect(request, "survey_done", slug=slug)


@router.post("/s/{slug}/reopening", dependencies=[OwnForm])
def reopen_survey(request: Request, session: SessionDep, slug: str) -> Response:
    """Take sent answers back to change them."""
    survey = get_survey_by_slug(session, slug)
    visit = find_visit(request, session, survey)
    if visit is None:
        return redirect(request, "survey_start", slug=slug)
    service.reopen_response(session, visit.response.id, visit.tokens)
    return redirect(request, "survey_check", slug=slug)


@router.get("/s/{slug}/done")
def survey_done(request: Request, session: SessionDep, slug: str) -> Response:
    """The receipt and what happens next; it still works from a bookmark next week."""
    survey = get_survey_by_slug(session, slug)
    visit = find_visit(request, session, survey, is_past_welcome=True)
    if visit is None or not visit.response.submitted_on:
        return redirect(request, "survey_start", slug=slug)
    secret = request.app.state.settings.secret_key
    receipt = receipt_code(secret, visit.response.id, visit.respondent.token_hash or "")
    thanks = pick(survey.thank_you, language_of(request), survey.default_language)
    return render(
        request,
        f"{FOLDER}/done.html",
        slug=slug,
        survey=survey,
        receipt=receipt,
        thank_you=thanks.replace("{code}", receipt),
        is_open=not is_over(visit.current),
        may_read_feedback=visit.current.number > 1 or visit.current.closed_at is not None,
        personal_link=f"{request.app.state.settings.address}/i/{visit.tokens[0]}",
        rows=_answer_rows(request, session, visit),
    )


def _answer_rows(request: Request, session: Session, visit: Visit) -> list[dict[str, Any]]:
    survey = visit.survey
    rows = answer_rows(
        items_for(session, visit),
        list_criteria(session, survey.id),
        answers_of(session, visit),
        survey,
        language_of(request),
    )
    for row in rows:
        row["url"] = str(request.app.url_path_for("survey_item", slug=survey.slug, position=row["position"]))
    return rows
