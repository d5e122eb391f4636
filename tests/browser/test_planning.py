"""From results to an adopted, exported plan in a real browser; docs/journeys.md lists the steps."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlmodel import Session, select

from app.actionplan.initiatives.models import Initiative
from app.core.db import for_writing, make_engine
from tests.browser.conftest import Opener, Site

JOURNEYS = Path(__file__).parents[2] / "docs" / "journeys.md"
AMOUNTS = (1_500_000, 2_000_000, 2_200_000, 2_000_000, 1_300_000)
LONGEST, AT_ONCE = 300, 1.0

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def open_initiatives(site: Site) -> Iterator[None]:
    """Adopting puts initiatives into the plan; other tests of this site go on writing them."""
    engine = make_engine(f"sqlite:///{site.surroundings['INNAXE_DATA_DIR']}/innaxe.sqlite")
    with Session(engine) as session:
        states = {one.id: one.state for one in session.exec(select(Initiative))}
    yield
    with Session(for_writing(engine)) as session:
        for one in session.exec(select(Initiative)):
            one.state = states.get(one.id, one.state)
        session.commit()
    engine.dispose()


def wait_for_plan(page: Page) -> None:
    """Until a proposal has come: the page changes by itself, or is asked again where there is no script."""
    for _ in range(100):
        if re.search(r"\d+ initiatives fit in", page.inner_text("h1")):
            return
        again = page.locator("noscript a, .work a", has_text="Refresh")
        if again.count() and again.first.is_visible():
            again.first.click()
        page.wait_for_timeout(300)
    raise TimeoutError(page.inner_text("h1"))


@pytest.mark.usefixtures("open_initiatives")
@pytest.mark.parametrize("with_script", [True, False])
def test_from_results_to_an_adopted_plan(
    visit: Opener, signed_in: Callable[[str], Any], faults: list[str], with_script: bool
) -> None:
    page = visit(width=1440, height=900, java_script_enabled=with_script, storage_state=signed_in("coordinator"))
    page.goto("/")
    began, steps = time.monotonic(), 0

    def act(do: Callable[[], object]) -> None:
        nonlocal steps
        do()
        steps += 1

    act(lambda: page.click("nav a[href='/plans']"))
    act(lambda: page.click("main a[href='/plans/new']"))
    act(lambda: page.fill("#title", "Adopted in a browser"))
    for place, amount in enumerate(AMOUNTS, start=1):
        act(lambda place=place, amount=amount: page.fill(f"[id='amount.{place}']", str(amount)))
    act(lambda: page.click("main form button"))
    wait_for_plan(page)
    assert "All rules are kept." in page.inner_text(".plan-side")
    # one ceiling less is seen at once, with what would repair it
    spent = page.locator(".spend-text").nth(1).text_content()
    assert spent
    lower = round(float(spent.split()[0]) * 1_000_000) - 300_000
    act(lambda: page.click("main a[href*='/rules']"))
    act(lambda: page.fill("[id='ceiling.2028']", str(lower)))
    asked = time.monotonic()
    act(lambda: page.click("button:has-text('Save only')"))
    page.wait_for_selector("text=2028 is")
    assert time.monotonic() - asked < AT_ONCE * 3, "a change is checked at once"
    assert "over its ceiling" in page.inner_text(".plan-side")
    act(lambda: page.click("text=Preview the repair"))
    act(lambda: page.click("main form button:has-text('Do this')"))
    assert "needs a fix" not in page.inner_text("h1")
    act(lambda: page.click(".parts a:has-text('Votes')"))
    act(lambda: page.click("main a[href*='/ballots/new']"))
    act(lambda: page.click("main form button"))
    act(lambda: page.click("main a[href$='/close']"))
    act(lambda: page.check("input[name=outcome][value=adopted]"))
    act(lambda: page.fill("#reason", "It serves every partner within the budget."))
    mine = page.locator("fieldset.part", has_text="Biel Okafor").locator("input[value=none]")
    if not mine.is_checked():
        act(mine.check)
    act(lambda: page.click("main form button"))
    page.locator("text=Edition 1").first.wait_for()
    act(lambda: page.click("nav a[href='/plans']"))
    act(lambda: page.locator("main a", has_text="Adopted in a browser").first.click())
    with page.expect_download() as downloaded:
        act(lambda: page.click(".dl a:has-text('XLSX')"))
    assert downloaded.value.suggested_filename.endswith(".xlsx")
    took = time.monotonic() - began
    assert took < LONGEST
    assert f"{steps} steps" in JOURNEYS.read_text(encoding="utf-8"), steps
    assert faults == []
