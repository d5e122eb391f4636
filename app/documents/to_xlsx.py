"""A document as an XLSX workbook: one sheet a table, and one for the notes."""

import io
from datetime import UTC, datetime

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from app.documents.document import Document, Table

# a fixed day, so that the same document gives the same bytes
CREATED = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
WIDEST = 60


def to_xlsx(document: Document) -> bytes:
    """The bytes of the file: real tables with header rows, frozen panes, no merged cells and no formulas."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(
        data,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": document.title, "created": CREATED})
    for number, table in enumerate(document.tables, start=1):
        sheet = book.add_worksheet(_sheet_name(table.title, number))
        _write_table(book, sheet, table, number)
        if document.direction == "rtl":
            sheet.right_to_left()
    notes = book.add_worksheet("Notes")
    notes.set_column(0, 0, 28)
    notes.set_column(1, 1, WIDEST)
    for row, note in enumerate(document.notes):
        notes.write_string(row, 0, note.label)
        notes.write_string(row, 1, note.text)
    book.close()
    return data.getvalue()


def _write_table(book: xlsxwriter.Workbook, sheet: Worksheet, table: Table, number: int) -> None:
    last = max(len(table.rows), 1)
    sheet.add_table(
        0,
        0,
        last,
        len(table.columns) - 1,
        {
            "name": f"Table{number}",
            "style": "Table Style Light 1",
            "columns": [{"header": heading} for heading in _distinct(table)],
        },
    )
    for place, column in enumerate(table.columns):
        kind = "0%" if column.is_share else "0" if not column.digits else f"0.{'0' * column.digits}"
        shown = book.add_format({"num_format": kind})
        longest = max(
            [
                len(column.heading),
                *(len(str(row[place])) for row in table.rows if isinstance(row[place], str)),
            ]
        )
        sheet.set_column(place, place, min(longest + 2, WIDEST))
        for line, row in enumerate(table.rows, start=1):
            cell = row[place]
            if isinstance(cell, str):
                sheet.write_string(line, place, cell)
            elif cell is not None:
                sheet.write_number(line, place, cell, shown)
    sheet.freeze_panes(1, 2)
    sheet.set_landscape()
    sheet.repeat_rows(0)


def _distinct(table: Table) -> list[str]:
    """Headings, told apart by their key where two are the same: a table in XLSX cannot repeat one."""
    headings = [column.heading for column in table.columns]
    return [
        column.heading if headings.count(column.heading) == 1 else f"{column.heading} ({column.key})"
        for column in table.columns
    ]


def _sheet_name(title: str, number: int) -> str:
    """A title as Excel accepts it for a sheet: 31 signs, without those it keeps for itself."""
    kept = "".join(sign for sign in title if sign not in "[]:*?/\\'")[:31].strip()
    return kept or f"Table {number}"
