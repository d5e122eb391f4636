"""Acts on workshops."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, delete

from app.actionplan.evidence.models import Interview, Workshop, WorkshopVote
from app.actionplan.evidence.queries import list_votes, version_on
from app.actionplan.evidence.reading import WorkshopIn
from app.actionplan.evidence.rules import Fate, VoteIn, dot_faults
from app.actionplan.initiatives.models import InitiativeVersion
from app.actionplan.initiatives.queries import list_initiatives, list_versions
from app.auth.permissions import require
from app.core.errors import Conflict
from app.documents.sheets import Fault, FaultyFile
from app.history.service import record
from app.people.rules import Actor

MEANWHILE = "Somebody else changed this meanwhile. What you typed is below: send it again to put it in place of theirs."


def add_workshop(session: Session, actor: Actor, given: WorkshopIn) -> Workshop:
    """Note a workshop and the initiatives it was about."""
    workshop = Workshop(consortium_id=actor.consortium_id, **_fields(given))
    require(actor, "evidence.change", workshop)
    session.add(workshop)
    session.flush()
    _choose(session, actor, workshop, given.chosen)
    record(
        session, actor, "workshop.added", workshop, after={"title": workshop.title, "initiatives": len(given.chosen)}
    )
    return workshop


def change_workshop(session: Session, actor: Actor, workshop: Workshop, revision: int, given: WorkshopIn) -> None:
    """Change a workshop and the initiatives it was about; what it gave one left out goes.

    Raises Conflict when somebody else changed it, FaultyFile when it has given more dots than it now could.
    """
    take_turn(session, actor, workshop, revision)
    before = workshop.title
    for name, value in _fields(given).items():
        setattr(workshop, name, value)
    require(actor, "evidence.change", workshop)
    _choose(session, actor, workshop, given.chosen)
    if dot_faults(votes_of(session, actor, workshop), workshop.participants, workshop.dots_each):
        raise FaultyFile([Fault(0, "dots_each", "More dots were given than these people have.")])
    record(session, actor, "workshop.changed", workshop, before={"title": before}, after={"title": workshop.title})


def give_votes(session: Session, actor: Actor, workshop: Workshop, revision: int, votes: Sequence[VoteIn]) -> None:
    """Note what a workshop gave the initiatives it was about.

    Raises Conflict when somebody else changed it, FaultyFile when dots do not add up.
    """
    take_turn(session, actor, workshop, revision)
    kept = {vote.code: vote for vote in votes_of(session, actor, workshop)}
    faults = dot_faults(
        [*(kept | {vote.code: vote for vote in votes}).values()], workshop.participants, workshop.dots_each
    )
    if faults:
        raise FaultyFile(faults)
    given = {vote.code: vote for vote in votes}
    for line in list_votes(session, actor, workshop_id=workshop.id):
        vote = given.get(line.initiative.external_id)
        if vote is None:
            continue
        line.vote.dots, line.vote.change = vote.dots, vote.change
        line.vote.dots_by_helix = None if vote.by_helix is None else dict(vote.by_helix)
        line.vote.fate, line.vote.because = vote.fate.value, vote.because
        line.vote.version_id = version_named(session, line.initiative.id, vote.version, line.version).id
    session.flush()
    record(session, actor, "workshop.voted", workshop, after={"revision": workshop.revision})


def import_votes(session: Session, actor: Actor, workshop: Workshop, revision: int, dots: Mapping[str, VoteIn]) -> None:
    """Put the dots of a sheet in place of those there, by code; initiatives of the sheet are added to the workshop's.

    Raises as `give_votes`.
    """
    kept = {vote.code: vote for vote in votes_of(session, actor, workshop)}
    _choose(session, actor, workshop, {*kept, *dots})
    votes = [replace(kept.get(code, given), dots=given.dots, by_helix=given.by_helix) for code, given in dots.items()]
    give_votes(session, actor, workshop, revision, votes)


def delete_workshop(session: Session, actor: Actor, workshop: Workshop, because: str) -> None:
    """Delete a workshop and what it gave, for a reason that stays in the history."""
    require(actor, "evidence.change", workshop)
    session.exec(delete(WorkshopVote).where(col(WorkshopVote.workshop_id) == workshop.id))
    record(session, actor, "workshop.deleted", workshop, before={"title": workshop.title}, after={"because": because})
    session.delete(workshop)
    session.flush()


def votes_of(session: Session, actor: Actor, workshop: Workshop) -> list[VoteIn]:
    """What a workshop gave, as its form has it."""
    return [
        VoteIn(
            code=line.initiative.external_id,
            dots=line.vote.dots,
            by_helix=line.vote.dots_by_helix,
            version=line.version.number,
            change=line.vote.change,
            fate=Fate(line.vote.fate),
            because=line.vote.because,
        )
        for line in list_votes(session, actor, workshop_id=workshop.id)
    ]


def take_turn(session: Session, actor: Actor, thing: Workshop | Interview, revision: int) -> None:
    """Count one more change by somebody who has seen the revision. Raises Conflict when another came first."""
    require(actor, "evidence.change", thing)
    session.refresh(thing, with_for_update=True)
    if thing.revision != revision:
        raise Conflict(MEANWHILE)
    thing.revision += 1
    session.flush()


def version_named(
    session: Session, initiative_id: UUID, number: int | None, otherwise: InitiativeVersion
) -> InitiativeVersion:
    """The version of this number, else the other one."""
    found = (version for version in list_versions(session, initiative_id) if version.number == number)
    return next(found, otherwise)


def _choose(session: Session, actor: Actor, workshop: Workshop, chosen: Collection[str]) -> None:
    kept = {line.initiative.external_id: line.vote for line in list_votes(session, actor, workshop_id=workshop.id)}
    for code, vote in kept.items():
        if code not in chosen:
            session.delete(vote)
    for initiative, _ in list_initiatives(session, actor):
        if initiative.external_id in chosen and initiative.external_id not in kept:
            version = version_on(list_versions(session, initiative.id), workshop.held_on)
            session.add(WorkshopVote(workshop_id=workshop.id, initiative_id=initiative.id, version_id=version.id))
    session.flush()


def _fields(given: WorkshopIn) -> dict[str, Any]:
    return {
        **{name: getattr(given, name) for name in ("title", "held_on", "place", "language", "dots_each", "notes")},
        "participants": dict(given.participants),
        "organisation_id": UUID(given.organisation) if given.organisation else None,
    }
