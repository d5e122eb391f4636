"""An idea from a phone to a decision: written, compared, confirmed by mail, asked back, answered."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.looking import findings, is_too_wide, widest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TITLE = "See free production capacity on a map"
SUMMARY = (
    "We phoned five plants for one pilot batch. A shared map of manufacturing capacity would let SMEs request slots."
)


def look(page: Page, faults: list[str]) -> None:
    """Nothing sticks out down to 320 px, and axe finds nothing serious."""
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        if is_too_wide(page):
            faults.append(f"{page.url} scrolls sideways at {width} px: {widest(page)}")
    faults.extend(findings(page))
    page.set_viewport_size({"width": 390, "height": 844})


def mailed_link(page: Page, kind: str) -> str:
    """The newest link of a kind among the mails that wait in the outbox."""
    page.goto("/outbox")
    found = re.findall(rf"/ideas/{kind}/[\w-]{{20,}}", page.content())
    assert found, "nothing was mailed"
    return found[0]


def test_an_idea_from_a_phone_to_a_decision(visit: Opener, signed_in: Callable[[str], Any], faults: list[str]) -> None:
    phone, desk = visit(), visit(storage_state=signed_in("admin"), width=1440, height=900)
    phone.goto("/ideas")
    phone.click(".foot a")
    phone.fill("#title", "x" * 72)
    expect(phone.locator("#title-hint")).to_contain_text("2 too many")
    phone.fill("#title", TITLE)
    phone.fill("#summary", SUMMARY)
    expect(phone.locator("#summary-hint")).to_contain_text(f"{1000 - len(SUMMARY)} left")
    phone.click(".foot button")
    expect(phone.locator("h1")).to_have_text("Is it one of these?")
    look(phone, faults)
    phone.click("text=Change")
    expect(phone.locator("#summary")).to_have_value(SUMMARY)
    phone.click(".foot button")
    phone.click("text=No, go on")
    expect(phone.locator("article h2")).to_have_text(TITLE)
    look(phone, faults)
    phone.fill("#email", "phone@example.org")
    phone.click(".foot button:last-child")
    phone.wait_for_url("**/sent")
    phone.goto(mailed_link(desk, "confirm"))
    look(phone, faults)
    phone.click(".foot button")
    phone.wait_for_url("**/arrived?number=*")

    desk.goto("/proposals")
    desk.click(f".queue a:has-text('{TITLE}')")
    expect(desk.locator(".near")).to_contain_text("Biomanufacturing capacity map and booking")
    desk.click("summary:has-text('Ask back')")
    desk.fill("#question", "How many batches a year do you need?")
    desk.click("details[open] button:has-text('Ask')")
    expect(desk.locator("[role=status]")).to_contain_text("is asked by mail")
    phone.goto(mailed_link(desk, "answer"))
    look(phone, faults)
    phone.fill("#answer", "Two or three.")
    phone.click(".foot button")
    expect(phone.locator("h1")).to_contain_text("Thank you")
    desk.goto("/proposals")
    desk.click(f".queue a:has-text('{TITLE}')")
    expect(desk.locator("article")).to_contain_text("Two or three.")
