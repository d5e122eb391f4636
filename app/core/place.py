"""Where the database lies: looked at before anything is opened, so that nothing begins empty over what was kept.

A SQLite database has two files beside it: `….instance` holds the key of the installation that lives there, and
`….lock` is locked by the processes that use it, and by the one that serves it, for as long as they live. For PostgreSQL
the key lies in the data folder of each machine, and the server keeps the locks.
"""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DatabaseError

from app.core.db import UnsafeDatabase, make_engine
from app.core.migrations import VERSIONS, Schema, newest_revision, revision_of, schema_of
from app.core.postgresql import read_address
from app.core.settings import Settings

SERVED, USED = 0, 1
"""The bytes of the lock file: the one that serves locks the first alone, all that use the database share the second."""

RESTORE = "innaxe backup restore FILE"
POSTGRESQL = ".postgresql.instance"
FIRST_TABLE = "respondent"
"""It is there from the first revision on."""


class Misplaced(UnsafeDatabase):
    """What lies where the database should lie is not to be opened; the message says what to do."""


class Damaged(Misplaced):
    """The database cannot be read; nothing is written to it."""


class Newer(UnsafeDatabase):
    """The tables were made by a newer program, which this one would spoil."""


def sqlite_path(address: str) -> Path | None:
    """The file of a SQLite database; None for PostgreSQL and for one in memory.

    >>> sqlite_path("sqlite:///var/innaxe.sqlite"), sqlite_path("postgresql+psycopg://user@host/name")
    (PosixPath('var/innaxe.sqlite'), None)
    """
    url = read_address(address)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


def open_place(
    settings: Settings, *, may_begin: bool = False, is_new: bool = False, is_thorough: bool = False
) -> Engine:
    """The engine over a database that is there, whole, and no newer than this program.

    `may_begin` lets a database begin where none ever was, `is_new` also where traces of one are. `is_thorough` reads
    all of a SQLite file, which takes a second for some hundred megabytes. The process counts as a user of the database
    until it ends. Raises Misplaced, Damaged or Newer, and UnsafeDatabase where SQLite is not safe.
    """
    path, marker = sqlite_path(settings.database), marker_of(settings)
    if path:
        _look_at(path, marker, may_begin=may_begin, is_new=is_new)
        use(path)
    engine = make_engine(settings.database)
    try:
        if path and is_thorough:
            _read_all(engine, path)
        where = f"at {path}" if path else f"{engine.url.database} of INNAXE_DATABASE_URL"
        _check_tables(engine, where, marker, is_new=may_begin and is_new)
    except DatabaseError as failure:
        engine.dispose()
        reason = damage_of(failure)
        if path is None or reason is None:
            raise
        raise Damaged(damaged(path, reason)) from failure
    except UnsafeDatabase:
        engine.dispose()
        raise
    return engine


def damage_of(failure: DatabaseError) -> str | None:
    """What SQLite says of a file that it cannot read; None when the failure is another one."""
    said = str(failure.orig)
    signs = ("not a database", "malformed", "file is encrypted", "unsupported file format")
    return said if any(sign in said for sign in signs) else None


def damaged(place: object, reason: str) -> str:
    """The sentence about a damaged database."""
    return f"The database at {place} is damaged ({reason}). Restore a backup: {RESTORE} --force."


def key_of(engine: Engine) -> str | None:
    """The key of the installation that the database belongs to; None before it has one."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("instance"):
            return None
        return connection.scalar(text("SELECT key FROM instance"))


def write_marker(engine: Engine, marker: Path) -> None:
    """Keep which installation lives in a database. A folder that cannot be written is left alone."""
    key = key_of(engine)
    if key is None or read_marker(marker) == key:
        return
    with suppress(OSError):
        marker.parent.mkdir(parents=True, exist_ok=True)
        unfinished = marker.with_name(f".{marker.name}")
        unfinished.write_text(f"{key}\n")
        unfinished.replace(marker)


def marker_of(settings: Settings) -> Path:
    """The file that tells which installation lives in the database of these settings."""
    path = sqlite_path(settings.database)
    if path:
        return marker_beside(path)
    name = quote(read_address(settings.database).database or "", safe="")
    return settings.data_dir / f"{name}{POSTGRESQL}"


def marker_beside(path: Path) -> Path:
    """The file that tells which installation lives in a SQLite database."""
    return path.with_name(f"{path.name}.instance")


def read_marker(marker: Path) -> str | None:
    """The key of the installation that a marker tells of; None when there is none. Raises Misplaced when it cannot be
    read.
    """
    try:
        return marker.read_text().strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as failure:
        raise Misplaced(f"{marker}, which tells what lives here, cannot be read: {failure.strerror}.") from failure


def _look_at(path: Path, marker: Path, *, may_begin: bool, is_new: bool) -> None:
    try:
        size = path.stat().st_size if path.exists() else None
    except OSError as failure:
        raise Misplaced(f"The database at {path} cannot be reached: {failure.strerror}.") from failure
    if size:
        return
    what = f"There is no database at {path}" if size is None else f"The database at {path} is empty"
    key = read_marker(marker)
    if key and not (may_begin and is_new):
        raise Misplaced(
            f"{what}, where installation {key[:8]} lived. Put its file back, or restore a backup: {RESTORE}; "
            "innaxe migrate --new begins anew."
        )
    if not may_begin:
        raise Misplaced(f"{what}. Is INNAXE_DATA_DIR or INNAXE_DATABASE_URL right? innaxe migrate begins a new one.")
    journal = path.with_name(f"{path.name}-wal")
    if journal.exists() and journal.stat().st_size:
        raise Misplaced(
            f"{what}, but {journal.name} beside it holds changes of one. Put its file back, or move that file away."
        )
    others = sorted(one.stem for one in path.parent.glob("*.instance"))
    if others and not is_new:
        raise Misplaced(
            f"{what}, but {others[0]} lives beside it. innaxe migrate --new begins another one all the same."
        )
    if is_new:
        marker.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)


def _read_all(engine: Engine, path: Path) -> None:
    with engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if found != "ok":
        raise Damaged(damaged(path, str(found).splitlines()[-1]))


def _check_tables(engine: Engine, where: str, marker: Path, *, is_new: bool) -> None:
    schema = schema_of(engine)
    if schema is Schema.NEWER:
        raise Newer(
            f"The database is at revision {revision_of(engine)}, newer than this program's {newest_revision()}. "
            "Run the newer program, or restore the backup made before the upgrade."
        )
    # the names first: whoever begins it meanwhile does so in one transaction
    names, revision = {*inspect(engine).get_table_names()}, revision_of(engine)
    if names and not names >= {VERSIONS} | ({FIRST_TABLE} if revision else set()):
        raise Misplaced(f"The database {where} is another program's.")
    lived, key = read_marker(marker), key_of(engine)
    if key:
        if lived and lived != key:
            raise Misplaced(
                f"The database {where} is not that of installation {lived[:8]}, which lived there. Put the right one "
                f"back; if this one is meant, delete {marker}."
            )
        return
    if revision or is_new:
        return
    if lived:
        raise Misplaced(
            f"The database {where} is empty, where installation {lived[:8]} lived. Put the right one back, or "
            f"restore a backup: {RESTORE}; innaxe migrate --new begins anew."
        )
    others = sorted(marker.parent.glob(f"*{POSTGRESQL}")) if marker.name.endswith(POSTGRESQL) else []
    if others:
        raise Misplaced(
            f"The database {where} is empty, but {others[0].name.removesuffix(POSTGRESQL)} lives beside it. "
            "innaxe migrate --new begins another one all the same."
        )


_open: dict[Path, int] = {}
"""The lock files of this process. They stay open: closing any of them would free its locks."""


def use(path: Path) -> None:
    """Count as a user of the database until this process ends. Raises Misplaced while it is being replaced."""
    if not path.parent.is_dir():
        return
    if not _lock(path, fcntl.LOCK_SH, USED):
        raise Misplaced(f"The database at {path} is being restored.")


def serve_alone(engine: Engine) -> None:
    """Be the one process that serves this SQLite database until it ends. Raises Misplaced when another does."""
    path = sqlite_path(str(engine.url))
    if path and not _lock(path, fcntl.LOCK_EX, SERVED):
        raise Misplaced(f"The database at {path} is being served already; several web processes need PostgreSQL.")


@contextmanager
def alone(path: Path) -> Generator[None]:
    """Keep all others from using the database meanwhile. Raises Misplaced while somebody does."""
    if not _lock(path, fcntl.LOCK_EX, USED):
        raise Misplaced(f"The database at {path} is in use: stop innaxe serve and innaxe worker first.")
    try:
        yield
    finally:
        _lock(path, fcntl.LOCK_SH, USED)


def _lock(path: Path, kind: int, byte: int) -> bool:
    path = path.resolve()
    try:
        if path not in _open:
            _open[path] = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as failure:
        if kind == fcntl.LOCK_SH:  # where nothing can be written, nothing can be replaced either
            return True
        raise Misplaced(f"{path.name}.lock cannot be written: {failure.strerror}.") from failure
    try:
        fcntl.lockf(_open[path], kind | fcntl.LOCK_NB, 1, byte)
    except OSError:
        return False
    return True
