"""Answers given without a connection wait in the browser, page after page, and arrive once."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, Site, answers_of, begin

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PAGES = 10


def until(page: Page, holds: str) -> None:
    """Look again and again: the page's policy lets no test leave a script in it."""
    for _ in range(400):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(100)
    raise AssertionError(holds)


def test_thirty_answers_given_offline_arrive_once(visit: Opener, site: Site, faults: list[str]) -> None:
    page = visit()
    begin(page, site, helix="civil", region="CAT")
    until(page, f"Object.keys(sessionStorage).length > {PAGES + 1}")
    page.context.set_offline(True)
    given: dict[str, int] = {}
    for number in range(1, PAGES + 1):
        expect(page.locator("#page")).to_have_attribute("action", re.compile(rf"/q/{number}$"))
        boxes = page.locator("fieldset.q")
        for place in range(3):
            box = boxes.nth(place)
            point = (number + place) % 5 + 1
            box.locator(f"input[value='{point}']").check(force=True)
            given[box.get_attribute("data-code") or ""] = point
        expect(page.locator("#saved")).to_contain_text("Not saved yet")
        page.click(".foot button")
    assert page.url.endswith(f"/q/{PAGES + 1}")
    page.go_back()
    expect(page.locator("#page")).to_have_attribute("action", re.compile(rf"/q/{PAGES}$"))
    assert page.locator("fieldset.q").first.locator("input:checked").get_attribute("value") == str(PAGES % 5 + 1)
    page.context.set_offline(False)
    until(page, "!localStorage.length")
    expect(page.locator("#saved")).to_contain_text(re.compile(r"Saved \d\d:\d\d"))
    kept = answers_of(page)
    assert len(given) == 3 * PAGES
    assert {code: kept[code]["value"] for code in given} == given
    assert {kept[code]["rev"] for code in given} == {1}, "each arrived once"
    faults[:] = [fault for fault in faults if "ERR_INTERNET_DISCONNECTED" not in fault]


def test_an_answer_waits_through_a_closed_tab(visit: Opener, site: Site, faults: list[str]) -> None:
    page = visit()
    begin(page, site, helix="civil", region="CAT")
    page.context.set_offline(True)
    box = page.locator("fieldset.q").first
    code = box.get_attribute("data-code") or ""
    box.locator("input[value='4']").check(force=True)
    expect(page.locator("#saved")).to_contain_text("Not saved yet")
    context = page.context
    page.close(run_before_unload=False)
    context.set_offline(False)
    again = context.new_page()
    again.goto(f"/s/{site.survey}")
    until(again, "!localStorage.length")
    assert answers_of(again)[code] == {"value": 4, "rev": 1}
    faults[:] = [fault for fault in faults if "ERR_INTERNET_DISCONNECTED" not in fault]


def test_two_tabs_agree_on_the_newer_answer(visit: Opener, site: Site, faults: list[str]) -> None:
    one = visit()
    begin(one, site, helix="civil", region="CAT")
    two = one.context.new_page()
    two.goto(one.url)
    code = one.locator("fieldset.q").first.get_attribute("data-code") or ""
    one.locator("fieldset.q").first.locator("input[value='2']").check(force=True)
    expect(one.locator("#saved")).to_contain_text(re.compile(r"Saved \d"))
    two.locator("fieldset.q").first.locator("input[value='5']").check(force=True)
    expect(two.locator("#saved")).to_contain_text("You gave a newer answer on another device. We kept that one.")
    assert two.locator("fieldset.q").first.locator("input:checked").get_attribute("value") == "2"
    two.locator("fieldset.q").first.locator("input[value='5']").check(force=True)
    expect(two.locator("#saved")).to_contain_text(re.compile(r"Saved \d"))
    assert answers_of(two)[code] == {"value": 5, "rev": 2}
    faults[:] = [fault for fault in faults if "409" not in fault]
