"""Whether the tables are those that this program knows, and bringing them there."""

from enum import StrEnum
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = "alembic_version"
"""The table that says at which revision the others are."""


class Schema(StrEnum):
    """How the tables stand to the program."""

    CURRENT = "current"
    PENDING = "pending"
    NEWER = "newer"


def schema_of(engine: Engine) -> Schema:
    """Compare the tables' revision with the program's newest."""
    revision = revision_of(engine)
    if revision == newest_revision():
        return Schema.CURRENT
    return Schema.PENDING if revision is None or is_known(revision) else Schema.NEWER


def is_known(revision: str) -> bool:
    """Whether this program can make tables of this revision."""
    return revision in _known_revisions()


def revision_of(engine: Engine) -> str | None:
    """The revision the tables are at; None for an empty database."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def newest_revision() -> str:
    """The newest revision that this program brings."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    assert head
    return head


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the tables to a revision, by default the newest. Who comes second waits, and finds nothing left to do."""
    config = alembic_config()
    config.attributes["engine"] = engine
    command.upgrade(config, revision)


def upgrade_within(connection: Connection, revision: str = "head") -> None:
    """Bring the tables to a revision in a transaction that is under way, and is the caller's to commit."""
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def alembic_config() -> Config:
    """Where the migrations lie."""
    return Config(ROOT / "alembic.ini")


@cache
def _known_revisions() -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions())
