"""A first-time manager builds and publishes a survey in a real browser; docs/journeys.md lists the steps."""

import re
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Opener

JOURNEYS = Path(__file__).parents[2] / "docs" / "journeys.md"
LONGEST = 600

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("with_script", [True, False])
def test_blank_to_published(
    visit: Opener, signed_in: Callable[[str], Any], faults: list[str], with_script: bool
) -> None:
    page = visit(storage_state=signed_in("coordinator"), java_script_enabled=with_script)
    began, steps = time.monotonic(), 0

    def act(do: Callable[[], object]) -> None:
        nonlocal steps
        do()
        steps += 1

    helices = ("industry", "academia", "government", "civil")
    rows = [f"person{number}@example.org,Person {number},{helices[number % 4]}" for number in range(24)]
    people = "\n".join([*rows, "person24.example.org,Person 24,academia"])
    page.goto("/")
    act(lambda: page.click("nav a[href='/surveys']"))
    act(lambda: page.click("main a[href='/surveys/new']"))
    act(lambda: page.click("main form button"))
    act(lambda: page.click("main a[href$='/build/texts']"))
    act(lambda: page.fill("#controller", "The consortium"))
    act(lambda: page.fill("#contact", "privacy@innaxe.example"))
    act(lambda: page.click("main form button"))
    act(lambda: page.click("main a[href$='/build/dates']"))
    act(lambda: page.fill("#closes_on", (date.today() + timedelta(days=21)).isoformat()))  # noqa: DTZ011 -- the browser's day
    act(lambda: page.click("main form button"))
    act(lambda: page.click("main a[href$='/people']"))
    act(lambda: page.fill("#people", people))
    act(lambda: page.click("main form button"))
    assert "Line 25:" in page.locator(".error-summary").inner_text()
    assert page.locator("#people").input_value() == "person24.example.org,Person 24,academia"
    act(lambda: page.fill("#people", "person24@example.org,Person 24,academia"))
    act(lambda: page.click("main form button"))
    act(lambda: page.click(".crumb a"))
    act(lambda: page.click("main a[href$='/build/mails']"))
    assert "min" in page.locator("main").inner_text()
    act(lambda: page.click(".crumb a"))
    act(lambda: page.click("main a[href$='/preview/1']"))
    assert page.locator("fieldset.q").count() == 3
    act(lambda: page.click(".foot a.sec"))
    act(lambda: page.click("main a[href$='/publish']"))
    assert page.locator("main form button").inner_text() == "Publish and send 25 invitations"
    act(lambda: page.click("main form button"))
    page.wait_for_url(re.compile(r"/surveys/[a-z0-9-]+$"))
    assert time.monotonic() - began < LONGEST
    listed = re.search(r"Blank to published: (\d+) steps", JOURNEYS.read_text())
    assert listed
    assert int(listed[1]) == steps
    link = page.locator("main a[href*='/s/']").first.get_attribute("href")
    assert link
    page.goto(link)
    assert page.locator("h1").first.inner_text()
    assert page.locator("main form").count() == 1, "people can begin"
    # the wrong line is refused as it should be; the browser reports the answer
    faults[:] = [fault for fault in faults if "/people: Failed to load resource" not in fault]
