"""A document's first table as CSV (RFC 4180, UTF-8 with byte order mark)."""

import csv
import io

from app.documents.document import Cell, Document

RISKY = ("=", "+", "-", "@", "\t", "\r")


def to_csv(document: Document) -> bytes:
    """The bytes of the file. Text that a spreadsheet would take for a formula gets an apostrophe in front."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    table = document.tables[0]
    writer.writerow([safe(column.heading) for column in table.columns])
    writer.writerows([[safe(cell) for cell in row] for row in table.rows])
    return text.getvalue().encode("utf-8-sig")


def safe(cell: Cell) -> Cell:
    """A cell that a spreadsheet shows and never calculates; numbers stay numbers.

    A text that has such apostrophes already gets one more, so that taking one off gives back every text.

    >>> safe("=1+1"), safe("'=1+1"), safe(-3), safe(None)
    ("'=1+1", "''=1+1", -3, '')
    """
    if cell is None:
        return ""
    return f"'{cell}" if isinstance(cell, str) and is_risky(cell) else cell


def is_risky(text: str) -> bool:
    """Whether a spreadsheet would calculate a text, or we have guarded one like it with an apostrophe.

    >>> is_risky(" =1"), is_risky("'-1"), is_risky("It's")
    (True, True, False)
    """
    return text.lstrip("'").lstrip(" ").startswith(RISKY)
