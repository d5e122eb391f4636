"""Migrations that are killed, and that run twice at once: the contents are those of one that was left in peace."""

import json
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.config import CommandLine
from sqlalchemy import MetaData, insert

from app.backup.tables import read_lines, shapes_of
from app.core.db import make_engine
from app.core.migrations import alembic_config, upgrade
from tests.commands import INNAXE, LONGEST, run, surroundings
from tests.postgres import Postgres
from tests.test_migrations import fill

RANDOM = {"salt", "details_digest", "hash", "consortium_id"}
"""Columns that differ from run to run: a consortium that did not exist gets a random key, which is in every hash."""
RANDOM_OF = {("instance", "key"), ("consortium", "id"), ("consortium", "created_at"), ("membership", "id")}

QUICK = pytest.param("0001", 2, 300, id="quick")
FULL = [
    pytest.param(revision, 20, 10_000, id=revision, marks=pytest.mark.faults)
    for revision in ("0001", "0008", "0016", "0025", "0032")
]


class Place:
    """A database of old tables with answers in it, of which one can have any number of copies."""

    def __init__(self, folder: Path, server: Postgres | None) -> None:
        self._folder, self._server = folder, server
        self.old = self._new("old")

    def _new(self, name: str) -> str:
        if self._server is None:
            return f"sqlite:///{self._folder / name / 'innaxe.sqlite'}"
        return self._server.address(f"migrating_{name}")

    def begin(self, revision: str, answers: int) -> None:
        """Make the tables of a revision and put a row into each, and many answers."""
        if self._server:
            self._server.execute("CREATE DATABASE migrating_old")
        else:
            (self._folder / "old").mkdir()
        engine = make_engine(self.old)
        upgrade(engine, revision)
        fill(engine)
        tables = MetaData()
        tables.reflect(engine)
        table = tables.tables["answer"]
        with engine.begin() as connection:
            row: dict[str, Any] = dict(connection.execute(table.select()).mappings().one())
            rows = [row | {"code": f"A{number}"} for number in range(answers)]
            if "id" in row:
                rows = [one | {"id": f"{number:032x}"} for number, one in enumerate(rows)]
            connection.execute(insert(table), rows)
        engine.dispose()

    def copy(self, name: str) -> str:
        """The address of a fresh copy."""
        if self._server:
            self._server.execute(f"DROP DATABASE IF EXISTS migrating_{name} WITH (FORCE)")
            self._server.execute(f"CREATE DATABASE migrating_{name} TEMPLATE migrating_old")
        else:
            shutil.rmtree(self._folder / name, ignore_errors=True)
            shutil.copytree(self._folder / "old", self._folder / name)
        return self._new(name)

    def end(self) -> None:
        for name in ("old", "peace", "killed", "twice") if self._server else ():
            assert self._server
            self._server.execute(f"DROP DATABASE IF EXISTS migrating_{name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    place = Place(tmp_path, server)
    yield place
    place.end()


def contents(address: str) -> dict[str, list[list[Any]]]:
    """All rows of all tables, without what is made at random."""
    found: dict[str, list[list[Any]]] = {}
    engine = make_engine(address)
    with engine.connect() as connection:
        for shape in shapes_of(connection):
            hidden = [name in RANDOM or (shape.name, name) in RANDOM_OF for name, _ in shape.columns]
            rows = [json.loads(line) for line in read_lines(connection, shape)]
            found[shape.name] = sorted(
                ([None if hide else value for hide, value in zip(hidden, row, strict=True)] for row in rows), key=repr
            )
    engine.dispose()
    return found


@pytest.mark.parametrize(("revision", "kills", "answers"), [QUICK, *FULL])
def test_killed_at_any_moment_and_run_again(place: Place, revision: str, kills: int, answers: int) -> None:
    place.begin(revision, answers)
    peace = place.copy("peace")
    began = time.monotonic()
    assert run("migrate", database_url=peace)[0] == 0
    took = time.monotonic() - began
    expected = contents(peace)
    assert len(expected["answer"]) == answers + 1
    moments, killed = random.Random(int(revision)), 0
    for _ in range(kills):
        address = place.copy("killed")
        process = _begin(address)
        try:
            # the first half goes by before the program has come to the tables
            process.wait(timeout=moments.uniform(0.3, 1.0) * took)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=LONGEST)
            killed += 1
        code, _, said = run("migrate", database_url=address)
        assert code == 0, said
        assert contents(address) == expected
    assert killed, "some were killed before their end"


@pytest.mark.parametrize(("revision", "times", "answers"), [QUICK, *FULL])
def test_twice_at_once(place: Place, revision: str, times: int, answers: int) -> None:
    place.begin(revision, answers)
    peace = place.copy("peace")
    assert run("migrate", database_url=peace)[0] == 0
    for _ in range(max(1, times // 5)):
        address = place.copy("twice")
        both = [_begin(address), _begin(address)]
        assert [one.wait(timeout=LONGEST) for one in both] == [0, 0]
        assert contents(address) == contents(peace)


def test_going_back_is_refused_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INNAXE_DATABASE_URL", f"sqlite:///{tmp_path / 'innaxe.sqlite'}")
    engine = make_engine(f"sqlite:///{tmp_path / 'innaxe.sqlite'}")
    upgrade(engine)
    before = contents(str(engine.url))
    with pytest.raises(SystemExit, match="Restore the backup made before the upgrade"):
        CommandLine().main(["-c", str(alembic_config().config_file_name), "downgrade", "0001"])
    assert contents(str(engine.url)) == before
    engine.dispose()


def _begin(address: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [INNAXE, "migrate"],
        env=surroundings(database_url=address),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
