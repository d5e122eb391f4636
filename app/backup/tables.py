"""Rows as lines of text, the same from SQLite and from PostgreSQL, and back into either."""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, MetaData, Table, text
from sqlalchemy.types import JSON, Boolean, Date, DateTime, Float, Integer, LargeBinary, String, TypeEngine, Uuid

from app.core.migrations import VERSIONS

BATCH = 2000

KINDS: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (Uuid, "uuid"),
    (JSON, "json"),
    (DateTime, "moment"),
    (Date, "day"),
    (Boolean, "bool"),
    (Float, "real"),
    (Integer, "int"),
    (LargeBinary, "bytes"),
    (String, "text"),
)
"""Which kind of value a column of a type keeps; the first type that fits counts."""

POSTGRESQL = {
    "uuid": "replace({0}::text, '-', '')",
    "json": "{0}::text",
    "moment": "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
    "day": "to_char({0}, 'YYYY-MM-DD')",
    "bool": "{0}::int",
}
"""How PostgreSQL is asked for what SQLite keeps; other kinds are asked for as they are."""


class Unfit(Exception):
    """A row that the tables do not take."""


@dataclass(frozen=True)
class Shape:
    """A table: its name, its columns with their kinds, and what its rows are ordered by."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]


def shapes_of(connection: Connection) -> list[Shape]:
    """The tables of a database at whatever revision, each after those it refers to."""
    tables = MetaData()
    tables.reflect(connection)
    return [
        Shape(
            table.name,
            tuple((column.name, _kind_of(table, column.name)) for column in table.columns),
            tuple(column.name for column in table.primary_key.columns),
        )
        for table in tables.sorted_tables
        if table.name != VERSIONS
    ]


def read_lines(connection: Connection, shape: Shape) -> Iterator[bytes]:
    """Each row as a JSON array on a line of its own, in the order of the key; equal rows give equal lines."""
    is_sqlite = connection.dialect.name == "sqlite"
    columns = ", ".join(_asked(name, kind, is_sqlite=is_sqlite) for name, kind in shape.columns)
    kinds = dict(shape.columns)
    order = ", ".join(
        f'"{name}" COLLATE "C"' if kinds[name] == "text" and not is_sqlite else f'"{name}"' for name in shape.key
    )
    statement = f'SELECT {columns} FROM "{shape.name}" ORDER BY {order}'  # noqa: S608 -- names of our own tables
    streaming = connection.execution_options(stream_results=True, yield_per=BATCH)
    binary = [number for number, (_, kind) in enumerate(shape.columns) if kind == "bytes"]
    for row in streaming.exec_driver_sql(statement):
        values = list(row)
        for number in binary:
            if values[number] is not None:
                values[number] = base64.b64encode(values[number]).decode()
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def write_lines(connection: Connection, shape: Shape, lines: Iterable[bytes]) -> None:
    """Add the rows that `read_lines` gave to a table that is empty. Raises Unfit when it does not take them."""
    names = ", ".join(f'"{name}"' for name, _ in shape.columns)
    rows = (_row(shape, line) for line in lines)
    cursor: Any = connection.connection.cursor()
    try:
        if connection.dialect.name == "sqlite":
            places = ", ".join("?" * len(shape.columns))
            statement = f'INSERT INTO "{shape.name}" ({names}) VALUES ({places})'  # noqa: S608 -- as above
            while batch := list(islice(rows, BATCH)):
                cursor.executemany(statement, batch)
        else:
            _copy(cursor, f'COPY "{shape.name}" ({names}) FROM STDIN', shape, rows)
    except (connection.dialect.loaded_dbapi.Error, ValueError) as failure:
        raise Unfit(f"the table {shape.name} does not take its rows") from failure


def _copy(cursor: Any, statement: str, shape: Shape, rows: Iterable[list[Any]]) -> None:
    moments = [number for number, (_, kind) in enumerate(shape.columns) if kind == "moment"]
    flags = [number for number, (_, kind) in enumerate(shape.columns) if kind == "bool"]
    with cursor.copy(statement) as copy:
        for row in rows:
            for number in moments:
                row[number] = row[number] and f"{row[number]}+00"
            for number in flags:
                row[number] = None if row[number] is None else bool(row[number])
            copy.write_row(row)


def clear(connection: Connection, shapes: Sequence[Shape]) -> None:
    """Delete what the migrations put into new tables."""
    for shape in reversed(shapes):
        connection.execute(text(f'DELETE FROM "{shape.name}"'))  # noqa: S608 -- as above


def _asked(name: str, kind: str, *, is_sqlite: bool) -> str:
    column = f'"{name}"'
    return column if is_sqlite else POSTGRESQL.get(kind, "{0}").format(column)


def _row(shape: Shape, line: bytes) -> list[Any]:
    row = json.loads(line)
    if len(row) != len(shape.columns):
        raise ValueError("A row has as many values as its table has columns.")
    for number, (_, kind) in enumerate(shape.columns):
        if kind == "bytes" and row[number] is not None:
            row[number] = base64.b64decode(row[number])
    return row


def _kind_of(table: Table, name: str) -> str:
    type_ = table.columns[name].type
    # SQLite has no type for them: its tables keep 32 hexadecimal digits
    if str(type_) == "CHAR(32)":
        return "uuid"
    return next(kind for known, kind in KINDS if isinstance(type_, known))
