"""Rows out of a sheet somebody made elsewhere, and what is wrong with them, by row and column."""

import csv
import io
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.core.errors import Invalid
from app.documents.to_csv import is_risky

if TYPE_CHECKING:
    from openpyxl import Workbook

MOST_ROWS = 5000
LARGEST_FILE = 20_000_000
LARGEST_UNPACKED = 100_000_000
SMALL_UNPACKED, MOST_TIMES = 10_000_000, 25
"""Reading takes about a second a megabyte: above the small ones a file unpacks to a multiple of itself and no more."""
LONGEST_GAP = 500
"""Some programs save a million empty rows below a sheet; after so many of them nothing more is looked for."""


@dataclass(frozen=True)
class Fault:
    """What is wrong where: the row as the sheet numbers it (or the place in a JSON file), column and reason.

    The reason is a message, and `values` are what its placeholders stand for.
    """

    row: int
    column: str
    reason: str
    values: Mapping[str, object] = field(default_factory=dict[str, object])

    def __str__(self) -> str:
        reason = self.reason % self.values if self.values else self.reason
        return f"Row {self.row}, {self.column}: {reason.removesuffix('.')}."


class FaultyFile(Invalid):
    """A file with faults; nothing of it is used."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def read_rows(name: str, data: bytes, most: int = MOST_ROWS) -> Iterator[list[str]]:
    """The rows of a CSV or XLSX sheet as texts, by the name's ending, one after the other.

    Raises Invalid for other files, and while rows are read for a sheet that is damaged, too long, or a bomb.
    """
    if len(data) > LARGEST_FILE:
        raise Invalid("This file is too large.")
    kind = name.rpartition(".")[2].lower()
    if kind == "csv":
        return _csv_rows(data, most)
    if kind == "xlsx":
        return _xlsx_rows(data, most)
    raise Invalid("Sheets are read from .csv and .xlsx files.")


def _csv_rows(data: bytes, most: int) -> Iterator[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("This sheet is not in UTF-8. Save it as CSV UTF-8.") from error
    first_line = text.partition("\n")[0]
    separator = max((",", ";", "\t"), key=first_line.count)
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)):
            if number > most:
                raise Invalid("This sheet has too many rows.")
            yield [_unguarded(cell) for cell in row]
    except csv.Error as error:
        raise Invalid("This sheet cannot be read as CSV.") from error


def _unguarded(cell: str) -> str:
    """A cell without the apostrophe that our own files put before what a spreadsheet would calculate."""
    return cell[1:] if cell[:1] == "'" and is_risky(cell) else cell


def read_sheets(data: bytes, names: Collection[str]) -> dict[str, list[list[str]]]:
    """The rows of the named sheets of an XLSX workbook, each at its number less one; sheets not there are left out.

    Raises Invalid for a file that is damaged, too long, or a bomb.
    """
    if len(data) > LARGEST_FILE:
        raise Invalid("This file is too large.")
    found: dict[str, list[list[str]]] = {}
    try:
        book = _workbook(data)
        for sheet in book.worksheets:
            if sheet.title.strip().lower() in names:
                found[sheet.title.strip().lower()] = _until_gap(sheet.iter_rows(values_only=True, max_col=200))
    except Exception as error:
        raise Invalid("This file cannot be read as an XLSX sheet.") from error
    if any(len(rows) > MOST_ROWS for rows in found.values()):
        raise Invalid("This sheet has too many rows.")
    return found


def _until_gap(lines: Iterator[tuple[object, ...]]) -> list[list[str]]:
    rows: list[list[str]] = []
    last = 0
    for cells in lines:
        rows.append([_text(cell) for cell in cells])
        if any(rows[-1]):
            last = len(rows)
        if len(rows) - last > LONGEST_GAP or last > MOST_ROWS:
            break
    return rows[:last]


def _workbook(data: bytes) -> "Workbook":
    from openpyxl import load_workbook  # a start does without it

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        most = min(LARGEST_UNPACKED, max(SMALL_UNPACKED, MOST_TIMES * len(data)))
        if sum(part.file_size for part in archive.infolist()) > most:
            raise ValueError("this archive unpacks to more than a sheet can be")
    return load_workbook(io.BytesIO(data), read_only=True, data_only=True)


def _xlsx_rows(data: bytes, most: int) -> Iterator[list[str]]:
    try:
        book = _workbook(data)
        rows = [
            [_text(cell) for cell in cells]
            for cells in book.worksheets[0].iter_rows(values_only=True, max_row=most + 2, max_col=200)
        ]
    except Exception as error:
        raise Invalid("This file cannot be read as an XLSX sheet.") from error
    if len(rows) > most + 1:
        raise Invalid("This sheet has too many rows.")
    yield from rows


def _text(cell: object) -> str:
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
