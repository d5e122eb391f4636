"""Results on paper: a page of A4 for the report on one initiative, and nothing told by colours that paper drops."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Opener, Site

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
