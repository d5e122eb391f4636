"""Acts on interviews. After each, what is shown of stances moves on where enough of them have changed."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, delete, select

from app.actionplan.evidence.models import Interview, InterviewStance, StanceState
from app.actionplan.evidence.queries import list_stances, said_of, step_of, version_on
from app.actionplan.evidence.reading import InterviewIn, StanceIn
from app.actionplan.evidence.rules import take_step
from app.actionplan.evidence.service import take_turn, version_named
from app.actionplan.initiatives.queries import list_initiatives, list_versions
from app.auth.permissions import require
from app.history.service import record
from app.people.queries import hold_consortium
from app.people.rules import Actor

NAMES_LAST = timedelta(days=365)
"""So long after the day of an interview its name is kept."""


def add_interview(session: Session, actor: Actor, given: InterviewIn) -> Interview:
    """Note an interview and the initiatives it was about."""
    interview = Interview(consortium_id=actor.consortium_id, **_fields(given))
    require(actor, "evidence.change", interview)
    session.add(interview)
    session.flush()
    _choose(session, actor, interview, given.chosen)
    record(session, actor, "interview.added", interview, after={"initiatives": len(given.chosen)})
    return interview


def change_interview(session: Session, actor: Actor, interview: Interview, revision: int, given: InterviewIn) -> None:
    """Change an interview and the initiatives it was about. Raises Conflict when somebody else changed it."""
    take_turn(session, actor, interview, revision)
    for name, value in _fields(given).items():
        setattr(interview, name, value)
    require(actor, "evidence.change", interview)
    about = _choose(session, actor, interview, given.chosen)
    _move_on(session, actor, about)
    record(session, actor, "interview.changed", interview, after={"revision": interview.revision})


def give_stances(
    session: Session, actor: Actor, interview: Interview, revision: int, stances: Sequence[StanceIn]
) -> None:
    """Note what somebody interviewed said of initiatives. Raises Conflict when somebody else changed it."""
    take_turn(session, actor, interview, revision)
    _say(session, actor, interview, stances)
    record(session, actor, "interview.changed", interview, after={"revision": interview.revision})


def delete_interview(session: Session, actor: Actor, interview: Interview, because: str) -> None:
    """Delete an interview with all its words, for a reason that stays in the history.

    Its stances stay in figures shown before until these move on.
    """
    require(actor, "evidence.change", interview)
    about = {line.initiative.id for line in list_stances(session, actor, interview_id=interview.id)}
    session.exec(delete(InterviewStance).where(col(InterviewStance.interview_id) == interview.id))
    record(session, actor, "interview.deleted", interview, after={"because": because})
    session.delete(interview)
    session.flush()
    _move_on(session, actor, about)


def _say(session: Session, actor: Actor, interview: Interview, stances: Sequence[StanceIn]) -> None:
    given = {stance.code: stance for stance in stances}
    lines = list_stances(session, actor, interview_id=interview.id)
    for line in lines:
        said = given.get(line.initiative.external_id)
        if said:
            line.stance.stance, line.stance.statement = said.stance.value, said.statement
            line.stance.version_id = version_named(session, line.initiative.id, said.version, line.version).id
    session.flush()
    _move_on(session, actor, {line.initiative.id for line in lines})


def _choose(session: Session, actor: Actor, interview: Interview, chosen: Collection[str]) -> set[UUID]:
    """Make the interview one about these initiatives; returns those it was or is about."""
    kept = {line.initiative.external_id: line for line in list_stances(session, actor, interview_id=interview.id)}
    about = {line.initiative.id for line in kept.values()}
    for code, line in kept.items():
        if code not in chosen:
            session.delete(line.stance)
    for initiative, _ in list_initiatives(session, actor):
        if initiative.external_id in chosen and initiative.external_id not in kept:
            version = version_on(list_versions(session, initiative.id), interview.held_on)
            session.add(InterviewStance(interview_id=interview.id, initiative_id=initiative.id, version_id=version.id))
            about.add(initiative.id)
    session.flush()
    return about


def _move_on(session: Session, actor: Actor, initiatives: Collection[UUID]) -> None:
    """Take the next step of what is shown of these initiatives; those who come at once take turns."""
    hold_consortium(session, actor)
    for key in sorted(initiatives):
        wanted = select(StanceState).where(StanceState.initiative_id == key).execution_options(populate_existing=True)
        state = session.exec(wanted).first()
        before = step_of(state)
        step = take_step(before, said_of(session, key))
        if step is before:
            continue
        values: dict[str, Any] = {
            "counted": {one: list(pair) for one, pair in sorted(step.counted.items())},
            "shown": sorted(step.shown),
            "lost": sorted(step.lost),
        }
        state = state or StanceState(initiative_id=key, **values)
        for name, value in values.items():
            setattr(state, name, value)
        session.add(state)
    session.flush()


def _fields(given: InterviewIn) -> dict[str, Any]:
    names = ("held_on", "helix", "role", "name", "topic", "is_quotable", "embargo_until")
    return {
        **{name: getattr(given, name) for name in names},
        "organisation_id": UUID(given.organisation) if given.organisation else None,
    }
