"""Whether a program can serve: asked by what watches it, and by `innaxe selfcheck`."""

from shutil import disk_usage

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from app.core.migrations import Schema, schema_of
from app.core.settings import Settings


def readiness(engine: Engine, settings: Settings) -> dict[str, bool]:
    """Whether the database answers and is at this program's revision, and the disk has room."""
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        is_current = schema_of(engine) is Schema.CURRENT
        is_reachable = True
    except SQLAlchemyError:
        is_reachable = is_current = False
    free = disk_usage(settings.data_dir if settings.data_dir.is_dir() else ".").free
    return {"database": is_reachable, "schema": is_current, "disk": free > settings.free_disk_mb * 2**20}
