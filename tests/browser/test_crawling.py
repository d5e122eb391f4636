"""Programs that follow links: a crawler in every role, and a scanner of mails that presses buttons."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Opener, Site

NO_PAGE = re.compile(
    r"/export\.|/file$|/monitoring\.|/evidence/.+/|/translation\.|\.(csv|json|ics)|lang="
    r"|/(initiatives|proposals|ideas|record|replies)/.|[?&](sort|round|criterion|state)=|^/s/|^/i/"
)
"""Files, pages that others look at, and pages that differ in an order only."""
ROLES = ("admin", "coordinator", "another manager", "editor", "reviewer")

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_scanner_that_runs_scripts_and_presses_buttons_signs_nobody_in(
    visit: Opener, signed_in: Callable[[str], Any], site: Site, faults: list[str]
) -> None:
    human, scanner = visit(), visit()
    human.goto("/login")
    human.fill("#email", "coordinator@innaxe.example")
    human.click("main form button")
    administrator = visit(storage_state=signed_in("admin"))
    link = None
    for _ in range(160):
        administrator.goto("/outbox")
        link = re.search(r"/login/[\w-]{20,}", administrator.content())
        if link:
            break
        administrator.wait_for_timeout(250)
    assert link, "the worker beside the server promised the mail"
    for _ in range(3):
        scanner.goto(link[0])
        scanner.click("main form button")
        assert "/login/" in scanner.url
    human.goto(link[0])
    human.click("main form button")
    human.wait_for_url(f"{site.address}/")
    # the browser's own lines about the scanner's refusals; nothing else went wrong
    assert all("422" in fault for fault in faults)
    faults.clear()


@pytest.mark.parametrize("role", ROLES)
def test_every_role_crawls_without_a_violation(
    visit: Opener, signed_in: Callable[[str], Any], faults: list[str], role: str
) -> None:
    """Follow the links of every page a role can reach: no foreign request, no policy violation, no script error.

    Of pages that differ in a number or in what is chosen on them, two are looked at.
    """
    page = visit(storage_state=signed_in(role), width=1440)
    waiting, seen, alike = ["/"], {"/"}, Counter[tuple[str, ...]]()
    while waiting:
        address = waiting.pop()
        answer = page.goto(address)
        assert answer
        assert answer.status == 200, (address, answer.status)
        for link in page.evaluate(
            "() => [...document.links].filter(one => one.origin === location.origin)"
            ".map(one => one.pathname + one.search)"
        ):
            path, _, query = link.partition("?")
            kind = (re.sub(r"\d+", "#", path), *sorted(part.partition("=")[0] for part in query.split("&")))
            if link in seen or not link.startswith("/") or NO_PAGE.search(link) or alike[kind] == 2:
                continue
            alike[kind] += 1
            seen.add(link)
            waiting.append(link)
    assert len(seen) >= 3
    assert faults == []
