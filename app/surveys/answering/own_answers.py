"""What somebody answered, by their own link: to read, take along, change, or withdraw."""

import json

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import Anyone
from app.core.clock import today
from app.core.errors import NotFound
from app.surveys.answering.queries import form_of, kept_in, list_answers
from app.surveys.answering.sending import answer_rows_of, section_answers_of
from app.surveys.answering.service import withdraw
from app.surveys.answering.visits import Visit, find_last_visit, spoken_language
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_survey_by_slug
from app.surveys.ideas.pages import idea_rows
from app.surveys.ideas.queries import list_own_ideas
from app.surveys.rounds.queries import is_over
from app.web.deps import SessionDep
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import render

router = APIRouter(tags=["answering"], dependencies=[Anyone])

NO_ANSWERS = "There are no answers under this link."


@router.get("/s/{slug}/my-answers")
def my_answers(request: Request, session: SessionDep, slug: str) -> Response:
    """Everything somebody answered in the newest round they took part in, and what became of their ideas."""
    survey = get_survey_by_slug(session, slug)
    visit = _get_visit(request, session, survey)
    spoken_language(request, survey)
    return render(
        request,
        "surveys/answering/my_answers.html",
        slug=slug,
        survey=survey,
        rows=answer_rows_of(request, session, visit),
        sections=section_answers_of(request, session, visit),
        is_open=not is_over(visit.current),
        is_sent=visit.response.submitted_on is not None,
        ideas=idea_rows(session, survey, visit.respondent, language_of(request)),
    )


@router.get("/s/{slug}/my-answers.json")
def download_my_answers(request: Request, session: SessionDep, slug: str) -> Response:
    """The same as a file for programs."""
    survey = get_survey_by_slug(session, slug)
    visit = _get_visit(request, session, survey)
    form = form_of(session, survey.id)
    answers = {one.code: form.show(one.code, kept_in(one)) for one in list_answers(session, visit.response.id)}
    content = {
        "survey": survey.external_id,
        "round": visit.current.number,
        "helix": visit.respondent.helix,
        "region": visit.respondent.region,
        "answers": answers,
    } | _ideas(session, visit)
    return Response(
        json.dumps(content, ensure_ascii=False, indent=1),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{slug}-my-answers.json"'},
    )


@router.post("/s/{slug}/withdrawal", dependencies=[OwnForm])
def withdraw_my_answers(request: Request, session: SessionDep, slug: str) -> Response:
    """Delete everything they answered in this survey, and say so with the day."""
    survey = get_survey_by_slug(session, slug)
    visit = _get_visit(request, session, survey)
    spoken_language(request, survey)
    withdraw(session, survey, visit.respondent)
    return render(request, "surveys/answering/withdrawn.html", survey=survey, day=today())


def _ideas(session: Session, visit: Visit) -> dict[str, list[dict[str, str]]]:
    """The ideas of the round before the ratings, where there was one; in that round they are the answers."""
    own = [] if visit.current.is_for_ideas else list_own_ideas(session, visit.respondent)
    parts = ("title", "summary", "first_step", "language")
    return {"ideas": [{part: getattr(text, part) for part in parts} for text, _ in own]} if own else {}


def _get_visit(request: Request, session: Session, survey: Survey) -> Visit:
    visit = find_last_visit(request, session, survey)
    if visit is None:
        raise NotFound(NO_ANSWERS)
    return visit
