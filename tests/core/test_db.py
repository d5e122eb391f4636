"""The ground: durable SQLite, moments in UTC, names of constraints."""

import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from app.core import db
from app.core.db import UnsafeDatabase, UtcDateTime, prepare_sqlite, sqlite_module

DIALECT = sqlite.dialect()


def test_sqlite_is_durable_and_strict(tmp_path: Path) -> None:
    engine = db.make_engine(f"sqlite:///{tmp_path / 'ground.sqlite'}")
    with engine.connect() as connection:
        pragma = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
        version = connection.execute(text("SELECT sqlite_version()")).scalar_one()
    assert pragma == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    engine.dispose()
    assert db.is_safe_sqlite(tuple(map(int, version.split("."))))


def test_an_unsafe_sqlite_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "OLDEST_SAFE_SQLITE", (99,))
    with pytest.raises(UnsafeDatabase, match=r"3\.51\.3"):
        sqlite_module()


def test_a_connection_that_cannot_be_made_durable_is_refused() -> None:
    class Stubborn:
        """A connection whose PRAGMAs change nothing."""

        isolation_level = ""

        def execute(self, statement: str) -> SimpleNamespace:
            found = {"PRAGMA journal_mode": "delete", "PRAGMA synchronous": 1, "PRAGMA foreign_keys": 0}
            return SimpleNamespace(fetchall=list, fetchone=lambda: (found[statement],))

    with pytest.raises(UnsafeDatabase, match="journal_mode"):
        prepare_sqlite(Stubborn())


def test_the_interpreters_own_sqlite_is_taken_when_it_is_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 53, 0))
    assert sqlite_module() is sqlite3


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        UtcDateTime().process_bind_param(datetime(2027, 1, 1), DIALECT)  # noqa: DTZ001 -- that is the point


def test_moments_are_kept_in_utc() -> None:
    noon_in_sofia = datetime(2027, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    kept = UtcDateTime().process_bind_param(noon_in_sofia, DIALECT)
    assert kept == datetime(2027, 1, 1, 10, tzinfo=UTC)
    assert UtcDateTime().process_result_value(datetime(2027, 1, 1, 10), DIALECT) == noon_in_sofia  # noqa: DTZ001 -- as SQLite gives it
    assert UtcDateTime().process_bind_param(None, DIALECT) is None
    assert UtcDateTime().process_result_value(None, DIALECT) is None
