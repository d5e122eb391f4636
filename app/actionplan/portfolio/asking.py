"""Asking for work on a scenario, and calling it off: the work itself is done where nobody waits for it."""

from uuid import UUID

from sqlmodel import Session

from app.actionplan.portfolio.models import Plan, PlanJob, Scenario
from app.actionplan.portfolio.queries import get_scenario, list_open_jobs
from app.auth.permissions import require
from app.core.clock import now
from app.core.errors import NotFound
from app.people.rules import Actor

KINDS = ("propose", "weigh", "robustness")
WEIGHING = ("propose", "weigh")


def ask(session: Session, actor: Actor, scenario: Scenario, kind: str) -> PlanJob:
    """Ask for work on the newest draft of a scenario. Work of the same sort that is not done yet is called off.

    A draft that follows takes the place of the one before, so there is nothing left to say about that.
    """
    sort = WEIGHING if kind in WEIGHING else (kind,)
    for job in list_open_jobs(session, scenario.id):
        if job.kind in sort:
            _call_off(session, job)
    job = PlanJob(
        scenario_id=scenario.id, draft_number=scenario.revision, kind=kind, asked_at=now(), asked_by_id=actor.id
    )
    session.add(job)
    session.flush()
    return job


def ask_for(session: Session, actor: Actor, plan: Plan, number: int, kind: str) -> PlanJob:
    """Ask for a proposal or for robustness; what is under way already is what was asked for. Raises NotFound."""
    require(actor, "plan.change", plan)
    if kind not in KINDS:
        raise NotFound("There is no such work.")
    scenario = get_scenario(session, plan.id, number)
    for job in list_open_jobs(session, scenario.id):
        if job.kind == kind and job.draft_number == scenario.revision:
            return job
    return ask(session, actor, scenario, kind)


def call_off(session: Session, actor: Actor, plan: Plan, number: int, job_id: UUID) -> None:
    """Call work on a scenario off; what it told so far stays. Raises NotFound; nothing happens once it is over."""
    require(actor, "plan.change", plan)
    scenario, job = get_scenario(session, plan.id, number), session.get(PlanJob, job_id)
    if job is None or job.scenario_id != scenario.id:
        raise NotFound("There is no such work.")
    if job.ended_at is None:
        _call_off(session, job)


def _call_off(session: Session, job: PlanJob) -> None:
    job.state, job.ended_at = "called_off", now()
    session.add(job)
