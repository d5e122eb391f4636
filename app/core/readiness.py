"""Whether a program can serve: asked by what watches it, and by `innaxe selfcheck`."""

import os
from shutil import disk_usage

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from app.core.migrations import Schema, schema_of
from app.core.settings import Settings


def readiness(engine: Engine, settings: Settings) -> dict[str, bool]:
    """Whether the database answers, is at this program's revision and can be written, and the disk has room."""
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            is_writable = _is_writable(engine, connection)
        is_current = schema_of(engine) is Schema.CURRENT
        is_reachable = True
    except SQLAlchemyError:
        is_reachable = is_current = is_writable = False
    free = disk_usage(settings.data_dir if settings.data_dir.is_dir() else ".").free
    return {
        "database": is_reachable,
        "schema": is_current,
        "writable": is_writable,
        "disk": free > settings.free_disk_mb * 2**20,
    }


def _is_writable(engine: Engine, connection: Connection) -> bool:
    """Whether the database takes writes: asked for without waiting for whoever writes now."""
    if engine.dialect.name == "sqlite":
        path = engine.url.database
        return not path or path == ":memory:" or os.access(path, os.W_OK)
    return connection.scalar(text("SHOW transaction_read_only")) == "off"
