"""What a batch of saves does to the database: judged and written in one transaction on one raw connection."""

import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Engine, PoolProxiedConnection
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from app.core.clock import now
from app.core.errors import AppError, Invalid, Locked, NotFound
from app.core.tokens import hash_token
from app.surveys.answering.queries import find_form, form_of
from app.surveys.answering.rules import Form, Verdict, judge_save, left_out
from app.surveys.answering.saves import Outcome, Save, Saved, StaleSave
from app.surveys.answering.statements import OnPostgres, OnSqlite, State
from app.surveys.authoring.answers import Kept, Unfit

log = structlog.get_logger()

CLOSED = "This round is closed. Your saved answers were counted."
FAILED = "What you saved before is safe. Try again, or tell us the reference."
SENT = "Your answers are sent and cannot change any more."
DEADLOCK = "40P01"
SLOTS = 32
"""Where processes count apart from one another on PostgreSQL; two in one slot wait for each other, and count right."""


class Store:
    """Writes batches on either database through one raw connection; for one thread at a time."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._statements = OnSqlite() if self.is_sqlite else OnPostgres()
        self._slot = 0 if self.is_sqlite else secrets.randbelow(SLOTS)
        self._connection: PoolProxiedConnection | None = None

    def write(self, saves: Sequence[Save]) -> list[Outcome]:
        """Judge and write the saves in one transaction; returns after its commit.

        Where the connection was lost, or PostgreSQL ended a deadlock, a second time: what the first had
        committed unheard is found as kept then, and nothing is written twice.
        """
        return self._write(saves, is_again=False)

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def is_fault_of_database(self, failure: Exception) -> bool:
        """Whether the database is away, full, locked or cannot be written, by the driver's word or SQLAlchemy's."""
        driver: Any = self.engine.dialect.dbapi
        own = (driver.OperationalError, driver.InterfaceError, driver.InternalError)
        return isinstance(failure, (OperationalError, InterfaceError, InternalError, PoolTimeout, *own))

    def judge_and_write(self, cursor: Any, saves: Sequence[Save]) -> list[Outcome]:
        """Judge and write the saves in the transaction of this cursor, which the caller ends; an outcome for each.

        Four statements in all, whatever the batch holds: each costs a way to the server and back on PostgreSQL.
        """
        keys = [save.response_id.hex for save in saves]
        states = self._statements.read_states(cursor, {*keys})
        # read once, when every row is held: what is judged in time is confirmed with a time before the deadline
        moment = now()
        forms = cache(self._form)
        judged = [self._judge(save, states.get(key), moment, forms) for save, key in zip(saves, keys, strict=True)]
        taken = zip(saves, keys, judged, strict=True)
        kept = self._statements.read_kept(
            cursor, {(key, save.code) for save, key, new in taken if isinstance(new, Kept)}
        )
        written: dict[tuple[str, str], tuple[int, Kept]] = {}
        changes: Counter[tuple[object, str, str, int]] = Counter()
        outcomes: list[Outcome] = []
        for save, key, new in zip(saves, keys, judged, strict=True):
            if not isinstance(new, Kept):
                outcomes.append(new)
                continue
            place = key, save.code
            rev, last = kept.get(place, (0, None))
            verdict = judge_save(kept.get(place), new, save.rev)
            state = states[key]
            if verdict is Verdict.STALE:
                shown = forms(state.survey_id).show(save.code, last) if last else None
                outcomes.append(StaleSave(rev, shown))
                continue
            if verdict is Verdict.SAVE:
                rev += 1
                if last and last.point is not None:
                    changes[state.round_id, save.code, state.helix, last.point] -= 1
                if new.point is not None:
                    changes[state.round_id, save.code, state.helix, new.point] += 1
                kept[place] = written[place] = rev, new
            outcomes.append(Saved(rev, moment))
        if written:
            self._statements.write(cursor, written, moment.date())
        # sorted, so that two that share a slot never wait for each other's rows
        if counts := [(*cell, self._slot, count) for cell, count in sorted(changes.items()) if count]:
            self._statements.count(cursor, counts)
        return outcomes

    def _write(self, saves: Sequence[Save], *, is_again: bool) -> list[Outcome]:
        # kept from batch to batch: taking one from the pool asks the server each time whether it is still there
        connection = self._connection or self.engine.raw_connection()
        self._connection = None
        try:
            cursor = connection.cursor()
            if self.is_sqlite:
                cursor.execute("BEGIN IMMEDIATE")
            outcomes = self.judge_and_write(cursor, saves)
            # on SQLite the driver does not know of the transaction, so it is ended in words
            cursor.execute("COMMIT") if self.is_sqlite else connection.commit()
        except BaseException as failure:
            may_try_again = self._may_try_again(failure, connection)
            self._leave(connection, failure)
            if is_again or not may_try_again:
                raise
        else:
            self._connection = connection
            return outcomes
        return self._write(saves, is_again=True)

    def _may_try_again(self, failure: BaseException, connection: PoolProxiedConnection) -> bool:
        if self.is_sqlite:
            return False
        dialect: Any = self.engine.dialect
        is_deadlock = getattr(failure, "sqlstate", None) == DEADLOCK
        return is_deadlock or dialect.is_disconnect(failure, connection.dbapi_connection, None)

    def _leave(self, connection: PoolProxiedConnection, failure: BaseException) -> None:
        try:
            connection.cursor().execute("ROLLBACK") if self.is_sqlite else connection.rollback()
        except Exception:
            # it may still be inside the transaction, which no other must then be begun in
            connection.invalidate(failure)
        connection.close()

    def _judge(
        self, save: Save, state: State | None, moment: datetime, form: Callable[[UUID], Form]
    ) -> Kept | AppError:
        """What would be kept of a save, before looking at what is kept; else why it is not taken."""
        if state is None or not any(hash_token(token) in state.hashes for token in save.tokens):
            return NotFound("There is no such response.")
        if state.is_over(moment):
            return Locked(CLOSED)
        if state.is_sent:
            return Locked(SENT)
        try:
            new = form(state.survey_id).keep(save.code, save.value)
        except Unfit as fault:
            return Invalid(fault.sentence, {save.code: fault.sentence}, **fault.values)
        except Exception as bug:
            # one answer that we cannot judge must not refuse all others of its batch
            with suppress(OSError, ValueError):
                log.error("bug", code=save.code, error=type(bug).__name__)
            return AppError(FAILED)
        not_asked = left_out(save.code, state.item_codes, state.number)
        return Invalid(not_asked, {save.code: not_asked}) if not_asked else new

    def _form(self, survey_id: UUID) -> Form:
        if form := find_form(survey_id):
            return form
        with Session(self.engine) as session:
            return form_of(session, survey_id)
