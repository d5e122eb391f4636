"""Commands that run the installation."""

from contextlib import suppress
from typing import Annotated

import typer
import uvicorn
from sqlalchemy import Engine, make_url, text
from sqlmodel import Session

from app.actionplan.portfolio.jobs import work_all
from app.cli.work import Refused, open_database, say, show
from app.consensus.figures.service import DrawingFailed, draw_missing, draw_next
from app.core.db import make_engine
from app.core.logs import set_up_logs
from app.core.migrations import Schema, newest_revision, revision_of, schema_of, upgrade
from app.core.readiness import readiness
from app.core.settings import load_settings
from app.demo import show_demo
from app.reports.jobs import make_all
from app.surveys.answering.counting import find_last_recount
from app.worker import Worker, do_chores

EXIT_PENDING, EXIT_NEWER = 3, 4
SYNCHRONOUS = ("off", "normal", "full", "extra")


def serve(
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64)] = 1,
) -> None:
    """Serve in the foreground; SIGTERM finishes the requests in flight and stops."""
    settings = load_settings()
    engine = open_database(settings)
    is_sqlite = engine.dialect.name == "sqlite"
    engine.dispose()
    if is_sqlite and workers > 1:
        raise Refused("Several web processes need PostgreSQL; with SQLite use one.")
    set_up_logs()
    uvicorn.run(
        "app.main:create_served_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_level="warning",
        server_header=False,
        forwarded_allow_ips=settings.trusted_proxies or "127.0.0.1",
        timeout_graceful_shutdown=30,
    )


def worker(once: Annotated[bool, typer.Option("--once", help="do what is due and end")] = False) -> None:
    """Send due mail, draw figures, solve plans, write reports and delete what has reached its end, until stopped.

    `serve` does the same beside serving; a worker of its own relieves it.
    """
    settings = load_settings()
    engine = open_database(settings)
    set_up_logs()
    if once:
        done = do_chores(engine, settings)
        show(done | {"drawn": draw_missing(engine), "solved": work_all(engine), "written": make_all(engine)})
        engine.dispose()
        return
    running = Worker(engine, settings)
    try:
        running.wait()
    except KeyboardInterrupt:
        running.close()
        engine.dispose()


def migrate(check: Annotated[bool, typer.Option("--check", help="only say how it stands")] = False) -> None:
    """Bring the tables to this program's revision. Exit 3: pending (with --check), 4: newer than the program."""
    settings = load_settings()
    if not settings.database_url:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = make_engine(settings.database)
    schema = schema_of(engine)
    if schema is Schema.NEWER:
        say(f"The database is at revision {revision_of(engine)}, newer than this program's {newest_revision()}.")
        raise typer.Exit(EXIT_NEWER)
    if schema is Schema.PENDING and check:
        say(f"The database waits for revision {newest_revision()}.")
        raise typer.Exit(EXIT_PENDING)
    if schema is Schema.PENDING:
        upgrade(engine)
    say(f"The database is at revision {newest_revision()}.")
    engine.dispose()


def selfcheck(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Say how the installation stands; exit 1 when something is not as it must be."""
    settings = load_settings()
    engine = make_engine(settings.database)
    checks = readiness(engine, settings)
    facts: dict[str, object] = {
        "environment": settings.env,
        "address": settings.address,
        "limits": settings.limits,
        "revision": revision_of(engine),
        "newest_revision": newest_revision(),
        **_database_facts(engine),
        **_counts_facts(engine),
        **checks,
    }
    engine.dispose()
    if as_json:
        show(facts)
    else:
        for name, value in facts.items():
            typer.echo(f"{name:>16}  {value}")
    if not all(checks.values()):
        raise typer.Exit(1)


def demo(
    answers: Annotated[int, typer.Option(min=1, max=100_000, help="simulated respondents")] = 120,
    seed: Annotated[int, typer.Option(min=0)] = 2027,
    force: Annotated[bool, typer.Option("--force", help="also into a database that is not empty")] = False,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="load only when there is nothing yet")] = False,
) -> None:
    """Load the invented demonstration consortium with simulated answers, and print how to get in."""
    settings = load_settings()
    if settings.is_production and not force:
        raise Refused("The demonstration is not loaded in production without --force.")
    engine = open_database(settings)
    try:
        show_demo(engine, settings, answers=answers, seed=seed, force=force, if_empty=if_empty)
        # a machine that is too busy for it now draws them when it serves
        with suppress(DrawingFailed):
            draw_next(engine)
    finally:
        engine.dispose()


def _counts_facts(engine: Engine) -> dict[str, object]:
    if schema_of(engine) is not Schema.CURRENT:
        return {}
    with Session(engine) as session:
        last = find_last_recount(session)
    if last is None:
        return {"counts": "not compared with the answers yet"}
    return {"counts": f"{last.differing} of {last.compared} differed from the answers on {last.day}"}


def _database_facts(engine: Engine) -> dict[str, object]:
    url = make_url(engine.url)
    with engine.connect() as connection:
        if url.get_backend_name() != "sqlite":
            return {"kind": "postgresql", "version": connection.scalar(text("SHOW server_version"))}
        return {
            "kind": "sqlite",
            "version": connection.scalar(text("SELECT sqlite_version()")),
            "journal_mode": connection.scalar(text("PRAGMA journal_mode")),
            "synchronous": SYNCHRONOUS[connection.scalar(text("PRAGMA synchronous"))],
            "foreign_keys": bool(connection.scalar(text("PRAGMA foreign_keys"))),
        }
