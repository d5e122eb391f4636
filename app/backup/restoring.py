"""Putting a backup in the place of a database: the whole of it, or nothing happens."""

import os
from contextlib import suppress
from pathlib import Path

from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, Engine, MetaData, text
from sqlalchemy.exc import DatabaseError, OperationalError

from app.backup.archive import BadBackup, Reader
from app.backup.creating import PRIVATE, sync_folder
from app.backup.tables import Unfit, clear, shapes_of, write_lines
from app.core.clock import now
from app.core.db import UnsafeDatabase, make_engine
from app.core.migrations import VERSIONS, revision_of, upgrade, upgrade_within
from app.core.place import Misplaced, alone, damage_of, marker_of, sqlite_path, write_marker
from app.core.settings import Settings

MADE_WITH_THE_TABLES = {VERSIONS, "history_head", "instance", "consortium"}
"""Tables that have a row as soon as there are any."""
BESIDE = ("-wal", "-shm", "-journal")
LONGEST_WAIT = "30s"


class InTheWay(Exception):
    """There are data already where the backup would go."""


def restore(backup: Reader, settings: Settings, *, force: bool = False) -> Path | None:
    """Put a backup where the settings say, and bring its tables to this program's revision.

    Returns where the SQLite file lies that was there before; None when there was none, and for PostgreSQL, where it is
    replaced in one transaction. Raises InTheWay when data are there and `force` is not given, Misplaced while
    somebody uses them, BadBackup when the content does not fit the tables. What was there is untouched then.
    """
    path = sqlite_path(settings.database)
    if path is None:
        engine = make_engine(settings.database)
        try:
            _replace_tables(backup, engine, force=force)
            write_marker(engine, marker_of(settings))
        except OperationalError as failure:
            if not isinstance(failure.orig, LockNotAvailable):
                raise
            raise Misplaced("The database is in use: stop innaxe serve and innaxe worker first.") from failure
        finally:
            engine.dispose()
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    with alone(path):
        if not force and _holds_data(path):
            raise InTheWay(f"There are data at {path}: --force puts the backup in their place.")
        unfinished = path.with_name(f".{path.name}.restoring")
        _remove(unfinished)
        try:
            engine = _make_file(backup, unfinished, like=path)
            kept = _swap(unfinished, path)
            write_marker(engine, marker_of(settings))
        finally:
            _remove(unfinished)
    return kept


def _make_file(backup: Reader, path: Path, *, like: Path) -> Engine:
    """A SQLite file that holds the backup, all of it on disk; returns an engine for the place where it will lie."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE))
    engine = make_engine(f"sqlite:///{path}")
    try:
        upgrade(engine, backup.manifest.revision)
        with engine.connect() as connection:
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
            _fill(backup, connection)
            if connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone():
                raise BadBackup("its rows do not fit together")
            connection.commit()
        upgrade(engine)
        with engine.connect() as connection:
            if connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one() != "ok":
                raise BadBackup("the file made from it is not whole")
        with engine.connect() as connection:
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        engine.dispose()
    if like.exists():
        was = like.stat()
        path.chmod(was.st_mode & 0o777)
        with suppress(PermissionError):
            os.chown(path, was.st_uid, was.st_gid)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return make_engine(f"sqlite:///{like}")


def _swap(new: Path, path: Path) -> Path | None:
    """Move what lies at a path aside, then the new file there.

    A kill between the two leaves no database, which every command refuses by name. The journal goes after its
    database and before the new one comes: SQLite would write it into whatever it finds beside it.
    """
    aside = path.with_name(f"{path.name}.before-{now():%Y%m%d-%H%M%S-%f}")
    is_there = path.exists()
    if is_there:
        _write_back(path)
        path.replace(aside)
    for ending in BESIDE:
        beside = path.with_name(path.name + ending)
        if beside.exists():
            beside.replace(aside.with_name(aside.name + ending))
    sync_folder(path.parent)
    new.replace(path)
    sync_folder(path.parent)
    return aside if is_there else None


def _write_back(path: Path) -> None:
    """Let a database that still can take its journal in, so that one file is all of it."""
    with suppress(DatabaseError, UnsafeDatabase):
        engine = make_engine(f"sqlite:///{path}")
        try:
            with engine.connect() as connection:
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            engine.dispose()


def _replace_tables(backup: Reader, engine: Engine, *, force: bool) -> None:
    with engine.begin() as connection:
        # whoever serves holds its tables for moments only; a session somebody forgot must not hold this up for ever
        connection.execute(text(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'"))
        tables = MetaData()
        tables.reflect(connection)
        if tables.tables and VERSIONS not in tables.tables:
            raise Misplaced("The database is another program's.")
        if not force and _has_rows(connection, [*tables.tables]):
            raise InTheWay("There are data in the database: --force puts the backup in their place.")
        for name in tables.tables:
            connection.execute(text(f'DROP TABLE "{name}" CASCADE'))
        upgrade_within(connection, backup.manifest.revision)
        _fill(backup, connection)
        upgrade_within(connection)


def _fill(backup: Reader, connection: Connection) -> None:
    shapes = shapes_of(connection)
    kept = {table.shape.name: table for table in backup.manifest.tables}
    if {shape.name: set(shape.columns) for shape in shapes} != {
        name: set(table.shape.columns) for name, table in kept.items()
    }:
        raise BadBackup(f"its tables are not those of revision {backup.manifest.revision}")
    clear(connection, shapes)
    try:
        for shape in shapes:
            write_lines(connection, kept[shape.name].shape, backup.lines(kept[shape.name]))
    except Unfit as failure:
        raise BadBackup(str(failure)) from failure


def _holds_data(path: Path) -> bool:
    """Whether somebody would miss what lies at a path: what cannot be read counts."""
    if not path.exists() or path.stat().st_size == 0:
        return False
    engine = make_engine(f"sqlite:///{path}")
    try:
        if revision_of(engine) is None:
            return False
        with engine.connect() as connection:
            return _has_rows(connection, [shape.name for shape in shapes_of(connection)])
    except DatabaseError as failure:
        if damage_of(failure):
            return True
        raise
    finally:
        engine.dispose()


def _has_rows(connection: Connection, names: list[str]) -> bool:
    return any(
        connection.scalar(text(f'SELECT EXISTS (SELECT 1 FROM "{name}")'))  # noqa: S608 -- names of our own tables
        for name in names
        if name not in MADE_WITH_THE_TABLES
    )


def _remove(path: Path) -> None:
    for one in (path, *(path.with_name(path.name + ending) for ending in BESIDE)):
        one.unlink(missing_ok=True)
