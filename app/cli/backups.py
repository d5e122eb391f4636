"""Commands that keep the database elsewhere, and bring it back."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from app.backup.archive import BadBackup, Manifest, OtherVersion, Reader
from app.backup.creating import create_backup
from app.backup.restoring import InTheWay, restore
from app.cli.work import Refused, say, show
from app.core.migrations import revision_of
from app.core.place import Damaged, open_place
from app.core.settings import Settings, load_settings

EXIT_DAMAGED, EXIT_OTHER_VERSION = 5, 6

backup = typer.Typer(help="The whole database in one file, made while serving.", no_args_is_help=True)

FileArgument = Annotated[Path, typer.Argument(metavar="FILE")]
OtherKey = Annotated[
    bool, typer.Option("--other-key", help="also when it was sealed with another INNAXE_SECRET_KEY, or edited")
]


@backup.command("create")
def create(file: FileArgument) -> None:
    """Write a backup, which only its owner may read, and name it once it is whole. Exit 5: the database is damaged."""
    settings = load_settings()
    engine = open_place(settings)
    try:
        if revision_of(engine) is None:
            raise Refused("The database has no tables yet: run innaxe migrate.")
        manifest = create_backup(engine, file, settings.secret_key)
    except Damaged as failure:
        _end(str(failure), EXIT_DAMAGED)
    except OSError as failure:
        raise Refused(f"{file} cannot be written: {failure.strerror}.") from failure
    finally:
        engine.dispose()
    show(_facts(manifest))


@backup.command("verify")
def verify(file: FileArgument, other_key: OtherKey = False) -> None:
    """Say whether a backup is whole and fits this program; needs no database. Exit 5: damaged, 6: other version."""
    show(_facts(_read(file, is_of_another_secret=other_key).manifest))


@backup.command("restore")
def bring_back(
    file: FileArgument,
    into: Annotated[
        Path | None, typer.Option(help="a folder that gets a SQLite database; by default that of the settings")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="in the place of the data that are there")] = False,
    other_key: OtherKey = False,
) -> None:
    """Put a backup in the place of the database, all of it or nothing. Exit 5: damaged, 6: other version."""
    read = _read(file, is_of_another_secret=other_key)
    settings = Settings(data_dir=into, database_url="") if into else load_settings()
    try:
        kept = restore(read, settings, force=force)
    except InTheWay as failure:
        raise Refused(str(failure)) from failure
    except BadBackup as failure:
        _end(f"{file} cannot be restored: {failure}. Nothing was changed.", EXIT_DAMAGED)
    except OSError as failure:
        raise Refused(f"The database cannot be written: {failure.strerror}.") from failure
    if kept:
        say(f"What was there lies in {kept}; delete it when nobody needs it.")
    show(_facts(read.manifest))


def _read(file: Path, *, is_of_another_secret: bool) -> Reader:
    try:
        return Reader(file, load_settings().secret_key, is_of_another_secret=is_of_another_secret)
    except BadBackup as failure:
        _end(f"{file} is refused: {failure}.", EXIT_DAMAGED)
    except OtherVersion as failure:
        _end(f"{file} is refused: {failure}. Run the program that made it.", EXIT_OTHER_VERSION)
    except OSError as failure:
        raise Refused(f"{file} cannot be read: {failure.strerror}.") from failure


def _facts(manifest: Manifest) -> dict[str, object]:
    answers = sum(table.rows for table in manifest.tables if table.shape.name == "answer")
    return {
        "made_at": manifest.made_at,
        "revision": manifest.revision,
        "database": manifest.database,
        "instance": manifest.instance,
        "tables": len(manifest.tables),
        "rows": manifest.rows,
        "answers": answers,
    }


def _end(sentence: str, code: int) -> NoReturn:
    sys.stderr.write(f"{sentence}\n")
    raise typer.Exit(code)
