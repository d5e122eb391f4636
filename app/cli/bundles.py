"""Commands on what proves results: bundles that recompute them, and data for everybody."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from app.cli.work import chosen_survey, read_file, reading, say, work, write_file
from app.reports.bundle.archive import sha256
from app.reports.bundle.service import create_bundle, note_bundle
from app.reports.bundle.verifying import Verdict, verify
from app.reports.opendata.service import create_open_data, note_open_data

EXIT_DIFFERS = 8
PRIVATE = 0o600

bundle = typer.Typer(help="What proves results: everything to recompute them, and open data.", no_args_is_help=True)


@bundle.command("create")
def create(
    survey: Annotated[str, typer.Option("--survey", help="id or external id of the survey")],
    out: Annotated[Path, typer.Option()],
    with_answers: Annotated[
        bool, typer.Option("--answers/--counts", help="answers under fresh numbers, or counts that may be shown")
    ] = False,
) -> None:
    """Write everything needed to recompute every published figure of a survey; noted in the history."""
    with reading() as session:
        actor, found = chosen_survey(session, survey)
        data = create_bundle(session, actor, found, with_answers=with_answers)
    with work() as session:
        note_bundle(session, actor, found, data, with_answers=with_answers)
    # once it is on record, and not before
    write_file(out, data, mode=PRIVATE)
    say(f"SHA-256 {sha256(data)}")


@bundle.command("opendata")
def open_data(
    survey: Annotated[str, typer.Option("--survey", help="id or external id of the survey")],
    out: Annotated[Path, typer.Option()],
    licence: Annotated[str, typer.Option(help="such as CC-BY-4.0; not stated when not given")] = "",
) -> None:
    """Write the answers as data for everybody: no person, no two answers joined; noted in the history."""
    with reading() as session:
        actor, found = chosen_survey(session, survey)
        data = create_open_data(session, actor, found, licence=licence)
    with work() as session:
        note_open_data(session, actor, found, data, licence=licence)
    write_file(out, data, mode=PRIVATE)
    say(f"SHA-256 {sha256(data)}")


@bundle.command("verify")
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE.zip")],
    every: Annotated[
        bool, typer.Option("--every", help="name every figure that is not recomputed, not one for each reason")
    ] = False,
) -> None:
    """Recompute every figure of a bundle, without a server, a network or a database. Exit 8: something differs."""
    verdict = verify(read_file(file))
    for line in _lines(verdict, every=every):
        typer.echo(line)
    if not verdict.is_equal:
        raise typer.Exit(EXIT_DIFFERS)


def _lines(verdict: Verdict, *, every: bool) -> list[str]:
    missing = sum(map(len, verdict.not_recomputed.values()))
    return [
        *(f"note: {one}" for one in verdict.notes),
        *(f"fault: {one}" for one in verdict.faults),
        *(f"differs: {one}" for one in verdict.differing),
        *(line for reason, names in verdict.not_recomputed.items() for line in _left(reason, names, every=every)),
        f"{verdict.equal} figures equal, {len(verdict.differing)} differ, {missing} not recomputed, "
        f"{len(verdict.faults)} faults.",
    ]


def _left(reason: str, names: Sequence[str], *, every: bool) -> list[str]:
    """The figures that one reason leaves out: all of them, or the first and how many."""
    if every or len(names) == 1:
        return [f"not recomputed: {name} ({reason})" for name in names]
    return [f"not recomputed: {len(names)} figures, such as {names[0]} ({reason})"]
