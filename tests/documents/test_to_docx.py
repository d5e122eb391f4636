"""DOCX: real headings, captions and languages, opened by another program, and in a consortium's own template."""

import io
import re
import shutil
import subprocess
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.shared import Cm, RGBColor

from app.core.errors import Invalid
from app.documents.document import Document, Note, Paragraph, Section
from app.documents.docx_template import MACROS, NO_DOCX, TAKES_IN
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
    make_empty,
    make_figure,
    make_hostile,
    make_report,
    make_right_to_left,
)


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


def make_template(*, without: tuple[str, ...] = ()) -> bytes:
    """A consortium's template: a logo in its header, a colour for headings, something in its body."""
    file: Any = docx.Document()
    file.add_paragraph("Text of the template")
    file.add_picture(io.BytesIO(with_pictures(Document("t", "en", [make_figure()])).blocks[0].png))  # type: ignore[union-attr]
    file.styles["Heading 1"].font.color.rgb = RGBColor(0xAA, 0x00, 0x55)
    header = file.sections[0].header
    header.paragraphs[0].text = "BioNorth consortium"
    header.paragraphs[0].add_run().add_picture(io.BytesIO(PIXEL), width=Cm(1))
    file.sections[0].footer.paragraphs[0].text = "Grant 101000000"
    file.sections[0].left_margin = Cm(4)
    for name in without:
        style = file.styles[name]
        style.element.getparent().remove(style.element)
    made = io.BytesIO()
    file.save(made)
    return made.getvalue()


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92"
    "ef0000000049454e44ae426082"
)


def test_a_template_keeps_its_styles_headers_and_logo_and_loses_its_body() -> None:
    file = opened(make_report(), make_template())
    assert file.styles["Heading 1"].font.color.rgb == RGBColor(0xAA, 0x00, 0x55)
    assert file.sections[0].header.paragraphs[0].text == "BioNorth consortium"
    assert list(file.sections[0].header._element.iter(qn("a:blip")))
    assert file.sections[-1].footer.paragraphs[0].text == "Grant 101000000"
    assert round(file.sections[0].left_margin.cm, 2) == 4
    assert "Text of the template" not in [one.text for one in file.paragraphs]
    assert styled(file, "Title") == ["Five-year joint action plan"]


def test_what_only_the_body_of_a_template_used_is_gone() -> None:
    data = to_docx(make_empty(), make_template())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert [name for name in archive.namelist() if "media" in name] == ["word/media/image2.png"]


@pytest.mark.parametrize("without", [("Caption",), ("Heading 1", "Heading 2", "Title"), ("List Bullet", "List Number")])
def test_a_style_that_a_template_lacks_looks_like_ours(without: tuple[str, ...]) -> None:
    data = to_docx(with_pictures(make_report()), make_template(without=without))
    assert check_docx(data) == []
    file: Any = docx.Document(io.BytesIO(data))
    for name in without:
        assert file.styles[name].type == WD_STYLE_TYPE.PARAGRAPH
        assert styled(file, name)


def repacked(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def without_document(parts: dict[str, bytes]) -> None:
    del parts["word/document.xml"]


def broken_xml(parts: dict[str, bytes]) -> None:
    parts["word/styles.xml"] = b"<w:styles"


def no_types(parts: dict[str, bytes]) -> None:
    del parts["[Content_Types].xml"]


def entities(parts: dict[str, bytes]) -> None:
    text = parts["word/document.xml"].decode()
    at = text.index("<w:document")
    parts["word/document.xml"] = (text[:at] + '<!DOCTYPE x [<!ENTITY a "b">]>' + text[at:]).encode()


def bomb(parts: dict[str, bytes]) -> None:
    parts["word/media/large.bin"] = b"\0" * 100_000_001


def many_parts(parts: dict[str, bytes]) -> None:
    parts.update({f"word/{number}.xml": b"" for number in range(2001)})


@pytest.mark.parametrize("change", [without_document, broken_xml, no_types, entities, bomb, many_parts])
def test_a_damaged_template_is_refused_in_one_sentence(change: Callable[[dict[str, bytes]], None]) -> None:
    with pytest.raises(Invalid) as refused:
        to_docx(make_empty(), repacked(make_template(), change))
    assert refused.value.message == NO_DOCX


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"%PDF-1.7", b"\0" * 1000])
def test_what_is_no_docx_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid, match="cannot be read as a DOCX"):
        to_docx(make_empty(), data)


def test_a_template_that_is_too_large_is_refused() -> None:
    with pytest.raises(Invalid, match="too large"):
        to_docx(make_empty(), b"\0" * 20_000_001)


def macros(parts: dict[str, bytes]) -> None:
    parts["word/vbaProject.bin"] = b"\0"


def macro_type(parts: dict[str, bytes]) -> None:
    types = parts["[Content_Types].xml"]
    parts["[Content_Types].xml"] = types.replace(
        b"vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        b"vnd.ms-word.document.macroEnabled.main+xml",
    )


def object_in_header(parts: dict[str, bytes]) -> None:
    rels = next(name for name in parts if name.startswith("word/_rels/header"))
    parts[rels] = parts[rels].replace(b"relationships/image", b"relationships/oleObject")


@pytest.mark.parametrize("change", [macros, macro_type, object_in_header])
def test_a_template_with_macros_is_refused(change: Callable[[dict[str, bytes]], None]) -> None:
    with pytest.raises(Invalid) as refused:
        to_docx(make_empty(), repacked(make_template(), change))
    assert refused.value.message == MACROS


def in_header(words: str, relation: str = "") -> Callable[[dict[str, bytes]], None]:
    """What puts words into the first header of a template, and a relation into what it leads to."""

    def changed(parts: dict[str, bytes]) -> None:
        name = next(name for name in parts if name.startswith("word/header"))
        parts[name] = parts[name].replace(b"</w:hdr>", f"<w:p><w:r>{words}</w:r></w:p></w:hdr>".encode())
        rels = f"word/_rels/{name.removeprefix('word/')}.rels"
        parts[rels] = parts[rels].replace(b"</Relationships>", f"{relation}</Relationships>".encode())

    return changed


KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ELSEWHERE = '<Relationship Id="rId99" Type="{}/{}" Target="http://127.0.0.1/x" TargetMode="External"/>'

FIELD = '<w:fldChar w:fldCharType="begin"/><w:instrText>{}</w:instrText><w:fldChar w:fldCharType="end"/>'
SPACES = f'xmlns:a="a" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:r="{KINDS}"'


@pytest.mark.parametrize(
    "change",
    [
        in_header("", ELSEWHERE.format(KINDS, "image")),
        in_header("<w:instrText>INCLUDE</w:instrText></w:r><w:r><w:instrText>PICTURE x</w:instrText>"),
        in_header('</w:r><w:fldSimple w:instr=" DDEAUTO x y "/><w:r>'),
        in_header(FIELD.format("PAGE") + "</w:r><w:r>" + FIELD.format("INCLUDEPICTURE x")),
        in_header(FIELD.format("INCL<!-- nothing -->UDEPICTURE x")),
        in_header(f'<w:drawing><a:blip {SPACES} r:link="rId99"/></w:drawing>', ELSEWHERE.format(KINDS, "hyperlink")),
        in_header(f'<w:pict><v:imagedata {SPACES} src="http://127.0.0.1/x"/></w:pict>'),
    ],
    ids=["picture", "split field", "field", "second field", "comment in a field", "drawn by a link", "VML"],
)
def test_a_template_that_takes_in_what_is_elsewhere_is_refused(change: Callable[[dict[str, bytes]], None]) -> None:
    with pytest.raises(Invalid, match=re.escape(TAKES_IN)):
        to_docx(make_empty(), repacked(make_template(), change))


def test_links_and_page_numbers_of_a_template_stay() -> None:
    link = f'</w:r><w:hyperlink {SPACES} r:id="rId99"><w:r><w:t>BioNorth</w:t></w:r></w:hyperlink><w:r>'
    change = in_header(FIELD.format("PAGE") + link, ELSEWHERE.format(KINDS, "hyperlink"))
    assert to_docx(make_empty(), repacked(make_template(), change))


def test_of_a_template_only_what_is_look_stays() -> None:
    def with_more(parts: dict[str, bytes]) -> None:
        kind = '<Relationship Id="rId97" Type="{}/{}" Target="theme/theme1.xml"/></Relationships>'
        rels = "word/_rels/document.xml.rels"
        parts[rels] = parts[rels].replace(b"</Relationships>", kind.format(KINDS, "glossaryDocument").encode())

    file: Any = opened(make_empty(), repacked(make_template(), with_more))
    assert "rId97" not in file.part.rels


def test_a_template_that_is_slow_to_search_is_read_in_a_moment() -> None:
    def slow(parts: dict[str, bytes]) -> None:
        parts["word/theme/theme1.xml"] = b'<a:theme xmlns:a="a">' + b"instrText " * 200_000 + b"</a:theme>"

    begun = time.monotonic()
    assert to_docx(make_empty(), repacked(make_template(), slow))
    # one that is searched anew from each of these words takes some minutes
    assert time.monotonic() - begun < 20


def test_a_figure_with_signs_that_no_file_holds_is_drawn() -> None:
    figure = replace(make_figure(), svg=make_figure().svg.replace("</svg>", "<text>a\x01b\uffff</text></svg>"))
    assert check_docx(to_docx(with_pictures(Document("T", "en", [figure])))) == []


def test_a_template_packed_as_no_document_is_refused() -> None:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(make_template())) as archive,
        zipfile.ZipFile(made, "w", zipfile.ZIP_LZMA) as packed,
    ):
        for name in archive.namelist():
            packed.writestr(name, archive.read(name))
    with pytest.raises(Invalid, match="cannot be read as a DOCX"):
        to_docx(make_empty(), made.getvalue())


def test_a_template_saved_as_one_is_taken_and_leads_to_no_other() -> None:
    def as_dotx(parts: dict[str, bytes]) -> None:
        types = parts["[Content_Types].xml"]
        parts["[Content_Types].xml"] = types.replace(b"document.main+xml", b"template.main+xml")
        settings = parts["word/settings.xml"].decode()
        at = settings.index("<w:zoom")
        named = '<w:attachedTemplate r:id="rId1"/>'
        parts["word/settings.xml"] = (settings[:at] + named + settings[at:]).encode()
        parts["word/_rels/settings.xml.rels"] = (
            b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            b'<Relationship Id="rId1" '
            b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
            b'Target="http://example.org/evil.dotm" TargetMode="External"/></Relationships>'
        )

    data = to_docx(make_empty(), repacked(make_template(), as_dotx))
    assert check_docx(data) == []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert not any(b"evil.dotm" in archive.read(name) for name in archive.namelist())
        assert b"attachedTemplate" not in archive.read("word/settings.xml")


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
