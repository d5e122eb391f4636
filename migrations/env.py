"""How migrations run: over all tables of the product, in plain SQL types, with foreign keys checked at the end."""

import pkgutil
from importlib import import_module
from typing import Any, Literal

from alembic import command, context
from sqlalchemy import Connection
from sqlmodel.sql.sqltypes import AutoString

import app
from app.core.db import Row, UtcDateTime, for_writing, make_engine
from app.core.settings import Settings

for module in pkgutil.walk_packages(app.__path__, "app."):
    if module.name.endswith(".models"):
        import_module(module.name)


LONGEST_WAIT_MS = 3_600_000
"""How long a migration waits for another one."""
LOCK = 4_907_721_093
"""The advisory lock of migrations, a number that nothing else uses."""


class ForeignKeysBroken(Exception):
    """A migration left rows that point to nothing; it is rolled back."""


def plain_type(kind: str, thing: Any, autogen_context: Any) -> str | Literal[False]:
    """Write plain SQL types, so that an old migration names no code of ours."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, AutoString):
        return "sa.String()"
    return False


def migrate(connection: Connection) -> None:
    """Run the migrations asked for in one transaction, alone: the revision is read once nobody else migrates."""
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        # rebuilding a parent table would delete its children through their cascades,
        # and the switch has no effect inside a transaction
        pragma(connection, "foreign_keys=OFF")
        pragma(connection, f"busy_timeout={LONGEST_WAIT_MS}")
    try:
        # on SQLite any statement takes the lock, which begins the transaction
        connection.exec_driver_sql("SELECT 1" if is_sqlite else f"SELECT pg_advisory_xact_lock({LOCK})")
        context.configure(
            connection=connection,
            target_metadata=Row.metadata,
            render_item=plain_type,
            render_as_batch=True,
            compare_type=True,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
            if is_sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise ForeignKeysBroken(f"Rows without what they point to: {broken[:5]}")
        if connection is not given_connection:
            connection.commit()
    finally:
        if is_sqlite:
            connection.rollback()
            pragma(connection, "foreign_keys=ON")
            pragma(connection, "busy_timeout=30000")


def pragma(connection: Connection, setting: str) -> None:
    """Set something of SQLite's, outside any transaction of SQLAlchemy's."""
    connection.connection.cursor().execute(f"PRAGMA {setting}")


if getattr(context.config.cmd_opts, "cmd", (None,))[0] is command.downgrade:
    raise SystemExit(
        "Tables do not go back: what only the newer ones hold would be lost. "
        "Restore the backup made before the upgrade, with the program that made it."
    )
given = context.config.attributes.get("engine")
given_connection = context.config.attributes.get("connection")
if given_connection:
    migrate(given_connection)
else:
    engine = given or make_engine(Settings().database)
    with for_writing(engine).connect() as opened:
        migrate(opened)
