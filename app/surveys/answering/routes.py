"""Answering in the browser. Every page works without a script; GET shows, POST acts."""

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import Anyone
from app.core.catalogues import translate
from app.core.errors import Invalid, NotFound
from app.core.tokens import hash_token
from app.surveys.answering import service
from app.surveys.answering.differing import differs
from app.surveys.answering.flow import (
    first_stop,
    go_to,
    next_open,
    section_rows,
    way_of,
)
from app.surveys.answering.models import Respondent
from app.surveys.answering.notice import consent_of, notice_of, shown_text
from app.surveys.answering.pages import (
    overview_rows,
    question_views,
    shown_in,
)
from app.surveys.answering.queries import (
    find_latest_answers,
    find_respondent,
    find_survey_of_token,
    form_of,
)
from app.surveys.answering.rules import (
    TOKEN_COOKIE,
    Progress,
    minutes_left,
)
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.service import Consent
from app.surveys.answering.sitting import note_beginning
from app.surveys.answering.visits import (
    FIRST_CHOICE,
    find_visit,
    first_choice,
    items_for,
    own_tokens,
    prefilled,
    spoken_language,
    survey_language,
    token_of,
)
from app.surveys.authoring.contents import contents_of
from app.surveys.authoring.idea_round import asked_questions
from app.surveys.authoring.models import Survey
from app.surveys.authoring.pages import ITEM_WORDS
from app.surveys.authoring.queries import (
    get_survey,
    get_survey_by_slug,
)
from app.surveys.ideas.queries import list_own_ideas
from app.surveys.ideas.rules import MINUTES_FOR_IDEAS, MOST_IDEAS
from app.surveys.release.queries import are_results_public
from app.surveys.rounds.models import Invitation
from app.surveys.rounds.queries import find_invitation, find_last_round, find_open_round, get_round
from app.surveys.rounds.realtime import so_far
from app.surveys.rounds.rules import asked_in
from app.web.cookieless import kept_token
from app.web.deps import SessionDep
from app.web.forms import FormDep
from app.web.language import LANGUAGE_COOKIE
from app.web.security import VISIT_COOKIE, OwnForm, get_cookie, set_cookie
from app.web.templating import path_to, redirect, render

router = APIRouter(tags=["answering"], dependencies=[Anyone])

FOLDER = "surveys/answering"
DEAD_LINK = "This link does not work. Check that it is complete, or ask for a new one."


@router.get("/i/{token}")
def personal_link(request: Request, session: SessionDep, token: str) -> Response:
    """Recognise a personal link: keep its token in a cookie and go to the survey. Nothing else happens."""
    survey_id = find_survey_of_token(session, token)
    if survey_id is None:
        raise NotFound(DEAD_LINK)
    survey = get_survey(session, survey_id)
    query = _query(_first_choice(request, survey))
    if get_cookie(request, TOKEN_COOKIE + survey.slug) == token:
        return redirect(request, "survey_start", slug=survey.slug, query=query)
    # with the token in the address, until a browser has shown that it keeps the cookie
    request.state.kept_token = token
    response = redirect(request, "survey_start", slug=survey.slug, query=query)
    set_cookie(request, response, TOKEN_COOKIE + survey.slug, token)
    invitation = find_invitation(session, token)
    if invitation and invitation.language and not get_cookie(request, LANGUAGE_COOKIE):
        # the language of the mail, until they choose another
        set_cookie(request, response, LANGUAGE_COOKIE, invitation.language)
    return response


@router.get("/s/{slug}")
def survey_start(request: Request, session: SessionDep, slug: str) -> Response:
    """The beginning of a survey, or the page where this person left off."""
    survey = get_survey_by_slug(session, slug)
    if kept_token(request) and get_cookie(request, TOKEN_COOKIE + slug) == kept_token(request):
        request.state.kept_token = ""
        return redirect(request, "survey_start", slug=slug, query=request.url.query)
    if find_open_round(session, survey.id) is None:
        return _closed(request, session, survey)
    visit = find_visit(request, session, survey)
    if visit is None:
        return _start_page(
            request, session, survey, prefilled(request, session, survey), _first_choice(request, survey), {}
        )
    if visit.response.submitted_on:
        return redirect(request, "survey_done", slug=slug)
    if visit.current.is_for_ideas:
        return redirect(request, "ideas_page", slug=slug)
    parts, form, answered = way_of(session, visit)
    return go_to(
        request,
        slug,
        next_open(parts, form, answered),
        query="welcome=1" if answered else _query(_first_choice(request, survey)),
    )


@router.post("/s/{slug}", dependencies=[OwnForm])
def start_survey(request: Request, session: SessionDep, slug: str, typed: FormDep) -> Response:
    """Consent and begin; a form that is not complete is shown again as it was filled in."""
    survey = get_survey_by_slug(session, slug)
    kept = token_of(request, slug)
    tokens = own_tokens(request, slug)
    invitation = find_invitation(session, kept) if kept else None
    known = find_respondent(session, survey.id, tokens) if tokens else None
    questions = [q for q in contents_of(session, survey).questions if q.kind == "single_choice"]
    chosen = {q.code: typed.get(q.code, "")[:64] for q in questions}
    language = survey_language(request, survey)
    choice = first_choice(survey, typed.get(FIRST_CHOICE, ""))
    try:
        if typed.get("consent") != "yes":
            raise Invalid("Press the button to agree and begin.", {"start": "Press the button to agree and begin."})
        start = StartIn(
            consent=True,
            helix=known.helix if known else chosen.get("helix", ""),
            region=known.region if known else chosen.get("region", ""),
            language=language,
            choices={code: value for code, value in chosen.items() if value and code not in ("helix", "region")},
        )
        given, token = service.start_response(
            session,
            survey,
            start,
            consent=Consent(language, shown_text(survey, contents_of(session, survey).questions, language)),
            invitation=invitation,
            token=_token_to_begin(tokens, invitation, known),
        )
    except Invalid as fault:
        return _start_page(request, session, survey, chosen, choice, fault.errors, status=422)
    if not get_cookie(request, VISIT_COOKIE):
        request.state.kept_token = kept if invitation else token
    response = (
        redirect(request, "idea_page", slug=slug, number=1)
        if get_round(session, given.round_id).is_for_ideas
        else go_to(request, slug, first_stop(session, survey, given), query=_query(choice))
    )
    # who came by a personal link keeps that one: it opens the same answers on any device
    set_cookie(request, response, TOKEN_COOKIE + slug, kept if invitation else token)
    note_beginning(request, response, slug, given.round_id)
    return response


@router.get("/s/{slug}/all")
def survey_overview(request: Request, session: SessionDep, slug: str) -> Response:
    """Every initiative with how far it is answered."""
    survey = get_survey_by_slug(session, slug)
    visit = find_visit(request, session, survey)
    if visit is None or visit.current.is_for_ideas:
        return redirect(request, "survey_start", slug=slug)
    parts, form, answers = way_of(session, visit)
    rows = overview_rows(items_for(session, visit), form, answers, survey, spoken_language(request, survey))
    own = find_latest_answers(session, visit.respondent.id)
    told = so_far(session, survey, visit.current) if survey.is_real_time else visit.current.feedback
    differing = {row["code"] for row in rows if differs(row["code"], form.criteria, own, told)}
    is_filtered = request.query_params.get("show") == "differ"
    total, done = len(rows), sum(row["state"] == Progress.DONE for row in rows)
    rows = [row for row in rows if not is_filtered or row["code"] in differing]
    for row in rows:
        row["url"] = path_to(request, "survey_item", slug=slug, position=row["position"])
    return render(
        request,
        f"{FOLDER}/all.html",
        slug=slug,
        rows=rows,
        sections=[] if is_filtered else section_rows(request, parts, form, answers, survey),
        total=total,
        done=done,
        differing=len(differing),
        is_filtered=is_filtered,
        has_feedback=bool(told),
        may_read_feedback=visit.current.number > 1,
        may_read_ideas=visit.current.number == 1 and bool(list_own_ideas(session, visit.respondent)),
    )


def _first_choice(request: Request, survey: Survey) -> int | None:
    """The number chosen in the invitation, if the address names one."""
    return first_choice(survey, request.query_params.get(FIRST_CHOICE, ""))


def _query(choice: int | None) -> str:
    return "" if choice is None else f"{FIRST_CHOICE}={choice}"


def _token_to_begin(tokens: tuple[str, ...], invitation: Invitation | None, known: Respondent | None) -> str:
    """The token to begin under: their own for those who have begun, one made from the invitation's, or a new one."""
    if known:
        return next(token for token in tokens if hash_token(token) in (known.token_hash, known.second_token_hash))
    return tokens[1] if invitation else ""


def _start_page(
    request: Request,
    session: Session,
    survey: Survey,
    chosen: dict[str, str],
    choice: int | None,
    errors: dict[str, str],
    *,
    status: int = 200,
) -> Response:
    language = spoken_language(request, survey)
    form = form_of(session, survey.id)
    current = find_open_round(session, survey.id)
    is_for_ideas = current is not None and current.is_for_ideas
    asked = len(asked_in(current.item_codes if current else None, form.items))
    total = min(survey.items_per_person or asked, asked)
    questions = asked_questions(session, survey) if is_for_ideas else contents_of(session, survey).questions
    tokens = own_tokens(request, survey.slug)
    known = find_respondent(session, survey.id, tokens) if tokens else None
    return render(
        request,
        f"{FOLDER}/start.html",
        status=status,
        slug=survey.slug,
        survey=survey,
        first_choice=choice,
        total=total,
        items_word=translate(language, ITEM_WORDS[survey.item_kind]),
        minutes=MINUTES_FOR_IDEAS if is_for_ideas else minutes_left(total, len(form.criteria)),
        most_ideas=MOST_IDEAS if is_for_ideas else 0,
        may_read_ideas=not is_for_ideas and known is not None and bool(list_own_ideas(session, known)),
        notices=notice_of(survey, questions, language),
        consent=consent_of(survey, questions, language),
        shown_in=shown_in([survey.title, survey.introduction, *(q.text for q in questions)], survey, language),
        questions=question_views(questions, chosen, _translated(errors, language), survey, language),
        errors=_translated(errors, language),
    )


def _closed(request: Request, session: Session, survey: Survey) -> Response:
    spoken_language(request, survey)
    last = find_last_round(session, survey.id)
    closed_at = (last.closed_at or last.closes_at) if last else None
    return render(
        request,
        f"{FOLDER}/closed.html",
        slug=survey.slug,
        survey=survey,
        closed_at=closed_at,
        is_for_ideas=last is not None and last.is_for_ideas,
        may_read_own=last is not None and bool(own_tokens(request, survey.slug)),
        are_results_public=are_results_public(session, survey.id),
    )


def _translated(errors: dict[str, str], language: str) -> dict[str, str]:
    return {code: translate(language, sentence) for code, sentence in errors.items()}
