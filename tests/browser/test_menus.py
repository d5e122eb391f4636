"""No entry of a menu is out of sight, however long the words of a language are."""

from typing import Any

import pytest

from tests.browser.conftest import Opener

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CUT = """menu => [...menu.querySelectorAll("a")].filter(one => {
    const [box, frame] = [one.getBoundingClientRect(), menu.getBoundingClientRect()];
    return box.right > frame.right + 1 || box.bottom > frame.bottom + 1 || box.right > innerWidth;
}).map(one => one.textContent)"""


@pytest.mark.parametrize("language", ["en", "de", "bg", "fr"])
def test_the_main_menu_is_whole_on_a_wide_screen(visit: Opener, signed_in: Any, language: str) -> None:
    page = visit(width=1440, height=900, locale=language, storage_state=signed_in("coordinator"))
    page.goto("/programmes")
    menu = page.locator(".masthead nav")
    assert menu.locator("a").count() >= 11
    assert menu.evaluate(CUT) == []
    # a row for most languages, two where words are long
    head = page.locator(".masthead").bounding_box()
    assert head is not None
    assert head["height"] <= (62 if language == "en" else 90)


@pytest.mark.parametrize("language", ["en", "de", "bg"])
def test_the_tabs_of_programmes_are_whole_on_a_phone(visit: Opener, signed_in: Any, language: str) -> None:
    page = visit(locale=language, storage_state=signed_in("coordinator"))
    page.goto("/impact/links")
    assert page.locator(".tabs a").count() == 6
    assert page.locator(".tabs").evaluate(CUT) == []
