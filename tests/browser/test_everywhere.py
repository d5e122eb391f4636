"""Programs that follow links: a crawler in every role, and a scanner of mails that presses buttons."""

import re
from collections import Counter
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from tests.browser.conftest import Opener, Site
from tests.browser.looking import content_of

NO_PAGE = re.compile(
    r"/export\.|/file$|/monitoring\.|/evidence/.+/|/translation\.|\.(csv|json|ics)|lang="
    r"|/(initiatives|proposals|ideas|record|replies)/.|[?&](sort|round|criterion|state)=|^/s/|^/i/"
)
"""Files, pages that others look at, and pages that differ in an order only."""
LINK = re.compile(r'<a\s[^>]*?href="([^"]*)"')
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


def links_of(text: str, address: str) -> list[str]:
    """What the links of a page lead to on the same site, as a browser reads them."""
    here = urlsplit(address)
    found = [urlsplit(urljoin(address, unescape(one))) for one in LINK.findall(text)]
    return [f"{one.path}{'?' if one.query else ''}{one.query}" for one in found if one.netloc == here.netloc]


@pytest.mark.parametrize("role", ROLES)
def test_every_role_crawls_without_a_violation(
    visit: Opener, signed_in: Callable[[str], Any], faults: list[str], looked_at: set[str], role: str
) -> None:
    """Follow the links of every page a role can reach: no foreign request, no policy violation, no script error.

    Of pages that differ in a number or in what is chosen on them, two are looked at. A page that another browser
    has shown with the same content, for the test of every page or in another role, is asked for and not shown again.
    """
    page = visit(storage_state=signed_in(role), width=1440)
    waiting, seen, alike = ["/"], {"/"}, Counter[tuple[str, ...]]()
    shown = 0
    while waiting:
        address = waiting.pop()
        # the page that everybody begins with is shown for its head
        asked = page.request.get(address) if looked_at and address != "/" else None
        if asked and content_of(asked.text()) in looked_at:
            assert asked.status == 200, (address, asked.status)
            links = links_of(asked.text(), asked.url)
        else:
            answer = page.goto(address)
            assert answer
            assert answer.status == 200, (address, answer.status)
            looked_at.add(content_of(answer.text()))
            shown += 1
            links = page.evaluate(
                "() => [...document.links].filter(one => one.origin === location.origin)"
                ".map(one => one.pathname + one.search)"
            )
        for link in links:
            path, _, query = link.partition("?")
            kind = (re.sub(r"\d+", "#", path), *sorted(part.partition("=")[0] for part in query.split("&")))
            if link in seen or not link.startswith("/") or NO_PAGE.search(link) or alike[kind] == 2:
                continue
            alike[kind] += 1
            seen.add(link)
            waiting.append(link)
    print(f"{role}: {len(seen)} pages, {shown} shown")  # noqa: T201
    assert len(seen) >= 3
    assert faults == []
