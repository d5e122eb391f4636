"""A document as it is printed: one block after the other, numbered, every cell as people read it.

DOCX, PDF and HTML are written from this, so that they say the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, groupby

from app.core.catalogues import translate
from app.documents.columns import parts_of
from app.documents.document import Block, Document, Figure, Listing, Note, Paragraph, Section, Table
from app.documents.showing import Caption, cleaned, figure_caption, shown, table_caption

DEEPEST = 6
MOST_ROWS, LONGEST_CELL = 12, 90


@dataclass(frozen=True)
class Heading:
    """The title of a section; those directly under the document's title have level 1."""

    text: str
    level: int
    begins_page: bool = False


@dataclass(frozen=True)
class Head:
    """The head of a column, and the column's width in signs."""

    text: str
    is_number: bool
    width: int


@dataclass(frozen=True)
class Grid:
    """A table, or some columns of one. Only the first part of a table has its caption, the others name it."""

    caption: Caption | None
    continued: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[str]]
    note: str
    is_small: bool = False

    @property
    def is_short(self) -> bool:
        """Whether it is so short that it stands on one page, with its caption and note."""
        return len(self.rows) <= MOST_ROWS and all(len(cell) <= LONGEST_CELL for row in self.rows for cell in row)


@dataclass(frozen=True)
class Picture:
    """A figure and its caption."""

    caption: Caption
    figure: Figure


Printed = Heading | Paragraph | Listing | Note | Grid | Picture


@dataclass(frozen=True)
class Sheets:
    """Blocks on pages of one orientation."""

    is_wide: bool
    blocks: Sequence[Printed]


def printed(document: Document, *, is_paged: bool = True) -> list[Sheets]:
    """The blocks of a document in the order of reading, then the numbers of its figures, then how it came about.

    Where there are no pages, no table is divided, and the tables of figures stand with them.
    """
    printer = _Printer(document.language, is_paged=is_paged)
    blocks = [*printer.all(document.blocks, 1, is_wide=False), *printer.ending(document.notes)]
    turned = groupby(blocks, key=lambda pair: pair[0])
    return [Sheets(is_wide, [block for _, block in pairs]) for is_wide, pairs in turned]


def grids_of(
    table: Table, language: str, caption: Caption | None, *, is_wide: bool, is_paged: bool = True
) -> list[Grid]:
    """A table as people read it, in as many parts as pages ask for."""
    # a sign of percent stays with its number
    heads = [cleaned(column.heading).replace(" %", "\N{NO-BREAK SPACE}%") for column in table.columns]
    numeric = [column.is_number for column in table.columns]
    rows = [
        [shown(cell, column, language) for cell, column in zip(row, table.columns, strict=True)] for row in table.rows
    ]
    if not is_paged:
        every = [Head(text, is_number, 0) for text, is_number in zip(heads, numeric, strict=True)]
        return [Grid(caption, "", every, rows, cleaned(table.note))]
    parts = parts_of(heads, numeric, rows, is_wide)
    made: list[Grid] = []
    for number, part in enumerate(parts, start=1):
        these = [Head(heads[at], numeric[at], width) for at, width in zip(part.places, part.widths, strict=True)]
        cells = [[row[at] for at in part.places] for row in rows]
        line = caption.text if caption else cleaned(table.title)
        more = translate(
            language, "%(table)s (part %(number)s of %(count)s)", table=line, number=number, count=len(parts)
        )
        is_first, is_last = number == 1, number == len(parts)
        made.append(
            Grid(
                caption if is_first else None,
                "" if is_first else more,
                these,
                cells,
                cleaned(table.note) if is_last else "",
                part.is_small,
            )
        )
    return made


class _Printer:
    """Numbers tables and figures in the order of reading."""

    def __init__(self, language: str, *, is_paged: bool) -> None:
        self.language = language
        self.is_paged = is_paged
        self.tables, self.figures = count(1), count(1)
        self.behind: list[tuple[Table, int]] = []

    def all(self, blocks: Sequence[Block], level: int, *, is_wide: bool) -> Iterator[tuple[bool, Printed]]:
        """Blocks with their orientation."""
        for block in blocks:
            if isinstance(block, Section):
                across = is_wide or block.is_wide
                yield across, Heading(cleaned(block.title), min(level, DEEPEST), block.begins_page)
                yield from self.all(block.blocks, level + 1, is_wide=across)
            elif isinstance(block, Table):
                yield from ((is_wide, grid) for grid in self.grids(block, block.title, is_wide=is_wide))
            elif isinstance(block, Figure):
                yield is_wide, self.picture(block)
            else:
                yield is_wide, block

    def grids(self, table: Table, title: str, *, is_wide: bool) -> list[Grid]:
        """A table with its number."""
        caption = table_caption(self.language, next(self.tables), title)
        return grids_of(table, self.language, caption, is_wide=is_wide, is_paged=self.is_paged)

    def picture(self, figure: Figure) -> Picture:
        """A figure with its number; on pages its table is printed at the end."""
        number = next(self.figures)
        if figure.table and self.is_paged:
            self.behind.append((figure.table, number))
        return Picture(figure_caption(self.language, number, figure.title), figure)

    def ending(self, notes: Sequence[Note]) -> Iterator[tuple[bool, Printed]]:
        """The numbers of the figures, and how the document came about."""
        if self.behind:
            yield False, Heading(translate(self.language, "Numbers of the figures"), 1)
        for table, number in self.behind:
            title = translate(self.language, "The numbers of figure %(number)s", number=number)
            yield from ((False, grid) for grid in self.grids(table, title, is_wide=False))
        if notes:
            yield False, Heading(translate(self.language, "About this document"), 1)
            yield from ((False, note) for note in notes)
