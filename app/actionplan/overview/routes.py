"""The desk in the browser."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.actionplan.initiatives.queries import list_initiatives
from app.actionplan.overview.queries import list_survey_lines, list_waiting, survey_line
from app.auth.guard import permitted
from app.auth.permissions import may, require
from app.consensus.service import close_current_round
from app.people.rules import Actor
from app.surveys.authoring.queries import get_own_survey_by_slug
from app.surveys.rounds.live_board import read_board
from app.surveys.rounds.queries import get_own_round
from app.web.deps import SessionDep
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(tags=["overview"])


@router.get("/")
def home_page(request: Request, session: SessionDep, actor: Annotated[Actor, permitted("home.read")]) -> Response:
    """What is running, and the way to everything else."""
    may_read = may(actor, "survey.read")
    return render(
        request,
        "actionplan/overview/home.html",
        lines=list_survey_lines(session, actor) if may_read else [],
        initiatives=len(list_initiatives(session, actor)),
        waiting=list_waiting(session, actor),
        may_make=may(actor, "survey.change"),
        may_import=may(actor, "initiative.import"),
    )


@router.get("/surveys")
def survey_list(request: Request, session: SessionDep, actor: Annotated[Actor, permitted("survey.read")]) -> Response:
    """All surveys."""
    lines = list_survey_lines(session, actor)
    return render(
        request,
        "actionplan/overview/surveys.html",
        lines=lines,
        may_make=may(actor, "survey.change"),
        may_import=may(actor, "survey.import"),
    )


@router.get("/surveys/{slug}")
def survey_page(
    request: Request, session: SessionDep, actor: Annotated[Actor, permitted("survey.read")], slug: str
) -> Response:
    """One survey: its rounds, and opening or closing one."""
    line = survey_line(session, get_own_survey_by_slug(session, actor, slug))
    return render(
        request,
        "actionplan/overview/survey.html",
        line=line,
        survey=line.survey,
        may_read_history=may(actor, "history.read"),
        may_open=may(actor, "round.open", line.survey)
        and line.open_round is None
        and bool(line.rounds)
        and line.survey.published_at is not None
        and not line.survey.is_real_time,
        may_build=may(actor, "survey.change", line.survey),
        may_read_ideas=may(actor, "idea.judge", line.survey)
        and any(row.round.is_for_ideas and row.round.closed_at for row in line.rounds),
        may_release=may(actor, "results.release", line.survey),
        may_close=may(actor, "round.close", line.survey) and line.open_round is not None,
    )


@router.get("/rounds/{round_id}/closure")
def closure_page(
    request: Request, session: SessionDep, actor: Annotated[Actor, permitted("round.close")], round_id: UUID
) -> Response:
    """What closing the round of ideas ends for good, and the button."""
    current, survey = get_own_round(session, actor, round_id)
    require(actor, "round.close", survey)
    if current.closed_at or not current.is_for_ideas:
        return redirect(request, "survey_page", slug=survey.slug)
    return render(
        request,
        "actionplan/overview/closure.html",
        survey=survey,
        current=current,
        board=read_board(session, survey),
    )


@router.post("/rounds/{round_id}/closure", dependencies=[OwnForm])
def create_closure(
    request: Request, session: SessionDep, actor: Annotated[Actor, permitted("round.close")], round_id: UUID
) -> Response:
    """Close the round and show what it said."""
    _, survey = get_own_round(session, actor, round_id)
    close_current_round(session, actor, survey)
    return redirect(request, "survey_page", slug=survey.slug)
