"""Checking, sending and keeping the answers in the browser."""

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import Anyone
from app.auth.throttle import Limit, count_by_client
from app.core.catalogues import translate
from app.core.errors import Invalid
from app.core.words import pick
from app.surveys.answering import service
from app.surveys.answering.flow import Stop, missing_answers, stops_for, way_of
from app.surveys.answering.pages import answer_rows
from app.surveys.answering.queries import form_of
from app.surveys.answering.questions import given_text
from app.surveys.answering.sitting import forget_beginning, minutes_since
from app.surveys.answering.thanking import send_answers
from app.surveys.answering.tokens import receipt_code
from app.surveys.answering.visits import Visit, answers_of, find_visit, items_for, spoken_language
from app.surveys.authoring.contents import contents_of
from app.surveys.authoring.queries import get_survey_by_slug, options_of
from app.surveys.ideas.pages import idea_rows
from app.surveys.release.queries import are_results_public
from app.surveys.release.requesting import ask_for_results
from app.surveys.rounds.queries import is_over
from app.surveys.rounds.rules import asked_in
from app.web.deps import ReadingSessionDep, SessionDep
from app.web.forms import FormDep
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(tags=["answering"], dependencies=[Anyone])

FOLDER = "surveys/answering"
RESULTS_BY_CLIENT = Limit("results client", 30)
"""By machine, as elsewhere: a count by response would tell when somebody was here."""


@router.get("/s/{slug}/check")
def survey_check(request: Request, session: SessionDep, slug: str) -> Response:
    """All answers before they are sent, open ones first."""
    survey = get_survey_by_slug(session, slug)
    visit = find_visit(request, session, survey)
    if visit is None or visit.response.submitted_on or visit.current.is_for_ideas:
        return redirect(request, "survey_start", slug=slug)
    return _check_page(request, session, visit)


def _check_page(request: Request, session: Session, visit: Visit, errors: dict[str, str] | None = None) -> Response:
    survey, slug = visit.survey, visit.survey.slug
    rows = answer_rows_of(request, session, visit)
    parts, form, _ = way_of(session, visit)
    done = sum(not row["is_open"] for row in rows)
    left = len(asked_in(visit.current.item_codes, form_of(session, survey.id).items)) - len(rows)
    more = min(left, survey.items_per_person or 0) if done == len(rows) else 0
    return render(
        request,
        f"{FOLDER}/check.html",
        status=422 if errors else 200,
        slug=slug,
        rows=rows,
        sections=section_answers_of(request, session, visit),
        done=done,
        back_url=stops_for(parts, form)[-1].url(request, slug),
        more=more,
        errors=errors or {},
    )


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
    if visit is None or visit.current.is_for_ideas:
        return redirect(request, "survey_start", slug=slug)
    parts, form, answers = way_of(session, visit)
    missing = [] if visit.response.submitted_on else missing_answers(parts, form, answers)
    if missing:
        language = spoken_language(request, survey)
        sentence = translate(language, "Answer this question before you send.")
        errors = {one.code: f"{pick(one.text, language, survey.default_language)}: {sentence}" for one in missing}
        return _check_page(request, session, visit, errors)
    minutes = minutes_since(request, slug, visit.current.id)
    send_answers(session, visit.response.id, visit.tokens, request.app.state.settings, minutes=minutes)
    response = redirect(request, "survey_done", slug=slug)
    forget_beginning(request, response, slug)
    return response


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
    return _done_page(request, session, slug)


@router.post("/s/{slug}/results/request", dependencies=[OwnForm])
def request_results(request: Request, session: ReadingSessionDep, slug: str, typed: FormDep) -> Response:
    """Keep an address for the results, apart from the answers of whoever typed it."""
    survey = get_survey_by_slug(session, slug)
    visit = find_visit(request, session, survey, is_past_welcome=True)
    if visit is None or not visit.response.submitted_on:
        return redirect(request, "survey_start", slug=slug)
    state, address = request.app.state, typed.get("address", "")
    count_by_client(request, RESULTS_BY_CLIENT)
    try:
        ask_for_results(state.engine, survey.id, address, language_of(request))
    except Invalid as refusal:
        errors = {name: translate(language_of(request), sentence) for name, sentence in refusal.errors.items()}
        return _done_page(request, session, slug, address=address[:254], errors=errors)
    return redirect(request, "survey_done", slug=slug, query="asked=1")


def _done_page(
    request: Request, session: Session, slug: str, *, address: str = "", errors: dict[str, str] | None = None
) -> Response:
    survey = get_survey_by_slug(session, slug)
    visit = find_visit(request, session, survey, is_past_welcome=True)
    if visit is None or not visit.response.submitted_on:
        return redirect(request, "survey_start", slug=slug)
    secret = request.app.state.settings.secret_key
    receipt = receipt_code(secret, visit.response.id, visit.respondent.token_hash or "")
    thanks = pick(survey.thank_you, spoken_language(request, survey), survey.default_language)
    return render(
        request,
        f"{FOLDER}/done.html",
        status=422 if errors else 200,
        slug=slug,
        survey=survey,
        receipt=receipt,
        thank_you=thanks.replace("{code}", receipt),
        is_open=not is_over(visit.current),
        may_read_feedback=visit.current.number > 1 or visit.current.closed_at is not None,
        personal_link=f"{request.app.state.settings.address}/i/{visit.tokens[0]}",
        rows=answer_rows_of(request, session, visit),
        sections=section_answers_of(request, session, visit),
        is_for_ideas=visit.current.is_for_ideas,
        are_results_public=are_results_public(session, survey.id),
        has_asked=request.query_params.get("asked") == "1",
        address=address,
        errors=errors or {},
        ideas=idea_rows(session, survey, visit.respondent, language_of(request)) if visit.current.is_for_ideas else [],
    )


def answer_rows_of(request: Request, session: Session, visit: Visit) -> list[dict[str, Any]]:
    """Every initiative somebody is asked about with their answers in words, open ones first."""
    survey = visit.survey
    rows = answer_rows(
        items_for(session, visit),
        contents_of(session, survey).criteria,
        answers_of(session, visit),
        survey,
        spoken_language(request, survey),
    )
    for row in rows:
        row["url"] = Stop(position=row["position"]).url(request, survey.slug, "from=check")
    return rows


def section_answers_of(request: Request, session: Session, visit: Visit) -> list[dict[str, Any]]:
    """The sections this person was asked, each with its questions and what was said."""
    survey = visit.survey
    language = spoken_language(request, survey)
    parts, form, answers = way_of(session, visit)
    items = contents_of(session, survey).items
    return [
        {
            "title": pick(part.section.title, language, survey.default_language),
            "url": Stop(section=part.section.code).url(request, survey.slug, "from=check"),
            "answers": [
                {
                    "code": one.code,
                    "label": pick(one.text, language, survey.default_language),
                    "text": given_text(one, answers.get(one.code), form, options_of(one, items), survey, language),
                    "is_open": one.code not in answers,
                }
                for one in part.questions
                if one.code in form.questions
            ],
        }
        for part in parts
    ]
