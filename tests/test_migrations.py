"""Migrations: numbered, one head, static, no drift, and never a lost answer on a populated database."""

import ast
import re
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, Table, text

from app.core.db import Row, make_engine
from app.core.migrations import Schema, alembic_config, newest_revision, schema_of, upgrade

VERSIONS = Path(__file__).parents[1] / "migrations" / "versions"
SCRIPTS = list(ScriptDirectory.from_config(alembic_config()).walk_revisions("base", "heads"))[::-1]
FIRST_WITH_ANSWERS = "0001"


def test_migrations_are_numbered_from_one_with_one_head() -> None:
    assert SCRIPTS, "no migration was found"
    assert [script.revision for script in SCRIPTS] == [f"{number:04}" for number in range(1, len(SCRIPTS) + 1)]
    assert ScriptDirectory.from_config(alembic_config()).get_heads() == [newest_revision()]


def test_migrations_name_no_code_of_ours() -> None:
    files = sorted(VERSIONS.glob("*.py"))
    assert files, "no migration was found"
    for file in files:
        assert re.match(r"\d{4}_[a-z_]+\.py$", file.name)
        imported = {
            alias.name.partition(".")[0]
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in ([*node.names] if isinstance(node, ast.Import) else [ast.alias(node.module or "")])
        }
        assert imported <= {"sqlalchemy", "alembic"} | sys.stdlib_module_names, file.name


def test_tables_and_migrations_agree(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Row.metadata) == []
    assert schema_of(engine) is Schema.CURRENT


def test_down_and_up_again(engine: Engine) -> None:
    command.downgrade(_config(engine), "base")
    assert schema_of(engine) is Schema.PENDING
    upgrade(engine)
    assert schema_of(engine) is Schema.CURRENT


def test_a_database_newer_than_the_program_is_known_as_such(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert schema_of(engine) is Schema.NEWER


@pytest.mark.parametrize("script", [s for s in SCRIPTS if s.revision > FIRST_WITH_ANSWERS], ids=lambda s: s.revision)
def test_no_migration_loses_an_answer(engine: Engine, script: Any) -> None:
    command.downgrade(_config(engine), script.down_revision)
    assert losses_of(engine, lambda: upgrade(engine, script.revision)) == {}


def test_a_migration_that_drops_answers_is_found_out(database: str, tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(VERSIONS.parent, folder)
    (folder / "versions" / "9999_careless.py").write_text(
        f'from alembic import op\nrevision = "9999"\ndown_revision = "{newest_revision()}"\n'
        "branch_labels = depends_on = None\n"
        'def upgrade() -> None:\n    op.execute("DELETE FROM answer")\n'
    )
    engine = make_engine(database)
    config = _config(engine)
    config.set_main_option("script_location", str(folder))
    assert losses_of(engine, lambda: command.upgrade(config, "9999")) == {"answer": 1}
    engine.dispose()


def test_a_migration_that_leaves_orphans_is_rolled_back(tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(VERSIONS.parent, folder)
    (folder / "versions" / "9999_careless.py").write_text(
        f'from alembic import op\nrevision = "9999"\ndown_revision = "{newest_revision()}"\n'
        "branch_labels = depends_on = None\n"
        'def upgrade() -> None:\n    op.execute("DELETE FROM response")\n'
    )
    engine = make_engine(f"sqlite:///{tmp_path / 'orphans.sqlite'}")
    upgrade(engine)
    fill(engine)
    config = _config(engine)
    config.set_main_option("script_location", str(folder))
    with pytest.raises(Exception, match="Rows without what they point to"):
        command.upgrade(config, "9999")
    assert count_rows(engine)["response"] == 1
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    engine.dispose()


def _config(engine: Engine) -> Any:
    config = alembic_config()
    config.attributes["engine"] = engine
    return config


def losses_of(engine: Engine, migrate: Any) -> dict[str, int]:
    """How many rows each table of a filled database loses through a migration."""
    fill(engine)
    before = count_rows(engine)
    assert before["answer"] == 1, "the database was not filled"
    migrate()
    after = count_rows(engine)
    return {name: count - after.get(name, 0) for name, count in before.items() if after.get(name, 0) < count}


def fill(engine: Engine) -> None:
    """Put one row into every table, whatever tables there are at this revision."""
    tables = MetaData()
    tables.reflect(engine)
    keys: dict[str, Any] = {}
    with engine.begin() as connection:
        for table in tables.sorted_tables:
            if table.name != "alembic_version":
                row = _row(table, keys)
                connection.execute(table.insert().values(**row))
                keys[table.name] = row.get("id")


def _row(table: Table, keys: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in table.columns:
        kind = str(column.type).upper()
        if column.foreign_keys:
            # a table that refers to itself has no row yet to refer to
            row[column.name] = keys.get(next(iter(column.foreign_keys)).column.table.name)
        elif column.name == "id" and "INT" in kind:
            row[column.name] = 2  # the first is there already
        elif column.name == "id" or "UUID" in kind or kind == "CHAR(32)":
            row[column.name] = uuid4() if "UUID" in kind else uuid4().hex
        elif "JSON" in kind:
            row[column.name] = {}
        elif "DATE" in kind or "TIME" in kind:
            row[column.name] = datetime(2027, 1, 1, tzinfo=UTC)
        elif "INT" in kind or "FLOAT" in kind or "DOUBLE" in kind:
            row[column.name] = 1
        elif "BLOB" in kind or "BYTEA" in kind:
            row[column.name] = b"bytes"
        elif "BOOL" in kind:
            row[column.name] = True
        else:
            row[column.name] = f"{table.name} {column.name}"
    return row


def count_rows(engine: Engine) -> dict[str, int]:
    """The number of rows of each table."""
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        return {
            table.name: connection.execute(text(f'SELECT count(*) FROM "{table.name}"')).scalar_one()
            for table in tables.sorted_tables
        }
