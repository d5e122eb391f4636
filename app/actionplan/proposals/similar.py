"""Proposals and initiatives like a text. What is compared is kept in memory and grows with what is sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlmodel import Session, col, select

from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.initiatives.queries import list_initiatives
from app.actionplan.initiatives.states import State
from app.actionplan.proposals.models import Proposal
from app.people.queries import operator_of
from app.stats.similarity import Index

MOST_COMPARED = 1300
"""So many signs of each: of a proposal all but the end of the longest."""
MOST_FOUND = 200


@dataclass
class Kept:
    """What is compared within one consortium."""

    index: Index = field(default_factory=Index)
    last_number: int = 0
    versions: set[UUID] = field(default_factory=set[UUID])


@dataclass(frozen=True)
class Similar:
    """What is like a text: a proposal, or an initiative in its newest version."""

    likeness: float
    proposal: Proposal | None = None
    initiative: Initiative | None = None
    version: InitiativeVersion | None = None


_growing = Lock()
_kept: WeakKeyDictionary[Any, dict[UUID, Kept]] = WeakKeyDictionary()
"""By the pool of connections, which is a database's own, and by consortium."""


def words_of(proposal: Proposal) -> str:
    """All of a proposal, for finding others like it."""
    return "\n".join(part for part in (proposal.title, proposal.summary, proposal.first_step) if part)


def find_similar(
    session: Session,
    consortium_id: UUID,
    words: str,
    *,
    most: int = 3,
    without: UUID | None = None,
    is_public: bool = True,
) -> list[Similar]:
    """What is most like a text in the consortium, the likest first.

    For the public only what it may read: proposals on the wall, and initiatives that are not a mere draft or dropped.
    """
    initiatives = {version.id: (row, version) for row, version in list_initiatives(session, operator_of(consortium_id))}
    kept = _current(session, consortium_id, list(initiatives.values()))
    near = kept.index.nearest(words[:MOST_COMPARED], MOST_FOUND)
    proposals = {
        one.id: one
        for one in session.exec(select(Proposal).where(col(Proposal.id).in_([key for key, _ in near]))).all()
    }
    found: list[Similar] = []
    for key, likeness in _once(near):
        if key in proposals and key != without and (proposals[key].shown_on or not is_public):
            found.append(Similar(likeness, proposal=proposals[key]))
        elif key in initiatives:
            initiative, version = initiatives[key]
            if not is_public or _is_public(initiative, version):
                found.append(Similar(likeness, initiative=initiative, version=version))
    return found[:most]


def _is_public(initiative: Initiative, version: InitiativeVersion) -> bool:
    """Whether others may know of an initiative: also of one that came as a proposal and has not been opened yet."""
    if initiative.state == State.DRAFT:
        return version.content["status"] != State.DRAFT
    return initiative.state != State.DROPPED


def _once(near: Sequence[tuple[Any, float]]) -> list[tuple[Any, float]]:
    """Each key with its greatest likeness: an initiative is there once a language."""
    best: dict[Any, float] = {}
    for key, likeness in near:
        best.setdefault(key, likeness)
    return list(best.items())


def _current(
    session: Session, consortium_id: UUID, initiatives: Sequence[tuple[Initiative, InitiativeVersion]]
) -> Kept:
    """What is kept, with what has come since. Proposals keep their words; an initiative gets further versions."""
    with _growing:
        kept = _kept.setdefault(session.get_bind().engine.pool, {}).setdefault(consortium_id, Kept())
        _grow(session, consortium_id, kept, initiatives)
    return kept


def _grow(
    session: Session, consortium_id: UUID, kept: Kept, initiatives: Sequence[tuple[Initiative, InitiativeVersion]]
) -> None:
    wanted = select(Proposal).where(Proposal.consortium_id == consortium_id, Proposal.number > kept.last_number)
    new = session.exec(wanted.order_by(col(Proposal.number))).all()
    texts = [(one.id, words_of(one)[:MOST_COMPARED]) for one in new]
    versions = [version for _, version in initiatives if version.id not in kept.versions]
    # an initiative in all its languages: a proposal is like it in whichever it was written
    texts += [
        (version.id, "\n".join([part, version.summary.get(language, "")])[:MOST_COMPARED])
        for version in versions
        for language, part in version.title.items()
    ]
    kept.index.extend(texts)
    kept.last_number = new[-1].number if new else kept.last_number
    kept.versions |= {version.id for version in versions}
