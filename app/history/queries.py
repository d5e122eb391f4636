"""Reads of what happened."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app.core.db import Row
from app.history.models import HistoryEntry
from app.history.rules import name_of


def list_entries(session: Session, thing: Row) -> Sequence[HistoryEntry]:
    """What happened to one thing, oldest first."""
    wanted = select(HistoryEntry).where(HistoryEntry.thing == name_of(thing.__tablename__, thing.id))
    return session.exec(wanted.order_by(col(HistoryEntry.at))).all()
