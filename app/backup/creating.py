"""Making a backup while others write: one moment of the database, read back before it has its name."""

import glob
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, update

from app import __version__
from app.backup.archive import Manifest, Reader, Writer
from app.backup.tables import read_lines, shapes_of
from app.core.clock import now
from app.core.db import for_reading, for_writing, make_engine
from app.core.migrations import revision_of
from app.core.models import Instance
from app.core.place import Damaged, damaged, key_of, sqlite_path
from app.core.stopping import is_running

PRIVATE = 0o600


def create_backup(engine: Engine, path: Path, secret: str) -> Manifest:
    """Write a backup of the database, which gets its name once it is whole; only its owner may read it.

    Raises Damaged when the database is, and OSError when the place cannot be written.
    """
    made_at = now()
    with _own_folder(path) as folder:
        unfinished = folder / path.name
        opened = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, PRIVATE)
        with os.fdopen(opened, "w+b") as file, _one_moment(engine, folder) as still:
            writer = Writer(file)
            with for_reading(still).connect() as connection:
                for shape in shapes_of(connection):
                    writer.add(shape, read_lines(connection, shape))
            manifest = writer.close(
                secret,
                made_at=made_at.isoformat(timespec="seconds"),
                program=__version__,
                database=engine.dialect.name,
                revision=revision_of(still) or "",
                instance=key_of(still),
            )
        Reader(unfinished, secret)
        unfinished.replace(path)
    sync_folder(path.parent)
    if manifest.instance:
        with Session(for_writing(engine)) as session, session.begin():
            session.exec(update(Instance).values(backed_up_at=made_at))
    return manifest


@contextmanager
def _own_folder(path: Path) -> Generator[Path]:
    """A folder beside a file for what is unfinished. What somebody killed in the middle left goes as well."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*"):
        owner = left.suffix[1:]
        if owner.isdecimal() and (int(owner) == os.getpid() or not is_running(int(owner))):
            shutil.rmtree(left, ignore_errors=True)
    folder = path.with_name(f".{path.name}.{os.getpid()}")
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sync_folder(folder: Path) -> None:
    """Put on disk which files a folder holds."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _one_moment(engine: Engine, folder: Path) -> Generator[Engine]:
    """A database that nobody changes: PostgreSQL shows one moment itself, of a SQLite file a copy is taken.

    Whoever read the file itself for long would keep its journal from being written back.
    """
    if not sqlite_path(str(engine.url)):
        yield engine
        return
    copy = folder / "copy.sqlite"
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE))
    still = make_engine(f"sqlite:///{copy}")
    try:
        with engine.connect() as source, still.connect() as target:
            whole: Any = source.connection.driver_connection
            # all pages in one step: a page that somebody changes between two steps would begin it anew
            whole.backup(target.connection.driver_connection, pages=-1)
        with still.connect() as connection:
            found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
        if found != "ok":
            raise Damaged(damaged(sqlite_path(str(engine.url)), str(found).splitlines()[-1]))
        yield still
    finally:
        still.dispose()
