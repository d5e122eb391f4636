"""Backups: equal rows on both databases and back, and nothing is touched by one that is refused."""

import random
import shutil
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from app.backup.archive import BadBackup, Manifest, Reader, Writer
from app.backup.creating import create_backup
from app.backup.restoring import restore
from app.backup.tables import read_lines, shapes_of
from app.core.db import make_engine
from app.core.migrations import newest_revision, upgrade
from app.core.settings import Settings
from app.history.queries import verify_history
from tests.commands import Run, printed, running
from tests.make import SECRET, make_cast, make_open_survey, make_response
from tests.postgres import Postgres
from tests.test_migrations import fill

Tables = dict[str, list[bytes]]


def tables_of(address: str) -> Tables:
    """All rows of a database, but for when it was last backed up."""
    engine = make_engine(address)
    with engine.connect() as connection:
        found = {shape.name: list(read_lines(connection, shape)) for shape in shapes_of(connection)}
    engine.dispose()
    found["instance"] = [line.partition(b",")[2].partition(b",")[0] for line in found["instance"]]
    return found


@pytest.fixture
def full(session: Session, engine: Engine, database: str, innaxe: Run, monkeypatch: pytest.MonkeyPatch) -> Tables:
    """A database with something in it that the settings name, and what that is."""
    make_cast(session)
    response, _ = make_response(session, make_open_survey(session))
    session.connection().execute(
        text(
            "INSERT INTO answer (response_id, code, point, text, rev, saved_on)"
            " VALUES (:id, 'I01.impact', 3, 'Ĉiuĵaŭde \"ЩЪ\" \\ \t\n\u2028 😀', 1, '2027-03-01')"
        ).bindparams(id=response.id if engine.dialect.name != "sqlite" else response.id.hex)
    )
    session.commit()
    monkeypatch.setenv("INNAXE_DATABASE_URL", database)
    return tables_of(database)


@pytest.fixture
def made(full: Tables, innaxe: Run, tmp_path: Path) -> Path:
    path = tmp_path / "kept" / "backup.zip"
    path.parent.mkdir()
    assert printed(innaxe("backup", "create", path))["answers"] == 1
    return path


@pytest.fixture
def another(postgres: Postgres) -> Iterator[str]:
    """The address of a PostgreSQL database without tables."""
    postgres.execute("CREATE DATABASE another")
    yield postgres.address("another")
    postgres.execute("DROP DATABASE another WITH (FORCE)")


def test_what_is_restored_is_what_was_kept_on_either_database(
    full: Tables, made: Path, innaxe: Run, another: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert [one.name for one in made.parent.iterdir()] == ["backup.zip"], "nothing unfinished is left"
    assert printed(innaxe("backup", "verify", made)) == printed(
        innaxe("backup", "restore", made, "--into", tmp_path / "there")
    )
    assert tables_of(f"sqlite:///{tmp_path / 'there' / 'innaxe.sqlite'}") == full
    monkeypatch.setenv("INNAXE_DATABASE_URL", another)
    assert innaxe("backup", "restore", made)[0] == 0
    assert tables_of(another) == full
    assert innaxe("migrate", "--check")[0] == 0
    engine = make_engine(another)
    with Session(engine) as session:
        assert verify_history(session) is None
    engine.dispose()
    monkeypatch.delenv("INNAXE_DATABASE_URL")
    monkeypatch.setenv("INNAXE_DATA_DIR", str(tmp_path / "there"))
    assert printed(innaxe("history", "verify"))["first_bad"] is None


def test_every_kind_of_value_comes_back(engine: Engine, another: str, tmp_path: Path, database: str) -> None:
    fill(engine)
    create_backup(engine, tmp_path / "backup.zip", SECRET)
    for address in (f"sqlite:///{tmp_path / 'other.sqlite'}", another):
        restore(Reader(tmp_path / "backup.zip", SECRET), Settings(data_dir=tmp_path, database_url=address))
        assert tables_of(address) == tables_of(database)


def test_data_are_replaced_only_when_told_and_kept_beside(
    full: Tables, made: Path, innaxe: Run, engine: Engine, database: str
) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM answer"))
    engine.dispose()
    changed = tables_of(database)
    code, _, said = innaxe("backup", "restore", made)
    assert (code, "--force" in said) == (1, True)
    assert tables_of(database) == changed
    code, _, said = innaxe("backup", "restore", made, "--force")
    assert code == 0
    assert tables_of(database) == full != changed
    if database.startswith("sqlite"):
        [kept] = Path(database.removeprefix("sqlite:///")).parent.glob("*.before-*")
        assert kept.name in said
        assert tables_of(f"sqlite:///{kept}") == changed


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def other_file(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 and so on " * 100)


def forge(path: Path) -> None:
    """Change an answer, and everything that follows from it but the secret."""
    _write_anew(path, "not the secret", rows=lambda line: line.replace(b",3,", b",5,"))


def forge_badly(path: Path) -> None:
    """Change an answer as somebody with a zip program does."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content.replace(b",3,", b",5,") if "answer.jsonl" in name else content)


def orphan(path: Path) -> None:
    """A backup with a whole seal whose rows do not fit together."""
    _write_anew(path, SECRET, rows=lambda line: b"" if b"small" in line else line, tables={"survey"})


def no_value(path: Path) -> None:
    """A backup with a whole seal and a value that the tables do not take."""
    _write_anew(path, SECRET, rows=lambda _: b'["x",null]\n', tables={"consortium"})


def newer(path: Path) -> None:
    _write_anew(path, SECRET, revision="9999")


def _write_anew(
    path: Path,
    secret: str,
    *,
    rows: Callable[[bytes], bytes] = lambda line: line,
    tables: set[str] | None = None,
    revision: str | None = None,
) -> None:
    read, other = Reader(path, SECRET), path.with_name("other")
    with other.open("w+b") as file:
        writer = Writer(file)
        for table in read.manifest.tables:
            is_meant = tables is None or table.shape.name in tables
            lines = [(rows(line) if is_meant else line) for line in read.lines(table)]
            writer.add(table.shape, [line for line in lines if line])
        facts = {name: getattr(read.manifest, name) for name in Manifest.__dataclass_fields__ if name != "tables"}
        writer.close(secret, **facts | ({"revision": revision} if revision else {}))
    other.replace(path)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        *((one, 5) for one in (flip, cut, empty, other_file, forge, forge_badly)),
        (newer, 6),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_a_backup_that_is_not_whole_is_refused(
    full: Tables, made: Path, innaxe: Run, database: str, spoil: Callable[[Path], None], code: int
) -> None:
    spoil(made)
    for words in (("verify",), ("restore", "--force")):
        ended, _, said = innaxe("backup", words[0], made, *words[1:])
        assert (ended, said.count("\n")) == (code, 1), said
    assert tables_of(database) == full


def test_no_byte_of_a_backup_can_change(tmp_path: Path, sqlite_template: Path) -> None:
    path = tmp_path / "backup.zip"
    # a backup notes in its database that it was made, and other tests begin with the template
    shutil.copy(sqlite_template, tmp_path / "innaxe.sqlite")
    engine = make_engine(f"sqlite:///{tmp_path / 'innaxe.sqlite'}")
    create_backup(engine, path, SECRET)
    engine.dispose()
    whole, moments = path.read_bytes(), random.Random(7)
    for _ in range(200):
        content = bytearray(whole)
        content[moments.randrange(len(whole))] ^= 1 << moments.randrange(8)
        path.write_bytes(content)
        with pytest.raises(BadBackup):
            Reader(path, SECRET)
    for content in (whole[:-1], whole + b"\n", whole[1:]):
        path.write_bytes(content)
        with pytest.raises(BadBackup):
            Reader(path, SECRET)
    path.write_bytes(whole)
    assert Reader(path, SECRET).manifest.rows > 0


@pytest.mark.parametrize("spoil", [orphan, no_value])
def test_a_restoring_that_fails_in_the_middle_changes_nothing(
    full: Tables, made: Path, innaxe: Run, database: str, spoil: Callable[[Path], None]
) -> None:
    spoil(made)
    code, _, said = innaxe("backup", "restore", made, "--force")
    assert (code, said.count("\n")) == (5, 1), said
    assert "Nothing was changed" in said
    assert tables_of(database) == full
    if database.startswith("sqlite"):
        folder = Path(database.removeprefix("sqlite:///")).parent
        assert not [one for one in folder.iterdir() if "restoring" in one.name or "before" in one.name]


def test_a_backup_exchanged_after_it_was_checked_changes_nothing(
    full: Tables, made: Path, settings: Settings, database: str
) -> None:
    checked = Reader(made, SECRET)
    # sealed as well, but not what was looked at
    _write_anew(made, SECRET, rows=lambda line: line.replace(b",3,", b",5,"), tables={"answer"})
    with pytest.raises(BadBackup, match="answer is not what was written"):
        restore(checked, settings.model_copy(update={"database_url": database}), force=True)
    assert tables_of(database) == full


def test_another_secret_is_told_apart_from_damage(made: Path, innaxe: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INNAXE_SECRET_KEY", "another " * 5)
    code, _, said = innaxe("backup", "verify", made)
    assert (code, "INNAXE_SECRET_KEY" in said) == (5, True)
    assert innaxe("backup", "verify", made, "--other-key")[0] == 0


def test_a_backup_of_older_tables_is_brought_to_the_newest(innaxe: Run, tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'old.sqlite'}")
    upgrade(engine, "0020")
    fill(engine)
    create_backup(engine, tmp_path / "backup.zip", SECRET)
    engine.dispose()
    assert printed(innaxe("backup", "restore", tmp_path / "backup.zip"))["revision"] == "0020"
    assert innaxe("migrate", "--check")[0] == 0
    restored = make_engine(f"sqlite:///{tmp_path / 'innaxe.sqlite'}")
    with restored.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == newest_revision()
        assert connection.scalar(text("SELECT count(*) FROM answer")) == 1
    restored.dispose()


def test_what_somebody_serves_is_not_replaced(innaxe: Run, sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "innaxe.sqlite")
    assert innaxe("backup", "create", tmp_path / "backup.zip")[0] == 0
    with running("worker", data_dir=tmp_path) as worker:
        while not (tmp_path / "innaxe.sqlite-shm").exists():
            assert worker.poll() is None
        code, _, said = innaxe("backup", "restore", tmp_path / "backup.zip", "--force")
    assert (code, "in use" in said) == (1, True)
    assert innaxe("backup", "restore", tmp_path / "backup.zip", "--force")[0] == 0


def test_a_missing_database_comes_back_from_its_backup(innaxe: Run, sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "innaxe.sqlite"
    shutil.copy(sqlite_template, path)
    assert innaxe("migrate")[0] == 0
    before = tables_of(f"sqlite:///{path}")
    assert innaxe("backup", "create", tmp_path / "backup.zip")[0] == 0
    for is_missing in (True, False):
        for beside in tmp_path.glob("innaxe.sqlite-*"):
            beside.unlink()
        path.unlink()
        if not is_missing:
            path.write_bytes(b"no database " * 1000)
            code, _, said = innaxe("backup", "restore", tmp_path / "backup.zip")
            assert (code, "There are data at" in said) == (1, True), "what cannot be read may be missed"
        assert innaxe("survey", "list")[0] == 1
        assert innaxe("backup", "restore", tmp_path / "backup.zip", "--force")[0] == 0
        assert innaxe("survey", "list")[0] == 0
        assert tables_of(f"sqlite:///{path}") == before


def spoil_pages(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for page in range(len(content) // 4096 // 2, len(content) // 4096):
        content[page * 4096 : page * 4096 + 100] = b"\xff" * 100
    path.write_bytes(content)


def break_a_rule(path: Path) -> None:
    """Let every row be readable, and one not be what its table allows."""
    engine = make_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA writable_schema=ON")
        cursor.execute(
            "UPDATE sqlite_master SET sql = substr(sql, 1, length(sql) - 1) || ', CHECK (seq < 0))'"
            " WHERE name = 'history_head'"
        )
        connection.commit()
    engine.dispose()


@pytest.mark.parametrize("spoil", [spoil_pages, break_a_rule])
def test_a_damaged_database_is_not_backed_up(
    innaxe: Run, sqlite_template: Path, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    shutil.copy(sqlite_template, tmp_path / "innaxe.sqlite")
    spoil(tmp_path / "innaxe.sqlite")
    code, _, said = innaxe("backup", "create", tmp_path / "backup.zip")
    assert (code in (1, 5), "damaged" in said) == (True, True)
    assert not list(tmp_path.glob("*backup*"))
