"""The yearly review in the browser, and asking stakeholders again."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlmodel import Session

from app.actionplan.monitoring.forms import read_text
from app.actionplan.monitoring.pages import indicator_view, milestone_row, names_in, risk_view, stop_views
from app.actionplan.monitoring.queries import Following, find_review, get_following, require_year
from app.actionplan.monitoring.routes import FOLDER, ReaderDep, frame, status_of
from app.actionplan.monitoring.rules import FIRST_YEAR, LAST_YEAR, LONGEST_REASON
from app.actionplan.monitoring.state import Standing, review_of
from app.actionplan.monitoring.tracking import write_review
from app.auth.guard import permitted
from app.auth.permissions import may
from app.core.catalogues import translate
from app.core.clock import today
from app.core.errors import Invalid, Stale
from app.people.queries import names_of
from app.people.rules import Actor
from app.surveys.authoring.queries import get_own_survey
from app.surveys.authoring.waves import ask_again, list_waves
from app.web.deps import SessionDep
from app.web.forms import FormDep, revision_in
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/plans/{number}/review", tags=["monitoring"])

Year = Annotated[int, Path(ge=FIRST_YEAR, le=LAST_YEAR)]


@router.get("/{year}")
def review_page(request: Request, session: SessionDep, actor: ReaderDep, number: int, year: Year) -> Response:
    """A year looked back on: planned, reached, late and stopped, money, indicators, risks, and what to change."""
    return _page(request, session, actor, get_following(session, actor, number), year, {}, None)


@router.post("/{year}", dependencies=[OwnForm])
def save_review(
    request: Request,
    session: SessionDep,
    actor: Annotated[Actor, permitted("review.write")],
    number: int,
    year: Year,
    typed: FormDep,
) -> Response:
    """Keep what is to change after the year."""
    following = get_following(session, actor, number)
    require_year(following, year, today())
    try:
        write_review(session, actor, following.plan, year, revision_in(typed), read_text(typed, "to_change"))
    except (Invalid, Stale) as refused:
        return _page(request, session, actor, following, year, typed, refused)
    return redirect(request, "review_page", number=number, year=year)


@router.post("/{year}/wave", dependencies=[OwnForm])
def create_wave(
    request: Request,
    session: SessionDep,
    actor: Annotated[Actor, permitted("survey.import")],
    number: int,
    year: Year,
) -> Response:
    """Make a draft that asks stakeholders the same again; while there is a draft, lead to it."""
    following = get_following(session, actor, number)
    require_year(following, year, today())
    survey = get_own_survey(session, actor, following.plan.survey_id)
    wave = ask_again(session, actor, survey)
    return redirect(request, "build_page", slug=wave.slug)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    following: Following,
    year: int,
    typed: Mapping[str, str],
    refused: Invalid | Stale | None,
) -> Response:
    require_year(following, year, today())
    language, day, plan = language_of(request), today(), following.plan
    names, review = names_in(session, actor, following), review_of(following, year, today())
    written = find_review(session, plan.id, year)
    faults: Mapping[str, str] = {}
    if refused:
        faults = refused.errors if isinstance(refused, Invalid) else {"to_change": refused.message}

    def rows(standings: list[Standing]) -> list[object]:
        return [milestone_row(one, following, names, language, today=review.until) for one in standings]

    survey = get_own_survey(session, actor, plan.survey_id)
    return render(
        request,
        f"{FOLDER}/review.html",
        status=status_of(refused),
        **frame(following),
        review=review,
        is_running=review.until == day and day.year == year,
        is_ahead=day.year < year,
        planned=rows(review.planned),
        moved=rows(review.moved),
        reached=rows(review.reached),
        late=rows(review.late),
        given_up=rows(review.given_up),
        stopped=stop_views(review.stopped, names, language),
        indicators=[indicator_view(one, names, language) for one in review.indicators],
        grown=[risk_view(one, following, names, language) for one in review.grown],
        written=written,
        written_by=names_of(session, [written.written_by_id]).get(written.written_by_id, "–") if written else "",
        typed={"to_change": written.to_change if written else "", "revision": str(written.revision if written else 0)}
        | dict(typed),
        errors={name: translate(language, sentence) for name, sentence in faults.items()},
        longest_reason=LONGEST_REASON,
        waves=list_waves(session, survey),
        survey=survey,
        years=[one for one in (year - 1, year + 1) if plan.first_year <= one < plan.first_year + plan.years],
        may_write=may(actor, "review.write", plan),
        may_ask=may(actor, "survey.import"),
        may_build=may(actor, "survey.change", survey),
    )
