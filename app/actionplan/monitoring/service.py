"""Acts on milestones: proposing, adding, changing, closing, reporting on them, and deciding at go/stop points."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session, select

from app.actionplan.monitoring.models import GateDecision, Milestone, ProgressReport, Risk, RiskAssessment
from app.actionplan.monitoring.proposing import proposed_for
from app.actionplan.monitoring.queries import Followed, Following, list_owners, next_milestone, next_risk
from app.actionplan.monitoring.rules import (
    LONGEST_TITLE,
    NO_OUTCOME,
    NO_TITLE,
    REASON_LENGTH,
    TITLE_LENGTH,
    GateOutcome,
    Kind,
    Mitigation,
    first_day,
    is_reason,
)
from app.actionplan.portfolio.facts import UNKNOWN_PARTNER
from app.actionplan.portfolio.models import Plan
from app.auth.permissions import require
from app.core.clock import now, today
from app.core.errors import Conflict, Invalid, Stale
from app.core.tokens import key_for, make_token
from app.history.service import record
from app.people.queries import list_organisations
from app.people.rules import Actor

MEANWHILE = "Somebody else changed this meanwhile. What you typed is below: send it again to put it in place of theirs."
IS_CLOSED = "This milestone is closed. Open it again to report on it."
IS_OPEN = "This milestone is not closed."
NO_GATE = "Only a go/stop point is decided on."
UNKNOWN_OWNER = "Choose somebody of the consortium who still has an account."
NO_REPORT = "There is no such report to correct."
IS_CORRECTED = "This report was corrected already: correct the newer one."


@dataclass(frozen=True)
class MilestoneIn:
    """What a milestone is: `owner` and `partner` are keys, empty for none."""

    title: str
    due: date
    owner: UUID | None = None
    partner: UUID | None = None


@dataclass(frozen=True)
class ReportIn:
    """How far a milestone was on a day; `corrects` is the number of the report it takes the place of."""

    percent: int
    reported_on: date
    words: str = ""
    spent: int | None = None
    corrects: int | None = None


def start_following(session: Session, actor: Actor, following: Following) -> int:
    """Take over what the newest edition proposes to follow; returns how many milestones and risks are new.

    What is there already stays as it is, also where a newer edition says otherwise.
    """
    plan = following.plan
    require(actor, "following.start", plan)
    hold_numbers(session, plan.id)
    known = set(session.exec(select(Milestone.item_code, Milestone.origin).where(Milestone.plan_id == plan.id)).all())
    named = set(session.exec(select(Risk.item_code, Risk.text).where(Risk.plan_id == plan.id)).all())
    number, new = next_milestone(session, plan.id), 0
    for followed in following.items.values():
        for one in proposed_for(followed.item):
            if (followed.code, one.origin) in known:
                continue
            session.add(
                Milestone(
                    consortium_id=plan.consortium_id,
                    plan_id=plan.id,
                    organisation_id=followed.organisation_id,
                    number=number + new,
                    item_code=followed.code,
                    kind=one.kind.value,
                    origin=one.origin,
                    about=one.about,
                    begins_on=one.begins_on,
                    first_due=one.due,
                    due=one.due,
                    form_key=make_token(),
                    created_at=now(),
                    created_by_id=actor.id,
                )
            )
            new += 1
    risks = _take_over_risks(session, actor, following, named)
    session.flush()
    if new + risks:
        after = {"edition": following.edition.number, "milestones": new, "risks": risks}
        record(session, actor, "following.started", plan, after=after)
    return new + risks


def add_milestone(
    session: Session, actor: Actor, plan: Plan, followed: Followed, given: MilestoneIn, *, form_key: str
) -> Milestone:
    """Add a milestone to an initiative. The same form a second time is the same milestone. Raises Invalid."""
    require(actor, "milestone.change", followed)
    hold_numbers(session, plan.id)
    form_key = key_for(form_key, plan.id, followed.code, given)
    known = session.exec(
        select(Milestone).where(Milestone.created_by_id == actor.id, Milestone.form_key == form_key)
    ).first()
    if known:
        return known
    _refuse(faults_of(session, actor, given, needs_title=True))
    start = followed.item["start"]
    begins = max(first_day(*start), today()) if start else today()
    milestone = Milestone(
        consortium_id=plan.consortium_id,
        plan_id=plan.id,
        organisation_id=given.partner or followed.organisation_id,
        number=next_milestone(session, plan.id),
        item_code=followed.code,
        kind=Kind.OTHER.value,
        title=given.title,
        begins_on=min(begins, given.due),
        first_due=given.due,
        due=given.due,
        owner_id=given.owner,
        form_key=form_key,
        created_at=now(),
        created_by_id=actor.id,
    )
    session.add(milestone)
    session.flush()
    record(session, actor, "milestone.added", milestone, after=_told(milestone))
    return milestone


def change_milestone(session: Session, actor: Actor, milestone: Milestone, revision: int, given: MilestoneIn) -> None:
    """Change what a milestone is called, when it is due, and who sees to it. Raises Stale, Conflict, Invalid."""
    _take_turn(session, actor, milestone, revision)
    if milestone.closed_at:
        raise Conflict(IS_CLOSED)
    needs_title = milestone.kind == Kind.OTHER
    kept = milestone.owner_id if given.owner == milestone.owner_id else None
    _refuse(faults_of(session, actor, given, needs_title=needs_title, kept_owner=kept))
    before = _told(milestone)
    milestone.title, milestone.due, milestone.owner_id = given.title, given.due, given.owner
    milestone.organisation_id = given.partner
    milestone.revision += 1
    session.flush()
    record(session, actor, "milestone.changed", milestone, before=before, after=_told(milestone))


def close_milestone(session: Session, actor: Actor, milestone: Milestone, revision: int, because: str) -> None:
    """Give a milestone up, for a reason: it counts no more. Raises Stale, Conflict when it is closed, Invalid."""
    _take_turn(session, actor, milestone, revision)
    if milestone.closed_at:
        raise Conflict(IS_CLOSED)
    if not is_reason(because):
        raise Invalid(REASON_LENGTH, {"because": REASON_LENGTH})
    milestone.closed_at, milestone.closed_by_id, milestone.closed_because = now(), actor.id, because
    milestone.revision += 1
    session.flush()
    record(session, actor, "milestone.closed", milestone, after={"number": milestone.number, "because": because})


def reopen_milestone(session: Session, actor: Actor, milestone: Milestone, revision: int) -> None:
    """Let a closed milestone count again. Raises Stale, Conflict when it is not closed."""
    _take_turn(session, actor, milestone, revision)
    if not milestone.closed_at:
        raise Conflict(IS_OPEN)
    before = {"because": milestone.closed_because}
    milestone.closed_at, milestone.closed_by_id, milestone.closed_because = None, None, ""
    milestone.revision += 1
    session.flush()
    record(session, actor, "milestone.reopened", milestone, before=before, after={"number": milestone.number})


def report_progress(
    session: Session, actor: Actor, milestone: Milestone, given: ReportIn, *, form_key: str
) -> ProgressReport:
    """Add a report on a milestone. The same form a second time is the same report; one that says else is another.

    Raises NotAllowed unless the actor owns it, works for its partner or runs the plan; Conflict once it is closed, or
    when the report to correct was corrected already; Invalid when there is no such report.
    """
    require(actor, "progress.report", milestone)
    session.refresh(milestone, with_for_update=True)
    # without the day: programs may leave it out, and try again after midnight
    form_key = key_for(form_key, milestone.id, given.percent, given.words, given.spent, given.corrects)
    known = session.exec(
        select(ProgressReport).where(ProgressReport.reported_by_id == actor.id, ProgressReport.form_key == form_key)
    ).first()
    if known:
        return known
    if milestone.closed_at:
        raise Conflict(IS_CLOSED)
    others = session.exec(select(ProgressReport).where(ProgressReport.milestone_id == milestone.id)).all()
    corrected = None
    if given.corrects is not None:
        corrected = next((one for one in others if one.number == given.corrects), None)
        if corrected is None:
            raise Invalid(NO_REPORT, {"corrects": NO_REPORT})
        if any(one.corrects_id == corrected.id for one in others):
            raise Conflict(IS_CORRECTED)
    report = ProgressReport(
        milestone_id=milestone.id,
        number=max((one.number for one in others), default=0) + 1,
        percent=given.percent,
        words=given.words,
        spent=given.spent,
        reported_on=given.reported_on,
        corrects_id=corrected.id if corrected else None,
        form_key=form_key,
        reported_at=now(),
        reported_by_id=actor.id,
    )
    session.add(report)
    session.flush()
    after = {"report": report.number, "percent": report.percent, "on": report.reported_on.isoformat()}
    record(session, actor, "progress.reported", milestone, after=after | {"corrects": given.corrects})
    return report


def decide_gate(
    session: Session,
    actor: Actor,
    milestone: Milestone,
    revision: int,
    outcome: str,
    because: str,
    *,
    form_key: str,
) -> GateDecision:
    """Decide whether an initiative goes on at a go/stop point. The same form a second time is the same decision.

    Raises Conflict for what is no such point, or is closed; Stale, Invalid.
    """
    require(actor, "gate.decide", milestone)
    form_key = key_for(form_key, milestone.id, outcome, because)
    known = session.exec(
        select(GateDecision).where(GateDecision.decided_by_id == actor.id, GateDecision.form_key == form_key)
    ).first()
    if known:
        return known
    if milestone.kind != Kind.GATE:
        raise Conflict(NO_GATE)
    _take_turn(session, actor, milestone, revision)
    if milestone.closed_at:
        raise Conflict(IS_CLOSED)
    faults: dict[str, str] = {}
    if outcome not in {*GateOutcome}:
        faults["outcome"] = NO_OUTCOME
    if not is_reason(because):
        faults["because"] = REASON_LENGTH
    _refuse(faults)
    others = session.exec(select(GateDecision).where(GateDecision.milestone_id == milestone.id)).all()
    decision = GateDecision(
        milestone_id=milestone.id,
        number=len(others) + 1,
        outcome=outcome,
        because=because,
        form_key=form_key,
        decided_at=now(),
        decided_by_id=actor.id,
    )
    session.add(decision)
    milestone.revision += 1
    session.flush()
    after = {"number": milestone.number, "outcome": outcome, "because": because}
    record(session, actor, "gate.decided", milestone, after=after)
    return decision


def hold_numbers(session: Session, plan_id: UUID) -> None:
    """Let whoever else adds to this plan wait until this transaction has ended: numbers are given once."""
    session.exec(select(Plan.id).where(Plan.id == plan_id).with_for_update()).one()


def faults_of(
    session: Session,
    actor: Actor,
    given: MilestoneIn,
    *,
    needs_title: bool,
    kept_owner: UUID | None = None,
) -> dict[str, str]:
    """What is wrong with a milestone, by the field of its form; an owner who has left may stay, not come."""
    faults: dict[str, str] = {}
    if needs_title and not given.title:
        faults["title"] = NO_TITLE
    elif len(given.title) > LONGEST_TITLE:
        faults["title"] = TITLE_LENGTH
    if given.owner and given.owner not in {kept_owner, *(one.id for one in list_owners(session, actor))}:
        faults["owner"] = UNKNOWN_OWNER
    if given.partner and given.partner not in {one.id for one in list_organisations(session, actor)}:
        faults["partner"] = UNKNOWN_PARTNER
    return faults


def _take_over_risks(session: Session, actor: Actor, following: Following, named: set[tuple[str, str]]) -> int:
    plan, number, new = following.plan, next_risk(session, following.plan.id), 0
    for followed in following.items.values():
        for given in followed.item["risks"]:
            if (followed.code, given["text"]) in named:
                continue
            named.add((followed.code, given["text"]))
            risk = Risk(
                consortium_id=plan.consortium_id,
                plan_id=plan.id,
                organisation_id=followed.organisation_id,
                number=number + new,
                item_code=followed.code,
                text=given["text"],
                mitigation=given["mitigation"],
            )
            session.add(risk)
            session.flush()
            session.add(
                RiskAssessment(
                    risk_id=risk.id,
                    number=1,
                    likelihood=given["likelihood"],
                    impact=given["impact"],
                    mitigation_state=Mitigation.PLANNED.value,
                    form_key=make_token(),
                    assessed_at=now(),
                    assessed_by_id=actor.id,
                )
            )
            new += 1
    return new


def _take_turn(session: Session, actor: Actor, milestone: Milestone, revision: int) -> None:
    require(actor, "milestone.change", milestone)
    session.refresh(milestone, with_for_update=True)
    if milestone.revision != revision:
        raise Stale(MEANWHILE, str(milestone.revision))


def _refuse(faults: Mapping[str, str]) -> None:
    if faults:
        raise Invalid(next(iter(faults.values())), dict(faults))


def _told(milestone: Milestone) -> dict[str, str | int]:
    """A milestone for the history; who owns it stands there as a key, for names may be erased."""
    return {
        "number": milestone.number,
        "title": milestone.title,
        "due": milestone.due.isoformat(),
        "owner": str(milestone.owner_id or ""),
    }
