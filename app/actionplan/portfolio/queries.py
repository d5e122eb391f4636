"""Reads of plans."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.actionplan.portfolio.models import Plan, PlanItem, PlanJob, Scenario, ScenarioDraft
from app.core.errors import NotFound
from app.people.rules import Actor

NO_PLAN = "There is no such plan."
HIGHEST_NUMBER = 2**31 - 1
"""No plan and no draft has a higher one; databases refuse to look for numbers beyond what they count with."""


class Loaded(NamedTuple):
    """A scenario with all it takes to show it: its plan, the items to choose from, and its newest draft."""

    plan: Plan
    items: Sequence[PlanItem]
    scenario: Scenario
    draft: ScenarioDraft


def get_own_plan(session: Session, actor: Actor, number: int) -> Plan:
    """A plan of the actor's consortium by its number, or NotFound."""
    wanted = select(Plan).where(Plan.consortium_id == actor.consortium_id, Plan.number == number)
    found = session.exec(wanted).first() if 0 < number <= HIGHEST_NUMBER else None
    if found is None:
        raise NotFound(NO_PLAN)
    return found


def get_own_plan_by_id(session: Session, actor: Actor, plan_id: UUID) -> Plan:
    """A plan of the actor's consortium, or NotFound."""
    found = session.get(Plan, plan_id)
    if found is None or found.consortium_id != actor.consortium_id:
        raise NotFound(NO_PLAN)
    return found


def find_plan(session: Session, key: str) -> Plan | None:
    """The plan of this id, whoever's it is; None for any other text."""
    try:
        return session.get(Plan, UUID(key))
    except ValueError:
        return None


def list_plans(session: Session, actor: Actor) -> Sequence[Plan]:
    """The plans of the actor's consortium, the newest first."""
    wanted = select(Plan).where(Plan.consortium_id == actor.consortium_id)
    return session.exec(wanted.order_by(col(Plan.number).desc())).all()


def next_plan_number(session: Session, consortium_id: UUID) -> int:
    """The number that the next plan of a consortium gets."""
    return (session.exec(select(func.max(Plan.number)).where(Plan.consortium_id == consortium_id)).one() or 0) + 1


def list_plan_items(session: Session, plan_id: UUID) -> Sequence[PlanItem]:
    """The items that a plan chooses from, in the order of the survey."""
    return session.exec(select(PlanItem).where(PlanItem.plan_id == plan_id).order_by(col(PlanItem.position))).all()


def get_plan_item(session: Session, plan_id: UUID, code: str) -> PlanItem:
    """An item of a plan by its code, or NotFound."""
    found = session.exec(select(PlanItem).where(PlanItem.plan_id == plan_id, PlanItem.code == code)).first()
    if found is None:
        raise NotFound("There is no such initiative.")
    return found


def list_scenarios(session: Session, plan_id: UUID) -> Sequence[Scenario]:
    """The scenarios of a plan that were not removed, the first first."""
    wanted = select(Scenario).where(Scenario.plan_id == plan_id, col(Scenario.removed_at).is_(None))
    return session.exec(wanted.order_by(col(Scenario.number))).all()


def get_scenario(session: Session, plan_id: UUID, number: int | None = None) -> Scenario:
    """A scenario of a plan by its number, by default the first; NotFound for one that was removed."""
    found = [one for one in list_scenarios(session, plan_id) if number in (None, one.number)]
    if not found:
        raise NotFound("There is no such scenario.")
    return found[0]


def get_draft(session: Session, scenario: Scenario, number: int | None = None) -> ScenarioDraft:
    """A draft of a scenario by its number, by default the newest, or NotFound."""
    number = number or scenario.revision
    wanted = select(ScenarioDraft).where(ScenarioDraft.scenario_id == scenario.id, ScenarioDraft.number == number)
    found = session.exec(wanted).first() if 0 < number <= HIGHEST_NUMBER else None
    if found is None:
        raise NotFound("There is no such draft.")
    return found


def list_scenario_drafts(session: Session, scenario_id: UUID) -> Sequence[ScenarioDraft]:
    """The drafts of a scenario, the newest first."""
    wanted = select(ScenarioDraft).where(ScenarioDraft.scenario_id == scenario_id)
    return session.exec(wanted.order_by(col(ScenarioDraft.number).desc())).all()


def load(session: Session, plan: Plan, number: int | None = None, draft: int | None = None) -> Loaded:
    """A scenario of a plan with all it takes to show it, or NotFound."""
    scenario = get_scenario(session, plan.id, number)
    return Loaded(plan, list_plan_items(session, plan.id), scenario, get_draft(session, scenario, draft))


def find_told(session: Session, draft: ScenarioDraft) -> PlanJob | None:
    """The newest work on a draft: what it found so far of what the plan is worth, and what leaving out costs."""
    wanted = select(PlanJob).where(
        PlanJob.scenario_id == draft.scenario_id,
        PlanJob.draft_number == draft.number,
        col(PlanJob.kind).in_(("propose", "weigh")),
    )
    return session.exec(wanted.order_by(col(PlanJob.asked_at).desc(), col(PlanJob.id))).first()


def find_robustness(session: Session, scenario_id: UUID) -> PlanJob | None:
    """The newest work on how robust a scenario is, if somebody asked for it."""
    wanted = select(PlanJob).where(PlanJob.scenario_id == scenario_id, PlanJob.kind == "robustness")
    return session.exec(wanted.order_by(col(PlanJob.asked_at).desc(), col(PlanJob.id))).first()


def shares_of(job: PlanJob | None, draft: ScenarioDraft) -> Mapping[str, float]:
    """How often each initiative is in when values vary; nothing where that was not asked of this draft."""
    return job.told.get("robust", {}) if job and job.draft_number == draft.number else {}


def list_open_jobs(session: Session, scenario_id: UUID) -> Sequence[PlanJob]:
    """The work on a scenario that is waiting or under way."""
    wanted = select(PlanJob).where(PlanJob.scenario_id == scenario_id, col(PlanJob.ended_at).is_(None))
    return session.exec(wanted.order_by(col(PlanJob.asked_at))).all()
