"""The work on scenarios: taken up one after the other, done by a process of its own, and kept as far as it came."""

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session, col, or_, select

from app.actionplan.portfolio.models import Plan, PlanItem, PlanJob, Scenario, ScenarioDraft
from app.actionplan.portfolio.queries import list_plan_items
from app.actionplan.portfolio.service import Change, follow, lock_plan
from app.consensus.queries import find_snapshot, get_basis
from app.core.clock import now
from app.core.db import for_writing
from app.core.errors import NotFound
from app.core.stopping import never
from app.people.queries import operator_of

LOST_AFTER = timedelta(seconds=90)
"""Work whose worker has not been heard of for so long is taken up again."""
LOOKS_EVERY, KEEPS_EVERY = 0.2, 1.0
LONGEST_SECONDS = 900


Said = queue.Queue[dict[str, Any] | None]


class SolvingFailed(Exception):
    """The process that solves ended badly; the plan stands as it was."""


class Taken(NamedTuple):
    """Work that was taken up, and the plan it is about."""

    job_id: UUID
    plan_id: UUID


def work_next(engine: Engine, is_stopping: Callable[[], bool] = never) -> int:
    """Do the work that has waited longest; returns how many pieces of work that were: 0 or 1.

    Raises SolvingFailed where its process fails, or what it is about is not there any more: the work is over then, and
    says so.
    """
    with Session(for_writing(engine)) as session, session.begin():
        taken = _take(session)
    if taken is None:
        return 0
    try:
        _do(engine, taken, _read(engine, taken), is_stopping)
    except SolvingFailed:
        _end(engine, taken.job_id, "failed")
        raise
    return 1


def work_all(engine: Engine) -> int:
    """Do all work that waits; returns how much that was. Raises SolvingFailed."""
    count = 0
    while work_next(engine):
        count += 1
    return count


def _take(session: Session) -> Taken | None:
    lost = now() - LOST_AFTER
    wanted = (
        select(PlanJob)
        .where(col(PlanJob.ended_at).is_(None))
        .where(or_(col(PlanJob.seen_at).is_(None), col(PlanJob.seen_at) < lost))
        .order_by(col(PlanJob.asked_at), col(PlanJob.id))
        .limit(1)
    )
    job = session.exec(wanted.with_for_update(skip_locked=True)).first()
    if job is None:
        return None
    job.state, job.seen_at, job.told, job.done = "under_way", now(), {}, 0
    session.add(job)
    return Taken(job.id, session.get_one(Scenario, job.scenario_id).plan_id)


def _read(engine: Engine, taken: Taken) -> str:
    """What the process is told. Raises SolvingFailed where it cannot be: work that stays would be taken up for ever."""
    try:
        with Session(engine) as session:
            return json.dumps(asked_of(session, session.get_one(PlanJob, taken.job_id)))
    except NotFound as failure:
        raise SolvingFailed(failure.message) from failure


def asked_of(session: Session, job: PlanJob) -> dict[str, Any]:
    """What the process that does a piece of work is told. Raises NotFound once the results are gone."""
    scenario = session.get_one(Scenario, job.scenario_id)
    plan = session.get_one(Plan, scenario.plan_id)
    draft = session.exec(
        select(ScenarioDraft).where(ScenarioDraft.scenario_id == scenario.id, ScenarioDraft.number == job.draft_number)
    ).one()
    asked: dict[str, Any] = {
        "kind": job.kind,
        "first_year": plan.first_year,
        "rules": draft.rules,
        "hands": draft.hands,
        "start_year": draft.start_year,
        "items": [_item(item) for item in list_plan_items(session, plan.id)],
    }
    if job.kind == "robustness":
        snapshot = find_snapshot(session, plan.survey_id, plan.round_number)
        assert snapshot, "a plan is made from results, which stay"
        basis = get_basis(session, snapshot)
        asked |= {"basis": basis.content, "weights": plan.weights, "seed": snapshot.findings["seed"]}
        asked["scale"] = snapshot.findings["scale"]
    return asked


def _item(item: PlanItem) -> dict[str, Any]:
    return {"code": item.code, "evidence": item.evidence, "facts": item.facts | item.changed}


def _do(engine: Engine, taken: Taken, asked: str, is_stopping: Callable[[], bool]) -> None:
    told, steps = dict[str, Any](), (0, 0)
    begun = kept = time.monotonic()
    with _process(asked) as (process, said):
        while (line := _next(said)) is not None:
            told |= line.get("told", {})
            steps = line.get("steps", steps)
            moment = time.monotonic()
            if is_stopping() or moment - begun > LONGEST_SECONDS:
                raise SolvingFailed("stopped, or it took too long")
            if "plan" in line.get("told", {}) or moment - kept >= KEEPS_EVERY:
                kept = moment
                if not _keep(engine, taken, told, steps):
                    return
        if process.wait(timeout=10):
            raise SolvingFailed(f"exit code {process.returncode}")
    if _keep(engine, taken, told, steps):
        _end(engine, taken.job_id, "done")


def _keep(engine: Engine, taken: Taken, told: dict[str, Any], steps: tuple[int, int]) -> bool:
    """Keep what was told so far; returns whether anybody still wants the rest."""
    with Session(for_writing(engine)) as session, session.begin():
        # in the order of those who change a plan, who call work off afterwards
        lock_plan(session, taken.plan_id)
        job = session.get_one(PlanJob, taken.job_id, with_for_update=True)
        if job.ended_at is not None:
            return False
        is_new = "plan" in told and "plan" not in job.told
        job.told, job.seen_at = dict(told), now()
        job.done, job.total = steps
        session.add(job)
        if is_new and job.kind == "propose" and told["plan"]["start_year"] is not None:
            return _propose(session, job)
    return True


def _propose(session: Session, job: PlanJob) -> bool:
    """Make what was found the newest draft, unless somebody changed the scenario meanwhile."""
    scenario = session.get_one(Scenario, job.scenario_id)
    if scenario.revision != job.draft_number or scenario.removed_at is not None:
        job.state, job.ended_at = "overtaken", now()
        return False
    plan = session.get_one(Plan, scenario.plan_id)
    draft = follow(
        session,
        operator_of(plan.consortium_id),
        scenario,
        Change("proposed", start_year=job.told["plan"]["start_year"]),
    )
    draft.made_by_id = job.asked_by_id
    job.draft_number = draft.number
    return True


def _end(engine: Engine, job_id: UUID, state: str) -> None:
    with Session(for_writing(engine)) as session, session.begin():
        job = session.get_one(PlanJob, job_id, with_for_update=True)
        if job.ended_at is None:
            job.state, job.ended_at = state, now()
            session.add(job)


@contextmanager
def _process(asked: str) -> Generator[tuple["subprocess.Popen[str]", Said]]:
    """A process that solves, and the lines it says, as they come; None at the end. It ends with the block.

    Raises SolvingFailed when it cannot start.
    """
    command = [sys.executable, "-m", "app.actionplan.portfolio.solving"]
    said: Said = queue.Queue()
    try:
        process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
    except OSError as failure:
        raise SolvingFailed(str(failure)) from failure
    with process:
        assert process.stdin
        assert process.stdout
        listener = threading.Thread(target=_listen, args=(process.stdout, said), daemon=True)
        listener.start()
        try:
            process.stdin.write(asked)
            process.stdin.close()
            yield process, said
        except BrokenPipeError as failure:
            raise SolvingFailed("it ended before it was asked") from failure
        finally:
            process.kill()
            listener.join()


def _listen(stream: Iterable[str], said: Said) -> None:
    for line in stream:
        said.put(json.loads(line))
    said.put(None)


def _next(said: Said) -> dict[str, Any] | None:
    """What the process says next, nothing new where it is still thinking, None where it has said all."""
    try:
        return said.get(timeout=LOOKS_EVERY)
    except queue.Empty:
        return {}
