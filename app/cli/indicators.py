"""Commands on indicators and what was read of regions."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.people import ConsortiumOption
from app.cli.work import Refused, read_file, say, show, work
from app.indicators.checking import Choices
from app.indicators.service import import_readings
from app.people.queries import operator

indicators = typer.Typer(help="Indicators and their readings.", no_args_is_help=True)


@indicators.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX, TSV, SDMX-CSV or JSON-stat")],
    edition: Annotated[str, typer.Option(help="of the NUTS codes, where the file does not say it")] = "",
    indicator: Annotated[str, typer.Option(help="code of the one a file of Eurostat holds")] = "",
    unit: Annotated[str, typer.Option(help="its unit as the file writes it")] = "",
    source: Annotated[str, typer.Option(help="of the values, where the file does not say it")] = "",
    leave_out: Annotated[bool, typer.Option("--leave-out", help="rows whose code is not of the edition")] = False,
    define: Annotated[bool, typer.Option("--define", help="take over what the sheet says of indicators")] = False,
    consortium: ConsortiumOption = "",
) -> None:
    """Take over readings; all or nothing, faults by row and column."""
    choices = Choices(edition, indicator, unit, source, leaves_out=leave_out, defines=define)
    with work() as session:
        taken = import_readings(session, operator(session, consortium), file.name, read_file(file), choices)
        if taken.is_refused:
            raise Refused("\n".join(map(str, taken.report.faults)))
    for fault in taken.report.left_out:
        say(f"Left out: {fault}")
    counts = {"added": taken.added, "changed": taken.changed, "unchanged": taken.unchanged}
    show(counts | {"indicators": taken.indicators, "versions": taken.versions, "left_out": len(taken.report.left_out)})
