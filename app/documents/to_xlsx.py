"""A document as an XLSX workbook: a sheet about it, then one sheet a table."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from app.core.catalogues import translate
from app.documents.document import Cell, Column, Document, Note, Table
from app.documents.showing import cleaned

# a fixed day, so that the same document gives the same bytes
CREATED = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
WIDEST, NARROWEST = 60, 8
LONGEST_NAME, LONGEST_CELL, LONGEST_FOOT = 31, 32_767, 100
LONGEST_HEADING = 255
"""Of a column of a table; a longer one makes a file that must be repaired."""
FORBIDDEN = "[]:*?/\\'"
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def to_xlsx(document: Document) -> bytes:
    """The bytes of the file: real tables with header rows, frozen panes, no merged cells and no formulas.

    The sheet about the document comes first; a document of nothing but tables has none.
    """
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, OPTIONS)
    book.set_properties({"title": cleaned(document.title)[:255], "created": CREATED})
    book.set_custom_property("Language", document.language)
    about = translate(document.language, "About this document")
    has_about = bool(document.notes or document.cover or not document.tables)
    names = _names([*([about] if has_about else []), *(table.title for table in document.tables)])
    sheets = [book.add_worksheet(name) for name in names]
    if has_about:
        _write_about(book, sheets[0], document, names[1:])
    for number, (sheet, table) in enumerate(zip(sheets[has_about:], document.tables, strict=True), start=1):
        _write_table(book, sheet, table, number)
    for sheet in sheets:
        sheet.set_paper(9)
        sheet.set_footer(f"&L{cleaned(document.title)[:LONGEST_FOOT].replace('&', '&&')}&R&P / &N")
        if document.direction == "rtl":
            sheet.right_to_left()
    book.close()
    return data.getvalue()


def _write_about(book: xlsxwriter.Workbook, sheet: Worksheet, document: Document, names: Sequence[str]) -> None:
    """The title, the facts of the cover, how the document came about, and which sheet holds what."""
    plain, strong = (book.add_format({"text_wrap": True, "valign": "top", "bold": bold}) for bold in (False, True))
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 90)
    cover = document.cover
    lines = [
        *([Note(cover.heading, "")] if cover and cover.heading else []),
        *(cover.facts if cover else ()),
        *document.notes,
        *([Note("", cover.statement)] if cover and cover.statement else []),
        *(Note(name, table.title) for name, table in zip(names, document.tables, strict=True)),
    ]
    sheet.write_string(0, 0, _fitting(document.title), book.add_format({"bold": True, "font_size": 14}))
    for row, note in enumerate(lines, start=1):
        for place, text, shape in ((0, note.label, strong), (1, note.text, plain)):
            if text:
                sheet.write_string(row, place, _fitting(text), shape)


def _write_table(book: xlsxwriter.Workbook, sheet: Worksheet, table: Table, number: int) -> None:
    sheet.add_table(
        0,
        0,
        max(len(table.rows), 1),
        len(table.columns) - 1,
        {
            "name": f"Table{number}",
            "style": "Table Style Light 1",
            "columns": [{"header": heading} for heading in _distinct(table)],
        },
    )
    for place, column in enumerate(table.columns):
        shown = book.add_format({"num_format": number_format(column), "valign": "top"})
        words = book.add_format({"text_wrap": True, "valign": "top"})
        cells = [row[place] for row in table.rows]
        sheet.set_column(place, place, _width(column, cells))
        for line, cell in enumerate(cells, start=1):
            if isinstance(cell, str):
                sheet.write_string(line, place, _fitting(cell), words)
            elif cell is not None:
                sheet.write_number(line, place, cell, shown)
    sheet.freeze_panes(1, min(2, len(table.columns) - 1))
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def number_format(column: Column) -> str:
    """How a spreadsheet shows a column's numbers; it writes the separators of its own language.

    >>> [number_format(one) for one in (Column("a", "", 2), Column("year", "", 0), Column("a", "", 1, True))]
    ['#,##0.00', '0', '0%']
    """
    if column.is_share:
        return "0%"
    whole = "0" if column.is_year else "#,##0"
    return f"{whole}.{'0' * column.digits}" if column.digits else whole


def _width(column: Column, cells: Sequence[Cell]) -> int:
    texts = (line for cell in cells if isinstance(cell, str) for line in cell.split("\n"))
    numbers = (len(f"{cell:,.{column.digits or 0}f}") for cell in cells if isinstance(cell, int | float))
    longest = max([len(column.heading) + 2, *(len(text) for text in texts), *numbers])
    return min(max(longest + 2, NARROWEST), WIDEST)


def _fitting(text: str) -> str:
    """A text as a cell can hold it."""
    return cleaned(text)[:LONGEST_CELL]


def _distinct(table: Table) -> list[str]:
    """Headings, told apart by their key where two are the same: a table in XLSX cannot repeat one, big or small."""
    headings = [column.heading[:LONGEST_HEADING].lower() for column in table.columns]
    return [
        _fitting(
            column.heading
            if headings.count(column.heading[:LONGEST_HEADING].lower()) == 1
            else f"{column.heading[: LONGEST_HEADING - len(column.key) - 3]} ({column.key})"
        )[:LONGEST_HEADING]
        for column in table.columns
    ]


def _names(titles: Sequence[str]) -> list[str]:
    """Titles as Excel accepts them for sheets: 31 signs, without those it keeps for itself, no two alike."""
    names: list[str] = []
    for number, title in enumerate(titles, start=1):
        kept = "".join(sign for sign in cleaned(title).replace("\n", " ") if sign not in FORBIDDEN)
        name = _cut(kept, LONGEST_NAME).strip() or f"Table {number}"
        if name.lower() in (one.lower() for one in names) or name.lower() == "history":
            ending = f" {number}"
            name = _cut(name, LONGEST_NAME - len(ending)).strip() + ending
        names.append(name)
    return names


def _cut(text: str, longest: int) -> str:
    """The beginning of a text, as Excel counts: an emoji is two signs to it."""
    return text.encode("utf-16-le")[: 2 * longest].decode("utf-16-le", errors="ignore")
