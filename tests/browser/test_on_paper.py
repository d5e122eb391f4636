"""On paper: a report on one page of A4, a plan drawn on A3, and nothing cut off or lost with colour."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Opener, Site

A3_ACROSS = (420, 297)
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("language", ["en", "de", "bg"])
def test_the_report_on_an_initiative_is_one_page(
    visit: Opener, site: Site, signed_in: Callable[[str], Any], language: str
) -> None:
    page = visit(width=1440, height=900, storage_state=signed_in("coordinator"), locale=language)
    for code in ("I09", "I16"):
        page.goto(f"/results/{site.survey}/initiatives/{code}")
        printed = page.pdf(format="A4")
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1, code


def test_tables_stay_tables_on_paper(visit: Opener, site: Site, signed_in: Callable[[str], Any]) -> None:
    page = visit(width=720, height=1000, storage_state=signed_in("coordinator"))
    page.emulate_media(media="print")
    for path, table in (("", ".t1"), ("/disagreement", ".differ"), ("/change", ".changes")):
        page.goto(f"/results/{site.survey}{path}")
        assert page.locator(f"{table} thead").first.is_visible(), path
        assert not page.locator(".parts").is_visible()
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path
    page.goto(f"/results/{site.survey}/disagreement")
    assert page.locator(".differ-cell").first.evaluate("e => getComputedStyle(e).printColorAdjust") == "exact"


def papers_of(printed: bytes) -> set[tuple[int, int]]:
    """The sizes of the pages of a PDF in millimetres."""
    sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    return {(round(float(wide) / 72 * 25.4), round(float(high) / 72 * 25.4)) for wide, high in sizes}


@pytest.mark.parametrize("width", [1000, 1440])
def test_a_plan_is_drawn_on_a3(visit: Opener, signed_in: Callable[[str], Any], width: int) -> None:
    page = visit(width=width, height=900, storage_state=signed_in("coordinator"))
    page.goto("/plans/1")
    printed = page.pdf(prefer_css_page_size=True)
    assert papers_of(printed) == {A3_ACROSS}
    # the browser measures by the paper it has loaded, not by that of the style sheet
    page.emulate_media(media="print")
    assert page.locator(".roadmap thead").is_visible()
    assert page.locator(".roadmap .bars").first.is_visible()
    assert page.locator(".leads").first.is_visible()
    assert not page.locator(".period").first.is_visible()


def test_an_edition_is_whole_on_paper(visit: Opener, signed_in: Callable[[str], Any]) -> None:
    page = visit(width=1500, height=1000, storage_state=signed_in("coordinator"))
    page.emulate_media(media="print")
    page.goto("/plans/1/editions/1")
    assert page.locator(".span tfoot td").last.is_visible()
    assert page.locator(".table-wrap").first.evaluate("e => getComputedStyle(e).overflowX") == "visible"
    assert papers_of(page.pdf(prefer_css_page_size=True)) == {A3_ACROSS}
