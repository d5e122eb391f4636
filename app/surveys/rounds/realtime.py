"""Real time: what all say so far, shown in steps that tell of no single person and are the same for everybody."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.core.db import for_writing
from app.stats.histogram import total
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import helices_of, scale_of
from app.surveys.rounds.feedback import count_tables, describe_rating
from app.surveys.rounds.models import RealtimeState, Round
from app.surveys.rounds.queries import is_over
from app.surveys.rounds.rules import Step, advance

Counts = dict[str, dict[str, dict[str, list[int]]]]


def show_so_far(session: Session, engine: Engine, survey: Survey, current: Round, item: str) -> dict[str, Any]:
    """What all say so far of an item, by code of the rating, after taking the step that is due.

    A step is taken once, by whoever comes first, in a transaction of its own that is on disk before anybody sees it; so
    the session given must only read.
    """
    kept = _find_state(session, current, item)
    counts = kept.counts if kept else {}
    if not is_over(current) and _advanced(session, survey, current, item, counts) != counts:
        counts = _take_step(engine, survey, current, item)
    return _describe(session, survey, counts)


def so_far(session: Session, survey: Survey, current: Round) -> dict[str, Any]:
    """What is shown now of every item, by code of the rating."""
    states = session.exec(select(RealtimeState).where(RealtimeState.round_id == current.id)).all()
    return {code: said for state in states for code, said in _describe(session, survey, state.counts).items()}


def _take_step(engine: Engine, survey: Survey, current: Round, item: str) -> Counts:
    with Session(for_writing(engine)) as session, session.begin():
        # two who come at once would take steps from the same state and show different ones: one waits for the other
        running = session.exec(select(Round).where(Round.id == current.id).with_for_update()).one()
        state = _find_state(session, current, item) or RealtimeState(round_id=current.id, item=item)
        if not is_over(running):
            state.counts = _advanced(session, survey, current, item, state.counts)
            session.add(state)
        return state.counts


def _find_state(session: Session, current: Round, item: str) -> RealtimeState | None:
    wanted = select(RealtimeState).where(RealtimeState.round_id == current.id, RealtimeState.item == item)
    return session.exec(wanted).first()


def _advanced(session: Session, survey: Survey, current: Round, item: str, counts: Counts) -> Counts:
    helices = helices_of(session, survey.id)
    nothing = [0] * len(scale_of(survey).points)
    found: Counts = dict(counts)
    for code, table in count_tables(session, survey, current, item).items():
        steps = dict(counts.get(code, {}))
        for row, helix in enumerate(helices):
            kept = steps.get(helix, {"shown": nothing, "waiting": nothing})
            step = advance(
                Step(tuple(kept["shown"]), tuple(kept["waiting"])),
                [int(count) for count in table[row]],
                survey.minimum_group,
            )
            steps[helix] = {"shown": list(step.shown), "waiting": list(step.waiting)}
        if any(sum(one["waiting"]) for one in steps.values()):
            found[code] = steps
    return found


def _describe(session: Session, survey: Survey, counts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The figures of what is shown; every helix in it has the minimum group, so each may be shown on its own."""
    helices, low = helices_of(session, survey.id), survey.scale_low
    tables = {code: np.array([steps[helix]["shown"] for helix in helices], float) for code, steps in counts.items()}
    return {
        code: describe_rating(table, helices, low, total(table) > 0)
        for code, table in sorted(tables.items())
        if table.sum() > 0
    }
