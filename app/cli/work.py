"""What commands share: the database in a transaction, files that are whole or absent, and what is printed."""

import glob
import json
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session

from app.core.db import for_reading, for_writing
from app.core.migrations import Schema, schema_of
from app.core.place import marker_of, open_place, write_marker
from app.core.settings import Settings, load_settings
from app.core.stopping import is_running
from app.people.models import Consortium
from app.people.queries import operator, operator_of
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_survey_by_key


class Refused(Exception):
    """A command that will not be carried out; the message is shown."""


def open_database(settings: Settings, *, is_thorough: bool = False) -> Engine:
    """The engine over current tables; `is_thorough` reads all of a SQLite file first.

    Raises Refused when the tables are older than the program, and what `open_place` raises.
    """
    engine = open_place(settings, is_thorough=is_thorough)
    if schema_of(engine) is not Schema.CURRENT:
        engine.dispose()
        raise Refused("The database is not at this program's revision: run innaxe migrate.")
    write_marker(engine, marker_of(settings))
    return engine


@contextmanager
def work() -> Generator[Session]:
    """A session whose work is committed when the command ends well, and undone when it does not."""
    engine = open_database(load_settings())
    try:
        with Session(for_writing(engine)) as session, session.begin():
            yield session
    finally:
        engine.dispose()


@contextmanager
def reading() -> Generator[Session]:
    """A session for what takes long and changes nothing: nobody who writes waits for it."""
    engine = open_database(load_settings())
    try:
        with Session(for_reading(engine)) as session:
            yield session
    finally:
        engine.dispose()


def chosen_survey(session: Session, key: str) -> tuple[Actor, Survey]:
    """The survey an operator names by id or external id, after the operator in its consortium."""
    found = get_survey_by_key(session, key)
    return operator_of(found.consortium_id), found


def chosen_consortium(session: Session, key: str) -> Actor:
    """The operator in the consortium that is named by its id or its name."""
    try:
        found = session.get(Consortium, UUID(key))
    except ValueError:
        found = None
    return operator_of(found.id) if found else operator(session, key)


def show(thing: object) -> None:
    """Print a result as JSON."""
    sys.stdout.write(json.dumps(thing, ensure_ascii=False, indent=2, default=str) + "\n")


def say(sentence: str) -> None:
    """Tell a person how things stand; programs read standard output, so this goes to standard error."""
    sys.stderr.write(f"{sentence}\n")


def write_file(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Write a file under its final name only when it is complete. Raises Refused when the place cannot be written.

    What somebody killed in the middle left beside it goes with the next time.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        for left in path.parent.glob(f".{glob.escape(path.name)}.*"):
            _forget_unfinished(left)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as failure:
        unfinished.unlink(missing_ok=True)
        raise Refused(f"{path} cannot be written: {failure.strerror}.") from failure


def _forget_unfinished(path: Path) -> None:
    """Delete what a process that is no longer there was writing."""
    owner = path.suffix[1:]
    if owner.isdecimal() and (int(owner) == os.getpid() or not is_running(int(owner))):
        path.unlink(missing_ok=True)


def read_file(path: Path) -> bytes:
    """The bytes of a file. Raises Refused when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as failure:
        raise Refused(f"{path} cannot be read: {failure.strerror}.") from failure
