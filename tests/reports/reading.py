"""What tests of reports share: everything a document says, read part by part."""

from collections.abc import Iterator, Sequence

from app.documents.document import Block, Document, Figure, Listing, Note, Paragraph, Section, Table, walk


def texts_of(document: Document) -> Iterator[str]:
    """Every text of a document in the order of reading, those of tables and pictures among them."""
    yield document.title
    if document.cover:
        yield document.cover.heading
        yield from _facts(document.cover.facts)
        yield document.cover.statement
        if document.cover.versions:
            yield from _cells(document.cover.versions)
    for block in walk(document.blocks):
        yield from _texts(block)
    yield from _facts(document.notes)


def _texts(block: Block) -> Iterator[str]:
    match block:
        case Section():
            yield block.title
        case Paragraph():
            yield "".join(run.text for run in block.runs)
        case Listing():
            for item in block.items:
                yield "".join(run.text for run in item.runs)
        case Note():
            yield from _facts([block])
        case Table():
            yield from _cells(block)
        case Figure():
            yield from (block.title, block.alt, block.note)
            if block.table:
                yield from _cells(block.table)


def _facts(notes: Sequence[Note]) -> Iterator[str]:
    for note in notes:
        yield from (note.label, note.text)


def _cells(table: Table) -> Iterator[str]:
    yield from (table.title, table.note)
    yield from (column.heading for column in table.columns)
    yield from (cell for row in table.rows for cell in row if isinstance(cell, str))


def section(document: Document, title: str) -> Section:
    """The section of a title."""
    return next(block for block in walk(document.blocks) if isinstance(block, Section) and block.title == title)


def table(document: Document, title: str) -> Table:
    """The table of a title."""
    return next(one for one in document.tables if one.title == title)


def records(one: Table) -> list[dict[str, object]]:
    """The rows of a table by the keys of its columns."""
    return [dict(zip((column.key for column in one.columns), row, strict=True)) for row in one.rows]


def whole(document: Document) -> str:
    """Everything a document says as one text."""
    return "\n".join(texts_of(document))
