"""Files people open elsewhere: the same bytes each time, no formula, no merged cell, numbers as numbers."""

import csv
import io
import json
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from app.documents.document import Column, Cover, Document, Note, Table
from app.documents.to_csv import to_csv
from app.documents.to_json import to_json
from app.documents.to_xlsx import to_xlsx

RISKY = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =HYPERLINK()"]

COVER = Cover("BioNorth", [Note("Type", "Report")], statement="Who paid")


@pytest.fixture
def document() -> Document:
    columns = [Column("title", "Title"), Column("share", "Share", 0, is_share=True), Column("mean", "Title", 2)]
    rows = [[text, 0.25, -1.5] for text in RISKY] + [["Größe, „и“", None, 3]]
    return Document("A list", "en", [Table("A: list/with [signs]", columns, rows)], [Note("seed", "=1")])


@pytest.mark.parametrize("write", [to_csv, to_xlsx, to_json])
def test_the_same_document_gives_the_same_bytes(document: Document, write: Callable[[Document], bytes]) -> None:
    first = write(document)
    time.sleep(2.1)  # the clock of a ZIP archive counts in steps of two seconds
    assert write(document) == first


def test_csv_is_text_a_spreadsheet_does_not_calculate(document: Document) -> None:
    data = to_csv(document)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["Title", "Share", "Title"]
    assert [row[0] for row in rows[1:7]] == [f"'{text}" for text in RISKY]
    assert rows[1][1:] == ["0.25", "-1.5"]
    assert rows[7] == ["Größe, „и“", "", "3"]


def test_xlsx_has_tables_numbers_and_neither_formulas_nor_merged_cells(document: Document) -> None:
    book = load_workbook(io.BytesIO(to_xlsx(document)))
    sheet = book.worksheets[1]
    assert sheet.merged_cells.ranges == set()
    assert len(sheet.tables) == 1
    assert [cell.data_type for cell in sheet["A"][1:]] == ["s"] * 7
    assert sheet["A2"].value == "=1+1"
    assert sheet["B2"].value == 0.25
    assert sheet["B2"].number_format == "0%"
    assert sheet["C2"].number_format == "#,##0.00"
    assert sheet["B8"].value is None
    assert sheet.freeze_panes == "C2"


def test_xlsx_begins_with_what_the_document_is(document: Document) -> None:
    book = load_workbook(io.BytesIO(to_xlsx(replace(document, language="de", cover=COVER))))
    sheet = book.worksheets[0]
    assert sheet.title == "Über dieses Dokument"
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["A list", None],
        ["BioNorth", None],
        ["Type", "Report"],
        ["seed", "=1"],
        [None, "Who paid"],
        ["A listwith signs", "A: list/with [signs]"],
    ]
    assert [cell.data_type for cell in sheet["B"] if cell.value] == ["s"] * 4


def test_xlsx_of_tables_alone_begins_with_the_first(document: Document) -> None:
    twice = replace(document, notes=(), blocks=[*document.blocks, *document.blocks])
    assert load_workbook(io.BytesIO(to_xlsx(twice))).sheetnames == ["A listwith signs", "A listwith signs 2"]


def test_xlsx_cuts_headings_that_a_table_cannot_hold() -> None:
    columns = [Column(key, "Long heading " * 30, 0) for key in ("one", "two")]
    book = load_workbook(io.BytesIO(to_xlsx(Document("Long", "en", [Table("Long", columns, [[1, 2]])]))))
    sheet = book.worksheets[-1]
    (table,) = sheet.tables.values()
    headings = [str(cell.value) for cell in sheet[1]]
    assert [len(one) for one in headings] == [255, 255]
    assert len(set(headings)) == 2
    assert [one.name for one in table.tableColumns] == headings


def test_xlsx_counts_the_signs_of_a_sheet_as_spreadsheets_do() -> None:
    titles = ["\U0001f600" * 40, "\U0001f600" * 40, "a" + "\U0001f600" * 40]
    tables = [Table(title, [Column("a", "A")], [["x"]]) for title in titles]
    data = to_xlsx(Document("&\U0001f600" * 100, "en", tables))
    names = load_workbook(io.BytesIO(data)).sheetnames
    assert names == ["\U0001f600" * 15, "\U0001f600" * 14 + " 2", "a" + "\U0001f600" * 15]


def test_xlsx_of_nothing_says_so_much() -> None:
    assert load_workbook(io.BytesIO(to_xlsx(Document("Nothing", "en", [])))).worksheets[0]["A1"].value == "Nothing"


def test_json_says_undefined_as_null(document: Document) -> None:
    content = json.loads(to_json(document))
    assert content["tables"][0]["rows"][6] == {"title": "Größe, „и“", "share": None, "mean": 3}


def test_a_row_with_a_cell_too_few_is_no_table() -> None:
    with pytest.raises(ValueError, match="one cell a column"):
        Table("t", [Column("a", "a"), Column("b", "b")], [["only one"]])
