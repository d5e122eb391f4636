"""The self-check: what it says of a whole installation, and what it finds."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from app.core.clock import now
from app.history.models import HistoryEntry
from tests.commands import Run, printed
from tests.make import Cast
from tests.postgres import Postgres

CHECKS = ("database", "schema", "disk", "integrity", "references", "clock", "durable")


@pytest.fixture
def facts(
    innaxe: Run, database: str, cast: Cast, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Run]:
    monkeypatch.setenv("INNAXE_DATABASE_URL", database)
    if database.startswith("sqlite"):
        yield innaxe
        return
    server: Postgres = request.getfixturevalue("postgres")
    server.set(fsync="on", full_page_writes="on")
    yield innaxe
    server.set(fsync="off", full_page_writes="off")


USUAL = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "synchronous_standby_names": ""}


@pytest.mark.parametrize(
    ("settings", "is_durable"),
    [
        ({"fsync": "off"}, False),
        ({"full_page_writes": "off"}, False),
        ({"synchronous_commit": "off"}, False),
        ({"synchronous_commit": "local"}, True),
        ({"synchronous_commit": "local", "synchronous_standby_names": "b"}, False),
        ({"synchronous_standby_names": "b"}, True),
    ],
)
def test_a_postgresql_that_does_not_wait_for_its_disk(
    facts: Run, database: str, request: pytest.FixtureRequest, settings: dict[str, str], is_durable: bool
) -> None:
    if database.startswith("sqlite"):
        pytest.skip("the program itself tells SQLite to wait: tests/core/test_db.py")
    server: Postgres = request.getfixturevalue("postgres")
    server.set(**settings)
    try:
        code, out, _ = facts("selfcheck")
    finally:
        server.set(**USUAL)
    assert (code == 0, f"durable  {is_durable}" in out) == (is_durable, True), out


def test_a_postgresql_whose_standby_is_not_waited_for(
    facts: Run, database: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.startswith("sqlite"):
        pytest.skip("a file has no standby")
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE attempt SET UNLOGGED"))
    code, out, _ = facts("selfcheck")
    assert (code, "unlogged" in out, "durable  False" in out) == (1, True, True)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE attempt SET LOGGED"))
    port = engine.url.port
    monkeypatch.setenv("INNAXE_DATABASE_URL", database.replace(f":{port}", f":{port},127.0.0.1:1"))
    code, out, _ = facts("selfcheck")
    assert (code, "durable  False" in out) == (1, True)


def test_a_whole_installation(facts: Run, tmp_path: object) -> None:
    found = printed(facts("selfcheck", "--json"))
    assert all(found[name] is True for name in CHECKS), found
    assert found["free_disk_mb"] > 0
    assert (found["foreign_keys"], found["hours_since_backup"]) == (True, None)
    assert facts("backup", "create", f"{tmp_path}/backup.zip")[0] == 0
    assert printed(facts("selfcheck", "--json"))["hours_since_backup"] < 1


def test_a_clock_that_was_set_back(facts: Run, engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        entry = session.exec(select(HistoryEntry)).first()
        assert entry
        entry.at = now() + timedelta(hours=2)
        session.add(entry)
    code, out, _ = facts("selfcheck")
    assert (code, "clock  False" in out) == (1, True)


def test_rows_without_what_they_point_to(facts: Run, engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL checks references itself, always")
    with engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        connection.execute(text("DELETE FROM person"))
        connection.commit()
    code, out, _ = facts("selfcheck")
    assert (code, "references  False" in out) == (1, True)


def test_rows_that_break_a_rule_of_their_table(facts: Run, engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL looks at each row when it is written, and at no file as a whole")
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA writable_schema=ON")
        cursor.execute(
            "UPDATE sqlite_master SET sql = substr(sql, 1, length(sql) - 1) || ', CHECK (email = 1))'"
            " WHERE name = 'person'"
        )
        connection.commit()
    engine.dispose()
    code, out, said = facts("selfcheck")
    assert (code, "integrity  False" in out) == (1, True), said
