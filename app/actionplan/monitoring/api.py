"""A followed plan for programs."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Request, Response

from app.actionplan.discussion.api import KEY_LENGTH
from app.actionplan.monitoring.outgoing import indicator_out, milestone_out, report_out, review_out, risk_out
from app.actionplan.monitoring.pages import names_in
from app.actionplan.monitoring.queries import (
    find_review,
    get_followed,
    get_following,
    get_milestone,
    get_risk,
    require_year,
)
from app.actionplan.monitoring.rules import FIRST_YEAR, FUTURE_DAY, LAST_YEAR, as_line
from app.actionplan.monitoring.schemas import (
    AssessmentBody,
    ClosureBody,
    GateBody,
    IndicatorOut,
    MilestoneBody,
    MilestoneOut,
    ReadingBody,
    ReportBody,
    ReportOut,
    ReviewBody,
    ReviewOut,
    RiskOut,
)
from app.actionplan.monitoring.service import (
    MilestoneIn,
    ReportIn,
    add_milestone,
    change_milestone,
    close_milestone,
    decide_gate,
    report_progress,
)
from app.actionplan.monitoring.state import State, review_of
from app.actionplan.monitoring.tracking import AssessmentIn, ReadingIn, add_reading, assess_risk, write_review
from app.auth.guard import permitted
from app.auth.permissions import require
from app.core.clock import today
from app.core.errors import Invalid, Unconditional
from app.core.tokens import hash_token, make_token
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.json import StrictRoute
from app.web.language import language_of
from app.web.security import OwnCall

router = APIRouter(prefix="/plans/{number}", tags=["monitoring"], route_class=StrictRoute)

ReaderDep = Annotated[Actor, permitted("milestone.read")]
ChangerDep = Annotated[Actor, permitted("milestone.change")]
ReporterDep = Annotated[Actor, permitted("progress.report")]
DeciderDep = Annotated[Actor, permitted("gate.decide")]
ETAG = re.compile(r'^"(\d{1,9})"$')
IfMatch = Annotated[str, Header(max_length=200)]
Year = Annotated[int, Path(ge=FIRST_YEAR, le=LAST_YEAR)]


def on_milestone(act: str) -> Any:
    """Refuse what is not theirs to do to a milestone before anything is said about what was sent."""

    def check(session: SessionDep, actor: ReaderDep, number: int, milestone: int) -> None:
        require(actor, act, get_milestone(get_following(session, actor, number), milestone))

    return Depends(check)


def on_initiative(act: str) -> Any:
    """The same for an initiative of the plan."""

    def check(session: SessionDep, actor: ReaderDep, number: int, item: str) -> None:
        require(actor, act, get_followed(get_following(session, actor, number), item))

    return Depends(check)


def may_assess(session: SessionDep, actor: ReaderDep, number: int, risk: int) -> None:
    """The same for a risk."""
    require(actor, "risk.assess", get_risk(get_following(session, actor, number), risk))


def may_write(session: SessionDep, actor: ReaderDep, number: int) -> None:
    """The same for the review of a year."""
    require(actor, "review.write", get_following(session, actor, number).plan)


def form_key(idempotency_key: Annotated[str | None, Header()] = None) -> str:
    """The key under which a repeated call is one. Raises Invalid for one too short or too long."""
    if idempotency_key is not None and len(idempotency_key) not in KEY_LENGTH:
        raise Invalid("An Idempotency-Key needs 16 to 200 characters.")
    return hash_token(idempotency_key) if idempotency_key else make_token()


KeyDep = Annotated[str, Depends(form_key)]


@router.get("/milestones")
def read_milestones(request: Request, session: SessionDep, actor: ReaderDep, number: int) -> list[MilestoneOut]:
    """The milestones of a followed plan, the earliest due first, each with its reports."""
    following = get_following(session, actor, number)
    state, names = State(following, today()), names_in(session, actor, following)
    return [milestone_out(one, following, names, language_of(request)) for one in state.standings]


@router.get("/milestones/{milestone}")
def read_milestone(
    request: Request, session: SessionDep, actor: ReaderDep, number: int, milestone: int, response: Response
) -> MilestoneOut:
    """One milestone; its ETag is what a change of it names."""
    following = get_following(session, actor, number)
    one, state = get_milestone(following, milestone), State(following, today())
    standing = next(each for each in state.standings if each.milestone is one)
    response.headers["ETag"] = f'"{one.revision}"'
    return milestone_out(standing, following, names_in(session, actor, following), language_of(request))


@router.post(
    "/initiatives/{item}/milestones", status_code=201, dependencies=[OwnCall, on_initiative("milestone.change")]
)
def add_milestone_by_program(
    session: SessionDep, actor: ChangerDep, number: int, item: str, body: MilestoneBody, key: KeyDep
) -> dict[str, int]:
    """Add a milestone to an initiative; with an Idempotency-Key a repeated call gives the same one."""
    following = get_following(session, actor, number)
    followed, given = get_followed(following, item), _milestone_in(body)
    return {"number": add_milestone(session, actor, following.plan, followed, given, form_key=key).number}


@router.put("/milestones/{milestone}", dependencies=[OwnCall, on_milestone("milestone.change")])
def write_milestone(
    session: SessionDep,
    actor: ChangerDep,
    number: int,
    milestone: int,
    body: MilestoneBody,
    response: Response,
    if_match: IfMatch = "",
) -> dict[str, int]:
    """Change a milestone; `If-Match` names the revision it was made from: 428 without, 412 when stale."""
    one = get_milestone(get_following(session, actor, number), milestone)
    change_milestone(session, actor, one, _revision(if_match), _milestone_in(body))
    response.headers["ETag"] = f'"{one.revision}"'
    return {"revision": one.revision}


@router.post("/milestones/{milestone}/closure", dependencies=[OwnCall, on_milestone("milestone.change")])
def close_milestone_by_program(
    session: SessionDep, actor: ChangerDep, number: int, milestone: int, body: ClosureBody, if_match: IfMatch = ""
) -> dict[str, int]:
    """Give a milestone up, for a reason; `If-Match` as for a change."""
    one = get_milestone(get_following(session, actor, number), milestone)
    close_milestone(session, actor, one, _revision(if_match), body.because.strip())
    return {"revision": one.revision}


@router.post(
    "/milestones/{milestone}/reports", status_code=201, dependencies=[OwnCall, on_milestone("progress.report")]
)
def report_by_program(
    session: SessionDep, actor: ReporterDep, number: int, milestone: int, body: ReportBody, key: KeyDep
) -> ReportOut:
    """Report progress; with an Idempotency-Key a repeated call gives the same report."""
    following = get_following(session, actor, number)
    one, day = get_milestone(following, milestone), body.reported_on or today()
    if day > today():
        raise Invalid(FUTURE_DAY, {"reported_on": FUTURE_DAY})
    given = ReportIn(body.percent, day, body.words.strip(), body.spent, body.corrects)
    report = report_progress(session, actor, one, given, form_key=key)
    return report_out(report, [report, *following.reports.get(one.id, ())], names_in(session, actor, following))


@router.post("/milestones/{milestone}/decisions", status_code=201, dependencies=[OwnCall, on_milestone("gate.decide")])
def decide_gate_by_program(
    session: SessionDep,
    actor: DeciderDep,
    number: int,
    milestone: int,
    body: GateBody,
    key: KeyDep,
    if_match: IfMatch = "",
) -> dict[str, int]:
    """Decide at a go/stop point; `If-Match` as for a change."""
    one = get_milestone(get_following(session, actor, number), milestone)
    revision, because = _revision(if_match), body.because.strip()
    decided = decide_gate(session, actor, one, revision, body.outcome.value, because, form_key=key)
    return {"decision": decided.number, "revision": one.revision}


@router.get("/indicators")
def read_followed_indicators(session: SessionDep, actor: ReaderDep, number: int) -> list[IndicatorOut]:
    """The indicators with targets, each with all its readings."""
    state = State(get_following(session, actor, number), today())
    return [indicator_out(one) for one in state.indicators()]


@router.post("/initiatives/{item}/readings", status_code=201, dependencies=[OwnCall, on_initiative("reading.add")])
def add_reading_by_program(
    session: SessionDep,
    actor: Annotated[Actor, permitted("reading.add")],
    number: int,
    item: str,
    body: ReadingBody,
    key: KeyDep,
) -> dict[str, int]:
    """Add what an indicator was in a year; of two for one year the later counts, and both are kept."""
    following = get_following(session, actor, number)
    followed = get_followed(following, item)
    given = ReadingIn(body.indicator, body.year, body.value, as_line(body.source), body.note.strip())
    return {"number": add_reading(session, actor, following.plan, followed, given, form_key=key).number}


@router.get("/risks")
def read_followed_risks(session: SessionDep, actor: ReaderDep, number: int) -> list[RiskOut]:
    """The risks, the heaviest first, each with all its assessments."""
    following = get_following(session, actor, number)
    return [risk_out(one, following) for one in State(following, today()).risks()]


@router.post("/risks/{risk}/assessments", status_code=201, dependencies=[OwnCall, Depends(may_assess)])
def assess_risk_by_program(
    session: SessionDep,
    actor: Annotated[Actor, permitted("risk.assess")],
    number: int,
    risk: int,
    body: AssessmentBody,
    key: KeyDep,
) -> dict[str, int]:
    """Add how a risk stands now."""
    one = get_risk(get_following(session, actor, number), risk)
    state = body.mitigation_state.value
    given = AssessmentIn(body.likelihood, body.impact, state, body.owner_id, body.words.strip())
    return {"number": assess_risk(session, actor, one, given, form_key=key).number}


@router.get("/reviews/{year}")
def read_review(session: SessionDep, actor: ReaderDep, number: int, year: Year) -> ReviewOut:
    """A year looked back on, as of its last day or today."""
    following = get_following(session, actor, number)
    require_year(following, year, today())
    return review_out(review_of(following, year, today()), find_review(session, following.plan.id, year))


@router.put("/reviews/{year}", dependencies=[OwnCall, Depends(may_write)])
def write_review_by_program(
    session: SessionDep,
    actor: Annotated[Actor, permitted("review.write")],
    number: int,
    year: Year,
    body: ReviewBody,
) -> dict[str, int]:
    """Keep what is to change after a year; 412 when somebody else wrote meanwhile."""
    following, text = get_following(session, actor, number), body.to_change.strip()
    require_year(following, year, today())
    return {"revision": write_review(session, actor, following.plan, year, body.revision, text).revision}


def _milestone_in(body: MilestoneBody) -> MilestoneIn:
    return MilestoneIn(as_line(body.title), body.due, body.owner_id, body.organisation_id)


def _revision(if_match: str) -> int:
    if not if_match:
        raise Unconditional("Name the version you changed: send its ETag as If-Match.")
    named = ETAG.match(if_match.strip())
    return int(named[1]) if named else -1
