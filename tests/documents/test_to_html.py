"""HTML: one page that needs nothing else, in which people's words stay words."""

import re

import pytest

from app.documents.document import Document, Figure, Paragraph, Run, Section
from app.documents.to_html import to_html
from tests.documents.samples import BULGARIAN, HEBREW, make_hostile, make_report, make_right_to_left


def page(document: Document) -> str:
    return to_html(document).decode()


def test_it_needs_nothing_from_elsewhere() -> None:
    text = page(make_report())
    assert "default-src 'none'" in text
    assert re.findall(r'(?:src|href)="(?!data:|#)([^"]*)"', text) == ["https://example.org/m"]
    assert "url(" not in text


def test_what_people_wrote_is_text() -> None:
    text = page(make_hostile())
    assert "<script" not in text
    assert "&lt;script&gt;&amp;amp;" in text


@pytest.mark.parametrize("address", ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", " file:///etc"])
def test_only_addresses_of_pages_and_mail_are_links(address: str) -> None:
    text = page(Document("T", "en", [Paragraph([Run("go", address)])]))
    assert "<a " not in text
    assert "go" in text


def test_words_in_another_language_say_so() -> None:
    text = page(make_report())
    assert f'<p lang="bg" dir="ltr">{BULGARIAN}</p>' in text
    assert f"<bdi>{HEBREW}</bdi>" in text


def test_a_page_from_the_right_says_so_and_its_latin_words_do_too() -> None:
    text = page(make_right_to_left())
    assert '<html lang="he" dir="rtl">' in text
    assert '<dl class="facts"><div><dt>Deliverable' in text
    assert '<th scope="col" dir="ltr">Initiative</th>' in text


def test_headings_are_led_to() -> None:
    text = page(make_report())
    leads = re.findall(r'<a href="#(h\d+)">(.*?)</a>', text)
    headings = re.findall(r'<h[2-6] id="(h\d+)">(.*?)</h', text)
    assert leads == headings
    assert len(leads) == 13


def test_the_numbers_of_a_figure_are_one_press_away() -> None:
    text = page(make_report())
    assert text.count("<summary>The numbers of figure ") == 2
    assert '<img alt="Bars of four initiatives' in text


def test_a_figure_without_vectors_is_a_picture() -> None:
    text = page(Document("T", "en", [Section("S", [Figure("f", "alt", "", b"\x89PNG\r\n\x1a\n")])]))
    assert 'src="data:image/png;base64,iVBORw0K' in text


def test_dark_and_print_have_their_colours() -> None:
    text = page(make_report())
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text
    assert to_html(make_report()) == to_html(make_report())


def test_a_heading_that_begins_a_page_is_not_laid_out_as_the_page() -> None:
    text = page(Document("t", "en", [Section("First", [Paragraph("a")]), Section("Next", [], begins_page=True)]))
    assert '<h2 id="h2" class="begins">Next</h2>' in text
    assert text.count('class="page"') == 1, "the one around all has room at its sides"
    assert ".begins { break-before: page; }" in text
    assert ".page { break-before" not in text, "the first page is not left empty"


def test_a_printed_figure_may_leave_its_numbers_to_the_next_page() -> None:
    printed = page(make_report()).partition("@media print")[2]
    assert "figure { break-inside: auto; }" in printed
    assert "figure img { break-inside: avoid; }" in printed
