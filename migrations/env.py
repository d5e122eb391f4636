"""How migrations run: over all tables of the product, in plain SQL types, with foreign keys checked at the end."""

import pkgutil
from importlib import import_module
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection
from sqlmodel.sql.sqltypes import AutoString

import app
from app.core.db import Row, UtcDateTime, make_engine
from app.core.settings import Settings

for module in pkgutil.walk_packages(app.__path__, "app."):
    if module.name.endswith(".models"):
        import_module(module.name)


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
    """Run the migrations asked for in one transaction."""
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        # rebuilding a parent table would delete its children through their cascades,
        # and the switch has no effect inside a transaction
        connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
    context.configure(
        connection=connection,
        target_metadata=Row.metadata,
        render_item=plain_type,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
    )
    try:
        with context.begin_transaction():
            context.run_migrations()
            if is_sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise ForeignKeysBroken(f"Rows without what they point to: {broken[:5]}")
    finally:
        if is_sqlite:
            connection.connection.cursor().execute("PRAGMA foreign_keys=ON")


given = context.config.attributes.get("engine")
engine = given or make_engine(Settings().database)
with engine.connect() as opened:
    migrate(opened)
    opened.commit()
