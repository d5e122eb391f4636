"""Talking about an initiative: words marked with the mouse, a comment by keyboard, and all of it without a script."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def open_discussion(page: Page, code: str = "I05") -> None:
    page.goto("/initiatives")
    page.locator("main tr", has_text=code).get_by_role("link").first.click()
    page.goto(f"{page.url}/discussion")


def test_marked_words_come_into_the_form_beside_them(visit: Opener, signed_in: Callable[[str], Any]) -> None:
    page = visit(storage_state=signed_in("admin"), width=1440)
    open_discussion(page)
    page.fill("#text", "Typed before")
    page.locator('[data-place="summary.en"]').click(click_count=3)
    page.locator(".picked button").click()
    expect(page.locator("#place")).to_have_value("summary.en")
    expect(page.locator("#passage")).not_to_have_value("")
    expect(page.locator("#text")).to_have_value("Typed before")
    expect(page.locator("#text")).to_be_focused()
    expect(page.locator(".talk", has=page.locator('[data-place="summary.en"]')).locator("#write")).to_have_count(1)
    page.fill("#text", "x" * 1_100_000)
    page.click("#write button[type=submit]")
    expect(page.locator(".left").first).to_have_text("1100000 / 2000")
    page.fill("#text", "Typed before")
    page.keyboard.type(", sent after")
    expect(page.locator(".left").first).to_have_text("24 / 2000")
    page.click("#write button[type=submit]")
    page.wait_for_url(re.compile(r"#comment-"))
    expect(page.locator("mark")).to_have_count(1)
    expect(page.locator(".thread", has_text="Typed before, sent after")).to_be_visible()


def test_by_keyboard_and_without_a_script(visit: Opener, signed_in: Callable[[str], Any]) -> None:
    page = visit(storage_state=signed_in("admin"), java_script_enabled=False)
    open_discussion(page, "I07")
    page.locator("a[data-comment='rationale']").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"place=rationale#write"))
    page.locator("#text").focus()
    page.keyboard.type("Who tells the hospitals?")
    for _ in range(6):
        page.keyboard.press("Tab")
        if (page.locator(":focus").text_content() or "").strip() == "Send the comment":
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"#comment-"))
    thread = page.locator(".thread", has_text="Who tells the hospitals?")
    thread.get_by_text("Answer", exact=True).first.click()
    thread.locator("textarea").fill("The clusters do.")
    thread.locator("form button", has_text="Answer").click()
    expect(page.locator(".answers")).to_contain_text("The clusters do.")
    page.locator(".thread").get_by_role("button", name="Resolve").click()
    page.locator(".resolved > summary").click()
    expect(page.locator(".thread.is-resolved")).to_contain_text("Resolved by Alba")


def test_other_words_are_proposed_compared_and_accepted(visit: Opener, signed_in: Callable[[str], Any]) -> None:
    page = visit(storage_state=signed_in("admin"))
    open_discussion(page, "I08")
    page.locator("a[href*='place=title.en']", has_text="Propose").click()
    page.fill("#after", "Shared help desk for regulation (MDR/IVDR)")
    page.fill("#because", "It is a desk for questions about rules.")
    page.get_by_role("button", name="Propose these words").click()
    expect(page.locator(".difference ins").first).to_contain_text("for regulation")
    page.check("#decision-accepted", force=True)
    page.get_by_role("button", name="Decide").click()
    expect(page.locator("#decided")).to_contain_text("became version 2")
    expect(page.locator(".crumb")).to_contain_text("Shared help desk for regulation")
