"""A person answers the whole demonstration survey on a phone, with and without JavaScript."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

INITIATIVES = 24
SECTIONS = ("budget", "ranking", "ideas", "contact")
WORDS = {
    "en": {"saved": "Saved", "name": "English", "done": "24 of 24 are done."},
    "bg": {"saved": "Записано", "name": "Български", "done": "Готови са 24 от 24."},
}


def start(page: Page, site: Site, language: str) -> None:
    page.goto(f"/s/{site.survey}")
    page.click(".languages summary")
    page.click(f'.languages a[hreflang="{language}"]')
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.locator("fieldset#helix input").first.check()
    page.locator("fieldset#region input").first.check()
    page.click("button[name=consent]")
    page.wait_for_url(re.compile(r"/q/1$"))


def rate_this_page(page: Page, position: int) -> list[str]:
    """Rate by touch: mostly numbers, now and then "can't judge"; returns what was chosen."""
    chosen: list[str] = []
    scales = page.locator("fieldset.q")
    for index in range(scales.count()):
        scale = scales.nth(index)
        value = "none" if (position + index) % 7 == 0 else str((position + index) % 5 + 1)
        code = scale.get_attribute("data-code")
        # a finger lands on whatever lies on top there: the number or the button itself
        page.locator(f'label[for="{code}-{value}"]').click(force=True)
        chosen.append(value)
    return chosen


@pytest.mark.parametrize("language", ["en", "bg"])
@pytest.mark.parametrize("script", [pytest.param(True, id="script"), pytest.param(False, id="no script")])
def test_the_whole_survey(visit: Opener, site: Site, language: str, script: bool) -> None:
    page = visit(java_script_enabled=script)
    start(page, site, language)
    for position in range(1, INITIATIVES + 1):
        page.wait_for_url(re.compile(rf"/q/{position}$"))
        assert len(rate_this_page(page, position)) == 3
        if script:
            expect(page.locator("#saved")).to_contain_text(WORDS[language]["saved"])
        page.click(".foot button")
    for section in SECTIONS:
        page.wait_for_url(re.compile(rf"/p/{section}$"))
        page.click(".foot button")
    page.wait_for_url(re.compile(r"/check$"))
    assert page.locator(".sum").inner_text() == WORDS[language]["done"]
    expect(page.locator(".answer-row")).to_have_count(INITIATIVES + len(SECTIONS))
    expect(page.locator(".answer-row:not(.said) .open")).to_have_count(0)
    page.click(".foot button")
    page.wait_for_url(re.compile(r"/done$"))
    receipt = page.locator(".receipt").inner_text()
    assert re.search(r"[A-Z0-9]{4}", receipt)
    page.goto(f"/s/{site.survey}")
    assert page.locator(".receipt").inner_text() == receipt


def test_a_choice_is_on_disk_without_pressing_save(visit: Opener, site: Site) -> None:
    page = visit()
    start(page, site, "en")
    chosen = rate_this_page(page, 2)
    expect(page.locator("#saved")).to_contain_text("Saved")
    page.reload()
    kept = [box.get_attribute("value") for box in page.locator("fieldset.q input:checked").all()]
    assert kept == chosen


def test_a_choice_made_while_the_net_is_gone_is_saved_when_it_returns(
    visit: Opener, site: Site, faults: list[str]
) -> None:
    page = visit()
    start(page, site, "en")
    page.context.set_offline(True)
    rate_this_page(page, 3)
    expect(page.locator("#saved")).to_contain_text("Not saved yet")
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_contain_text(re.compile(r"^\s*Saved"))
    # the browser itself reports a request without a net; nothing else went wrong
    assert all("ERR_INTERNET_DISCONNECTED" in fault for fault in faults)
    faults.clear()


def test_the_keyboard_alone(visit: Opener, site: Site) -> None:
    page = visit()
    start(page, site, "en")
    page.locator("h1").focus()
    for digit in "340":
        page.keyboard.press("Tab")
        page.keyboard.press(digit)
    kept = [box.get_attribute("value") for box in page.locator("fieldset.q input:checked").all()]
    assert kept == ["3", "4", "none"]
    page.keyboard.press("ArrowRight")
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.foot button')"):
            break
    assert page.evaluate("document.activeElement.matches('.foot button')")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/q/2$"))


def test_a_returning_person_sees_what_the_last_round_said(visit: Opener, site: Site) -> None:
    page = visit()
    page.goto(site.links["Invitation (returning)"])
    assert re.search(r"/s/[a-z-]+(/q/\d+)?(\?welcome=1)?$", page.url), "the address keeps no token"
    if "/q/" not in page.url:
        page.click("button[name=consent]")
    page.goto(f"/s/{site.survey}/q/7")
    expect(page.locator("svg.hist")).to_have_count(3)
    page.locator(".was").first.wait_for()


def test_saves_feel_immediate(visit: Opener, site: Site) -> None:
    """Generous on a noisy machine: the bench measures, this only notices a disaster."""
    page = visit()
    start(page, site, "en")
    begun = time.monotonic()
    rate_this_page(page, 4)
    expect(page.locator("#saved")).to_contain_text(re.compile(r"^\s*Saved"))
    assert time.monotonic() - begun < 5
