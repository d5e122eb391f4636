"""A first-time manager builds and publishes a survey in a real browser; docs/journeys.md lists the steps."""

import re
import subprocess
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import INNAXE, Opener, Site
from tests.make import DEMO

JOURNEYS = Path(__file__).parents[2] / "docs" / "journeys.md"
LONGEST = 600

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def way_in(site: Site, name: str) -> str:
    """A link that signs the manager of a new consortium in, in which there is nothing yet."""
    email = f"{name.lower().replace(' ', '-')}@innaxe.example"
    for words in (
        ("consortium", "create", "--name", name),
        ("user", "create", "--email", email, "--role", "manager", "--consortium", name),
        ("user", "link", "--email", email),
    ):
        done = subprocess.run([INNAXE, *words], env=site.surroundings, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.mark.parametrize("with_script", [True, False])
def test_blank_to_published(visit: Opener, site: Site, faults: list[str], with_script: bool) -> None:
    page = visit(java_script_enabled=with_script)
    page.goto(way_in(site, "New with script" if with_script else "New without script"))
    page.click("main button")
    page.wait_for_url(f"{site.address}/")
    began, steps = time.monotonic(), 0

    def act(do: Callable[[], object]) -> None:
        nonlocal steps
        do()
        steps += 1

    helices = ("industry", "academia", "government", "civil")
    rows = [f"person{number}@example.org,Person {number},{helices[number % 4]}" for number in range(24)]
    people = "\n".join([*rows, "person24.example.org,Person 24,academia"])
    act(lambda: page.click("nav a[href='/initiatives']"))
    act(lambda: page.click("main a[href='/initiatives/import']"))
    act(lambda: page.set_input_files("#sheet", DEMO / "initiatives.json"))
    act(lambda: page.click("main form button"))
    assert page.locator(".notice").inner_text() == "24 initiatives were added."
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
    expect(page.locator("fieldset.q")).to_have_count(3)
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
    expect(page.locator("main form")).to_have_count(1)  # people can begin
    # the wrong line is refused as it should be; the browser reports the answer
    faults[:] = [fault for fault in faults if "/people: Failed to load resource" not in fault]
