"""Commands that run the installation."""

from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI

from app.cli.loading import loading
from app.cli.work import Refused, open_database, say
from app.core.logs import set_up_logs
from app.core.migrations import Schema, newest_revision, schema_of, upgrade
from app.core.place import marker_of, open_place, read_marker, serve_alone, sqlite_path, write_marker
from app.core.settings import load_settings
from app.web.connections import KEEPS_ALIVE, BoundedProtocol, allow_many_files

EXIT_PENDING = 3


def serve(
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64)] = 1,
) -> None:
    """Serve in the foreground; SIGTERM finishes the requests in flight and stops."""
    settings = load_settings()
    engine = open_database(settings, is_thorough=True)
    if engine.dialect.name == "sqlite" and workers > 1:
        raise Refused("Several web processes need PostgreSQL; with SQLite use one.")
    serve_alone(engine)
    engine.dispose()
    set_up_logs()
    allow_many_files()
    uvicorn.run(
        "app.cli.operation:served_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        http=BoundedProtocol,
        ws="none",
        timeout_keep_alive=KEEPS_ALIVE,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.trusted_proxies or "127.0.0.1",
        timeout_graceful_shutdown=30,
    )


def served_app() -> FastAPI:
    """What `serve` serves, in each of its processes."""
    with loading():
        from app.main import create_served_app

        return create_served_app()


def migrate(
    check: Annotated[bool, typer.Option("--check", help="only say how it stands")] = False,
    new: Annotated[bool, typer.Option("--new", help="begin a new database, also where one was")] = False,
) -> None:
    """Bring the tables to this program's revision. Exit 3: pending (with --check), 4: newer than the program."""
    settings = load_settings()
    path, marker = sqlite_path(settings.database), marker_of(settings)
    if check and path and not path.exists() and not read_marker(marker):
        say(f"There is no database at {path} yet.")
        raise typer.Exit(EXIT_PENDING)
    engine = open_place(settings, may_begin=not check, is_new=new, is_thorough=True)
    if schema_of(engine) is Schema.PENDING:
        if check:
            say(f"The database waits for revision {newest_revision()}.")
            raise typer.Exit(EXIT_PENDING)
        upgrade(engine)
    write_marker(engine, marker)
    say(f"The database is at revision {newest_revision()}.")
    engine.dispose()
