"""Rating the initiatives in the browser, one a page."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import Anyone
from app.core.catalogues import translate
from app.core.errors import NotFound
from app.surveys.answering.flow import (
    Stop,
    go_to,
    neighbours,
    stops_for,
    url_of,
    way_of,
)
from app.surveys.answering.pages import (
    Entry,
    Rating,
    cannot_judge_word,
    comment_view,
    is_in_a_row,
    item_view,
    ratings_view,
    shown_in,
)
from app.surveys.answering.queries import (
    find_earlier_answers,
)
from app.surveys.answering.rules import (
    Progress,
    minutes_left,
    progress_of,
)
from app.surveys.answering.saves import StaleSave
from app.surveys.answering.visits import (
    FIRST_CHOICE,
    Visit,
    answering_address,
    answers_of,
    find_visit,
    first_choice,
    form_for,
    items_for,
    read_page,
    spoken_language,
    write_saves,
)
from app.surveys.authoring.contents import contents_of
from app.surveys.authoring.models import Criterion, Survey, SurveyItem
from app.surveys.authoring.queries import get_survey_by_slug
from app.surveys.authoring.rules import answer_code
from app.surveys.rounds.realtime import show_so_far
from app.surveys.rounds.reasons import list_shown_reasons
from app.web.deps import ReadingSessionDep, SessionDep
from app.web.forms import FormDep, Typed
from app.web.helices import Mark, marks_of
from app.web.security import OwnForm
from app.web.templating import path_to, redirect, render

router = APIRouter(tags=["answering"], dependencies=[Anyone])

FOLDER = "surveys/answering"
SO_FAR = "surveys/answering/_feedback.html"


@router.get("/s/{slug}/q/{position}")
def survey_item(request: Request, session: SessionDep, slug: str, position: int) -> Response:
    """One initiative to rate."""
    survey = get_survey_by_slug(session, slug)
    visit = find_visit(request, session, survey)
    if visit is None or visit.response.submitted_on:
        return redirect(request, "survey_start", slug=slug)
    typed = (
        _marked(session, visit, first_choice(survey, request.query_params.get(FIRST_CHOICE, "")))
        if position == 1
        else {}
    )
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
    for code, refusal in write_saves(request, session, saves).items():
        faults[code] = refusal.message
        if isinstance(refusal, StaleSave):
            typed.pop(code, None)
    if faults:
        visit = find_visit(request, session, get_survey_by_slug(session, slug))
        if visit is None:
            return redirect(request, "survey_start", slug=slug)
        return _item_page(request, session, visit, position, typed, faults)
    if typed.get("from") == "check":
        return redirect(request, "survey_check", slug=slug)
    parts, form, _ = way_of(session, visit)
    _, after = neighbours(stops_for(parts, form), Stop(position=position))
    return go_to(request, slug, after)


@router.get("/s/{slug}/q/{position}/feedback")
def item_feedback(request: Request, session: SessionDep, slug: str, position: int) -> Response:
    """What all say so far of one initiative, for the page's script after a save; only in real time."""
    visit = find_visit(request, session, get_survey_by_slug(session, slug))
    items = items_for(session, visit) if visit and visit.survey.is_real_time else []
    if visit is None or not 1 <= position <= len(items):
        raise NotFound("There is no such page.")
    language = spoken_language(request, visit.survey)
    entry = Entry(answers_of(session, visit), None)
    criteria, marks = contents_of(session, visit.survey).criteria, _marks(session, visit.survey, language)
    ratings = _ratings(request, session, visit, items[position - 1], criteria, marks, entry, language)
    return render(request, SO_FAR, ratings=ratings)


def _marked(session: Session, visit: Visit, choice: int | None) -> Typed:
    """The first rating as chosen in the invitation, unless there is an answer; it is kept only when it is saved."""
    if choice is None:
        return {}
    form = form_for(session, visit)
    code = answer_code(form.items[0], form.criteria[0])
    earlier = find_earlier_answers(session, visit.respondent, form.items[0], visit.current.number) or {}
    return {} if code in answers_of(session, visit) or code in earlier else {code: str(choice)}


def _item_page(
    request: Request, session: Session, visit: Visit, position: int, typed: Typed, faults: dict[str, str]
) -> Response:
    survey = visit.survey
    language = spoken_language(request, survey)
    items = items_for(session, visit)
    if not 1 <= position <= len(items):
        raise NotFound("There is no such page.")
    item = items[position - 1]
    parts, form, answers = way_of(session, visit)
    earlier = find_earlier_answers(session, visit.respondent, item.code, visit.current.number)
    errors = {code: translate(language, sentence) for code, sentence in faults.items()}
    entry = Entry(answers, earlier, typed, errors)
    address = answering_address(request, visit)
    contents, marks = contents_of(session, survey), _marks(session, survey, language)
    ratings = _ratings(request, session, visit, item, contents.criteria, marks, entry, language)
    comments = [q for q in contents.questions if q.kind == "item_comment"]
    done = sum(progress_of(code, form.criteria, answers) is Progress.DONE for code in form.items)
    has_marks = any(rating.feedback and rating.feedback.marks for rating in ratings)
    texts = [words for c in contents.criteria for words in (c.label, c.text)]
    before, after = neighbours(stops_for(parts, form), Stop(position=position))
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
        is_in_a_row=is_in_a_row(contents.criteria),
        shown_in=shown_in([item.title, item.summary, *texts], survey, language),
        marks=marks if has_marks or survey.is_real_time else [],
        is_told=bool(told),
        answers_url=f"{address}/answers",
        next_url=url_of(request, after, survey.slug),
        live_url=path_to(request, "item_feedback", slug=survey.slug, position=position) if survey.is_real_time else "",
        reasons=[reason for reason in reasons if reason.code in told],
        labels={rating.code: rating.label for rating in ratings},
        mark_of={mark.code: mark for mark in marks},
        comment=comment_view(item, comments[0], entry, address, survey, language) if comments else None,
        cannot_judge=cannot_judge_word(survey, language),
        has_answers=bool(answers),
        errors=errors,
        is_from_check=request.query_params.get("from") == "check" or typed.get("from") == "check",
        back_url=before.url(request, survey.slug) if before else path_to(request, "survey_overview", slug=survey.slug),
    )


def _ratings(
    request: Request,
    session: Session,
    visit: Visit,
    item: SurveyItem,
    criteria: Sequence[Criterion],
    marks: Sequence[Mark],
    entry: Entry,
    language: str,
) -> list[Rating]:
    survey = visit.survey
    told = (
        show_so_far(session, request.app.state.engine, survey, visit.current, item.code)
        if survey.is_real_time
        else visit.current.feedback
    )
    return ratings_view(survey, item, criteria, marks, entry, told, answering_address(request, visit), language)


def _marks(session: Session, survey: Survey, language: str) -> list[Mark]:
    question = contents_of(session, survey).find_question("helix")
    return marks_of(question.options if question else [], language, survey.default_language)
