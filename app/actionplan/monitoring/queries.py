"""Reads of how an adopted plan gets on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.actionplan.adoption.models import PlanEdition
from app.actionplan.adoption.queries import list_editions
from app.actionplan.monitoring.models import (
    GateDecision,
    IndicatorReading,
    Milestone,
    MilestoneMail,
    ProgressReport,
    QuietPlan,
    Risk,
    RiskAssessment,
    YearReview,
)
from app.actionplan.portfolio.models import Plan
from app.actionplan.portfolio.queries import get_own_plan
from app.core.errors import NotFound
from app.indicators.models import RegionReading
from app.indicators.queries import readings_of_regions
from app.people.models import Organisation, Person
from app.people.queries import list_organisations, list_people
from app.people.rules import Actor

NO_MILESTONE, NO_RISK, NO_ITEM = (
    "There is no such milestone.",
    "There is no such risk.",
    "This initiative is not in the plan.",
)
NO_YEAR = "This year is not one of the plan's."
Key = TypeVar("Key")
One = TypeVar("One")
NOT_ADOPTED = "This plan has not been adopted yet. What is adopted can be followed."


@dataclass(frozen=True)
class Followed:
    """An initiative of an adopted plan as a thing of the partner that leads it; `item` is how the edition has it."""

    consortium_id: UUID
    organisation_id: UUID | None
    item: Mapping[str, Any]

    @property
    def code(self) -> str:
        """The code of the initiative."""
        return self.item["code"]


@dataclass(frozen=True)
class Following:
    """An adopted plan with all that is known of how it gets on; `milestones` are of initiatives still in it."""

    plan: Plan
    edition: PlanEdition
    items: Mapping[str, Followed]
    milestones: Sequence[Milestone]
    reports: Mapping[UUID, Sequence[ProgressReport]]
    decisions: Mapping[UUID, Sequence[GateDecision]]
    readings: Mapping[tuple[str, str], Sequence[IndicatorReading]]
    risks: Sequence[Risk]
    assessments: Mapping[UUID, Sequence[RiskAssessment]]
    catalogue: Mapping[tuple[str, str], Sequence[RegionReading]]
    """What was read of the regions that targets name, by indicator and region."""


def get_following(session: Session, actor: Actor, number: int) -> Following:
    """An adopted plan of the actor's consortium by its number, in its newest edition, or NotFound."""
    plan = get_own_plan(session, actor, number)
    editions = list_editions(session, plan.id)
    if not editions:
        raise NotFound(NOT_ADOPTED)
    return following_of(session, plan, editions[0], list_organisations(session, actor))


def following_of(
    session: Session, plan: Plan, edition: PlanEdition, organisations: Iterable[Organisation]
) -> Following:
    """A plan in one of its editions with all that was noted about it since."""
    partners = {one.code: one.id for one in organisations if one.code}
    items = {
        item["code"]: Followed(plan.consortium_id, partners.get(item["lead"]), item)
        for item in edition.content["items"]
        if item["is_in"]
    }
    by_day = select(Milestone).where(Milestone.plan_id == plan.id).order_by(col(Milestone.due), col(Milestone.number))
    milestones = [one for one in session.exec(by_day).all() if one.item_code in items]
    keys = [one.id for one in milestones]
    targets = [aim for followed in items.values() for aim in followed.item["targets"]]
    regions = {(aim["indicator"], aim["region"]) for aim in targets if aim.get("region")}
    by_plan = select(Risk).where(Risk.plan_id == plan.id).order_by(col(Risk.number))
    risks = [one for one in session.exec(by_plan).all() if one.item_code in items]
    reports = select(ProgressReport).where(col(ProgressReport.milestone_id).in_(keys))
    decisions = select(GateDecision).where(col(GateDecision.milestone_id).in_(keys))
    readings = select(IndicatorReading).where(IndicatorReading.plan_id == plan.id)
    assessments = select(RiskAssessment).where(col(RiskAssessment.risk_id).in_([one.id for one in risks]))
    return Following(
        plan,
        edition,
        items,
        milestones,
        _grouped((one.milestone_id, one) for one in session.exec(reports.order_by(col(ProgressReport.number)))),
        _grouped((one.milestone_id, one) for one in session.exec(decisions.order_by(col(GateDecision.number)))),
        _grouped(
            ((one.item_code, one.indicator), one)
            for one in session.exec(readings.order_by(col(IndicatorReading.number)))
        ),
        risks,
        _grouped((one.risk_id, one) for one in session.exec(assessments.order_by(col(RiskAssessment.number)))),
        readings_of_regions(session, plan.consortium_id, regions),
    )


def get_followed(following: Following, code: str) -> Followed:
    """An initiative of the plan by its code, or NotFound."""
    if code not in following.items:
        raise NotFound(NO_ITEM)
    return following.items[code]


def require_year(following: Following, year: int, today: date) -> None:
    """Raise NotFound unless the year is one of the plan's, or the running one."""
    plan = following.plan
    if not plan.first_year <= year < plan.first_year + plan.years and year != today.year:
        raise NotFound(NO_YEAR)


def get_milestone(following: Following, number: int) -> Milestone:
    """A milestone of the plan by its number, or NotFound."""
    for one in following.milestones:
        if one.number == number:
            return one
    raise NotFound(NO_MILESTONE)


def get_risk(following: Following, number: int) -> Risk:
    """A risk of the plan by its number, or NotFound."""
    for one in following.risks:
        if one.number == number:
            return one
    raise NotFound(NO_RISK)


def find_review(session: Session, plan_id: UUID, year: int) -> YearReview | None:
    """What is to change after a year, if somebody wrote it."""
    return session.exec(select(YearReview).where(YearReview.plan_id == plan_id, YearReview.year == year)).first()


def list_reviews(session: Session, plan_id: UUID) -> Sequence[YearReview]:
    """The years that somebody wrote about, in their order."""
    return session.exec(select(YearReview).where(YearReview.plan_id == plan_id).order_by(col(YearReview.year))).all()


def list_mails(session: Session, milestone_id: UUID) -> Sequence[MilestoneMail]:
    """The mails that were promised to owners of a milestone, the newest first."""
    wanted = select(MilestoneMail).where(MilestoneMail.milestone_id == milestone_id)
    return session.exec(wanted.order_by(col(MilestoneMail.promised_on).desc(), col(MilestoneMail.moment))).all()


def find_quiet(session: Session, plan_id: UUID, person_id: UUID | None) -> QuietPlan | None:
    """Whether somebody, or with None everybody, gets no mails about milestones of a plan."""
    wanted = select(QuietPlan).where(QuietPlan.plan_id == plan_id)
    is_theirs = col(QuietPlan.person_id).is_(None) if person_id is None else col(QuietPlan.person_id) == person_id
    return session.exec(wanted.where(is_theirs)).first()


def list_owners(session: Session, actor: Actor) -> list[Person]:
    """Who may own a milestone or a risk: everybody with a role in the consortium and an account that is open."""
    return [person for person, _ in list_people(session, actor) if person.disabled_at is None]


def next_milestone(session: Session, plan_id: UUID) -> int:
    """The number of the next milestone of a plan."""
    return (session.exec(select(func.max(col(Milestone.number))).where(Milestone.plan_id == plan_id)).one() or 0) + 1


def next_risk(session: Session, plan_id: UUID) -> int:
    """The number of the next risk of a plan."""
    return (session.exec(select(func.max(col(Risk.number))).where(Risk.plan_id == plan_id)).one() or 0) + 1


def _grouped(pairs: Iterable[tuple[Key, One]]) -> dict[Key, list[One]]:
    found: dict[Key, list[One]] = {}
    for key, one in pairs:
        found.setdefault(key, []).append(one)
    return found
