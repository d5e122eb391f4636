"""DOCX: real headings, captions and languages, and opened by another program."""

import io
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest
from docx.oxml.ns import qn

from app.documents.document import Document, Note, Paragraph, Section
from app.documents.docx_xml import EMU_PER_TWIP
from app.documents.pictures import with_pictures
from app.documents.to_docx import to_docx
from tests.documents.accessible import check_docx
from tests.documents.samples import (
    ARABIC,
    BULGARIAN,
    GREEK,
    HEBREW,
    SAMPLES,
    make_figure,
    make_hostile,
    make_report,
    make_right_to_left,
)
from tests.documents.templates import make_template


def opened(document: Document, template: bytes | None = None) -> Any:
    return docx.Document(io.BytesIO(to_docx(with_pictures(document), template)))


def styled(file: Any, style: str) -> list[str]:
    return [one.text for one in file.paragraphs if one.style.name == style]


def test_headings_are_headings_and_the_title_is_a_title() -> None:
    file = opened(make_report())
    assert styled(file, "Title") == ["Five-year joint action plan"]
    assert styled(file, "Heading 1") == [
        "Executive summary",
        "Initiative sheets",
        "Roadmap and budget",
        "Annex",
        "Numbers of the figures",
        "About this document",
    ]
    assert styled(file, "Heading 3")[:2] == ["Why it is in", "What it needs"]
    assert file.core_properties.title == "Five-year joint action plan"
    assert file.core_properties.language == "en"


def test_captions_are_numbered_by_fields() -> None:
    file = opened(make_report())
    captions = styled(file, "Caption")
    assert captions[:2] == [
        "Table 1. What each initiative costs",
        "Figure 1. Finding number 1: four initiatives split the groups",
    ]
    assert captions[-1] == "Table 7. The numbers of figure 2"
    instructions = [one.text for one in file.element.iter(qn("w:instrText"))]
    assert sum(" SEQ Table " in one for one in instructions) == 7
    assert sum(" SEQ Figure " in one for one in instructions) == 2


def test_the_contents_read_without_being_renewed_and_lead_to_the_headings() -> None:
    file = opened(make_report())
    links = [one for one in file.element.iter(qn("w:hyperlink")) if one.get(qn("w:anchor"))]
    marks = {one.get(qn("w:name")): one for one in file.element.iter(qn("w:bookmarkStart"))}
    headings = [one.text for one in file.paragraphs if one.style.name in ("Heading 1", "Heading 2", "Heading 3")]
    assert ["".join(text.text for text in one.iter(qn("w:t"))) for one in links] == headings
    for link, heading in zip(links, headings, strict=True):
        own = marks[link.get(qn("w:anchor"))].getparent()
        assert "".join(text.text for text in own.iter(qn("w:t"))) == heading
    assert next(one.text for one in file.element.iter(qn("w:instrText"))).startswith(" TOC ")


def test_every_run_has_the_language_it_is_in() -> None:
    file = opened(make_report())
    spoken = {
        "".join(text.text or "" for text in run.iter(qn("w:t"))): run.find(f"{qn('w:rPr')}/{qn('w:lang')}")
        for run in file.element.iter(qn("w:r"))
    }
    assert spoken[BULGARIAN].get(qn("w:val")) == "bg"
    assert spoken[GREEK].get(qn("w:val")) == "el"
    assert spoken["First step"].get(qn("w:val")) == "en"


def test_names_from_the_right_are_runs_of_their_own() -> None:
    file = opened(make_report())
    turned = [
        "".join(text.text or "" for text in run.iter(qn("w:t")))
        for run in file.element.iter(qn("w:r"))
        if run.find(f"{qn('w:rPr')}/{qn('w:rtl')}") is not None
    ]
    assert turned == [HEBREW, ARABIC]


def test_a_document_from_the_right_is_mirrored() -> None:
    file = opened(make_right_to_left())
    heading = next(one for one in file.paragraphs if one.style.name == "Heading 1")
    assert heading._p.pPr.find(qn("w:bidi")) is not None
    assert all(one._tbl.tblPr.find(qn("w:bidiVisual")) is not None for one in file.tables)
    assert file.sections[0]._sectPr.find(qn("w:bidi")) is not None


def test_wide_sections_lie_across_and_the_cover_has_no_footer() -> None:
    file = opened(make_report())
    assert [one.page_width > one.page_height for one in file.sections] == [False, True, False]
    assert [one.different_first_page_header_footer for one in file.sections] == [True, False, False]
    assert file.sections[0].first_page_footer.paragraphs[0].text == ""
    assert file.sections[0].footer.paragraphs[0].text == "Five-year joint action plan  ·  Page 1 of 1"
    fields = [one.text.strip() for one in file.sections[0].footer._element.iter(qn("w:instrText"))]
    assert fields == ["PAGE", "NUMPAGES"]


def test_a_wide_section_at_the_beginning_leaves_the_cover_upright() -> None:
    wide = Section("Across", [Paragraph("x")], is_wide=True)
    file = opened(Document("T", "en", [wide], [Note("a", "b")], cover=make_report().cover))
    assert [one.page_width > one.page_height for one in file.sections] == [False, True, False]


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_table_is_wider_than_its_page(sample: str) -> None:
    file = opened(SAMPLES[sample]())
    section, found = 0, 0
    for element in file.element.body:
        room = file.sections[section]
        if element.tag == qn("w:tbl"):
            widths = [int(one.get(qn("w:w"))) for one in element.iter(qn("w:gridCol"))]
            assert sum(widths) <= (room.page_width - room.left_margin - room.right_margin) / EMU_PER_TWIP
            found += 1
        section += any(True for _ in element.iter(qn("w:sectPr"))) and element.tag == qn("w:p")
    assert found or sample == "empty"


@pytest.mark.parametrize("make", [make_report, make_hostile])
def test_the_same_document_is_the_same_bytes(make: Callable[[], Document]) -> None:
    first = to_docx(with_pictures(make()))
    time.sleep(2.1)  # the clock of a ZIP archive counts in steps of two seconds
    assert to_docx(with_pictures(make())) == first


def test_steps_begin_with_one_in_each_list() -> None:
    file = opened(make_report(sheets=1))
    report = make_report(sheets=1)
    steps = report.blocks[0]
    assert isinstance(steps, Section)
    both = opened(Document("T", "en", [steps, steps]))
    assert len(_numbers(file, "List Number")) == 1
    assert len(_numbers(both, "List Number")) == 2


def _numbers(file: Any, style: str) -> set[str]:
    items = [one for one in file.paragraphs if one.style.name == style]
    return {one._p.pPr.numPr.numId.val for one in items}


def test_a_figure_with_signs_that_no_file_holds_is_drawn() -> None:
    figure = replace(make_figure(), svg=make_figure().svg.replace("</svg>", "<text>a\x01b\uffff</text></svg>"))
    assert check_docx(to_docx(with_pictures(Document("T", "en", [figure])))) == []


@pytest.mark.parametrize("sample", [*SAMPLES, "template"])
def test_libreoffice_opens_it_and_makes_a_pdf(sample: str, tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("no LibreOffice: apt-get install libreoffice-writer-nogui")
    template = make_template(without=("Caption",)) if sample == "template" else None
    file = tmp_path / "report.docx"
    file.write_bytes(to_docx(with_pictures(SAMPLES.get(sample, make_report)()), template))
    command = [office, "--headless", f"-env:UserInstallation=file://{tmp_path}/home", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", str(tmp_path), str(file)], check=True, capture_output=True, timeout=120)
    text = "".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "report.pdf").pages)
    text = "".join(text.split())
    words = {"empty": "Nobody has answered yet.", "hostile": "<script>&amp;", "right to left": "Alba Serra"}
    assert "".join(words.get(sample, BULGARIAN).split()) in text
