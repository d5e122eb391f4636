"""Every command, and how one ends.

Exit codes: 0 done, 1 refused (one sentence on standard error), 2 wrong usage, 4 database newer than the program,
78 unsafe settings.
"""

import sys
from typing import NoReturn

import typer
from sqlalchemy import exc

from app.cli.analysis import analyse, export_plan, write_results
from app.cli.backups import backup
from app.cli.bundles import bundle
from app.cli.care import history, outbox, privacy, retention
from app.cli.consultation import initiatives, invite, responses, survey
from app.cli.indicators import indicators
from app.cli.operation import demo, migrate, selfcheck, serve, worker
from app.cli.people import consortium, org, people, user
from app.cli.reports import write_report
from app.cli.work import Refused
from app.core.db import UnsafeDatabase
from app.core.errors import AppError
from app.core.place import Newer, damage_of, damaged
from app.core.settings import UnsafeSettings

EXIT_REFUSED, EXIT_NEWER, EXIT_UNSAFE_SETTINGS = 1, 4, 78

program = typer.Typer(
    name="innaxe",
    help="Run surveys of stakeholders, read what they agree on, and turn it into a plan.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for command in (serve, worker, migrate, selfcheck, demo, analyse):
    program.command()(command)
program.command("results")(write_results)
program.command("report")(write_report)
plan = typer.Typer(help="The prioritised list and the plan.", no_args_is_help=True)
plan.command("export")(export_plan)
for name, group in {
    "consortium": consortium,
    "org": org,
    "user": user,
    "people": people,
    "initiatives": initiatives,
    "indicators": indicators,
    "survey": survey,
    "invite": invite,
    "responses": responses,
    "plan": plan,
    "bundle": bundle,
    "backup": backup,
    "outbox": outbox,
    "history": history,
    "privacy": privacy,
    "retention": retention,
}.items():
    program.add_typer(group, name=name)


def run() -> None:
    """Run a command; an expected failure ends it with one sentence."""
    try:
        program()
    except UnsafeSettings as failure:
        _end(failure, EXIT_UNSAFE_SETTINGS)
    except Newer as failure:
        _end(failure, EXIT_NEWER)
    except (AppError, UnsafeDatabase, Refused) as failure:
        _end(failure, EXIT_REFUSED)
    except exc.DatabaseError as failure:
        reason = damage_of(failure)
        if reason:
            _end(damaged("the place of the settings", reason), EXIT_REFUSED)
        if not failure.connection_invalidated and not isinstance(failure, exc.OperationalError):
            raise
        _end(f"The database does not answer: {' '.join(str(failure.orig).split())}", EXIT_REFUSED)


def _end(failure: Exception | str, code: int) -> NoReturn:
    sys.stderr.write(f"{failure}\n")
    sys.exit(code)
