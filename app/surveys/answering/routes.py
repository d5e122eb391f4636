"""Answering in the browser. Every page works without a script; GET shows, POST acts."""

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import Anyone
from app.core.catalogues import translate
from app.core.errors import AppError, Invalid, NotFound
from app.core.tokens import hash_token
from app.surveys.answering import service
from app.surveys.answering.autosave import AnswerWriter, StaleSave
from app.surveys.answering.flow import (
    Stop,
    first_stop,
    go_to,
    neighbours,
    next_open,
    section_rows,
    stops_for,
    way_of,
)
from app.surveys.answering.models import Respondent
from app.surveys.answering.notice import consent_of, notice_of, shown_text
from app.surveys.answering.pages import (
    Entry,
    cannot_judge_word,
    comment_view,
    is_in_a_row,
    item_view,
    overview_rows,
    question_views,
    ratings_view,
    shown_in,
)
from app.surveys.answering.queries import (
    find_earlier_answers,
    find_respondent,
    find_survey_of_token,
    form_of,
)
from app.surveys.answering.rules import (
    TOKEN_COOKIE,
    Progress,
    minutes_left,
    progress_of,
)
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.service import Consent
from app.surveys.answering.visits import (
    FIRST_CHOICE,
    Visit,
    answers_of,
    find_visit,
    first_choice,
    form_for,
    items_for,
    own_tokens,
    prefilled,
    read_page,
    spoken_language,
    survey_language,
    token_of,
)
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import (
    find_question,
    get_survey,
    get_survey_by_slug,
    list_criteria,
    list_questions,
)
from app.surveys.authoring.rules import answer_code
from app.surveys.rounds.models import Invitation
from app.surveys.rounds.queries import find_invitation, find_last_round, find_open_round
from app.web.cookieless import kept_token, with_token
from app.web.deps import ReadingSessionDep, SessionDep
from app.web.forms import FormDep, Typed
from app.web.helices import marks_of
from app.web.security import VISIT_COOKIE, OwnForm, get_cookie, set_cookie
from app.web.templating import path_to, redirect, render

router = APIRouter(tags=["answering"], dependencies=[Anyone])

FOLDER = "surveys/answering"
ITEM_WORDS = {"initiative": "Initiatives", "indicator": "Indicators", "programme": "Programmes"}
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
    questions = [q for q in list_questions(session, survey.id) if q.kind == "single_choice"]
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
            consent=Consent(language, shown_text(survey, list_questions(session, survey.id), language)),
            invitation=invitation,
            token=_token_to_begin(tokens, invitation, known),
        )
    except Invalid as fault:
        return _start_page(request, session, survey, chosen, choice, fault.errors, status=422)
    if not get_cookie(request, VISIT_COOKIE):
        request.state.kept_token = kept if invitation else token
    response = go_to(request, slug, first_stop(session, survey, given), query=_query(choice))
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
    typed = _marked(session, visit, _first_choice(request, survey)) if position == 1 else {}
    return _item_page(request, session, visit, position, typed, {})


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
    visit = find_visit(request, session, get_survey_by_slug(session, slug))
    if visit is None:
        return redirect(request, "survey_start", slug=slug)
    if faults:
        return _item_page(request, session, visit, position, typed, faults)
    if typed.get("from") == "check":
        return redirect(request, "survey_check", slug=slug)
    parts, form, _ = way_of(session, visit)
    _, after = neighbours(stops_for(parts, form), Stop(position=position))
    return go_to(request, slug, after)


@router.get("/s/{slug}/all")
def survey_overview(request: Request, session: SessionDep, slug: str) -> Response:
    """Every initiative with how far it is answered."""
    survey = get_survey_by_slug(session, slug)
    visit = find_visit(request, session, survey)
    if visit is None:
        return redirect(request, "survey_start", slug=slug)
    rows = overview_rows(
        items_for(session, visit),
        form_for(session, visit),
        answers_of(session, visit),
        survey,
        spoken_language(request, survey),
    )
    for row in rows:
        row["url"] = path_to(request, "survey_item", slug=slug, position=row["position"])
    done = sum(row["state"] == Progress.DONE for row in rows)
    parts, form, answers = way_of(session, visit)
    sections = section_rows(request, parts, form, answers, survey)
    return render(request, f"{FOLDER}/all.html", slug=slug, rows=rows, sections=sections, done=done)


def _first_choice(request: Request, survey: Survey) -> int | None:
    """The number chosen in the invitation, if the address names one."""
    return first_choice(survey, request.query_params.get(FIRST_CHOICE, ""))


def _query(choice: int | None) -> str:
    return "" if choice is None else f"{FIRST_CHOICE}={choice}"


def _marked(session: Session, visit: Visit, choice: int | None) -> Typed:
    """The first rating as chosen in the invitation, unless there is an answer; it is kept only when it is saved."""
    form = form_for(session, visit)
    code = answer_code(form.items[0], form.criteria[0])
    earlier = find_earlier_answers(session, visit.respondent.id, visit.current.number) or {}
    return {} if choice is None or code in answers_of(session, visit) or code in earlier else {code: str(choice)}


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
    total = survey.items_per_person or len(form.items)
    questions = list_questions(session, survey.id)
    return render(
        request,
        f"{FOLDER}/start.html",
        status=status,
        slug=survey.slug,
        survey=survey,
        first_choice=choice,
        total=total,
        items_word=translate(language, ITEM_WORDS[survey.item_kind]),
        minutes=minutes_left(total, len(form.criteria)),
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
    return render(request, f"{FOLDER}/closed.html", slug=survey.slug, survey=survey, closed_at=closed_at)


def _item_page(
    request: Request, session: Session, visit: Visit, position: int, typed: Typed, faults: dict[str, str]
) -> Response:
    survey = visit.survey
    language = spoken_language(request, survey)
    items = items_for(session, visit)
    if not 1 <= position <= len(items):
        raise NotFound("There is no such page.")
    item, form = items[position - 1], form_for(session, visit)
    answers = answers_of(session, visit)
    earlier = find_earlier_answers(session, visit.respondent.id, visit.current.number)
    errors = _translated(faults, language)
    entry = Entry(answers, earlier, typed, errors)
    address = with_token(request, f"/api/v1/responses/{visit.response.id}")
    question = find_question(session, survey.id, "helix")
    marks = marks_of(question.options if question else [], language, survey.default_language)
    criteria = list_criteria(session, survey.id)
    ratings = ratings_view(
        survey,
        item,
        criteria,
        marks,
        entry,
        visit.current.feedback,
        address,
        language,
    )
    texts = [words for c in list_criteria(session, survey.id) for words in (c.label, c.text)]
    comments = [q for q in list_questions(session, survey.id) if q.kind == "item_comment"]
    done = sum(progress_of(code, form.criteria, answers) is Progress.DONE for code in form.items)
    has_marks = any(rating.feedback and rating.feedback.marks for rating in ratings)
    parts, _, _ = way_of(session, visit)
    before, _ = neighbours(stops_for(parts, form), Stop(position=position))
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
        is_in_a_row=is_in_a_row(criteria),
        shown_in=shown_in([item.title, item.summary, *texts], survey, language),
        marks=marks if has_marks else [],
        comment=comment_view(item, comments[0], entry, address, survey, language) if comments else None,
        cannot_judge=cannot_judge_word(survey, language),
        has_answers=bool(answers),
        errors=errors,
        is_from_check=request.query_params.get("from") == "check" or typed.get("from") == "check",
        back_url=before.url(request, survey.slug) if before else path_to(request, "survey_overview", slug=survey.slug),
    )


def _translated(errors: dict[str, str], language: str) -> dict[str, str]:
    return {code: translate(language, sentence) for code, sentence in errors.items()}
