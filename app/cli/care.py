"""Commands that look after what is kept: outbox, history, privacy, retention."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from app.cli.work import Refused, open_database, read_file, show, work
from app.core.settings import load_settings
from app.erasure import erase_person, export_person
from app.history.queries import head_of, verify_history
from app.mail.queries import count_messages, list_problems
from app.retention import run_retention

EXIT_TAMPERED = 7

outbox = typer.Typer(help="Mails.", no_args_is_help=True)
history = typer.Typer(help="The record of acts.", no_args_is_help=True)
privacy = typer.Typer(help="What is kept about one person.", no_args_is_help=True)
retention = typer.Typer(help="Deleting at the end of its time.", no_args_is_help=True)

Email = Annotated[str, typer.Option()]


@outbox.command("status")
def outbox_status(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Say how many mails are queued, sent and failed, and why."""
    with work() as session:
        counts, reasons = count_messages(session), list_problems(session)
    if as_json:
        show({**counts, "reasons": dict(reasons)})
        return
    for name, count in counts.items():
        typer.echo(f"{name:>8}  {count}")
    for reason, count in reasons:
        typer.echo(f"{count:>8}  {reason}")


@outbox.callback()
def outbox_group() -> None:
    """Mails."""


@history.command("head")
def history_head() -> None:
    """Print where the history ends; kept outside the database it is the anchor of `verify`."""
    with work() as session:
        seq, hash_ = head_of(session)
    show({"seq": seq, "hash": hash_})


@history.command("verify")
def check_history(
    anchor: Annotated[Path | None, typer.Option(help="a file that `history head` wrote")] = None,
) -> None:
    """Check the history from its beginning. Exit 7 and the first bad sequence number when it does not hold."""
    kept: tuple[int, str] | None = None
    if anchor:
        try:
            read = json.loads(read_file(anchor))
            kept = int(read["seq"]), str(read["hash"])
        except (ValueError, KeyError, TypeError) as error:
            raise Refused(f"{anchor} is no anchor: it holds seq and hash.") from error
    with work() as session:
        fault = verify_history(session, kept)
        seq, _ = head_of(session)
    show({"entries": seq, "first_bad": fault})
    if fault is not None:
        sys.stderr.write(f"The history does not hold from entry {fault} on.\n")
        raise typer.Exit(EXIT_TAMPERED)


@privacy.command("export")
def privacy_export(email: Email) -> None:
    """Print everything kept under an address."""
    with work() as session:
        show(export_person(session, email, secret=load_settings().secret_key))


@privacy.command("erase")
def privacy_erase(email: Email) -> None:
    """Erase everything kept under an address, and wipe where it stood."""
    settings = load_settings()
    engine = open_database(settings)
    try:
        show(erase_person(engine, email, secret=settings.secret_key))
    finally:
        engine.dispose()


@retention.command("run")
def retention_run(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would be deleted")] = False,
) -> None:
    """Delete what has reached the end of its time."""
    engine = open_database(load_settings())
    try:
        show(run_retention(engine, is_dry_run=dry_run))
    finally:
        engine.dispose()


@retention.callback()
def retention_group() -> None:
    """Deleting at the end of its time."""
