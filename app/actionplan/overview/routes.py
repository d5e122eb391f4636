"""The desk in the browser."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.actionplan.initiatives.queries import list_initiatives
from app.actionplan.overview.queries import list_survey_lines, survey_line
from app.auth.guard import permitted
from app.auth.permissions import may
from app.consensus.service import close_round
from app.people.models import Person
from app.surveys.authoring.queries import get_survey, get_survey_by_slug
from app.surveys.rounds.queries import get_round
from app.surveys.rounds.service import open_round
from app.web.deps import SessionDep
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(tags=["overview"])


@router.get("/")
def home_page(request: Request, session: SessionDep, actor: Annotated[Person, permitted("home.read")]) -> Response:
    """What is running, and the way to everything else."""
    may_read = may(actor, "survey.read")
    return render(
        request,
        "actionplan/overview/home.html",
        lines=list_survey_lines(session) if may_read else [],
        initiatives=len(list_initiatives(session)),
    )


@router.get("/surveys")
def survey_list(request: Request, session: SessionDep, actor: Annotated[Person, permitted("survey.read")]) -> Response:
    """All surveys."""
    return render(request, "actionplan/overview/surveys.html", lines=list_survey_lines(session))


@router.get("/surveys/{slug}")
def survey_page(
    request: Request, session: SessionDep, actor: Annotated[Person, permitted("survey.read")], slug: str
) -> Response:
    """One survey: its rounds, and opening or closing one."""
    line = survey_line(session, get_survey_by_slug(session, slug))
    return render(
        request,
        "actionplan/overview/survey.html",
        line=line,
        survey=line.survey,
        may_open=may(actor, "round.open") and line.open_round is None,
        may_close=may(actor, "round.close") and line.open_round is not None,
    )


@router.post("/surveys/{survey_id}/rounds", dependencies=[OwnForm])
def create_round(
    request: Request, session: SessionDep, actor: Annotated[Person, permitted("round.open")], survey_id: UUID
) -> Response:
    """Open the next round."""
    survey = get_survey(session, survey_id)
    open_round(session, actor, survey)
    return redirect(request, "survey_page", slug=survey.slug)


@router.post("/rounds/{round_id}/closure", dependencies=[OwnForm])
def create_closure(
    request: Request, session: SessionDep, actor: Annotated[Person, permitted("round.close")], round_id: UUID
) -> Response:
    """Close the round and show what it said."""
    survey = get_survey(session, get_round(session, round_id).survey_id)
    close_round(session, actor, survey)
    return redirect(request, "survey_page", slug=survey.slug)
