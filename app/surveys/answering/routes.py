"""Answering in the browser. Every page works without a script; GET shows, POST acts."""

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import Anyone
from app.core.catalogues import translate
from app.core.errors import AppError, Invalid, NotFound
from app.core.tokens import hash_token
from app.surveys.answering import service
from app.surveys.answering.autosave import AnswerWriter, StaleSave
from app.surveys.answering.differing import differs
from app.surveys.answering.models import Respondent
from app.surveys.answering.notice import consent_of, notice_of, shown_text
from app.surveys.answering.pages import (
    Entry,
    Rating,
    cannot_judge_word,
    comment_view,
    item_view,
    overview_rows,
    question_views,
    ratings_view,
)
from app.surveys.answering.queries import (
    find_earlier_answers,
    find_latest_answers,
    find_respondent,
    find_survey_of_token,
    form_of,
)
from app.surveys.answering.rules import (
    TOKEN_COOKIE,
    Progress,
    minutes_left,
    next_position,
    progress_of,
)
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.service import Consent
from app.surveys.answering.visits import (
    Visit,
    answers_of,
    find_visit,
    form_for,
    items_for,
    own_tokens,
    prefilled,
    read_page,
    survey_language,
)
from app.surveys.authoring.models import Survey, SurveyItem
from app.surveys.authoring.queries import (
    find_question,
    get_survey,
    get_survey_by_slug,
    list_criteria,
    list_questions,
)
from app.surveys.rounds.models import Invitation
from app.surveys.rounds.queries import find_invitation, find_last_round, find_open_round
from app.surveys.rounds.realtime import show_so_far, so_far
from app.surveys.rounds.reasons import list_shown_reasons
from app.surveys.rounds.rules import asked_in
from app.web.deps import ReadingSessionDep, SessionDep
from app.web.forms import FormDep, Typed
from app.web.helices import Mark, marks_of
from app.web.language import language_of
from app.web.security import OwnForm, get_cookie, set_cookie
from app.web.templating import redirect, render

router = APIRouter(tags=["answering"], dependencies=[Anyone])

FOLDER = "surveys/answering"
SO_FAR = "surveys/answering/_feedback.html"
DEAD_LINK = "This link does not work. Check that it is complete, or ask for a new one."


@router.get("/i/{token}")
def personal_link(request: Request, session: SessionDep, token: str) -> Response:
    """Recognise a personal link: keep its token in a cookie and go to the survey. Nothing else happens."""
    survey_id = find_survey_of_token(session, token)
    if survey_id is None:
        raise NotFound(DEAD_LINK)
    survey = get_survey(session, survey_id)
    response = redirect(request, "survey_start", slug=survey.slug)
    set_cookie(request, response, TOKEN_COOKIE + survey.slug, token)
    return response


@router.get("/s/{slug}")
def survey_start(request: Request, session: SessionDep, slug: str) -> Response:
    """The beginning of a survey, or the page where this person left off."""
    survey = get_survey_by_slug(session, slug)
    if find_open_round(session, survey.id) is None:
        return _closed(request, session, survey)
    visit = find_visit(request, session, survey)
    if visit is None:
        return _start_page(request, session, survey, prefilled(request, session, survey), {})
    if visit.response.submitted_on:
        return redirect(request, "survey_done", slug=slug)
    answered = answers_of(session, visit)
    position = next_position(form_for(session, visit), answered)
    if position is None:
        return redirect(request, "survey_check", slug=slug)
    query = "welcome=1" if answered else ""
    return redirect(request, "survey_item", slug=slug, position=position, query=query)


@router.post("/s/{slug}", dependencies=[OwnForm])
def start_survey(request: Request, session: SessionDep, slug: str, typed: FormDep) -> Response:
    """Consent and begin; a form that is not complete is shown again as it was filled in."""
    survey = get_survey_by_slug(session, slug)
    kept = get_cookie(request, TOKEN_COOKIE + slug)
    tokens = own_tokens(request, slug)
    invitation = find_invitation(session, kept) if kept else None
    known = find_respondent(session, survey.id, tokens) if tokens else None
    questions = [q for q in list_questions(session, survey.id) if q.kind == "single_choice"]
    chosen = {q.code: typed.get(q.code, "")[:64] for q in questions}
    language = survey_language(request, survey)
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
        _, token = service.start_response(
            session,
            survey,
            start,
            consent=Consent(language, shown_text(survey, list_questions(session, survey.id), language)),
            invitation=invitation,
            token=_token_to_begin(tokens, invitation, known),
        )
    except Invalid as fault:
        return _start_page(request, session, survey, chosen, fault.errors, status=422)
    response = redirect(request, "survey_item", slug=slug, position=1)
    # who came by a personal link keeps that one: it opens the same answers on any device
    set_cookie(request, response, TOKEN_COOKIE + slug, kept if invitation else token)
    return response


@router.get("/s/{slug}/q/{position}")
def survey_item(request: Request, session: SessionDep, slug: str, position: int) -> Response:
    """One initiative to rate."""
    survey = get_survey_by_slug(session, slug)
    visit = find_visit(request, session, survey)
    if visit is None or visit.response.submitted_on:
        return redirect(request, "survey_start", slug=slug)
    return _item_page(request, session, visit, position, {}, {})


@router.post("/s/{slug}/q/{position}", dependencies=[OwnForm])
def save_page(request: Request, session: ReadingSessionDep, slug: str, position: int, typed: FormDep) -> Response:
    """Save everything on the page and go on; what cannot be saved is shown again as typed."""
    survey = get_survey_by_slug(session, slug)
    visit = find_visit(request, session, survey)
    if visit is None:
        return redirect(request, "survey_start", slug=slug)
    form = form_for(session, visit)
    if not 1 <= position <= len(form.items):
        raise NotFound("There is no such page.")
    saves, faults = read_page(form, form.items[position - 1], visit, typed)
    # the reading transaction ends here: an answer is judged against what is there when it is written
    session.rollback()
    writer: AnswerWriter = request.app.state.writer
    for save, outcome in zip(saves, writer.save(saves).result(timeout=30), strict=True):
        if isinstance(outcome, StaleSave):
            faults[save.code] = outcome.message
            typed.pop(save.code, None)
        elif isinstance(outcome, Invalid):
            faults[save.code] = outcome.message
        elif isinstance(outcome, AppError):
            raise outcome
    if faults:
        visit = find_visit(request, session, get_survey_by_slug(session, slug))
        if visit is None:
            return redirect(request, "survey_start", slug=slug)
        return _item_page(request, session, visit, position, typed, faults)
    if position < len(form.items):
        return redirect(request, "survey_item", slug=slug, position=position + 1)
    return redirect(request, "survey_check", slug=slug)


@router.get("/s/{slug}/q/{position}/feedback")
def item_feedback(request: Request, session: SessionDep, slug: str, position: int) -> Response:
    """What all say so far of one initiative, for the page's script after a save; only in real time."""
    visit = find_visit(request, session, get_survey_by_slug(session, slug))
    items = items_for(session, visit) if visit and visit.survey.is_real_time else []
    if visit is None or not 1 <= position <= len(items):
        raise NotFound("There is no such page.")
    language = language_of(request)
    entry = Entry(answers_of(session, visit), None)
    ratings = _ratings(request, session, visit, items[position - 1], entry, language)
    return render(request, SO_FAR, ratings=ratings)


@router.get("/s/{slug}/all")
def survey_overview(request: Request, session: SessionDep, slug: str) -> Response:
    """Every initiative with how far it is answered."""
    survey = get_survey_by_slug(session, slug)
    visit = find_visit(request, session, survey)
    if visit is None:
        return redirect(request, "survey_start", slug=slug)
    form = form_for(session, visit)
    rows = overview_rows(items_for(session, visit), form, answers_of(session, visit), survey, language_of(request))
    own = find_latest_answers(session, visit.respondent.id)
    told = so_far(session, survey, visit.current) if survey.is_real_time else visit.current.feedback
    differing = {row["code"] for row in rows if differs(row["code"], form.criteria, own, told)}
    is_filtered = request.query_params.get("show") == "differ"
    total, done = len(rows), sum(row["state"] == Progress.DONE for row in rows)
    rows = [row for row in rows if not is_filtered or row["code"] in differing]
    for row in rows:
        row["url"] = str(request.app.url_path_for("survey_item", slug=slug, position=row["position"]))
    return render(
        request,
        f"{FOLDER}/all.html",
        slug=slug,
        rows=rows,
        total=total,
        done=done,
        differing=len(differing),
        is_filtered=is_filtered,
        has_feedback=bool(told),
        may_read_feedback=visit.current.number > 1,
    )


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
    errors: dict[str, str],
    *,
    status: int = 200,
) -> Response:
    language = language_of(request)
    form = form_of(session, survey.id)
    current = find_open_round(session, survey.id)
    asked = len(asked_in(current.item_codes if current else None, form.items))
    total = min(survey.items_per_person or asked, asked)
    questions = list_questions(session, survey.id)
    return render(
        request,
        f"{FOLDER}/start.html",
        status=status,
        slug=survey.slug,
        survey=survey,
        total=total,
        minutes=minutes_left(total, len(form.criteria)),
        notices=notice_of(survey, questions, language),
        consent=consent_of(survey, questions, language),
        questions=question_views(questions, chosen, _translated(errors, language), survey, language),
        errors=_translated(errors, language),
    )


def _closed(request: Request, session: Session, survey: Survey) -> Response:
    last = find_last_round(session, survey.id)
    closed_at = (last.closed_at or last.closes_at) if last else None
    return render(
        request,
        f"{FOLDER}/closed.html",
        slug=survey.slug,
        survey=survey,
        closed_at=closed_at,
        may_read_feedback=last is not None and bool(own_tokens(request, survey.slug)),
    )


def _item_page(
    request: Request, session: Session, visit: Visit, position: int, typed: Typed, faults: dict[str, str]
) -> Response:
    survey, language = visit.survey, language_of(request)
    items = items_for(session, visit)
    if not 1 <= position <= len(items):
        raise NotFound("There is no such page.")
    item, form = items[position - 1], form_for(session, visit)
    answers = answers_of(session, visit)
    earlier = find_earlier_answers(session, visit.respondent, item.code, visit.current.number)
    errors = _translated(faults, language)
    entry = Entry(answers, earlier, typed, errors)
    address = f"/api/v1/responses/{visit.response.id}"
    marks = _marks(session, survey, language)
    ratings = _ratings(request, session, visit, item, entry, language)
    comments = [q for q in list_questions(session, survey.id) if q.kind == "item_comment"]
    done = sum(progress_of(code, form.criteria, answers) is Progress.DONE for code in form.items)
    has_marks = any(rating.feedback and rating.feedback.marks for rating in ratings)
    previous = {"slug": survey.slug, "position": position - 1}
    told = {rating.code for rating in ratings if rating.feedback}
    reasons = list_shown_reasons(session, survey, visit.current, item.code) if told else []
    return render(
        request,
        f"{FOLDER}/page.html",
        status=422 if faults else 200,
        slug=survey.slug,
        survey=survey,
        round_number=visit.current.number,
        position=position,
        total=len(items),
        done=done,
        minutes=minutes_left(len(items) - done, len(form.criteria)),
        welcome=request.query_params.get("welcome") == "1",
        item=item_view(item, survey, language),
        ratings=ratings,
        marks=marks if has_marks or survey.is_real_time else [],
        is_told=bool(told),
        live_url=str(request.app.url_path_for("item_feedback", slug=survey.slug, position=position))
        if survey.is_real_time
        else "",
        reasons=[reason for reason in reasons if reason.code in told],
        labels={rating.code: rating.label for rating in ratings},
        mark_of={mark.code: mark for mark in marks},
        comment=comment_view(item, comments[0], entry, address, survey, language) if comments else None,
        cannot_judge=cannot_judge_word(survey, language),
        has_answers=bool(answers),
        errors=errors,
        back_url=str(
            request.app.url_path_for("survey_item", **previous)
            if position > 1
            else request.app.url_path_for("survey_overview", slug=survey.slug)
        ),
    )


def _ratings(
    request: Request, session: Session, visit: Visit, item: SurveyItem, entry: Entry, language: str
) -> list[Rating]:
    survey = visit.survey
    told = (
        show_so_far(session, request.app.state.engine, survey, visit.current, item.code)
        if survey.is_real_time
        else visit.current.feedback
    )
    criteria, marks = list_criteria(session, survey.id), _marks(session, survey, language)
    return ratings_view(survey, item, criteria, marks, entry, told, f"/api/v1/responses/{visit.response.id}", language)


def _marks(session: Session, survey: Survey, language: str) -> list[Mark]:
    question = find_question(session, survey.id, "helix")
    return marks_of(question.options if question else [], language, survey.default_language)


def _translated(errors: dict[str, str], language: str) -> dict[str, str]:
    return {code: translate(language, sentence) for code, sentence in errors.items()}
