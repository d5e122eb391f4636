"""What a figure is: a finding as its title, a table that holds every number, and the words its picture needs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from babel.numbers import format_decimal, format_percent

from app.core.tags import catalogue_language
from app.documents.document import Cell, Document, Note, Table
from app.documents.document import Column as DocumentColumn

Unit = Literal["text", "share", "points", "difference", "count", "rank", "spread"]
DIGITS: dict[Unit, int | None] = {
    "text": None,
    "share": 2,
    "points": 0,
    "difference": 0,
    "count": 0,
    "rank": 0,
    "spread": 1,
}
NOTHING = "–"


@dataclass(frozen=True)
class Column:
    """One column: its key for programs, its heading for people, and the unit of its numbers."""

    key: str
    heading: str
    unit: Unit = "text"


@dataclass(frozen=True)
class Figure:
    """One figure in one language. Without rows it has no picture, and its title says why.

    `words` are what its picture writes beside the table's own; `facts` what it draws beside numbers, such as which
    shape a group has.
    """

    name: str
    criterion: str
    language: str
    direction: str
    title: str
    definition: str
    source: str
    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[Cell]] = ()
    words: Mapping[str, str] = field(default_factory=dict[str, str])
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def records(self) -> list[dict[str, Any]]:
        """The rows by the keys of their columns, and each number as people read it under its key and `_text`."""
        return [
            {column.key: cell for column, cell in zip(self.columns, row, strict=True)}
            | {f"{column.key}_text": shown for column, shown in zip(self.columns, self.shown(row), strict=True)}
            for row in self.rows
        ]

    def shown(self, row: Sequence[Cell]) -> list[str]:
        """The cells of a row as people read them."""
        return [shown(cell, column.unit, self.language) for column, cell in zip(self.columns, row, strict=True)]


def shown(cell: Cell, unit: Unit, language: str) -> str:
    r"""A cell as people read it.

    >>> shown(0.256, "share", "de"), shown(-12.4, "difference", "en"), shown(None, "count", "en")
    ('26\xa0%', '−12', '–')
    """
    if cell is None:
        return NOTHING
    if isinstance(cell, str):
        return cell
    locale = catalogue_language(language)
    if unit == "share":
        return format_percent(cell, locale=locale)
    digits = DIGITS[unit] or 0
    number = round(cell, digits) or 0
    text = format_decimal(abs(number), format=f"#,##0.{'0' * digits}", locale=locale)
    sign = "−" if number < 0 else "+" if unit == "difference" and number > 0 else ""
    return f"{sign}{text}"


def as_data(figure: Figure) -> dict[str, Any]:
    """A figure as JSON holds it."""
    return asdict(figure)


def from_data(data: Mapping[str, Any]) -> Figure:
    """A figure from what `as_data` made."""
    columns: Any = [Column(**column) for column in data["columns"]]
    return Figure(**{**data, "columns": columns})


def as_document(figure: Figure) -> Document:
    """A figure's table with every number, unrounded, for files."""
    columns = [
        DocumentColumn(column.key, column.key, DIGITS[column.unit], is_share=column.unit == "share")
        for column in figure.columns
    ]
    return Document(
        title=figure.title,
        language=figure.language,
        blocks=[Table(figure.title, columns, figure.rows)],
        notes=[Note("definition", figure.definition), Note("source", figure.source)],
        direction=figure.direction,
    )
