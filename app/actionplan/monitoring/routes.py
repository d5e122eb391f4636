"""A followed plan in the browser: how it stands as a whole, and each of its initiatives."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from app.actionplan.adoption.queries import list_editions
from app.actionplan.monitoring.calendar import calendar_of
from app.actionplan.monitoring.exporting import export_monitoring
from app.actionplan.monitoring.forms import read_milestone, read_reading
from app.actionplan.monitoring.pages import (
    heat_rows,
    indicator_view,
    item_line,
    light_counts,
    milestone_row,
    names_in,
    owner_options,
    partner_options,
    risk_view,
    stop_views,
)
from app.actionplan.monitoring.proposing import proposed_for
from app.actionplan.monitoring.queries import Following, find_quiet, get_followed, get_following, list_reviews
from app.actionplan.monitoring.rules import AT_RISK_DAYS, BEHIND, INDICATOR_BEHIND, REMINDS_EVERY, WARNS_BEFORE, Light
from app.actionplan.monitoring.service import add_milestone, start_following
from app.actionplan.monitoring.state import State, gates_open
from app.actionplan.monitoring.tracking import add_reading, switch_mails
from app.actionplan.portfolio.queries import get_own_plan
from app.actionplan.priorities.routes import download
from app.auth.guard import permitted
from app.auth.permissions import may, require
from app.core.catalogues import translate
from app.core.clock import today
from app.core.errors import Conflict, Invalid, Stale
from app.core.tokens import make_token
from app.core.words import pick
from app.people.rules import Actor
from app.web.deps import SessionDep, SettingsDep, WritingSessionDep
from app.web.forms import FormDep, key_in
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/plans/{number}", tags=["monitoring"])

ReaderDep = Annotated[Actor, permitted("milestone.read")]
StarterDep = Annotated[Actor, permitted("following.start")]
ChangerDep = Annotated[Actor, permitted("milestone.change")]
FOLDER = "actionplan/monitoring"
MOST_SOON = 12
MOST_OWN = MOST_RISKS = 8
CALENDAR = "text/calendar; charset=utf-8"


@router.get("/follow")
def follow_page(request: Request, session: SessionDep, actor: ReaderDep, number: int) -> Response:
    """How an adopted plan stands: what is late, what comes next, each initiative, the risks, and the year's money."""
    language, day = language_of(request), today()
    plan = get_own_plan(session, actor, number)
    if not list_editions(session, plan.id):
        return render(request, f"{FOLDER}/not_yet.html", plan=plan)
    following = get_following(session, actor, number)
    state, names = State(following, day), names_in(session, actor, following)
    risks = state.risks()
    soon = state.soon
    own = [one for one in state.counted if one.milestone.owner_id == actor.id and one.light is not Light.DONE]
    return render(
        request,
        f"{FOLDER}/follow.html",
        **frame(following),
        counts=light_counts(state.counted, language),
        late=len(state.with_light(Light.LATE)),
        at_risk=len(state.with_light(Light.AT_RISK)),
        all=len(state.counted),
        missing=count_missing(following),
        stopped=stop_views(state.stops, names, language),
        undecided=[milestone_row(one, following, names, language, today=day) for one in gates_open(state)],
        soon=[milestone_row(one, following, names, language, today=day, reader=actor.id) for one in soon[:MOST_SOON]],
        more_soon=max(0, len(soon) - MOST_SOON),
        own=[milestone_row(one, following, names, language, today=day, reader=actor.id) for one in own[:MOST_OWN]],
        more_own=max(0, len(own) - MOST_OWN),
        lines=[item_line(state, followed, names, language) for followed in following.items.values()],
        heat=heat_rows(risks, language),
        risks=[risk_view(one, following, names, language) for one in risks[:MOST_RISKS]],
        more_risks=max(0, len(risks) - MOST_RISKS),
        year=day.year,
        planned=state.planned_in(day.year),
        spent=state.spent_in(day.year),
        years=sorted({*range(plan.first_year, plan.first_year + plan.years), day.year}),
        reviewed=[one.year for one in list_reviews(session, plan.id)],
        is_quiet=actor.id is not None and find_quiet(session, plan.id, actor.id) is not None,
        is_all_quiet=find_quiet(session, plan.id, None) is not None,
        may_start=may(actor, "following.start", plan),
        may_switch=may(actor, "plan_mails.change", plan),
        may_export=may(actor, "monitoring.export", plan),
        limits={
            "days": AT_RISK_DAYS,
            "behind": BEHIND,
            "indicator": round(100 * INDICATOR_BEHIND),
            "before": WARNS_BEFORE,
            "every": REMINDS_EVERY,
        },
    )


@router.post("/follow", dependencies=[OwnForm])
def begin_following(request: Request, session: SessionDep, actor: StarterDep, number: int) -> Response:
    """Take over what the newest edition proposes to follow."""
    start_following(session, actor, get_following(session, actor, number))
    return redirect(request, "follow_page", number=number)


@router.post("/follow/mails", dependencies=[OwnForm])
def change_mails(request: Request, session: SessionDep, actor: ReaderDep, number: int, typed: FormDep) -> Response:
    """Switch mails about milestones on or off, for oneself or for everybody."""
    plan = get_own_plan(session, actor, number)
    is_for_all, is_on = typed.get("who") == "everybody", typed.get("mails") == "on"
    switch_mails(session, actor, plan, is_for_all=is_for_all, is_on=is_on)
    return redirect(request, "follow_page", number=number)


@router.get("/overdue")
def overdue_page(request: Request, session: SessionDep, actor: ReaderDep, number: int) -> Response:
    """What is late, the longest first."""
    following, day, language = get_following(session, actor, number), today(), language_of(request)
    names = names_in(session, actor, following)
    late = State(following, day).with_light(Light.LATE)
    rows = [milestone_row(one, following, names, language, today=day, reader=actor.id) for one in late]
    return render(request, f"{FOLDER}/overdue.html", **frame(following), rows=rows)


@router.get("/milestones.ics")
def milestones_calendar(
    request: Request, session: SessionDep, actor: ReaderDep, settings: SettingsDep, number: int
) -> Response:
    """The milestones as a calendar."""
    following = get_following(session, actor, number)
    data = calendar_of(State(following, today()), settings.address, language_of(request))
    name = f"plan-{number}-milestones.ics"
    return Response(data, media_type=CALENDAR, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.get("/monitoring.{kind}")
def export_monitoring_page(
    request: Request,
    session: WritingSessionDep,
    actor: Annotated[Actor, permitted("monitoring.export")],
    number: int,
    kind: str,
    table: Annotated[int, Query(ge=1, le=5)] = 1,
) -> Response:
    """Everything that is followed as a file; a CSV file holds one table. Noted in the history."""
    following = get_following(session, actor, number)
    return download(export_monitoring(session, actor, following, kind, language_of(request), table=table))


@router.get("/follow/{item}")
def followed_initiative(request: Request, session: SessionDep, actor: ReaderDep, number: int, item: str) -> Response:
    """One initiative: its milestones, indicators and risks, and what depends on it."""
    return _item_page(request, session, actor, get_following(session, actor, number), item, {}, {})


@router.post("/follow/{item}/milestones", dependencies=[OwnForm])
def create_milestone(
    request: Request, session: SessionDep, actor: ChangerDep, number: int, item: str, typed: FormDep
) -> Response:
    """Add a milestone; a form with faults is shown again as it was typed."""
    following = get_following(session, actor, number)
    followed = get_followed(following, item)
    require(actor, "milestone.change", followed)
    try:
        add_milestone(session, actor, following.plan, followed, read_milestone(typed), form_key=key_in(typed))
    except Invalid as refused:
        return _item_page(request, session, actor, following, item, typed, refused.errors, status=422)
    return redirect(request, "followed_initiative", number=number, item=item)


@router.post("/follow/{item}/readings", dependencies=[OwnForm])
def create_reading(
    request: Request,
    session: SessionDep,
    actor: Annotated[Actor, permitted("reading.add")],
    number: int,
    item: str,
    typed: FormDep,
) -> Response:
    """Add what an indicator was in a year; a form with faults is shown again as it was typed."""
    following = get_following(session, actor, number)
    followed = get_followed(following, item)
    require(actor, "reading.add", followed)
    try:
        add_reading(session, actor, following.plan, followed, read_reading(typed), form_key=key_in(typed))
    except Invalid as refused:
        return _item_page(request, session, actor, following, item, typed, refused.errors, status=422)
    return redirect(request, "followed_initiative", number=number, item=item)


def frame(following: Following) -> dict[str, Any]:
    """What the head of each page of a followed plan needs."""
    return {"plan": following.plan, "edition": following.edition}


def status_of(refused: Invalid | Conflict | Stale | None) -> int:
    """The status of a page with a form that was refused: 409 for whatever happened meanwhile."""
    return 200 if refused is None else 422 if isinstance(refused, Invalid) else 409


def count_missing(following: Following) -> int:
    """How many milestones and risks the newest edition proposes that are not there yet."""
    known = {(one.item_code, one.origin) for one in following.milestones}
    named = {(one.item_code, one.text) for one in following.risks}
    proposed = {(one.code, step.origin) for one in following.items.values() for step in proposed_for(one.item)}
    risks = {(one.code, risk["text"]) for one in following.items.values() for risk in one.item["risks"]}
    return len(proposed - known) + len(risks - named)


def _item_page(
    request: Request,
    session: Session,
    actor: Actor,
    following: Following,
    code: str,
    typed: Mapping[str, str],
    faults: Mapping[str, str],
    status: int = 200,
) -> Response:
    language, day, followed = language_of(request), today(), get_followed(following, code)
    state, names = State(following, day), names_in(session, actor, following)
    standings = state.of_item(code)
    empty = dict.fromkeys(("title", "due", "owner", "partner", "indicator", "year", "value", "source", "note"), "")
    stopped = state.stopped.get(code)
    return render(
        request,
        f"{FOLDER}/initiative.html",
        status=status,
        **frame(following),
        code=code,
        title=pick(followed.item["title"], language),
        item=followed.item,
        lead=names.leads.get(followed.item["lead"], followed.item["lead"]),
        counts=light_counts(standings, language),
        rows=[milestone_row(one, following, names, language, today=day, reader=actor.id) for one in standings],
        stopped=stopped,
        stopped_by=names.people.get(stopped.decided_by_id, "–") if stopped else "",
        dependents=[(one.code, pick(one.item["title"], language)) for one in state.dependents(code)],
        indicators=[indicator_view(one, names, language) for one in state.indicators(code)],
        risks=[risk_view(one, following, names, language) for one in state.risks(code)],
        year=day.year,
        planned=state.planned_in(day.year, [code]),
        spent=state.spent_in(day.year, [code]),
        typed=empty | {"key": make_token(), "year": str(day.year)} | dict(typed),
        errors={name: translate(language, sentence) for name, sentence in faults.items()},
        owners=owner_options(session, actor, None, names, language),
        partners=partner_options(names, language),
        may_add=may(actor, "milestone.change", followed),
        may_read_in=may(actor, "reading.add", followed),
    )
