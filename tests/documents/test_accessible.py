"""Every kind of document can be read by those who cannot see it; and the checks do find what they look for."""

import io
import zipfile
from collections.abc import Callable
from functools import cache

import pikepdf
import pytest
from openpyxl import load_workbook

from app.documents.writing import Kind, written
from tests.documents.accessible import check_docx, check_html, check_pdf, check_xlsx
from tests.documents.samples import SAMPLES

CHECKS: dict[Kind, Callable[[bytes], list[str]]] = {
    "docx": check_docx,
    "pdf": check_pdf,
    "html": check_html,
    "xlsx": check_xlsx,
}


@cache
def file(sample: str, kind: Kind) -> bytes:
    return written(SAMPLES[sample](), kind)


@pytest.mark.parametrize("kind", CHECKS)
@pytest.mark.parametrize("sample", SAMPLES)
def test_every_kind_of_document_is_accessible(sample: str, kind: Kind) -> None:
    assert CHECKS[kind](file(sample, kind)) == []


def changed(data: bytes, part: str, old: str, new: str) -> bytes:
    """An archive with one text of one part replaced."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(made, "w") as copy:
        for name in archive.namelist():
            content = archive.read(name)
            if name == part:
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode())
            copy.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("part", "old", "new", "fault"),
    [
        ("word/document.xml", "<w:tblHeader/>", "", "a table without a marked head"),
        ("word/document.xml", 'descr="Bars', 'title="Bars', "a picture without alternative text"),
        ("word/document.xml", 'w:val="Heading2"', 'w:val="Heading4"', "a heading of level 4 follows one of level 1"),
        ("word/document.xml", '<w:lang w:val="en"/>', "", "a run without a language"),
        ("word/document.xml", " TOC ", " TAC ", "no table of contents"),
        ("word/document.xml", "SEQ Figure", "SEQ Thing", "a picture without a caption"),
        ("word/document.xml", 'w:val="Title"', 'w:val="Normal"', "no paragraph is the title"),
        ("docProps/core.xml", ">Five-year joint action plan<", "><", "no title"),
        ("docProps/core.xml", ">en<", "><", "no language"),
    ],
)
def test_faults_of_docx_are_found(part: str, old: str, new: str, fault: str) -> None:
    assert fault in check_docx(changed(file("report", "docx"), part, old, new))


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("/MarkInfo", "it is not tagged"),
        ("/Lang", "no language"),
        ("/Outlines", "no outline"),
        ("/ViewerPreferences", "it does not show its title"),
        ("/Metadata", "no title"),
    ],
)
def test_faults_of_pdf_are_found(key: str, fault: str) -> None:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(file("report", "pdf"))) as pdf:
        del pdf.Root[key]
        pdf.save(made)
    assert fault in check_pdf(made.getvalue())


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (' lang="en"', "", "no language"),
        ("<h2", "<h4", "a heading of level 4 follows one of level 1"),
        ('alt="Bars', 'title="Bars', "a picture without alternative text"),
        (' scope="row"', "", "a head without a scope"),
        ("<caption", "<caption hidden></caption><x", "</caption> closes nothing"),
        ("<title>", "<title></title><title>", "no title"),
        ("<main>", "<main><script></script>", "it holds a <script>"),
        ('src="data:', 'src="https:', "a picture from elsewhere"),
    ],
)
def test_faults_of_html_are_found(old: str, new: str, fault: str) -> None:
    text = file("report", "html").decode()
    assert old in text
    if fault == "no title":
        text = text.replace(text[text.index("<title>") : text.index("</title>")], "<title>")
    assert fault in check_html(text.replace(old, new).encode())


def test_faults_of_xlsx_are_found() -> None:
    book = load_workbook(io.BytesIO(file("report", "xlsx")))
    sheet = book.worksheets[1]
    sheet.merge_cells("H20:I20")
    sheet["H22"] = "=1+1"
    sheet.freeze_panes = None
    book.properties.title = None
    made = io.BytesIO()
    book.save(made)
    name = sheet.title
    faults = {"no title", f"{name} has merged cells", f"{name} has formulas", f"{name} does not keep its head in sight"}
    assert faults <= set(check_xlsx(made.getvalue()))
