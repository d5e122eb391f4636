"""The database: the base of every table, moments in UTC, and engines that keep their promises."""

import re
import sqlite3
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import DateTime, Dialect, Engine, MetaData, create_engine, event
from sqlalchemy.orm import declared_attr
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from app.core import postgresql

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

OLDEST_SAFE_SQLITE = (3, 51, 3)
"""Before it (but for 3.44.6 and 3.50.7) a checkpoint racing with a WAL reset can lose committed writes."""

BACKPORTED_SQLITE = ((3, 44, 6), (3, 50, 7))


class UnsafeDatabase(Exception):
    """The database cannot keep what it confirms; the program must not start."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment kept in UTC. A moment without a zone is refused: nobody knows which one it would be."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- SQLAlchemy's
        """The moment in UTC. Raises ValueError for one without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs a time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- SQLAlchemy's
        """The moment with its zone."""
        if value is None:
            return None
        # SQLite gives the moment back without its zone
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Table(SQLModel):
    """What all tables share: named constraints, and a name made from the class: `SurveyItem`, `survey_item`."""

    metadata = MetaData(naming_convention=CONSTRAINT_NAMES)

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805  # pyright: ignore[reportIncompatibleVariableOverride] -- as SQLAlchemy asks
        """The class name in lower case with underscores."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


class Row(Table):
    """A table whose rows have a random key that exists before the row is written."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)


def sqlite_module() -> Any:
    """The SQLite driver to use: the interpreter's own when it is safe, else the bundled one.

    Raises UnsafeDatabase when neither is free of the WAL-reset fault.
    """
    if is_safe_sqlite(sqlite3.sqlite_version_info):
        return sqlite3
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        dbapi2 = None
    if dbapi2 is None or not is_safe_sqlite(dbapi2.sqlite_version_info):
        raise UnsafeDatabase(f"SQLite {sqlite3.sqlite_version} can lose committed answers; 3.51.3 or later is needed.")
    return dbapi2


def is_safe_sqlite(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the WAL-reset fault.

    >>> is_safe_sqlite((3, 40, 1)), is_safe_sqlite((3, 50, 7)), is_safe_sqlite((3, 53, 4))
    (False, True, True)
    """
    return version >= OLDEST_SAFE_SQLITE or version in BACKPORTED_SQLITE


def make_engine(address: str) -> Engine:
    """An engine for the address, checked on its first connection. What it was told stays out of what it says of faults.

    Raises UnsafeDatabase when SQLite is not in WAL mode with full synchronisation and foreign keys.
    """
    url = postgresql.read_address(address)
    if url.get_backend_name() != "sqlite":
        engine = create_engine(
            url,
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=20,
            hide_parameters=True,
            connect_args={name: value for name, value in postgresql.WAITS.items() if name not in url.query},
        )
        event.listen(engine, "do_connect", postgresql.connect)
        return engine
    engine = create_engine(
        url,
        module=sqlite_module(),
        connect_args={"timeout": 30, "check_same_thread": False},
        hide_parameters=True,
    )
    event.listen(engine, "connect", prepare_sqlite)
    event.listen(engine, "begin", _begin)
    return engine


def for_writing(engine: Engine) -> Engine:
    """The same engine, for transactions that will write.

    On SQLite they take the write lock at once: a transaction that read first and is overtaken
    before its first write could not wait, it would fail.
    """
    return engine.execution_options(innaxe_begin="BEGIN IMMEDIATE")


def for_reading(engine: Engine) -> Engine:
    """The same engine, for transactions that read for long and write nothing: all they see is of one moment."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ")


def prepare_sqlite(connection: Any, _record: object = None) -> None:
    """Make one connection durable and strict. Raises UnsafeDatabase when it cannot be."""
    connection.isolation_level = None  # the driver must not begin transactions of its own
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    for pragma, wanted in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
        found = connection.execute(f"PRAGMA {pragma}").fetchone()[0]
        if found != wanted and not (pragma == "journal_mode" and found == "memory"):
            raise UnsafeDatabase(f"SQLite has {pragma} {found}, and {wanted} is needed.")


def _begin(connection: Any) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("innaxe_begin", "BEGIN"))
