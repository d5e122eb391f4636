"""Writing what happened."""

from typing import Any, Protocol
from uuid import UUID

from sqlmodel import Session

from app.core.clock import now
from app.core.db import Row
from app.history.models import HistoryEntry
from app.history.rules import name_of


class Actor(Protocol):
    """Whoever acts: a person, or None for the operator at the command line."""

    id: UUID


def record(
    session: Session,
    actor: Actor | None,
    act: str,
    thing: Row,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Add one entry to the history, in the transaction of the act itself."""
    session.add(
        HistoryEntry(
            at=now(),
            actor_id=actor.id if actor else None,
            act=act,
            thing=name_of(thing.__tablename__, thing.id),
            before=before or {},
            after=after or {},
        )
    )
