"""PDF: text that can be taken out again, an outline, pages that hold everything, and nothing of it is code."""

import io
import re
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import pikepdf
import pypdf
import pytest
import typst

from app.core.tags import direction_of
from app.documents.document import Cover, Document, Paragraph, Section
from app.documents.signs import COVERED, LETTERS_OF_EUROPE, showable
from app.documents.to_pdf import to_pdf
from tests.documents.accessible import nodes_of
from tests.documents.samples import (
    BULGARIAN,
    EMOJI,
    GREEK,
    LONG_TITLE,
    RISKY,
    SAMPLES,
    make_empty,
    make_hostile,
    make_report,
)


@cache
def reader(sample: str) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(to_pdf(SAMPLES[sample]())))


def words_of(text: str) -> str:
    """A text without what breaks its lines."""
    return re.sub(r"\s+", "", text.replace("\u200b", ""))


def read(document: Document) -> str:
    return words_of("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(to_pdf(document))).pages))


def text_of(sample: str) -> str:
    return words_of("".join(page.extract_text() for page in reader(sample).pages))


def titles(outline: Any) -> list[str]:
    return [one for item in outline for one in (titles(item) if isinstance(item, list) else [item.title])]


@pytest.mark.parametrize("text", [BULGARIAN, GREEK])
def test_text_in_cyrillic_and_greek_comes_out_as_it_went_in(text: str) -> None:
    assert words_of(text) in text_of("report")


def test_the_outline_has_every_heading_in_order() -> None:
    assert titles(reader("report").outline) == [
        "Contents",
        "Executive summary",
        "Initiative sheets",
        *(
            title
            for number in (1, 2)
            for title in (
                f"I{number:02} Green chemistry hub with open access",
                "Why it is in",
                "What it needs",
                "In the words of those who answered",
            )
        ),
        "Roadmap and budget",
        "Annex",
        "Numbers of the figures",
        "About this document",
    ]


def test_its_properties_are_its_title_and_language_and_no_moment() -> None:
    found: Any = reader("report")
    assert found.metadata.title == "Five-year joint action plan"
    assert found.metadata.creation_date is None
    assert found.root_object["/Lang"] == "en"
    assert "/Author" not in found.metadata


def test_figures_say_what_can_be_seen_in_them() -> None:
    with pikepdf.open(io.BytesIO(to_pdf(make_report()))) as pdf:
        alts = [str(node.Alt) for node in nodes_of(pdf.Root.StructTreeRoot) if str(node.S) == "/Figure"]
    assert alts == [f"Bars of four initiatives, the first the longest, seen {number} times." for number in (1, 2)]


def test_words_in_another_language_are_marked_with_it() -> None:
    with pikepdf.open(io.BytesIO(to_pdf(make_report()))) as pdf:
        spoken = {str(node.Lang) for node in nodes_of(pdf.Root.StructTreeRoot) if "/Lang" in node}
    assert {"bg", "el"} <= spoken


def test_pages_have_numbers_the_title_and_their_orientation() -> None:
    pages = reader("report").pages
    count = len(pages)
    assert f"Page 2 of {count}" in pages[1].extract_text()
    assert "Five-year joint action plan" in pages[2].extract_text()
    assert "Page" not in pages[0].extract_text()
    wide = [page for page in pages if page.mediabox.width > page.mediabox.height]
    assert "Roadmap and budget" in wide[0].extract_text()
    assert 0 < len(wide) < count


@pytest.mark.parametrize("sample", SAMPLES)
def test_everything_stays_inside_its_page(sample: str) -> None:
    found = 0
    for page in reader(sample).pages:
        places: list[tuple[float, float, str]] = []

        def place(text: str, user: Any, matrix: Any, font: Any, size: Any, into: Any = places) -> None:
            if text.strip():
                into.append((matrix[4] * user[0] + user[4], matrix[5] * user[3] + user[5], text))

        page.extract_text(visitor_text=place)
        for across, up, text in places:
            found += 1
            assert 0 <= across <= float(page.mediabox.width), text
            assert 0 <= up <= float(page.mediabox.height), text
    assert found


def test_what_people_wrote_is_never_code() -> None:
    text = text_of("hostile")
    for risky in RISKY:
        assert words_of(risky) in text


def test_signs_without_a_font_are_boxes_and_said_to_be() -> None:
    text = text_of("hostile")
    assert words_of(showable(EMOJI)) in text
    assert "standsforsignsthatthefontsofthisfiledonothave" in text
    assert "standsforsigns" not in text_of("report")


@pytest.mark.parametrize("title", ["\x85", "\ufeff", "One\ufefftwo"])
def test_titles_of_signs_that_nobody_sees_are_set(title: str) -> None:
    found = pypdf.PdfReader(io.BytesIO(to_pdf(Document(title, "en", [Section(title, [Paragraph(title)])]))))
    assert found.metadata
    assert found.metadata.title == ("Onetwo" if "One" in title else "–")


def test_a_long_title_is_there_whole() -> None:
    assert words_of(LONG_TITLE) in text_of("hostile")


@pytest.mark.parametrize("make", [make_report, make_hostile])
def test_the_same_document_is_the_same_bytes(make: Callable[[], Document]) -> None:
    first = to_pdf(make())
    time.sleep(1.1)
    assert to_pdf(make()) == first


def test_signs_said_to_be_covered_are_covered() -> None:
    for ranges in (COVERED, LETTERS_OF_EUROPE):
        signs = "".join(chr(code) for first, last in ranges for code in range(first, last + 1))
        words = " ".join(sign for sign in showable(signs) if sign.isprintable())
        to_pdf(Document("Signs", "en", [Paragraph(words)]))


def test_signs_over_signs_that_no_font_sets_are_left_out_and_nothing_else() -> None:
    # each is there alone, and no font has the one over the other
    assert "Зелена" in read(Document("Signs", "en", [Paragraph("Зелена \u05d0\u0951\u20dd \u0645\u20dd")]))


def test_a_fault_of_ours_is_not_taken_for_a_missing_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> bytes:
        raise typst.TypstError("something else", "")

    monkeypatch.setattr(typst, "compile", fails)
    with pytest.raises(typst.TypstError):
        to_pdf(make_empty())


def test_what_has_no_cover_has_no_contents() -> None:
    assert "Contents" not in read(make_empty())


@pytest.mark.parametrize(
    ("language", "contents", "page"),
    [
        ("ca", "Contingut", "Pàgina2de"),
        ("es", "Contenido", "Página2de"),
        ("fr", "Sommaire", "Page2sur"),
        ("de", "Inhalt", "Seite2von"),
        ("bg", "Съдържание", "Страница2от"),
        ("da", "Indhold", "Side2af"),
    ],
)
def test_its_own_words_are_in_its_language(language: str, contents: str, page: str) -> None:
    sections = [Section("Eins", [Paragraph("x")]), Section("Quer", [Paragraph("y")], is_wide=True)]
    text = read(Document("T", language, sections, direction=direction_of(language), cover=Cover("C")))
    assert contents in text
    assert page in text
