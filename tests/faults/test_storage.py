"""A database that is full, read-only, locked or away: what is confirmed is kept, and it comes back."""

import os
import shutil
import subprocess
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, col, select

from app.core import clock
from app.core.db import for_writing, make_engine
from app.core.migrations import upgrade
from app.surveys.answering import store
from app.surveys.answering.autosave import AnswerWriter
from app.surveys.answering.models import Answer, Response
from app.surveys.answering.saves import Save, Saved, StaleSave
from tests.faults.site import Served, serving
from tests.make import make_open_survey, make_response, small_survey_file
from tests.postgres import Postgres


def signed(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def save(served: Served, response: Response, token: str, code: str, rev: int = 0) -> httpx.Response:
    path = f"{served.address}/api/v1/responses/{response.id}/answers/{code}"
    return httpx.put(path, json={"value": 3, "rev": rev}, headers=signed(token), timeout=60)


def write_until_refused(served: Served, response: Response, token: str, most: int = 3000) -> tuple[int, httpx.Response]:
    """Save one answer again and again; the last revision that was confirmed, and what was refused."""
    rev = 0
    path = f"{served.address}/api/v1/responses/{response.id}/answers/I3.impact"
    for number in range(most):
        body = {"value": number % 5 + 1, "rev": rev}
        answer = httpx.put(path, json=body, headers=signed(token), timeout=60)
        if answer.status_code != 200:
            return rev, answer
        rev = answer.json()["rev"]
    pytest.fail("it took everything")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of twelve megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder], capture_output=True
        ).returncode
    )
    if not mounted:
        pytest.skip("a file system can be mounted by root only")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def filled(folder: Path) -> Generator[None]:
    """Leave no byte free."""
    with (folder / "filling").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
    yield
    (folder / "filling").unlink()


@contextmanager
def on_disk(template: Path, folder: Path, log: Path) -> Generator[tuple[Served, Response, str, Engine]]:
    database = f"sqlite:///{folder / 'a.sqlite'}"
    shutil.copy(template, folder / "a.sqlite")
    engine = make_engine(database)
    with Session(for_writing(engine), expire_on_commit=False) as session:
        response, token = make_response(session, make_open_survey(session))
    with serving(database, log, free_disk_mb="0") as served:
        yield served, response, token, engine
    engine.dispose()


def test_a_full_disk_refuses_and_loses_nothing_and_goes_on_when_there_is_room(
    sqlite_template: Path, small_disk: Path, tmp_path: Path
) -> None:
    with on_disk(sqlite_template, small_disk, tmp_path) as (served, response, token, engine):
        assert save(served, response, token, "I1.impact").status_code == 200
        with filled(small_disk):
            rev, refused = write_until_refused(served, response, token)
            assert (refused.status_code, refused.json()["code"]) == (503, "database")
            assert refused.headers["Retry-After"]
            assert httpx.get(f"{served.address}/login").status_code == 200, "reading goes on"
        assert save(served, response, token, "I2.impact").status_code == 200
        with Session(engine) as reading:
            kept = reading.exec(select(Answer).where(col(Answer.code) == "I3.impact")).one_or_none()
        assert (kept.rev if kept else 0) == rev


def test_a_database_that_becomes_read_only_says_so_and_refuses(
    session: Session, engine: Engine, database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """As a standby that has not been promoted; on SQLite the file system, which the test of a full disk stands for."""
    if engine.dialect.name == "sqlite":
        pytest.skip("a full disk refuses in the same way")
    response, token = make_response(session, make_open_survey(session))
    server: Postgres = request.getfixturevalue("postgres")
    with serving(database, tmp_path) as served:
        assert save(served, response, token, "I1.impact").status_code == 200
        server.execute("ALTER DATABASE test SET default_transaction_read_only = on")
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'test'")
        for refused in (
            save(served, response, token, "I2.impact"),
            httpx.post(f"{served.address}/api/v1/responses/{response.id}/submit", headers=signed(token), timeout=60),
        ):
            assert (refused.status_code, refused.json()["code"]) == (503, "database")
        ready = httpx.get(f"{served.address}/readyz", timeout=60)
        assert ready.status_code == 503
        assert (ready.json()["database"], ready.json()["writable"]) == (True, False)
        server.execute("ALTER DATABASE test RESET default_transaction_read_only")
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'test'")
        assert save(served, response, token, "I2.impact").status_code == 200
    session.rollback()


def test_a_locked_database_refuses_after_its_patience_and_takes_the_next(
    session: Session, engine: Engine, database: str, tmp_path: Path
) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL locks rows, and a save waits for its own only")
    response, token = make_response(session, make_open_survey(session))
    with serving(database, tmp_path) as served:
        with for_writing(engine).connect() as connection, connection.begin():
            began = time.monotonic()
            refused = save(served, response, token, "I1.impact")
            assert (refused.status_code, refused.json()["code"]) == (503, "database")
            assert 20 < time.monotonic() - began < 50
        assert save(served, response, token, "I1.impact").status_code == 200


def test_a_database_that_stops_and_comes_back_needs_no_restart(tmp_path: Path) -> None:
    server = Postgres()
    server.execute("CREATE DATABASE own")
    database = server.address("own")
    engine = make_engine(database)
    upgrade(engine)
    with Session(for_writing(engine), expire_on_commit=False) as session:
        # a survey of its own: another test lays down again what this one makes
        survey = make_open_survey(session, small_survey_file(survey_id="own"))
        response, token = make_response(session, survey)
    engine.dispose()
    try:
        with serving(database, tmp_path) as served:
            assert save(served, response, token, "I1.impact").status_code == 200
            server.halt()
            for answer in (
                save(served, response, token, "I2.impact"),
                httpx.get(f"{served.address}/s/{survey.slug}", timeout=60),
                httpx.get(f"{served.address}/api/v1/responses/{response.id}", timeout=60),
            ):
                assert answer.status_code == 503, answer.text
                assert answer.headers["Retry-After"]
            ready = httpx.get(f"{served.address}/readyz", timeout=60)
            assert (ready.status_code, ready.json()["database"]) == (503, False)
            assert httpx.get(f"{served.address}/healthz").status_code == 200
            server.begin()
            began = time.monotonic()
            while save(served, response, token, "I2.impact").status_code == 503:
                assert time.monotonic() - began < 30
                time.sleep(0.2)
            print(f"back after {time.monotonic() - began:.2f} s")  # noqa: T201
            assert httpx.get(f"{served.address}/readyz", timeout=60).status_code == 200
            shown = httpx.get(f"{served.address}/api/v1/responses/{response.id}", headers=signed(token))
            assert {code: one["rev"] for code, one in shown.json()["answers"].items()} == {
                "I1.impact": 1,
                "I2.impact": 1,
            }
    finally:
        server.stop()


def test_a_clock_that_jumps_back_changes_no_order_of_answers(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    response, token = make_response(session, make_open_survey(session))
    writer = AnswerWriter(engine)

    def write(value: int, rev: int) -> object:
        return writer.save([Save(response.id, (token,), "I1.impact", value, rev)]).result(timeout=30)[0]

    first = write(2, 0)
    monkeypatch.setattr(store, "now", lambda: clock.now() - timedelta(days=3))
    second, stale = write(4, 1), write(5, 0)
    writer.close()
    assert isinstance(first, Saved)
    assert isinstance(second, Saved)
    assert second.rev == 2
    assert second.saved_at < first.saved_at, "the time is the clock's, the order is the revision's"
    assert isinstance(stale, StaleSave)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT point FROM answer")) == 4
