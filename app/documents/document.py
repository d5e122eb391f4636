"""A document: a title, notes about how it came about, and tables of typed columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field

Cell = str | int | float | None


@dataclass(frozen=True)
class Column:
    """One column: its key for programs, its heading for people, and how its numbers are shown.

    `digits` is the number of decimals; None for text. `is_share` marks shares between 0 and 1.
    """

    key: str
    heading: str
    digits: int | None = None
    is_share: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of cells in the order of the columns; a cell without value is None."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("every row has one cell a column")


@dataclass(frozen=True)
class Note:
    """One fact about how the document came about, such as the rule or the seed."""

    label: str
    text: str


@dataclass(frozen=True)
class Document:
    """What a file holds, in one language."""

    title: str
    language: str
    tables: Sequence[Table]
    notes: Sequence[Note] = field(default_factory=tuple[Note, ...])
    direction: str = "ltr"
