"""A document: a title, a cover where it has one, and what it says, in one language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

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

    @property
    def is_number(self) -> bool:
        """Whether its cells are numbers, which stand one under the other."""
        return self.digits is not None or self.is_share

    @property
    def is_year(self) -> bool:
        """Whether its numbers are years, which are never written with a separator of thousands."""
        return self.key.endswith("year")


@dataclass(frozen=True)
class Table:
    """Rows of cells in the order of the columns, the first of which names its row; a cell without value is None.

    Its title says what stands in it or, in a report, what it shows; `note` stands below it, such as a source.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("every row has one cell a column")


@dataclass(frozen=True)
class Figure:
    """A picture as SVG and as PNG, with its finding as title and, in words, what can be seen in it.

    Who cannot see it reads `alt` and `table`, which holds every number it draws. `width` is its share of the text's.
    Without a PNG, what needs one draws it from the SVG.
    """

    title: str
    alt: str
    svg: str
    png: bytes = b""
    table: Table | None = None
    note: str = ""
    width: float = 1.0

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise ValueError("a figure says in words what can be seen in it")


@dataclass(frozen=True)
class Note:
    """One fact: about how the document came about, such as the rule or the seed, or about what a section describes."""

    label: str
    text: str


@dataclass(frozen=True)
class Run:
    """Words within a paragraph that lead somewhere or weigh more. An address is absolute."""

    text: str
    address: str = ""
    is_strong: bool = False


@dataclass(frozen=True)
class Paragraph:
    """Words. A `finding` is what a section comes to, `small` what few will read; `language` is its own, if any."""

    text: str | Sequence[Run]
    kind: Literal["plain", "finding", "small"] = "plain"
    language: str = ""

    @property
    def runs(self) -> Sequence[Run]:
        """Its words part by part."""
        return (Run(self.text),) if isinstance(self.text, str) else self.text


@dataclass(frozen=True)
class Listing:
    """Points, or numbered steps."""

    items: Sequence[Paragraph]
    is_numbered: bool = False


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it. A `wide` one is printed across, for tables of many columns.

    One that `begins_page` is printed from the top of a page.
    """

    title: str
    blocks: Sequence["Block"]
    is_wide: bool = False
    begins_page: bool = False


Block = Section | Paragraph | Listing | Table | Figure | Note


@dataclass(frozen=True)
class Cover:
    """The first page of a deliverable: what it belongs to, its facts, its versions, and who paid for it."""

    heading: str
    facts: Sequence[Note] = ()
    versions: Table | None = None
    statement: str = ""


@dataclass(frozen=True)
class Document:
    """What a file holds, in one language. `notes` tell how it came about and stand at its end."""

    title: str
    language: str
    blocks: Sequence[Block]
    notes: Sequence[Note] = field(default_factory=tuple[Note, ...])
    direction: str = "ltr"
    cover: Cover | None = None

    @property
    def tables(self) -> Sequence[Table]:
        """Every table in the order of reading, those of figures among them."""
        covered = [self.cover.versions] if self.cover and self.cover.versions else []
        return [*covered, *(table for block in walk(self.blocks) if (table := _table_of(block)))]


def walk(blocks: Sequence[Block]) -> Iterator[Block]:
    """Every block in the order of reading, a section before what stands under it."""
    for block in blocks:
        yield block
        if isinstance(block, Section):
            yield from walk(block.blocks)


def _table_of(block: Block) -> Table | None:
    return block if isinstance(block, Table) else block.table if isinstance(block, Figure) else None
