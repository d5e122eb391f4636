"""What tests of a followed plan share: a plan that was adopted, made by hand."""

from datetime import date
from typing import Any

from sqlmodel import Session, select

from app.actionplan.adoption.models import PlanBallot, PlanEdition
from app.actionplan.monitoring.models import Milestone
from app.actionplan.monitoring.queries import Following, get_following
from app.actionplan.monitoring.service import start_following
from app.actionplan.portfolio.models import Plan, Scenario
from app.core.clock import now
from app.core.tokens import make_token
from app.people.queries import operator
from app.surveys.authoring.models import Survey

OUTPUT = "Public search portal"
RISK = {"text": "Members do not answer", "likelihood": 4, "impact": 3, "mitigation": "Ask them every year"}
TARGET = {"indicator": "IND19", "baseline": 10.0, "target": 20.0, "by_year": 2031, "unit": "firms"}
REASON = "The partners agreed on it in May."


def plan_item(code: str, **changes: Any) -> dict[str, Any]:
    """An initiative of an adopted plan, from the first quarter of 2027 to the last of 2029."""
    return {
        "code": code,
        "source_id": "",
        "version": 1,
        "title": {"en": f"Initiative {code}", "de": f"Initiative {code}"},
        "lead": "CAT",
        "is_in": True,
        "start": [2027, 1],
        "end": [2029, 4],
        "phases": [
            {"kind": "design", "name": "", "start": [2027, 1], "end": [2027, 2]},
            {"kind": "pilot", "name": "Trial in two regions", "start": [2027, 3], "end": [2028, 2]},
            {"kind": "operate", "name": "", "start": [2028, 3], "end": [2029, 4]},
        ],
        "cost": 300_000,
        "cost_by_year": {"2027": 50_000, "2028": 100_000, "2029": 150_000},
        "depends_on": [],
        "outputs": [OUTPUT],
        "targets": [TARGET],
        "risks": [RISK],
    } | changes


def make_plan(session: Session, survey: Survey, **changes: Any) -> Plan:
    """A plan for 2027 to 2031 that nobody has adopted."""
    values: dict[str, Any] = {
        "consortium_id": survey.consortium_id,
        "survey_id": survey.id,
        "number": 1,
        "title": "Our plan",
        "snapshot_sha256": "0" * 64,
        "round_number": 1,
        "weights": {"impact": 0.5, "urgency": 0.5},
        "first_year": 2027,
        "years": 5,
        "form_key": make_token(),
        "created_at": now(),
    }
    plan = Plan(**(values | changes))
    session.add(plan)
    session.flush()
    return plan


def adopt(session: Session, plan: Plan, number: int, *items: dict[str, Any]) -> PlanEdition:
    """An edition of a plan by its number, with these initiatives."""
    content = {"format": "innaxe-plan/1", "title": plan.title, "items": list(items)}
    scenario = session.exec(select(Scenario).where(Scenario.plan_id == plan.id, Scenario.number == number)).first()
    if scenario is None:
        scenario = Scenario(plan_id=plan.id, number=number, name="Only", form_key=make_token(), created_at=now())
        session.add(scenario)
        session.flush()
    ballot = PlanBallot(
        plan_id=plan.id,
        scenario_id=scenario.id,
        number=number,
        draft_number=1,
        content=content,
        content_sha256="1" * 64,
        form_key=make_token(),
        opened_at=now(),
    )
    session.add(ballot)
    session.flush()
    edition = PlanEdition(
        plan_id=plan.id,
        number=number,
        ballot_id=ballot.id,
        content=content,
        content_sha256="1" * 64,
        decision={},
        adopted_at=now(),
    )
    session.add(edition)
    session.flush()
    return edition


def follow(session: Session, survey: Survey, *items: dict[str, Any]) -> Following:
    """A plan of a first and a second initiative, which needs the first, or of these, followed from its edition on."""
    plan = make_plan(session, survey)
    adopt(session, plan, 1, *(items or (plan_item("I1"), plan_item("I2", depends_on=["I1"], risks=[], targets=[]))))
    actor = operator(session)
    start_following(session, actor, get_following(session, actor, plan.number))
    session.commit()
    return get_following(session, actor, plan.number)


def milestone_of(following: Following, code: str, origin: str) -> Milestone:
    """A milestone of an initiative by what proposed it."""
    return next(one for one in following.milestones if (one.item_code, one.origin) == (code, origin))


def move(session: Session, milestone: Milestone, due: date) -> None:
    """Put a milestone on another day, as if it had always been due then."""
    milestone.due = milestone.first_due = due
    milestone.begins_on = min(milestone.begins_on, due)
    session.add(milestone)
    session.commit()
