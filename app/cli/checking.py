"""How the installation stands: what it is made of, and whether all of it is as it must be."""

from datetime import datetime, timedelta
from shutil import disk_usage
from typing import Annotated

import typer
from sqlalchemy import Connection, Engine, text
from sqlmodel import Session, col, select

from app.cli.work import show
from app.core.clock import now
from app.core.migrations import Schema, newest_revision, revision_of, schema_of
from app.core.models import Instance
from app.core.place import open_place
from app.core.readiness import readiness
from app.core.settings import Settings, load_settings
from app.history.models import HistoryEntry
from app.surveys.answering.counting import find_last_recount

SYNCHRONOUS = ("off", "normal", "full", "extra")
DURABLE = {"on", "remote_apply", "full", "extra"}
"""How a database waits for its disk before it confirms."""
FURTHEST_CLOCK = timedelta(seconds=60)
"""How far two clocks may be apart: closing days and links go by them."""


def selfcheck(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Say how the installation stands; exit 1 when something is not as it must be."""
    settings = load_settings()
    engine = open_place(settings)
    try:
        of_database = database_facts(engine)
        checks = readiness(engine, settings) | database_checks(engine)
        checks["durable"] = of_database["synchronous"] in DURABLE
        facts: dict[str, object] = {
            "environment": settings.env,
            "address": settings.address,
            "limits": settings.limits,
            "mail": "smtp" if settings.smtp_url else "outbox only",
            "revision": revision_of(engine),
            "newest_revision": newest_revision(),
            "free_disk_mb": free_disk_mb(settings),
            **of_database,
            **counts_facts(engine),
            **checks,
        }
    finally:
        engine.dispose()
    if as_json:
        show(facts)
    else:
        for name, value in facts.items():
            typer.echo(f"{name:>16}  {value}")
    if not all(checks.values()):
        raise typer.Exit(1)


def database_facts(engine: Engine) -> dict[str, object]:
    """What kind of database it is, how it keeps what it confirms, and when it was last backed up."""
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            facts: dict[str, object] = {
                "kind": "postgresql",
                "version": connection.scalar(text("SHOW server_version")),
                "synchronous": _how_postgresql_waits(connection),
                "foreign_keys": True,
            }
        else:
            facts = {
                "kind": "sqlite",
                "version": connection.scalar(text("SELECT sqlite_version()")),
                "journal_mode": connection.scalar(text("PRAGMA journal_mode")),
                "synchronous": SYNCHRONOUS[connection.scalar(text("PRAGMA synchronous"))],
                "foreign_keys": bool(connection.scalar(text("PRAGMA foreign_keys"))),
            }
    return facts | _last_backup(engine)


def _how_postgresql_waits(connection: Connection) -> str:
    """One of DURABLE, or what is wrong: without a standby, `local` is all that `on` is."""
    names = ("fsync", "full_page_writes", "synchronous_commit", "synchronous_standby_names")
    found = {name: str(connection.scalar(text(f"SHOW {name}"))) for name in names}
    off = [name for name in names if found[name] == "off"]
    if off:
        return f"{', '.join(off)} off"
    unlogged = "SELECT EXISTS (SELECT 1 FROM pg_class WHERE relkind = 'r' AND relpersistence = 'u')"
    if connection.scalar(text(unlogged)):
        return "not for unlogged tables"
    waits = found["synchronous_commit"]
    is_local = waits in ("local", "remote_write")
    if found["synchronous_standby_names"]:
        return f"{waits}, not for the standby's disk" if is_local else waits
    # with several hosts one of them is to follow the other, and would lose what it was not waited for
    if "," in str(connection.engine.url.query.get("host", "")):
        return "for no standby's disk"
    return "on" if is_local else waits


def counts_facts(engine: Engine) -> dict[str, object]:
    """What the newest comparison of kept counts with the answers found, once there are tables for it."""
    if schema_of(engine) is not Schema.CURRENT:
        return {}
    with Session(engine) as session:
        last = find_last_recount(session)
    if last is None:
        return {"counts": "not compared with the answers yet"}
    return {"counts": f"{last.differing} of {last.compared} differed from the answers on {last.day}"}


def database_checks(engine: Engine) -> dict[str, bool]:
    """Whether the database is whole, its rows fit together, and its clock and this machine's agree.

    A moment in the history later than now says that the clock was set back.
    """
    checks = {"integrity": True, "references": True, "clock": True}
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            checks["integrity"] = connection.scalar(text("PRAGMA integrity_check(1)")) == "ok"
            checks["references"] = connection.execute(text("PRAGMA foreign_key_check")).first() is None
        else:
            clock: datetime = connection.scalars(text("SELECT clock_timestamp()")).one()
            checks["clock"] = abs(clock - now()) <= FURTHEST_CLOCK
    if schema_of(engine) is Schema.CURRENT:
        with Session(engine) as session:
            newest = session.exec(select(HistoryEntry).order_by(col(HistoryEntry.at).desc()).limit(1)).first()
        checks["clock"] = checks["clock"] and (newest is None or newest.at - now() <= FURTHEST_CLOCK)
    return checks


def free_disk_mb(settings: Settings) -> int:
    """The free room on the disk of the data directory."""
    return disk_usage(settings.data_dir if settings.data_dir.is_dir() else ".").free >> 20


def _last_backup(engine: Engine) -> dict[str, object]:
    if schema_of(engine) is not Schema.CURRENT:
        return {}
    with Session(engine) as session:
        made = session.exec(select(Instance.backed_up_at)).first()
    hours = None if made is None else round((now() - made).total_seconds() / 3600, 1)
    return {"backed_up_at": made and made.isoformat(timespec="seconds"), "hours_since_backup": hours}
