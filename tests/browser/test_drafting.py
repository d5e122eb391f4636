"""Writing an initiative where it is read: opened and left by keyboard, kept while typing, and on a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.actionplan.drafting.rules import PARTS
from tests.browser.conftest import Opener

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def open_initiative(page: Page, code: str) -> str:
    page.goto("/initiatives")
    page.locator("main tr", has_text=code).get_by_role("link").first.click()
    page.wait_for_load_state()
    return page.url


def test_a_part_opens_in_place_and_closes_again_by_keyboard(visit: Opener, signed_in: Callable[[str], Any]) -> None:
    page = visit(storage_state=signed_in("admin"), width=1440)
    open_initiative(page, "I09")
    page.locator("#part-people .btn").press("Enter")
    expect(page.locator("#part-people h2")).to_be_focused()
    page.locator("#part-outcome .btn").press("Enter")
    expect(page.locator("#part-outcome h2")).to_be_focused()
    page.locator("#form-outcome textarea").first.press_sequentially("More. ")
    expect(page.locator("#form-outcome .kept")).to_contain_text("Kept for you")
    expect(page.locator("#form-people .kept")).to_be_empty()
    page.locator("#form-outcome").get_by_text("Back without saving").press("Enter")
    expect(page.locator("#form-outcome")).to_have_count(0)
    expect(page.locator("#part-outcome .btn")).to_be_focused()
    expect(page.locator("#part-outcome .btn")).to_contain_text("Go on writing")
    expect(page.locator("#form-people")).to_be_visible()


def test_every_part_fits_a_phone(visit: Opener, signed_in: Callable[[str], Any]) -> None:
    page = visit(storage_state=signed_in("admin"), width=390)
    address = open_initiative(page, "I10")
    for part in PARTS:
        page.goto(f"{address}/edit/{part}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), part


def test_the_list_fits_a_phone_in_long_words(visit: Opener, signed_in: Callable[[str], Any]) -> None:
    page = visit(storage_state=signed_in("admin"), width=390)
    page.goto("/initiatives?lang=bg")
    assert page.evaluate("(e => e.scrollWidth <= e.clientWidth)(document.querySelector('.table-wrap'))")
