"""The one hot path: many saves in one transaction, each confirmed only after it is on disk.

Saves from all requests of a process meet in one queue. One thread takes what has gathered, judges and writes
it on one connection and commits once; a commit with full synchronisation then costs as much for a hundred
saves as for one. Statements are fixed text, so the drivers keep them prepared.
"""

import json
import queue
import secrets
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from app.core.clock import now
from app.core.errors import AppError, Busy, Conflict, Invalid, Locked, NotFound, Unreachable
from app.core.tokens import hash_token
from app.surveys.answering.queries import find_form, form_of
from app.surveys.answering.rules import Form, Value, Verdict, judge_save, left_out
from app.surveys.authoring.answers import Kept, Unfit

log = structlog.get_logger()

LARGEST_BATCH = 256
MOST_WAITING = 2000
CLOSED = "This round is closed. Your saved answers were counted."
SENT = "Your answers are sent and cannot change any more."

STATE = """
SELECT response.id, respondent.token_hash, respondent.second_token_hash, response.submitted_on,
    round.closed_at, round.closes_at, round.survey_id, round.item_codes, round.number, round.id, respondent.helix
FROM response
JOIN respondent ON respondent.id = response.respondent_id
JOIN round ON round.id = response.round_id
WHERE response.id """
# a closing waits for the saves before it, and a save sees the closing before it; one order for all processes, so that
# two batches never wait for each other's rows
LOCK = " ORDER BY response.id FOR SHARE OF round FOR UPDATE OF response"
KEPT = "SELECT response_id, answer.code, rev, point, choice, text FROM answer "
WRITE = """
INSERT INTO answer (response_id, code, point, choice, text, rev, saved_on) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (response_id, code) DO UPDATE SET
point = excluded.point, choice = excluded.choice, text = excluded.text,
rev = excluded.rev, saved_on = excluded.saved_on
"""
COUNT = """
INSERT INTO point_count (round_id, code, helix, point, slot, count) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (round_id, code, helix, point, slot) DO UPDATE SET count = point_count.count + excluded.count
"""
SLOTS = 32
"""Where processes count apart from one another on PostgreSQL; two in one slot wait for each other, and count right."""


@dataclass(frozen=True)
class Save:
    """One answer on its way: whose response (shown by a token), which code and value, and the revision known."""

    response_id: UUID
    tokens: tuple[str, ...]
    code: str
    value: Value
    rev: int


@dataclass(frozen=True)
class Saved:
    """An answer that is on disk."""

    rev: int
    saved_at: datetime


class StaleSave(Conflict):
    """A newer answer is kept; it comes with its revision."""

    code = "stale"

    def __init__(self, rev: int, value: Value) -> None:
        super().__init__("You gave a newer answer on another device. We kept that one.")
        self.rev, self.value = rev, value


Outcome = Saved | AppError


class AnswerWriter:
    """The thread that writes the answers of one process; `most` requests may wait for it. Any thread calls `save`."""

    def __init__(self, engine: Engine, *, most: int = MOST_WAITING) -> None:
        self._engine, self.most = engine, most
        self.done: Counter[str] = Counter()
        self._store = Store(engine)
        self._waiting: queue.SimpleQueue[tuple[Sequence[Save], Future[list[Outcome]]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="answer-writer", daemon=True)
        self._thread.start()

    def save(self, saves: Sequence[Save]) -> Future[list[Outcome]]:
        """Write these answers; the future holds an outcome for each once the transaction is durable.

        It raises what the database raised when nothing of the batch could be written. Raises Busy, before anything
        is promised, when enough is waiting.
        """
        if self._waiting.qsize() >= self.most:
            self.done["busy"] += 1
            raise Busy
        done: Future[list[Outcome]] = Future()
        self._waiting.put((saves, done))
        return done

    @property
    def waiting(self) -> int:
        """How many requests wait for their answers to be written, without those being written now."""
        return self._waiting.qsize()

    def close(self) -> None:
        """Write what is waiting and stop."""
        self._waiting.put(None)
        self._thread.join(timeout=30)

    def _work(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch, is_last = [first], False
            while len(batch) < LARGEST_BATCH and not self._waiting.empty():
                more = self._waiting.get()
                if more is None:
                    is_last = True
                    break
                batch.append(more)
            self._write(batch)
            if is_last:
                return

    def _write(self, batch: Sequence[tuple[Sequence[Save], Future[list[Outcome]]]]) -> None:
        try:
            outcomes = self._store.write([save for saves, _ in batch for save in saves])
        except Exception as failure:
            self.done["failed"] += sum(len(saves) for saves, _ in batch)
            if self._store.is_fault_of_database(failure):
                log.error("database", error=str(failure)[:500])
                failure = Unreachable()
            for _, done in batch:
                done.set_exception(failure)
            return
        self.done["commits"] += 1
        for outcome in outcomes:
            self.done["saved" if isinstance(outcome, Saved) else "refused"] += 1
        for saves, done in batch:
            done.set_result([outcomes.pop(0) for _ in saves])


@dataclass(frozen=True)
class _State:
    """What decides whether a response takes a save: the hashes of its tokens, and what has ended."""

    hashes: frozenset[str]
    is_sent: bool
    is_closed: bool
    survey_id: UUID
    item_codes: list[str] | None
    number: int
    round_id: UUID
    helix: str


class Store:
    """Writes batches on either database through one raw connection each time."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._upsert = WRITE if self.is_sqlite else WRITE.replace("?", "%s")
        self._count = COUNT if self.is_sqlite else COUNT.replace("?", "%s")
        self._slot = 0 if self.is_sqlite else secrets.randbelow(SLOTS)

    def write(self, saves: Sequence[Save]) -> list[Outcome]:
        """Judge and write the saves in one transaction; returns after its commit."""
        connection = self.engine.raw_connection()
        try:
            cursor = connection.cursor()
            if self.is_sqlite:
                cursor.execute("BEGIN IMMEDIATE")
            try:
                outcomes = self.judge_and_write(cursor, saves)
                # on SQLite the driver does not know of the transaction, so it is ended in words
                cursor.execute("COMMIT") if self.is_sqlite else connection.commit()
            except BaseException as failure:
                try:
                    cursor.execute("ROLLBACK") if self.is_sqlite else connection.rollback()
                except Exception:
                    # it may still be inside the transaction, which no other must then be begun in
                    connection.invalidate(failure)
                raise
            return outcomes
        finally:
            connection.close()

    def is_fault_of_database(self, failure: Exception) -> bool:
        """Whether the database is away, full, locked or cannot be written, by the driver's word or SQLAlchemy's."""
        driver: Any = self.engine.dialect.dbapi
        own = (driver.OperationalError, driver.InterfaceError, driver.InternalError)
        return isinstance(failure, (OperationalError, InterfaceError, InternalError, PoolTimeout, *own))

    def judge_and_write(self, cursor: Any, saves: Sequence[Save]) -> list[Outcome]:
        """Judge and write the saves in the transaction of this cursor, which the caller ends; an outcome for each.

        Four statements in all on PostgreSQL, where each costs a way to the server and back.
        """
        rows = self._read_rows(cursor, {save.response_id for save in saves})
        # read once, when every row is held: what is judged in time is confirmed with a time before the deadline
        moment = now()
        states = {response_id: self._read_state(row, moment) for response_id, row in rows.items()}
        judged = [self._judge(save, states.get(save.response_id)) for save in saves]
        taken = zip(saves, judged, strict=True)
        kept = self._read_kept(cursor, {(save.response_id, save.code) for save, new in taken if isinstance(new, Kept)})
        written: dict[tuple[UUID, str], tuple[object, ...]] = {}
        changes: Counter[tuple[UUID, str, str, int]] = Counter()
        day = self._day(moment)
        outcomes: list[Outcome] = []
        for save, new in zip(saves, judged, strict=True):
            if not isinstance(new, Kept):
                outcomes.append(new)
                continue
            key = save.response_id, save.code
            rev, last = kept.get(key, (0, None))
            verdict = judge_save(kept.get(key), new, save.rev)
            state = states[save.response_id]
            if verdict is Verdict.STALE:
                shown = self._form(state.survey_id).show(save.code, last) if last else None
                outcomes.append(StaleSave(rev, shown))
                continue
            if verdict is Verdict.SAVE:
                rev += 1
                for change, one in ((-1, last), (1, new)):
                    if one and one.point is not None:
                        changes[state.round_id, save.code, state.helix, one.point] += change
                kept[key] = rev, new
                written[key] = (self._key(save.response_id), save.code, *new, rev, day)
            outcomes.append(Saved(rev, moment))
        if written:
            cursor.executemany(self._upsert, [*written.values()])
        # sorted, so that two that share a slot never wait for each other's rows
        if counts := [
            (self._key(cell[0]), *cell[1:], self._slot, count) for cell, count in sorted(changes.items()) if count
        ]:
            cursor.executemany(self._count, counts)
        return outcomes

    def _judge(self, save: Save, state: _State | None) -> Kept | AppError:
        """What would be kept of a save, before looking at what is kept; else why it is not taken."""
        if state is None or not state.hashes & {hash_token(token) for token in save.tokens}:
            return NotFound("There is no such response.")
        if state.is_closed:
            return Locked(CLOSED)
        if state.is_sent:
            return Locked(SENT)
        try:
            new = self._form(state.survey_id).keep(save.code, save.value)
        except Unfit as fault:
            return Invalid(fault.sentence, {save.code: fault.sentence}, **fault.values)
        not_asked = left_out(save.code, state.item_codes, state.number)
        return Invalid(not_asked, {save.code: not_asked}) if not_asked else new

    def _read_rows(self, cursor: Any, wanted: set[UUID]) -> dict[UUID, Sequence[Any]]:
        if not self.is_sqlite:
            cursor.execute(STATE + "= ANY(%s)" + LOCK, ([*wanted],))
            return {row[0]: row[1:] for row in cursor.fetchall()}
        found: dict[UUID, Sequence[Any]] = {}
        for response_id in wanted:
            cursor.execute(STATE + "= ?", (response_id.hex,))
            if row := cursor.fetchone():
                found[response_id] = row[1:]
        return found

    def _read_kept(self, cursor: Any, wanted: set[tuple[UUID, str]]) -> dict[tuple[UUID, str], tuple[int, Kept]]:
        if not wanted:
            return {}
        found: dict[tuple[UUID, str], tuple[int, Kept]] = {}
        if not self.is_sqlite:
            asked = "JOIN unnest(%s::uuid[], %s::text[]) AS asked (response, code) "
            same = "ON answer.response_id = asked.response AND answer.code = asked.code"
            cursor.execute(KEPT + asked + same, ([key for key, _ in wanted], [code for _, code in wanted]))
            return {(row[0], row[1]): (row[2], Kept(*row[3:])) for row in cursor.fetchall()}
        for key, code in wanted:
            cursor.execute(KEPT + "WHERE response_id = ? AND code = ?", (key.hex, code))
            for row in cursor.fetchall():
                found[key, code] = row[2], Kept(*row[3:])
        return found

    def _form(self, survey_id: UUID) -> Form:
        if form := find_form(survey_id):
            return form
        with Session(self.engine) as session:
            return form_of(session, survey_id)

    def _uuid(self, stored: Any) -> UUID:
        return stored if isinstance(stored, UUID) else UUID(stored)

    def _key(self, key: UUID) -> object:
        return key.hex if self.is_sqlite else key

    def _day(self, moment: datetime) -> object:
        # as SQLAlchemy writes it, so that both ways of reading agree
        return moment.date().isoformat() if self.is_sqlite else moment.date()

    def _moment(self, stored: Any) -> datetime:
        # SQLite keeps texts, and the times in them are UTC
        return datetime.fromisoformat(stored).replace(tzinfo=UTC) if isinstance(stored, str) else stored

    def _read_state(self, row: Sequence[Any], moment: datetime) -> _State:
        first, second, submitted_on, closed_at, closes_at, survey_id, item_codes, number, round_id, helix = row
        return _State(
            hashes=frozenset({first, second} - {None}),
            is_sent=submitted_on is not None,
            is_closed=closed_at is not None or (closes_at is not None and self._moment(closes_at) <= moment),
            survey_id=self._uuid(survey_id),
            item_codes=json.loads(item_codes) if isinstance(item_codes, str) else item_codes,
            number=number,
            round_id=self._uuid(round_id),
            helix=helix,
        )
