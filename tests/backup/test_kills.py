"""Backups and restorings that are killed: what was there is there, and what is half made is not taken for whole."""

import shutil
import time
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from app.core.db import for_writing, make_engine
from app.surveys.answering.models import Response
from tests.backup.killing import Child
from tests.backup.test_backup import Tables, tables_of
from tests.make import make_open_survey, make_response

QUICK = pytest.param(2, id="quick")
FULL = pytest.param(50, id="full", marks=pytest.mark.faults)


def answer(session: Session, start: int, times: int) -> None:
    """Somebody who answers so often; from 0 on they begin with it."""
    if start == 0:
        make_response(session, make_open_survey(session))
    response = session.exec(select(Response)).one()
    for number in range(start, start + times):
        session.connection().execute(
            text("INSERT INTO answer (response_id, code, point, rev, saved_on) VALUES (:id, :code, :point, 1, :day)"),
            {
                "id": response.id if session.get_bind().dialect.name != "sqlite" else response.id.hex,
                "code": f"I{number}.impact",
                "point": number % 5 + 1,
                "day": "2027-03-01",
            },
        )
    session.commit()


@pytest.fixture
def said(tmp_path: Path) -> Path:
    return tmp_path / "said"


def took(*words: object, said: Path, database: str) -> float:
    """Seconds that a command takes which nobody kills."""
    began = time.monotonic()
    code, told = Child(*words, said=said, database_url=database).end()
    assert code == 0, told
    return time.monotonic() - began


def is_missing(database: str) -> bool:
    return database.startswith("sqlite") and not Path(database.removeprefix("sqlite:///")).exists()


def beside(database: str) -> list[Tables]:
    """What the databases hold that were put aside."""
    path = Path(database.removeprefix("sqlite:///"))
    kept = [one for one in path.parent.glob(f"{path.name}.before-*") if not one.name.endswith(("-wal", "-shm"))]
    return [tables_of(f"sqlite:///{one}") for one in kept]


def forget_aside(database: str) -> None:
    path = Path(database.removeprefix("sqlite:///"))
    for one in path.parent.glob(f"{path.name}.before-*"):
        one.unlink()


@pytest.mark.parametrize("kills", [QUICK, FULL])
def test_a_killed_restoring_leaves_the_data_of_before_or_those_of_the_backup(
    session: Session, engine: Engine, database: str, tmp_path: Path, said: Path, kills: int
) -> None:
    old, new, chance, killed = tmp_path / "old.zip", tmp_path / "new.zip", Random(kills), 0
    answer(session, 0, 1000)
    assert Child("backup", "create", old, said=said, database_url=database).end()[0] == 0
    first = tables_of(database)
    answer(session, 1000, 1000)
    assert Child("backup", "create", new, said=said, database_url=database).end()[0] == 0
    second = tables_of(database)
    session.close()
    engine.dispose()
    assert first != second
    lasts = took("backup", "restore", new, "--force", said=said, database=database)
    for number in range(kills):
        forget_aside(database)
        target, other, file = (first, second, old) if number % 2 == 0 else (second, first, new)
        restoring = Child("backup", "restore", file, "--force", said=said, database_url=database)
        killed += restoring.kill_after((0.3 if number == 0 else chance.uniform(0.05, 1.0)) * lasts)
        assert_one_or_the_other(database, target, other, said)
        again = Child("backup", "restore", file, "--force", said=said, database_url=database).end()
        assert again[0] == 0, again[1]
        assert tables_of(database) == target
    assert killed, "some were killed before their end"


def assert_one_or_the_other(database: str, target: Tables, before: Tables, said: Path) -> None:
    if is_missing(database):
        assert before in beside(database)
        code, told = Child("survey", "list", said=said, database_url=database).end()
        assert code == 1
        assert "innaxe backup restore FILE" in told
    else:
        assert tables_of(database) in (before, target)


@pytest.mark.parametrize("renames", [1, 2])
def test_a_restoring_killed_between_two_names_is_refused_with_a_sentence_and_can_be_repeated(
    sqlite_template: Path, tmp_path: Path, said: Path, renames: int
) -> None:
    path, file = tmp_path / "innaxe.sqlite", tmp_path / "kept.zip"
    shutil.copy(sqlite_template, path)
    database = f"sqlite:///{path}"
    assert Child("migrate", said=said, database_url=database).end()[0] == 0
    assert Child("backup", "create", file, said=said, database_url=database).end()[0] == 0
    engine = make_engine(database)
    with Session(for_writing(engine)) as session:
        answer(session, 0, 1)
    engine.dispose()
    before = tables_of(database)
    restoring = Child("backup", "restore", file, "--force", said=said, renames=renames, database_url=database)
    assert restoring.end()[0] == -9
    assert is_missing(database) is (renames == 2)
    assert_one_or_the_other(database, before, before, said)
    assert Child("backup", "restore", file, "--force", said=said, database_url=database).end()[0] == 0
    assert tables_of(database) != before
    assert not list(tmp_path.glob(".*restoring*"))


@pytest.mark.parametrize("kills", [QUICK, FULL])
def test_a_killed_backup_leaves_the_older_one_and_nothing_half_made_under_its_name(
    session: Session, engine: Engine, database: str, tmp_path: Path, said: Path, kills: int
) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    older, fresh, chance, killed = folder / "older.zip", folder / "fresh.zip", Random(kills), 0
    answer(session, 0, 3000)
    session.close()
    engine.dispose()
    before = tables_of(database)
    lasts = took("backup", "create", older, said=said, database=database)
    for number in range(kills):
        file = older if number % 2 else fresh
        making = Child("backup", "create", file, said=said, database_url=database)
        killed += making.kill_after((0.3 if number == 0 else chance.uniform(0.05, 1.0)) * lasts)
        assert tables_of(database) == before
        if file.exists():
            assert Child("backup", "verify", file, said=said).end()[0] == 0
            fresh.unlink(missing_ok=True)
        assert older.exists()
    assert killed, "some were killed before their end"
    assert Child("backup", "create", older, said=said, database_url=database).end()[0] == 0
    assert Child("backup", "create", fresh, said=said, database_url=database).end()[0] == 0
    assert sorted(one.name for one in folder.iterdir()) == ["fresh.zip", "older.zip"], "what was half made is gone"


def test_a_half_made_backup_is_refused(sqlite_template: Path, tmp_path: Path, said: Path) -> None:
    """What a kill before the last name leaves is whole; it is cut short here as a kill in the middle leaves it."""
    path, file = tmp_path / "innaxe.sqlite", tmp_path / "kept" / "backup.zip"
    file.parent.mkdir()
    shutil.copy(sqlite_template, path)
    making = Child("backup", "create", file, said=said, renames=1, database_url=f"sqlite:///{path}")
    assert making.end()[0] == -9
    assert not file.exists()
    [unfinished] = file.parent.glob(".*/backup.zip")
    assert Child("backup", "verify", unfinished, said=said).end()[0] == 0
    whole = unfinished.read_bytes()
    for length in (0, 100, len(whole) // 2, len(whole) - 1):
        unfinished.write_bytes(whole[:length])
        code, told = Child("backup", "verify", unfinished, said=said).end()
        assert (code, told.count("\n")) == (5, 1), told
