"""Where the database lies: nothing begins empty over what was kept, and nothing is opened that cannot be trusted."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from app.core.db import make_engine
from app.core.migrations import newest_revision, revision_of
from app.core.place import marker_beside
from tests.commands import Run, free_port, run, running, wait_for
from tests.postgres import Postgres

COMMANDS = (("serve",), ("worker", "--once"), ("survey", "list"), ("selfcheck",), ("demo",), ("history", "head"))
RESTORE = "innaxe backup restore FILE"
MARKER = "test.postgresql.instance"


@pytest.fixture
def path(innaxe: Run, sqlite_template: Path, tmp_path: Path) -> Path:
    """A database in which an installation lives, where the settings say."""
    path = tmp_path / "innaxe.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    assert innaxe("migrate")[0] == 0
    assert marker_beside(path).exists()
    return path


def forget(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def scribble(path: Path) -> None:
    path.write_bytes(b"This is no database at all. " * 400)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def spoil(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for page in range(8, len(content) // 4096):
        content[page * 4096 : page * 4096 + 100] = b"\xff" * 100
    path.write_bytes(content)


def spoil_answers(path: Path) -> None:
    """Spoil what no command reads before it begins."""
    engine = make_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        page: int = connection.scalar(text("SELECT rootpage FROM sqlite_master WHERE name = 'answer'"))
    engine.dispose()
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 : (page - 1) * 4096 + 100] = b"\xff" * 100
    path.write_bytes(content)


def exchange(path: Path) -> None:
    engine = make_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE instance SET key = 'another'"))
    engine.dispose()


def make_newer(path: Path) -> None:
    engine = make_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()


@pytest.mark.parametrize(
    ("spoiling", "code", "said"),
    [
        pytest.param(forget, 1, RESTORE, id="missing"),
        pytest.param(empty, 1, RESTORE, id="empty"),
        pytest.param(scribble, 1, RESTORE, id="no database"),
        pytest.param(cut, 1, RESTORE, id="cut"),
        pytest.param(spoil, 1, RESTORE, id="spoiled"),
        pytest.param(spoil_answers, 1, RESTORE, id="spoiled in one table"),
        pytest.param(exchange, 1, "not that of installation", id="another one's"),
        pytest.param(make_newer, 4, "newer than this program's", id="newer"),
    ],
)
def test_what_cannot_be_trusted_is_refused_and_left_alone(
    innaxe: Run, path: Path, spoiling: Callable[[Path], None], code: int, said: str
) -> None:
    spoiling(path)
    before = path.read_bytes() if path.exists() else None
    # those that would end by themselves come first
    for words in (("migrate",), ("migrate", "--check"), *reversed(COMMANDS)):
        if spoiling in (spoil, spoil_answers) and words[0] not in ("serve", "worker", "migrate"):
            continue  # these do not read all of the file before they begin
        ended, _, why = innaxe(*words)
        assert (ended, why.count("\n")) == (code, 1), (words, why)
        assert said in why
        assert (path.read_bytes() if path.exists() else None) == before, words


def test_a_wrong_place_is_not_taken_for_a_new_one(innaxe: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INNAXE_DATA_DIR", str(tmp_path / "nowhere"))
    for words in COMMANDS:
        code, _, said = innaxe(*words)
        assert (code, said.count("\n")) == (1, 1), words
        assert "INNAXE_DATA_DIR" in said
    assert not (tmp_path / "nowhere").exists()


def test_a_new_database_begins_where_none_was(innaxe: Run, tmp_path: Path) -> None:
    assert innaxe("migrate", "--check")[0] == 3
    assert list(tmp_path.iterdir()) == []
    assert innaxe("migrate")[0] == 0
    assert innaxe("survey", "list")[0] == 0


def test_what_was_killed_before_it_began_begins_again(innaxe: Run, tmp_path: Path) -> None:
    (tmp_path / "innaxe.sqlite").touch()
    assert innaxe("serve")[0] == 1
    assert innaxe("migrate")[0] == 0


def test_a_new_one_begins_over_a_known_one_only_when_told(innaxe: Run, path: Path, tmp_path: Path) -> None:
    beside = f"sqlite:///{tmp_path / 'inaxe.sqlite'}"
    code, _, said = run("migrate", database_url=beside)
    assert (code, "innaxe.sqlite lives beside it" in said) == (1, True)
    key = marker_beside(path).read_text()
    path.unlink()
    assert innaxe("migrate")[0] == 1
    assert innaxe("migrate", "--new")[0] == 0
    assert marker_beside(path).read_text() != key
    assert innaxe("migrate", "--new")[0] == 0, "over one that is there it changes nothing"


def test_changes_without_their_file_are_not_thrown_away(innaxe: Run, path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    journal = path.with_name("innaxe.sqlite-wal")
    journal.write_bytes(b"committed")
    code, _, said = innaxe("migrate", "--new")
    assert (code, journal.name in said) == (1, True)
    assert journal.read_bytes() == b"committed"


def test_another_programs_database_is_left_alone(innaxe: Run, tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'innaxe.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE theirs (id INTEGER)"))
    code, _, said = innaxe("migrate")
    assert (code, "another program's" in said) == (1, True)
    assert revision_of(engine) is None
    engine.dispose()


def test_a_database_of_before_there_were_keys_is_taken_as_it_is(innaxe: Run, path: Path) -> None:
    marker_beside(path).unlink()
    assert innaxe("survey", "list")[0] == 0
    assert marker_beside(path).exists()


def test_one_serves_and_a_worker_beside_it_works(path: Path, tmp_path: Path) -> None:
    port = free_port()
    settings = {"data_dir": tmp_path, "base_url": f"http://127.0.0.1:{port}"}
    with running("serve", "--port", port, **settings) as first:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        code, _, said = run("serve", "--port", port + 1 if port < 65535 else 1024, data_dir=tmp_path)
        assert (code, said.count("\n")) == (1, 1)
        assert "served already" in said
        assert run("worker", "--once", data_dir=tmp_path)[0] == 0
        assert run("survey", "list", data_dir=tmp_path)[0] == 0
        assert first.poll() is None
        first.kill()
        first.wait()
        with running("serve", "--port", port, **settings):
            wait_for(f"http://127.0.0.1:{port}/healthz")


def test_a_database_that_does_not_answer_is_said_in_a_sentence(innaxe: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INNAXE_DATABASE_URL", "postgresql+psycopg://somebody:hidden@127.0.0.1:1/none")
    for words in (("serve",), ("migrate",), ("survey", "list")):
        code, _, said = innaxe(*words)
        assert (code, said.count("\n")) == (1, 1)
        assert said.startswith("The database does not answer")
        assert "hidden" not in said


def test_a_newer_one_is_refused_on_both_databases(innaxe: Run, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INNAXE_DATABASE_URL", database)
    engine = make_engine(database)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    for words in (("serve",), ("worker",), ("migrate",), ("survey", "list")):
        assert innaxe(*words)[0] == 4


def remove_tables(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


def make_another(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE instance SET key = 'another'"))


@pytest.fixture
def known(innaxe: Run, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The PostgreSQL database of an installation that this machine knows."""
    if database.startswith("sqlite"):
        pytest.skip("a file has its marker beside it: tested above")
    monkeypatch.setenv("INNAXE_DATABASE_URL", database)
    assert innaxe("migrate")[0] == 0
    engine = make_engine(database)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("spoiling", "said"),
    [
        pytest.param(remove_tables, RESTORE, id="empty"),
        pytest.param(make_another, "not that of installation", id="another one's"),
    ],
)
def test_postgresql_without_what_lived_there_is_refused(
    innaxe: Run, known: Engine, spoiling: Callable[[Engine], None], said: str
) -> None:
    spoiling(known)
    before = revision_of(known)
    for words in (("migrate",), ("migrate", "--check"), *reversed(COMMANDS)):
        ended, _, why = innaxe(*words)
        assert (ended, why.count("\n"), said in why) == (1, 1, True), (words, why)
        assert revision_of(known) == before, words


def test_postgresql_begins_anew_only_when_told(innaxe: Run, known: Engine, tmp_path: Path) -> None:
    marker = tmp_path / MARKER
    key = marker.read_text()
    remove_tables(known)
    assert innaxe("migrate", "--new")[0] == 0
    assert marker.read_text() != key
    assert innaxe("survey", "list")[0] == 0


@pytest.mark.parametrize("theirs", ["theirs", "alembic_version"])
def test_postgresql_of_another_program_is_left_alone(innaxe: Run, known: Engine, tmp_path: Path, theirs: str) -> None:
    (tmp_path / MARKER).unlink()
    remove_tables(known)
    with known.begin() as connection:
        connection.execute(text("CREATE TABLE others (id INTEGER)"))
        connection.execute(text(f"CREATE TABLE {theirs} (version_num VARCHAR(32))"))
        connection.execute(text(f"INSERT INTO {theirs} VALUES ('{newest_revision()}')"))
    for words in (("migrate",), ("migrate", "--new"), ("serve",)):
        code, _, said = innaxe(*words)
        assert (code, "another program's" in said) == (1, True), words
    assert "instance" not in inspect(known).get_table_names()


def test_a_table_of_revisions_without_any_is_an_empty_database(innaxe: Run, known: Engine, tmp_path: Path) -> None:
    (tmp_path / MARKER).unlink()
    remove_tables(known)
    with known.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
    assert innaxe("migrate")[0] == 0


def test_two_databases_of_one_server_share_a_folder_only_when_told(
    innaxe: Run, known: Engine, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert known.url.database == "test"
    postgres.execute("CREATE DATABASE beside")
    try:
        monkeypatch.setenv("INNAXE_DATABASE_URL", postgres.address("beside"))
        code, _, said = innaxe("migrate")
        assert (code, "test lives beside it" in said) == (1, True)
        assert innaxe("migrate", "--new")[0] == 0
        for name in ("beside", "test"):
            monkeypatch.setenv("INNAXE_DATABASE_URL", postgres.address(name))
            assert innaxe("survey", "list")[0] == 0, name
    finally:
        postgres.execute("DROP DATABASE beside WITH (FORCE)")


def test_a_marker_that_cannot_be_read_is_named(innaxe: Run, known: Engine, tmp_path: Path) -> None:
    assert known.url.database == "test"
    (tmp_path / MARKER).unlink()
    (tmp_path / MARKER).mkdir()
    code, _, said = innaxe("survey", "list")
    assert (code, said.count("\n"), str(tmp_path / MARKER) in said) == (1, 1, True)


def test_a_forgotten_address_begins_no_file_beside_postgresql(
    innaxe: Run, known: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert known.dialect.name == "postgresql"
    monkeypatch.delenv("INNAXE_DATABASE_URL")
    code, _, said = innaxe("migrate")
    assert (code, "postgresql lives beside it" in said) == (1, True)
