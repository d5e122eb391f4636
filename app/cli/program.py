"""Every command, where it is, and how one ends.

Exit codes: 0 done, 1 refused (one sentence on standard error), 2 wrong usage, 4 database newer than the program,
78 unsafe settings.
"""

import sys
from importlib import import_module
from typing import Any, NoReturn

import typer
from sqlalchemy import exc

from app.cli.loading import loading
from app.cli.work import Refused
from app.core.db import UnsafeDatabase
from app.core.errors import AppError
from app.core.place import Newer, damage_of, damaged
from app.core.settings import UnsafeSettings

EXIT_REFUSED, EXIT_NEWER, EXIT_UNSAFE_SETTINGS = 1, 4, 78
COMMANDS = {
    "serve": "operation.serve",
    "worker": "chores.worker",
    "migrate": "operation.migrate",
    "selfcheck": "checking.selfcheck",
    "demo": "chores.demo",
    "analyse": "analysis.analyse",
    "results": "analysis.write_results",
    "report": "reports.write_report",
    "consortium": "people.consortium",
    "org": "people.org",
    "user": "people.user",
    "people": "people.people",
    "initiatives": "consultation.initiatives",
    "indicators": "indicators.indicators",
    "survey": "consultation.survey",
    "invite": "consultation.invite",
    "responses": "consultation.responses",
    "plan": "analysis.plans",
    "bundle": "bundles.bundle",
    "backup": "backups.backup",
    "outbox": "care.outbox",
    "history": "care.history",
    "privacy": "care.privacy",
    "retention": "care.retention",
}
"""Each command or group of commands, in the order of the help, and where it is."""


def program(*names: str) -> typer.Typer:
    """The command line with these commands, or with all.

    Most of the time of a short command went into reading the code of the others.
    """
    made = typer.Typer(
        name="innaxe",
        help="Run surveys of stakeholders, read what they agree on, and turn it into a plan.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    # with a callback even a single command is called by its name
    made.callback()(lambda: None)
    for name in names or COMMANDS:
        module, _, attribute = COMMANDS[name].partition(".")
        found: Any = getattr(import_module(f"app.cli.{module}"), attribute)
        if isinstance(found, typer.Typer):
            made.add_typer(found, name=name)
        else:
            made.command(name)(found)
    return made


def run() -> None:
    """Run a command; an expected failure ends it with one sentence."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        with loading():
            called = program(*([wanted] if wanted in COMMANDS else []))
        called()
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
