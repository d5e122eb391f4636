"""What many tests begin with: made once by the program, then laid down as the same rows, in a tenth of the time."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Table, insert, select
from sqlmodel import Session

from app.history.models import HistoryEntry, HistoryHead
from app.history.rules import hash_link

T = TypeVar("T")
Rows = dict[str, list[dict[str, Any]]]

_KNOWN: dict[tuple[str, str], Rows] = {}
HISTORY, HEAD = (str(model.__tablename__) for model in (HistoryEntry, HistoryHead))


def lay(session: Session, name: str, build: Callable[[], object], find: Callable[[], T]) -> T:
    """What `find` finds of what `build` makes and commits, which depends on nothing else that is in the database."""
    key = name, session.get_bind().dialect.name
    there = list(session)
    if key in _KNOWN:
        _insert(session, _KNOWN[key])
    else:
        before = _read(session)
        build()
        session.commit()
        _KNOWN[key] = _added(before, _read(session))
    # what is read anew at the next touch would hold the database while pages write: only what came has to be
    for one in list(session):
        if not any(one is known for known in there):
            session.expire(one)
    found = find()
    # or the session would keep the database from whoever writes next
    session.commit()
    return found


def _tables() -> list[Table]:
    return HistoryEntry.metadata.sorted_tables


def _read(session: Session) -> Rows:
    return {one.name: [dict(row) for row in session.connection().execute(select(one)).mappings()] for one in _tables()}


def _added(before: Rows, after: Rows) -> Rows:
    """The rows that came; none may have changed or gone, or laying them down again would not be the same."""
    added: Rows = {}
    for name, rows in after.items():
        if name == HEAD:
            continue
        assert all(row in rows for row in before[name]), f"{name} had rows before that are others now"
        added[name] = [row for row in rows if row not in before[name]]
    added[HISTORY].sort(key=lambda row: row["seq"])
    return {name: rows for name, rows in added.items() if rows}


def _insert(session: Session, added: Rows) -> None:
    for table in _tables():
        rows = added.get(table.name)
        if rows:
            session.connection().execute(insert(table), _chained(session, rows) if table.name == HISTORY else rows)


def _chained(session: Session, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries of the history behind those that are there."""
    head = session.get_one(HistoryHead, 1, populate_existing=True)
    chained: list[dict[str, Any]] = []
    for row in rows:
        told = {name: row[name] for name in ("at", "consortium_id", "actor_id", "act", "thing", "details_digest")}
        head.seq, head.hash = head.seq + 1, hash_link(head.hash, seq=head.seq + 1, **told)
        chained.append(row | {"seq": head.seq, "hash": head.hash})
    session.add(head)
    session.flush()
    return chained
