"""The same rows, in the same order, with the same numbers, in every format: read back by readers of their own."""

import csv
import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import docx
import pypdf
import pytest
from openpyxl import load_workbook

from app.documents.document import Column, Document, Table
from app.documents.printed import grids_of
from app.documents.showing import shown
from app.documents.writing import written
from tests.documents.samples import make_report

DOCUMENT = make_report("de")
ANNEXED = ("Shares",)


def as_read(table: Table) -> list[list[str]]:
    """The cells of a table as people read them, made apart from the writers' own way."""
    columns = table.columns
    return [
        [column.heading for column in columns],
        *([shown(cell, column, "de") for cell, column in zip(row, columns, strict=True)] for row in table.rows),
    ]


def body_tables() -> list[Table]:
    return [table for table in DOCUMENT.tables if table.title not in ANNEXED]


def figure_tables() -> list[Table]:
    return [table for table in DOCUMENT.tables if table.title in ANNEXED]


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.is_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        match tag:
            case "table":
                self.tables.append([])
            case "tr":
                self.tables[-1].append([])
            case "th" | "td":
                self.tables[-1][-1].append("")
                self.is_cell = True
            case _:
                pass

    def handle_endtag(self, tag: str) -> None:
        self.is_cell = self.is_cell and tag not in ("th", "td")

    def handle_data(self, data: str) -> None:
        if self.is_cell:
            self.tables[-1][-1][-1] += data


def in_html() -> list[list[list[str]]]:
    reader = _Tables()
    reader.feed(written(DOCUMENT, "html").decode())
    return reader.tables


def in_docx() -> list[list[list[str]]]:
    file: Any = docx.Document(io.BytesIO(written(DOCUMENT, "docx")))
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in file.tables]


def in_order(text: str, words: Iterator[str]) -> None:
    at = 0
    for word in words:
        sought = re.sub(r"\s+", "", word)
        found = text.find(sought, at)
        assert found >= 0, f"{word} is not where it should be"
        at = found + len(sought)


def test_numbers_are_written_as_the_language_does() -> None:
    assert as_read(body_tables()[1])[1] == [
        "Shared demonstration line number 1",
        "Nordhavn BioCluster",
        "1.234.567",
        "2.469.135",
        "3.703.702",
        "30\xa0%",
    ]


def test_a_percent_sign_stays_with_its_number_in_the_head_of_a_column() -> None:
    narrow = Table("t", [Column("low", "95 % from", 0, is_share=True)], [[0.5]])
    (grid,) = grids_of(narrow, "en", None, is_wide=False)
    assert [head.text for head in grid.heads] == ["95\xa0% from"]


def test_html_has_every_table_where_it_is_mentioned() -> None:
    assert in_html() == [as_read(table) for table in DOCUMENT.tables]


def test_docx_has_every_table_and_those_of_figures_at_its_end() -> None:
    assert in_docx() == [as_read(table) for table in (*body_tables(), *figure_tables())]


def test_pdf_has_every_cell_in_its_order() -> None:
    pages = pypdf.PdfReader(io.BytesIO(written(DOCUMENT, "pdf"))).pages
    text = re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))
    rows = (row for table in (*body_tables(), *figure_tables()) for row in as_read(table)[1:])
    in_order(text, (cell for row in rows for cell in row))


def test_xlsx_has_the_numbers_themselves() -> None:
    book: Any = load_workbook(io.BytesIO(written(DOCUMENT, "xlsx")))
    for sheet, table in zip(book.worksheets[1:], DOCUMENT.tables, strict=True):
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert rows[0] == [column.heading for column in table.columns]
        for read, row in zip(rows[1:], table.rows, strict=True):
            # a workbook keeps sixteen digits
            assert read == [pytest.approx(cell, rel=1e-15) if isinstance(cell, float) else cell for cell in row]


def test_json_and_csv_have_the_numbers_themselves() -> None:
    content = json.loads(written(DOCUMENT, "json"))
    assert [[[*row.values()] for row in table["rows"]] for table in content["tables"]] == [
        [list(row) for row in table.rows] for table in DOCUMENT.tables
    ]
    rows = list(csv.reader(io.StringIO(written(DOCUMENT, "csv").decode("utf-8-sig"))))
    assert rows == [["Version", "What changed"], ["0.1", "Draft"], ["1.0", "Adopted"]]


@pytest.mark.parametrize("kind", ["docx", "pdf", "html"])
def test_captions_have_the_same_numbers(kind: Any) -> None:
    data = written(DOCUMENT, kind)
    if kind == "docx":
        file: Any = docx.Document(io.BytesIO(data))
        text = "\n".join(one.text for one in file.paragraphs)
    elif kind == "pdf":
        text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    else:
        text = re.sub(r"<[^>]+>", "", data.decode())
    titles = ("What each initiative costs", "Cost by year", "Cost by year", "Budget by year", "Annex table 1")
    in_order(
        re.sub(r"\s+", "", text),
        (f"Tabelle {number}. {title}" for number, title in enumerate(titles, start=1)),
    )
    assert re.sub(r"\s+", "", "Abbildung 2. Finding number 2") in re.sub(r"\s+", "", text)


def test_the_document_read_back_is_not_empty() -> None:
    assert isinstance(DOCUMENT, Document)
    assert len(body_tables()) == 6
    assert len(figure_tables()) == 2
