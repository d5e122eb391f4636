"""Acts on what is watched beside milestones: readings of indicators, risks, yearly reviews, and who is mailed."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, select

from app.actionplan.monitoring.models import IndicatorReading, QuietPlan, Risk, RiskAssessment, YearReview
from app.actionplan.monitoring.queries import Followed, find_quiet, find_review, list_owners
from app.actionplan.monitoring.rules import (
    FUTURE_YEAR,
    LONGEST_WORDS,
    NO_LEVEL,
    NO_NUMBER,
    NO_STATE,
    NO_YEAR,
    REASON_LENGTH,
    WORDS_LENGTH,
    Mitigation,
    is_reason,
)
from app.actionplan.monitoring.service import MEANWHILE, UNKNOWN_OWNER, hold_numbers
from app.actionplan.portfolio.models import Plan
from app.auth.permissions import require
from app.core.clock import now, today
from app.core.errors import Invalid, Stale
from app.core.tokens import key_for
from app.history.service import record
from app.people.rules import Actor

NO_INDICATOR = "This initiative has no target for this indicator."
LEVELS = range(1, 6)


@dataclass(frozen=True)
class ReadingIn:
    """What an indicator was in a year; None for what could not be read."""

    indicator: str
    year: int | None
    value: float | None
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class AssessmentIn:
    """How a risk stands; 0 for what was not chosen."""

    likelihood: int
    impact: int
    mitigation_state: str
    owner: UUID | None = None
    words: str = ""


def add_reading(
    session: Session, actor: Actor, plan: Plan, followed: Followed, given: ReadingIn, *, form_key: str
) -> IndicatorReading:
    """Add what an indicator was in a year: of two for one year the later counts, and both are kept.

    The same form a second time is the same reading. Raises Invalid, also for an indicator without target.
    """
    require(actor, "reading.add", followed)
    hold_numbers(session, plan.id)
    form_key = key_for(form_key, plan.id, followed.code, given)
    known = session.exec(
        select(IndicatorReading).where(IndicatorReading.added_by_id == actor.id, IndicatorReading.form_key == form_key)
    ).first()
    if known:
        return known
    faults: dict[str, str] = {}
    if given.indicator not in {one["indicator"] for one in followed.item["targets"]}:
        faults["indicator"] = NO_INDICATOR
    if given.year is None:
        faults["year"] = NO_YEAR
    elif given.year > today().year:
        faults["year"] = FUTURE_YEAR
    if given.value is None:
        faults["value"] = NO_NUMBER
    for name, text in (("source", given.source), ("note", given.note)):
        if len(text) > LONGEST_WORDS:
            faults[name] = WORDS_LENGTH
    if faults or given.year is None or given.value is None:
        raise Invalid(next(iter(faults.values())), faults)
    others = session.exec(
        select(IndicatorReading.id).where(
            IndicatorReading.plan_id == plan.id,
            IndicatorReading.item_code == followed.code,
            IndicatorReading.indicator == given.indicator,
        )
    ).all()
    reading = IndicatorReading(
        plan_id=plan.id,
        item_code=followed.code,
        indicator=given.indicator,
        number=len(others) + 1,
        year=given.year,
        value=given.value,
        source=given.source,
        note=given.note,
        form_key=form_key,
        added_at=now(),
        added_by_id=actor.id,
    )
    session.add(reading)
    session.flush()
    after = {"initiative": followed.code, "indicator": given.indicator, "year": given.year, "value": given.value}
    record(session, actor, "reading.added", plan, after=after)
    return reading


def assess_risk(session: Session, actor: Actor, risk: Risk, given: AssessmentIn, *, form_key: str) -> RiskAssessment:
    """Add how a risk stands now. The same form a second time is the same assessment. Raises Invalid."""
    require(actor, "risk.assess", risk)
    session.refresh(risk, with_for_update=True)
    form_key = key_for(form_key, risk.id, given)
    known = session.exec(
        select(RiskAssessment).where(RiskAssessment.assessed_by_id == actor.id, RiskAssessment.form_key == form_key)
    ).first()
    if known:
        return known
    others = session.exec(select(RiskAssessment).where(RiskAssessment.risk_id == risk.id).order_by("number")).all()
    faults: dict[str, str] = {}
    for name, level in (("likelihood", given.likelihood), ("impact", given.impact)):
        if level not in LEVELS:
            faults[name] = NO_LEVEL
    if given.mitigation_state not in {*Mitigation}:
        faults["mitigation_state"] = NO_STATE
    if len(given.words) > LONGEST_WORDS:
        faults["words"] = WORDS_LENGTH
    kept = others[-1].owner_id if others else None
    if given.owner and given.owner not in {kept, *(one.id for one in list_owners(session, actor))}:
        faults["owner"] = UNKNOWN_OWNER
    if faults:
        raise Invalid(next(iter(faults.values())), faults)
    assessment = RiskAssessment(
        risk_id=risk.id,
        number=len(others) + 1,
        likelihood=given.likelihood,
        impact=given.impact,
        mitigation_state=given.mitigation_state,
        owner_id=given.owner,
        words=given.words,
        form_key=form_key,
        assessed_at=now(),
        assessed_by_id=actor.id,
    )
    session.add(assessment)
    session.flush()
    after = {"number": risk.number, "likelihood": given.likelihood, "impact": given.impact}
    record(session, actor, "risk.assessed", risk, after=after | {"mitigation": given.mitigation_state})
    return assessment


def write_review(session: Session, actor: Actor, plan: Plan, year: int, revision: int, to_change: str) -> YearReview:
    """Keep what is to change after a year; revision 0 is of what nobody has written. Raises Stale, Invalid."""
    require(actor, "review.write", plan)
    hold_numbers(session, plan.id)
    review = find_review(session, plan.id, year)
    if (review.revision if review else 0) != revision:
        raise Stale(MEANWHILE, str(review.revision if review else 0))
    if not is_reason(to_change):
        raise Invalid(REASON_LENGTH, {"to_change": REASON_LENGTH})
    before = {"to_change": review.to_change} if review else None
    if review is None:
        review = YearReview(plan_id=plan.id, year=year, to_change=to_change, written_at=now(), written_by_id=actor.id)
    else:
        review.to_change, review.revision = to_change, review.revision + 1
        review.written_at, review.written_by_id = now(), actor.id
    session.add(review)
    session.flush()
    record(session, actor, "review.written", plan, before=before, after={"year": year, "to_change": to_change})
    return review


def switch_mails(session: Session, actor: Actor, plan: Plan, *, is_for_all: bool, is_on: bool) -> None:
    """Let mails about milestones of a plan go out, or not: to the actor, or to all who own any."""
    require(actor, "plan_mails.change" if is_for_all else "milestone.read", plan)
    if actor.id is None and not is_for_all:
        return
    hold_numbers(session, plan.id)
    quiet = find_quiet(session, plan.id, None if is_for_all else actor.id)
    if is_on == (quiet is None):
        return
    if quiet:
        session.delete(quiet)
    else:
        session.add(QuietPlan(plan_id=plan.id, person_id=None if is_for_all else actor.id, since=today()))
    session.flush()
    after = {"who": "everybody" if is_for_all else "oneself", "mails": is_on}
    record(session, actor, "plan_mails.changed", plan, after=after)
