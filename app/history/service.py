"""Writing what happened, and taking out what must not be kept."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select, update

from app.core.clock import now
from app.core.db import Row
from app.core.tokens import make_token
from app.history.models import HistoryEntry, HistoryHead
from app.history.rules import digest_details, hash_link, name_of
from app.people.rules import Actor


def record(
    session: Session,
    actor: Actor,
    act: str,
    thing: Row,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Add one entry to the history, in the transaction of the act itself; acts that happen at once queue here."""
    record_under(session, actor, act, name_of(thing.__tablename__, thing.id), before=before, after=after)


def record_under(
    session: Session,
    actor: Actor,
    act: str,
    name: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Add one entry about a thing given by its name: it may be gone already."""
    head = session.exec(select(HistoryHead).with_for_update().execution_options(populate_existing=True)).one()
    salt, moment = make_token(), now()
    details = digest_details(salt, before, after)
    entry_hash = hash_link(
        head.hash,
        seq=head.seq + 1,
        at=moment,
        consortium_id=actor.consortium_id,
        actor_id=actor.id,
        act=act,
        thing=name,
        details_digest=details,
    )
    head.seq, head.hash = head.seq + 1, entry_hash
    session.add(
        HistoryEntry(
            seq=head.seq,
            at=moment,
            consortium_id=actor.consortium_id,
            actor_id=actor.id,
            act=act,
            thing=name,
            before=before or {},
            after=after or {},
            salt=salt,
            details_digest=details,
            hash=entry_hash,
        )
    )
    session.flush()


def erase_details(session: Session, actor: Actor, names: Sequence[str], *, person_id: UUID | None = None) -> int:
    """Take the details out of all entries about these things or made by this person; the chain still holds.

    The entry of the erasure names the entries, so that details taken out otherwise show as a fault.
    """
    wanted = select(HistoryEntry).where(col(HistoryEntry.thing).in_(names), HistoryEntry.salt != "")
    found = list(session.exec(wanted).all())
    if person_id:
        own = select(HistoryEntry).where(HistoryEntry.actor_id == person_id, HistoryEntry.salt != "")
        found += [entry for entry in session.exec(own).all() if entry not in found]
    emptied = sorted(entry.seq for entry in found)
    if emptied:
        record_under(session, actor, "history.erased", "history", after={"entries": emptied})
        session.exec(
            update(HistoryEntry).where(col(HistoryEntry.seq).in_(emptied)).values(salt="", before=None, after=None)
        )
    return len(emptied)
