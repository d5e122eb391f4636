"""Reads of the history."""

from collections.abc import Iterator, Sequence

from sqlmodel import Session, col, select

from app.history.models import HistoryEntry, HistoryHead
from app.history.rules import Link, first_fault
from app.people.rules import Actor

CHUNK = 1000


def list_entries(
    session: Session, actor: Actor, names: Sequence[str] = (), *, before: int | None = None, most: int = 100
) -> Sequence[HistoryEntry]:
    """What happened in the actor's consortium, to the things of these names when there are any, newest first."""
    wanted = select(HistoryEntry).where(HistoryEntry.consortium_id == actor.consortium_id)
    if names:
        wanted = wanted.where(col(HistoryEntry.thing).in_(names))
    if before is not None:
        wanted = wanted.where(HistoryEntry.seq < before)
    return session.exec(wanted.order_by(col(HistoryEntry.seq).desc()).limit(most)).all()


def head_of(session: Session) -> tuple[int, str]:
    """Where the chain ends: sequence number and hash. Kept outside the database, it is the anchor of `verify`."""
    head = session.exec(select(HistoryHead)).one()
    return head.seq, head.hash


def verify_history(session: Session, anchor: tuple[int, str] | None = None) -> int | None:
    """The first sequence number at which the history does not hold, None when all of it does."""
    seq, head = head_of(session)
    return first_fault(_links(session), seq=seq, head=head, anchor=anchor)


def _links(session: Session) -> Iterator[Link]:
    last = -1
    while True:
        wanted = select(HistoryEntry).where(HistoryEntry.seq > last).order_by(col(HistoryEntry.seq)).limit(CHUNK)
        entries = session.exec(wanted).all()
        for entry in entries:
            last = entry.seq
            yield Link(**{name: getattr(entry, name) for name in Link.__dataclass_fields__})
        if len(entries) < CHUNK:
            return
