"""The program, broken on purpose: each variant must be found out by the comparison with the ledger.

Run it: `python -m tests.faults.broken VARIANT serve …`.
"""

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Engine

import app.core.db
from app.cli import main
from app.surveys.answering import autosave, statements, store
from app.surveys.answering.rules import Verdict
from app.surveys.answering.saves import Outcome, Save


class EarlyStore(store.Store):
    """Confirms at once and commits every half a second."""

    _open: Any = None
    _begun = 0.0

    def write(self, saves: Sequence[Save]) -> list[Outcome]:
        """Judge and write the saves; returns before their commit."""
        if self._open and time.monotonic() > self._begun + 0.5:
            self._open.cursor().execute("COMMIT") if self.is_sqlite else self._open.commit()
            self._open.close()
            self._open = None
        if self._open is None:
            self._open, self._begun = self.engine.raw_connection(), time.monotonic()
            if self.is_sqlite:
                self._open.cursor().execute("BEGIN IMMEDIATE")
        return self.judge_and_write(self._open.cursor(), saves)


def confirm_early() -> None:
    """Confirm before the commit."""
    autosave.Store = EarlyStore  # pyright: ignore[reportAttributeAccessIssue] -- a fault


def always_insert() -> None:
    """Write a row for each change; `drop_key` lets the table take it."""
    statements.OVER = ""


def ignore_revisions() -> None:
    """Take any save, whatever it knew: no If-Match."""
    store.judge_save = _take_all


def _take_all(kept: tuple[int, object] | None, value: object, rev: int) -> Verdict:
    return Verdict.SAVE


def sync_normally() -> None:
    """Leave it to the next checkpoint that what is confirmed comes to the disk."""
    whole = app.core.db.prepare_sqlite

    def prepare(connection: Any, record: object = None) -> None:
        whole(connection, record)
        connection.execute("PRAGMA synchronous=NORMAL")

    app.core.db.prepare_sqlite = prepare


VARIANTS: dict[str, Callable[[], None]] = {
    "early": confirm_early,
    "keyless": always_insert,
    "unrevised": ignore_revisions,
    "normal": sync_normally,
}


def words_for(variant: str) -> tuple[str, ...]:
    """How a broken program is called."""
    return (sys.executable, "-m", "tests.faults.broken", variant)


def drop_key(engine: Engine) -> None:
    """Take the unique key from the table of answers, which must be empty."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            for statement in (
                "CREATE TABLE other AS SELECT * FROM answer WHERE 0",
                "DROP TABLE answer",
                "ALTER TABLE other RENAME TO answer",
            ):
                connection.exec_driver_sql(statement)
        else:
            connection.exec_driver_sql("ALTER TABLE answer DROP CONSTRAINT pk_answer")


if __name__ == "__main__":
    VARIANTS[sys.argv.pop(1)]()
    main()
