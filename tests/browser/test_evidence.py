"""A workshop noted in a real browser without any script, from the sheet on the wall to the page of its initiative."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Opener

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_workshop_is_noted_without_scripts(visit: Opener, signed_in: Callable[[str], Any], faults: list[str]) -> None:
    page = visit(storage_state=signed_in("manager"), java_script_enabled=False)
    page.goto("/initiatives")
    page.click("text=Evidence from workshops and interviews")
    page.click("text=Add a workshop")
    page.fill("[name=title]", "Evening at the library")
    page.fill("[name=held_on]", "2026-10-01")
    page.fill("[name='participants.civil']", "6")
    page.check("[name='pick.I24']")
    page.click("main form button")
    page.fill("[name='dots.I24']", "31")
    page.click("main form.step button")
    assert "That makes 31 dots; 6 people with 5 each have 30." in page.inner_text("[id='dots.I24-fault']")
    # the browser's own line about the refusal
    assert all("422" in fault for fault in faults)
    faults.clear()
    page.fill("[name='dots.I24']", "30")
    page.click("main form.step button")
    page.wait_for_url("**/evidence/workshops/*")
    page.click("main th a[href$='/evidence']")
    assert "Evening at the library" in page.inner_text("main")
    page.click("text=Evening at the library")
    page.click("details.remove summary")
    page.fill("[name=because]", "It was only a test of ours")
    page.click("details.remove button")
    page.wait_for_url("**/evidence")
    assert "Evening at the library" not in page.inner_text("main")
