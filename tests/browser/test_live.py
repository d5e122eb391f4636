"""The board of a running survey in a real browser: it changes by itself, it can be paused, and it reminds."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.looking import findings, is_too_wide
from tests.browser.test_every_page import RUNNING

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

BOARD = f"/surveys/{RUNNING}/live"
SOON = 15_000
"""Milliseconds within which a change is on the screen, on a machine that does much else."""


def begun(page: Page) -> int:
    """How many have begun and not sent, as the board says."""
    found = re.search(r"(\d+) (have|has) begun", page.locator("#live-board").inner_text())
    assert found
    return int(found[1])


def begin_somewhere(visit: Opener) -> None:
    """Somebody comes by the open address and begins."""
    guest = visit()
    guest.goto(f"/s/{RUNNING}")
    guest.check("#helix-industry", force=True)
    guest.check("#region-IDF", force=True)
    guest.click("button[name=consent]")
    guest.wait_for_url(re.compile(r"/q/1$"))
    guest.context.close()


def test_a_change_arrives_by_itself_and_keeps_focus_and_what_is_open(
    visit: Opener, signed_in: Callable[[str], Any]
) -> None:
    page = visit(storage_state=signed_in("manager"), width=1440)
    page.goto(BOARD)
    expect(page.locator("#live-state")).to_have_text("Changes by itself.")
    before = begun(page)
    page.locator("details.as-table summary").first.click()
    link = page.locator(".weakest a").first
    link.focus()
    begin_somewhere(visit)
    expect(page.locator("#live-board")).to_contain_text(f"{before + 1} have begun", timeout=SOON)
    assert link.evaluate("one => one === document.activeElement")
    assert page.locator("details.as-table").first.get_attribute("open") is not None


def test_paused_nothing_changes_and_resumed_it_catches_up(visit: Opener, signed_in: Callable[[str], Any]) -> None:
    """Point 37."""
    page = visit(storage_state=signed_in("manager"))
    page.goto(BOARD)
    expect(page.locator("#live-state")).to_have_text("Changes by itself.")
    before = begun(page)
    page.click("#live-pause")
    expect(page.locator("#live-state")).to_contain_text("Paused at")
    expect(page.locator("#live-pause")).to_have_text("Resume updates")
    shown = page.content()
    begin_somewhere(visit)
    page.wait_for_timeout(5000)
    assert page.content() == shown
    page.click("#live-pause")
    expect(page.locator("#live-board")).to_contain_text(f"{before + 1} have begun", timeout=SOON)
    expect(page.locator("#live-pause")).to_have_text("Pause updates")


def test_a_lost_stream_is_said_and_found_again(
    visit: Opener, signed_in: Callable[[str], Any], faults: list[str]
) -> None:
    page = visit(storage_state=signed_in("manager"))
    page.goto(BOARD)
    expect(page.locator("#live-state")).to_have_text("Changes by itself.")
    page.context.set_offline(True)
    expect(page.locator("#live-state")).to_contain_text(re.compile(r"Not live since \d\d:\d\d UTC\."), timeout=SOON)
    page.context.set_offline(False)
    expect(page.locator("#live-state")).to_have_text("Changes by itself.", timeout=2 * SOON)
    # the browser's own lines about the lost connection
    assert all("ERR_" in fault for fault in faults), faults
    faults.clear()


def test_the_weakest_place_is_reminded_in_two_clicks(visit: Opener, signed_in: Callable[[str], Any]) -> None:
    """J6 and point 49: from the board to the mails on their way in under two minutes."""
    started = time.monotonic()
    page = visit(storage_state=signed_in("manager"))
    page.goto(BOARD)
    button = page.locator(".weakest a").first
    shown = re.search(r"Remind (?:these|this) (\d+)", button.inner_text())
    assert shown
    button.click()
    expect(page.locator("h1")).to_contain_text(f"Remind {shown[1]} p")
    expect(page.locator("pre.mail")).to_contain_text("eight initiatives")
    assert findings(page) == []
    assert not is_too_wide(page)
    page.click("main form.actions button")
    page.wait_for_url(re.compile(rf"/live\?sent={shown[1]}&"))
    expect(page.locator(".notice.ok")).to_contain_text(f"{shown[1]} mail")
    assert time.monotonic() - started < 120
    expect(page.locator(".weakest li").first).to_contain_text("mailed within 48 hours")


def test_without_a_script_it_is_refreshed_and_reminds(visit: Opener, signed_in: Callable[[str], Any]) -> None:
    page = visit(storage_state=signed_in("manager"), java_script_enabled=False)
    page.goto(BOARD)
    assert not page.locator("#live-pause").is_visible()
    assert page.locator("#live-state").inner_text() == ""
    before = begun(page)
    begin_somewhere(visit)
    page.get_by_role("link", name="Refresh").click()
    assert begun(page) == before + 1
    page.get_by_role("link", name="Choose several places to remind").click()
    for box in page.locator("input[name=group]:not([disabled])").all()[:2]:
        box.check(force=True)
    page.get_by_role("button", name="Show the mail").click()
    shown = re.search(r"Remind (\d+) people", page.locator("h1").inner_text())
    assert shown
    page.get_by_role("button", name=re.compile("Send")).click()
    assert f"sent={shown[1]}&" in page.url


def test_on_a_phone_the_matrix_is_a_list_of_the_weakest_places(visit: Opener, signed_in: Callable[[str], Any]) -> None:
    page = visit(storage_state=signed_in("manager"))
    page.goto(BOARD)
    assert not page.locator(".heat").is_visible()
    assert page.locator(".weakest li").first.is_visible()
    assert not is_too_wide(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    assert page.locator(".heat").is_visible()
