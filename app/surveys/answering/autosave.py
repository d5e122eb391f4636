"""The one hot path: many saves in one transaction, each confirmed only after it is on disk.

Saves from all requests of a process meet in one queue. One thread takes what has gathered, lets `store.Store` judge and
write it on one connection, and commits once; a commit with full synchronisation then costs as much for a hundred saves
as for one.
"""

import asyncio
import queue
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from itertools import islice
from typing import NamedTuple

import structlog
from sqlalchemy import Engine

from app.core.errors import Busy, Unreachable
from app.surveys.answering.saves import Outcome, Save, Saved
from app.surveys.answering.store import Store

log = structlog.get_logger()

LARGEST_BATCH = 256
MOST_WAITING = 1000
"""Well below the connections that a process takes, so that pages and probes find room where saves wait."""
LONGEST_SECONDS = 40
"""Longer than a batch waits for a locked database."""


class _Waiting(NamedTuple):
    """Saves that wait, and where their outcomes go: to a thread, or to a task of an event loop."""

    saves: Sequence[Save]
    done: Future[list[Outcome]] | asyncio.Future[list[Outcome]]
    loop: asyncio.AbstractEventLoop | None


class AnswerWriter:
    """The thread that writes the answers of one process; `most` requests may wait for it. Any thread calls `save`."""

    def __init__(self, engine: Engine, *, most: int = MOST_WAITING) -> None:
        self.most = most
        self.done: Counter[str] = Counter()
        self._store = Store(engine)
        self._waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="answer-writer", daemon=True)
        self._thread.start()

    def save(self, saves: Sequence[Save]) -> Future[list[Outcome]]:
        """Write these answers; the future holds an outcome for each once the transaction is durable.

        It raises what the database raised when nothing of the batch could be written. Raises Busy, before anything
        is promised, when enough is waiting.
        """
        done: Future[list[Outcome]] = Future()
        self._put(_Waiting(saves, done, None))
        return done

    async def save_soon(self, saves: Sequence[Save]) -> list[Outcome]:
        """The same for the running event loop, which is woken once for all saves of a batch.

        Raises Busy also when it takes too long; it may still be written then, and sent again it is the same.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[list[Outcome]] = loop.create_future()
        self._put(_Waiting(saves, done, loop))
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                return await done
        except TimeoutError:
            raise Busy from None

    @property
    def waiting(self) -> int:
        """How many requests wait for their answers to be written, without those being written now."""
        return self._waiting.qsize()

    @property
    def is_alive(self) -> bool:
        """Whether saves are still written."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Write what is waiting and stop."""
        self._waiting.put(None)
        self._thread.join(timeout=30)

    def _put(self, waiting: _Waiting) -> None:
        if self._waiting.qsize() >= self.most:
            self.done["busy"] += 1
            raise Busy
        self._waiting.put(waiting)

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
                break
        self._store.close()

    def _write(self, batch: Sequence[_Waiting]) -> None:
        results: list[list[Outcome] | Exception]
        try:
            outcomes = self._store.write([save for waiting in batch for save in waiting.saves])
        except Exception as failure:
            self.done["failed"] += sum(len(waiting.saves) for waiting in batch)
            is_of_database = self._store.is_fault_of_database(failure)
            # a log that cannot be written, as on a full disk, must not end the thread
            with suppress(OSError, ValueError):
                log.error("database" if is_of_database else "bug", error=str(failure)[:500])
            if is_of_database:
                failure = Unreachable()
            results = [failure] * len(batch)
        else:
            self.done["commits"] += 1
            saved = sum(isinstance(outcome, Saved) for outcome in outcomes)
            self.done["saved"] += saved
            self.done["refused"] += len(outcomes) - saved
            each = iter(outcomes)
            results = [[*islice(each, len(waiting.saves))] for waiting in batch]
        by_loop: dict[asyncio.AbstractEventLoop | None, list[tuple[_Waiting, list[Outcome] | Exception]]] = {}
        for waiting, result in zip(batch, results, strict=True):
            by_loop.setdefault(waiting.loop, []).append((waiting, result))
        for loop, told in by_loop.items():
            if loop is None:
                _tell(told)
                continue
            # a loop that has ended has nobody who waits
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_tell, told)


def _tell(told: Sequence[tuple[_Waiting, list[Outcome] | Exception]]) -> None:
    for waiting, result in told:
        if waiting.done.done():  # its visitor has gone
            continue
        if isinstance(result, Exception):
            waiting.done.set_exception(result)
        else:
            waiting.done.set_result(result)
