"""The chores nobody waits for: mail that is due, links asked for, figures, plans, data at the end of their time."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import Engine

from app.actionplan.monitoring.mailing import tell_owners
from app.actionplan.portfolio.jobs import work_next
from app.auth.mailing import answer_requests
from app.consensus.figures.service import DrawingFailed, draw_next
from app.consensus.service import close_due_rounds
from app.core.settings import Settings
from app.mail.worker import send_due
from app.reports.jobs import make_next
from app.retention import run_retention
from app.surveys.answering.counting import recount_daily
from app.surveys.rounds.inviting import answer_link_requests, remind_due

log = structlog.get_logger()

PAUSE = 2.0
RETENTION_EVERY = 1800
"""Rounds between two looks at what has reached the end of its time: about an hour."""
REST_AFTER_FAILURE = 300.0
"""Seconds before a drawing that failed is tried again."""


def do_chores(engine: Engine, settings: Settings, *, with_retention: bool = True) -> dict[str, int]:
    """Do what is due now; returns how many rounds it closed, mails it promised and sent, counts it set right, and what
    it deleted.
    """
    done: dict[str, int] = {}
    for name, chore in _chores(engine, settings, with_retention=with_retention):
        done[name] = done.get(name, 0) + (chore() or 0)
    return done


def _chores(
    engine: Engine, settings: Settings, *, with_retention: bool
) -> Iterator[tuple[str, Callable[[], int | None]]]:
    """Each chore, and what it counts."""
    yield "closed", lambda: close_due_rounds(engine)
    for promise in (answer_requests, answer_link_requests, remind_due, tell_owners):
        yield "promised", partial(promise, engine, settings)
    yield "sent", lambda: send_due(engine, settings)
    if with_retention:
        yield "corrected", lambda: recount_daily(engine)
        yield "deleted", lambda: sum(run_retention(engine, is_dry_run=False)["deleted"].values())


class Worker:
    """Threads that work until they are closed: for chores, and for what takes longer, each of which has its own.

    A failure is logged, and tried again after a pause.
    """

    def __init__(self, engine: Engine, settings: Settings, *, pause: float = PAUSE) -> None:
        self._engine, self._settings, self._pause = engine, settings, pause
        self._is_closing = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, name="worker", daemon=True),
            threading.Thread(target=self._draw, name="figures", daemon=True),
            threading.Thread(target=self._solve, name="plans", daemon=True),
            threading.Thread(target=self._write, name="reports", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def wait(self) -> None:
        """Wait until the worker is closed from elsewhere."""
        self._is_closing.wait()

    def close(self) -> None:
        """Finish what is under way and stop."""
        self._is_closing.set()
        for thread in self._threads:
            thread.join(timeout=60)

    def _work(self) -> None:
        turn = 0
        while not self._is_closing.is_set():
            with_retention = turn % RETENTION_EVERY == 0
            for name, chore in _chores(self._engine, self._settings, with_retention=with_retention):
                # one that fails, on a full disk for one, keeps neither the others nor its own next turn from being done
                try:
                    chore()
                except Exception as failure:
                    _tell("worker", failure, chore=name)
            turn += 1
            self._is_closing.wait(self._pause)

    def _draw(self) -> None:
        # one round that cannot be drawn must not keep all others from being drawn
        failed: set[tuple[UUID, str]] = set()
        while not self._is_closing.is_set():
            rest = self._pause
            try:
                if not draw_next(self._engine, self._is_closing.is_set, but=failed) and failed:
                    failed.clear()
                    rest = REST_AFTER_FAILURE
            except DrawingFailed as failure:
                _tell("figures", failure)
                if failure.what:
                    failed.add(failure.what)
                else:
                    rest = REST_AFTER_FAILURE
            except Exception as failure:
                _tell("figures", failure)
            self._is_closing.wait(rest)

    def _solve(self) -> None:
        while not self._is_closing.is_set():
            done = 0
            try:
                done = work_next(self._engine, self._is_closing.is_set)
            except Exception as failure:
                _tell("plans", failure)
            self._is_closing.wait(0 if done else self._pause)

    def _write(self) -> None:
        while not self._is_closing.is_set():
            done = 0
            try:
                done = make_next(self._engine, self._is_closing.is_set)
            except Exception as failure:
                _tell("reports", failure)
            self._is_closing.wait(0 if done else self._pause)


def _tell(event: str, failure: Exception, **more: str) -> None:
    # a log that cannot be written must not end the thread
    with suppress(OSError, ValueError):
        log.error(event, error=str(failure)[:500], kind=type(failure).__name__, **more)
