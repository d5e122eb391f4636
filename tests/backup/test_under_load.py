"""Backups while others save: what was confirmed before one began is in it; and large ones come back in time."""

import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import Engine, insert, text, update
from sqlmodel import Session, select

from app.backup.archive import Reader
from app.backup.creating import create_backup
from app.backup.restoring import restore
from app.core.clock import today
from app.core.db import for_writing, make_engine
from app.core.settings import Settings
from app.history.queries import verify_history
from app.people.models import Consortium
from app.surveys.answering.models import Answer
from tests.commands import free_port, run, running, wait_for
from tests.make import SECRET, make_open_survey, make_response
from tests.postgres import Postgres

WRITERS, RATE = 4, 100
FULL = 20
LONGEST_RESTORE = 300.0
ROUNDS = 2


class Ledger:
    """What was confirmed, kept outside the system: when, whose, which code, value and revision."""

    def __init__(self, path: Path) -> None:
        self._kept = sqlite3.connect(path, check_same_thread=False)
        self._kept.execute("CREATE TABLE confirmed (at REAL, response TEXT, code TEXT, value INTEGER, rev INTEGER)")
        self._lock = threading.Lock()

    def add(self, *line: Any) -> None:
        with self._lock, self._kept:
            self._kept.execute("INSERT INTO confirmed VALUES (?, ?, ?, ?, ?)", line)

    def before(self, moment: float) -> list[tuple[str, str, int, int]]:
        """What was confirmed before a moment."""
        wanted = "SELECT response, code, value, rev FROM confirmed WHERE at < ?"
        return self._kept.execute(wanted, (moment,)).fetchall()

    def close(self) -> None:
        self._kept.close()


@pytest.fixture
def another(postgres: Postgres) -> Iterator[str]:
    """The address of a PostgreSQL database without tables."""
    postgres.execute("CREATE DATABASE another")
    yield postgres.address("another")
    postgres.execute("DROP DATABASE another WITH (FORCE)")


def lost(ledger: list[tuple[str, str, int, int]], restored: Engine) -> list[tuple[str, str, int, int]]:
    """The confirmed saves that a database holds neither themselves nor a later one of."""
    with Session(restored) as session:
        kept = {(one.response_id, one.code): (one.rev, one.point) for one in session.exec(select(Answer))}
    missing: list[tuple[str, str, int, int]] = []
    for response, code, value, rev in ledger:
        there, point = kept.get((UUID(response), code), (0, None))
        if there < rev or (there == rev and point != value):
            missing.append((response, code, value, rev))
    return missing


@pytest.mark.parametrize(
    "seconds", [pytest.param(2, id="quick"), pytest.param(FULL, id="full", marks=pytest.mark.faults)]
)
def test_what_was_confirmed_before_a_backup_began_is_in_it(
    session: Session, database: str, tmp_path: Path, seconds: int
) -> None:
    survey = make_open_survey(session)
    begun = [make_response(session, survey) for _ in range(WRITERS * 4)]
    ledger, is_over = Ledger(tmp_path / "ledger"), threading.Event()
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    settings = {"database_url": database, "base_url": address, "data_dir": tmp_path}
    failures: list[str] = []

    def save(number: int) -> None:
        mine = begun[number::WRITERS]
        revs: dict[tuple[UUID, str], int] = {}
        turns = cycle(
            [(one, f"I{item}.{name}") for one in mine for item in (1, 2, 3) for name in ("impact", "urgency")]
        )
        next_at = time.monotonic()
        with httpx.Client(base_url=address, timeout=60) as client:
            while not is_over.is_set():
                (response, token), code = next(turns)
                rev = revs.get((response.id, code), 0)
                value = rev % 5 + 1
                answered = client.put(
                    f"/api/v1/responses/{response.id}/answers/{code}",
                    json={"value": value, "rev": rev},
                    headers={"Authorization": f"Bearer {token}"},
                )
                if answered.status_code != 200:
                    failures.append(answered.text)
                    return
                revs[response.id, code] = answered.json()["rev"]
                ledger.add(time.monotonic(), str(response.id), code, value, revs[response.id, code])
                next_at += WRITERS / RATE
                time.sleep(max(0.0, next_at - time.monotonic()))

    with running("serve", "--port", port, **settings):
        wait_for(f"{address}/healthz")
        threads = [threading.Thread(target=save, args=(number,)) for number in range(WRITERS)]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        began = time.monotonic()
        code, _, said = run("backup", "create", tmp_path / "backup.zip", **settings)
        ended = time.monotonic()
        is_over.set()
        for thread in threads:
            thread.join(timeout=60)
    assert (code, failures) == (0, []), said
    confirmed, meanwhile = ledger.before(began), len(ledger.before(ended))
    assert confirmed
    # in the quick tier other tests run beside
    assert seconds < FULL or len(confirmed) > 0.9 * RATE * seconds
    assert meanwhile > len(confirmed), "others went on saving while it was made"
    assert run("backup", "restore", tmp_path / "backup.zip", "--into", tmp_path / "there", **settings)[0] == 0
    restored = make_engine(f"sqlite:///{tmp_path / 'there' / 'innaxe.sqlite'}")
    assert lost(confirmed, restored) == []
    with Session(restored) as reading:
        assert verify_history(reading) is None
    sys.stdout.write(f"{len(confirmed)} saves before, {meanwhile - len(confirmed)} while the backup was made\n")
    with restored.begin() as connection:
        connection.execute(text("UPDATE answer SET rev = rev - 1 WHERE code = 'I1.impact'"))
    assert lost(ledger.before(ended + 60), restored), "the comparison finds what an older backup would have lost"
    restored.dispose()
    ledger.close()


@pytest.mark.parametrize(
    "answers", [pytest.param(2_000, id="quick"), pytest.param(100_000, id="full", marks=pytest.mark.faults)]
)
def test_answers_come_back_in_time(
    session: Session, engine: Engine, tmp_path: Path, another: str, answers: int
) -> None:
    response, _ = make_response(session, make_open_survey(session))
    rows = [
        {
            "response_id": response.id,
            "code": f"I{number}.impact",
            "point": number % 5 + 1,
            "rev": 1,
            "saved_on": today(),
        }
        for number in range(answers)
    ]
    session.connection().execute(insert(Answer), rows)
    session.commit()
    path = tmp_path / "backup.zip"
    began = time.monotonic()
    create_backup(engine, path, SECRET)
    made = time.monotonic()
    for address in (f"sqlite:///{tmp_path / 'there.sqlite'}", another):
        began_restoring = time.monotonic()
        restore(Reader(path, SECRET), Settings(data_dir=tmp_path, database_url=address))
        took = time.monotonic() - began_restoring
        assert took < LONGEST_RESTORE
        restored = make_engine(address)
        with restored.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM answer")) == answers
        restored.dispose()
        sys.stdout.write(f"{answers}: made in {made - began:.1f} s, in {restored.dialect.name} after {took:.1f} s\n")


def test_a_backup_is_of_one_moment(session: Session, engine: Engine, tmp_path: Path) -> None:
    """The first table and one of the last always say the same, and change together while the backup is made."""
    response, _ = make_response(session, make_open_survey(session))
    session.add(Answer(response_id=response.id, code="I1.impact", point=1, rev=1, saved_on=today()))
    session.commit()
    is_over, done = threading.Event(), list[int]()

    def change() -> None:
        while not is_over.is_set():
            with for_writing(engine).begin() as connection:
                connection.execute(update(Consortium).values(name=str(len(done))))
                connection.execute(update(Answer).values(text=str(len(done))))
            done.append(len(done))

    with ThreadPoolExecutor(1) as other:
        changing = other.submit(change)
        try:
            for number in range(ROUNDS):
                while len(done) < ROUNDS * (number + 1):
                    time.sleep(0.01)
                before = len(done)
                create_backup(engine, tmp_path / f"{number}.zip", SECRET)
                assert len(done) > before, "it changed meanwhile"
        finally:
            is_over.set()
        changing.result()
    for number in range(ROUNDS):
        there = tmp_path / str(number)
        there.mkdir()
        restore(Reader(tmp_path / f"{number}.zip", SECRET), Settings(data_dir=there, database_url=""))
        restored = make_engine(f"sqlite:///{there / 'innaxe.sqlite'}")
        with restored.connect() as connection:
            assert connection.scalar(select(Consortium.name)) == connection.scalar(select(Answer.text))
        restored.dispose()
