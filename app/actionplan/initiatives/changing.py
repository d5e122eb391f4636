"""Acts that change an initiative: each makes a version, and none overwrites what somebody else wrote meanwhile."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.actionplan.initiatives.contradictions import (
    Problem,
    marks_after,
    problems_beside,
    problems_of_words,
    problems_within,
)
from app.actionplan.initiatives.models import Initiative, InitiativeStep, InitiativeVersion
from app.actionplan.initiatives.queries import get_version, list_sheets, partner_names
from app.actionplan.initiatives.rules import digest_of, etag_of, is_same
from app.actionplan.initiatives.schemas import check_content, read_content
from app.actionplan.initiatives.states import LONGEST_REASON, SHORTEST_REASON, State, is_fixed, may_follow
from app.auth.permissions import require
from app.core.clock import now
from app.core.errors import Conflict, Invalid, NotFound, Stale
from app.history.service import record
from app.people.rules import Actor

NO_REASON = "Give a reason of 10 to 500 characters; it stays with the initiative."
STALE = "Somebody changed this initiative meanwhile. Nothing of yours is lost, and nothing was overwritten."
FIXED = "This initiative is frozen or over. It has to be opened again before anything in it changes."

Contributor = Mapping[str, str | None]


class FaultySheet(Invalid):
    """A sheet that cannot be; `problems` say by field what contradicts what."""

    def __init__(self, problems: Mapping[str, Problem]) -> None:
        super().__init__(str(next(iter(problems.values()))), {name: str(one) for name, one in problems.items()})
        self.problems = problems


def change_initiative(
    session: Session,
    actor: Actor,
    initiative: Initiative,
    content: Mapping[str, Any],
    *,
    base_digest: str,
    note: str = "",
    contributors: Sequence[Contributor] = (),
    marks: Mapping[str, Mapping[str, str]] | None = None,
) -> InitiativeVersion:
    """Make a further version of an initiative out of a whole sheet; the newest one when nothing changed.

    `base_digest` is the digest of the version the change was made from, or its beginning as in an ETag. `marks` set
    the state of translations where they are not what follows from the change. Raises Stale when there is a newer
    version, Conflict when nothing may change any more, Invalid naming each field for a sheet that cannot be; only what
    the change itself broke counts against it.
    """
    require(actor, "initiative.change", initiative)
    newest = lock_newest(session, actor, initiative.id)
    if not base_digest or not newest.digest.startswith(base_digest):
        raise Stale(STALE, etag_of(newest.digest))
    if is_fixed(initiative.state):
        raise Conflict(FIXED)
    before = read_content(newest.content)
    after = check_content({**content, "id": initiative.external_id})
    source = initiative.source_language
    partners, sheets = partner_names(session, actor), list_sheets(session, actor)
    problems, known = (
        problems_beside(initiative.external_id, sheet, partners, sheets) | problems_within(sheet)
        for sheet in (after, before)
    )
    problems = problems_of_words(before, after, source) | problems
    fresh = {name: one for name, one in problems.items() if known.get(name) != one}
    if fresh:
        raise FaultySheet(fresh)
    new_marks = dict(marks_after(before, after, source, newest.marks) if marks is None else marks)
    if is_same(before, after) and new_marks == newest.marks:
        return newest
    return add_version(
        session, actor, initiative, after, before=newest, note=note, contributors=contributors, marks=new_marks
    )


def restore_version(
    session: Session, actor: Actor, initiative: Initiative, number: int, *, base_digest: str
) -> InitiativeVersion:
    """Make what an earlier version said the newest again. Raises NotFound for no such version, else as changing."""
    old = get_version(session, initiative.id, number)
    content = read_content(old.content)
    note = f"restored:{number}"
    return change_initiative(
        session, actor, initiative, content, base_digest=base_digest, note=note, marks=dict(old.marks)
    )


def move_initiative(session: Session, actor: Actor, initiative: Initiative, state: str, reason: str) -> InitiativeStep:
    """Put an initiative into another state. Raises Invalid without a reason, Conflict for one that cannot follow."""
    require(actor, "initiative.move", initiative)
    lock_newest(session, actor, initiative.id)
    reason = " ".join(reason.split())
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise Invalid(NO_REASON, {"reason": NO_REASON})
    if not may_follow(initiative.state, state):
        raise Conflict("An initiative cannot go from where it is into this state.")
    return enter_state(session, actor, initiative, State(state), reason)


def enter_state(session: Session, actor: Actor, initiative: Initiative, state: State, reason: str) -> InitiativeStep:
    """Note that an initiative is now in a state."""
    last = session.exec(
        select(func.max(InitiativeStep.number)).where(InitiativeStep.initiative_id == initiative.id)
    ).one()
    step = InitiativeStep(
        initiative_id=initiative.id,
        number=(last or 0) + 1,
        state=state,
        reason=reason,
        entered_at=now(),
        entered_by_id=actor.id,
    )
    before, initiative.state = initiative.state, state.value
    session.add(step)
    session.flush()
    record(
        session,
        actor,
        "initiative.moved",
        initiative,
        before={"state": before},
        after={"state": state.value, "reason": reason},
    )
    return step


def add_version(
    session: Session,
    actor: Actor,
    initiative: Initiative,
    content: dict[str, Any],
    *,
    before: InitiativeVersion | None,
    note: str = "",
    contributors: Sequence[Contributor] = (),
    marks: Mapping[str, Mapping[str, str]] | None = None,
) -> InitiativeVersion:
    """Add a version with a checked sheet, after the newest one if there is any."""
    version = InitiativeVersion(
        initiative_id=initiative.id,
        number=before.number + 1 if before else 1,
        title=content["title"],
        summary=content["summary"],
        content=content,
        digest=digest_of(content),
        created_at=now(),
        created_by_id=actor.id,
        note=note,
        contributors=[dict(one) for one in contributors],
        marks={name: dict(own) for name, own in (marks or {}).items()},
    )
    session.add(version)
    session.flush()
    record(
        session,
        actor,
        "initiative.versioned",
        version,
        before={"digest": before.digest if before else ""},
        after={"digest": version.digest, "number": version.number},
    )
    return version


def lock_newest(session: Session, actor: Actor, initiative_id: UUID) -> InitiativeVersion:
    """The newest version, while nobody else can add one. Raises NotFound."""
    locked = session.exec(
        select(Initiative)
        .where(Initiative.id == initiative_id, Initiative.consortium_id == actor.consortium_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    newest = session.exec(
        select(InitiativeVersion)
        .where(InitiativeVersion.initiative_id == initiative_id)
        .order_by(col(InitiativeVersion.number).desc())
    ).first()
    if locked is None or newest is None:
        raise NotFound("There is no such initiative.")
    return newest
