"""What a look at a page finds: is it accessible, is it too wide, and are its colours told apart in the dark too."""

import re
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WIDTHS = (390, 1440, 320)
COLOURS = ["color-contrast", "link-in-text-block"]
OF_COLOURS = {"runOnly": COLOURS}
BUT_COLOURS = {"rules": {name: {"enabled": False} for name in COLOURS}}
# what was found is told inside the page: all that was looked at is a hundred times as much
# what is hidden now, to be looked at where it shows
MARK_UNSEEN = """() => {
    window.unseen = [...document.querySelectorAll('body *')].filter(one => !one.checkVisibility());
}"""
LOOK = """([options, isUnseenOnly]) => {
    const isTold = one => ['serious', 'critical'].includes(one.impact);
    // what a rule finds is as bad as the rule says, where it says so, and the least is not told
    const untold = axe._audit.rules.filter(one => one.impact && !isTold(one)).map(one => [one.id, {enabled: false}]);
    const rules = options.runOnly ? {} : {...Object.fromEntries(untold), ...options.rules};
    const seen = new Set(isUnseenOnly ? window.unseen.filter(one => one.checkVisibility()) : [document]);
    const include = [...seen].filter(one => !seen.has(one.parentElement));
    if (!include.length) return [];
    return axe.run({include}, {resultTypes: ['violations'], ...options, rules}).then(found => found.violations
        .filter(isTold).map(one => `${one.id}: ${one.nodes[0].html}`));
}"""

MASTHEAD = re.compile(r'<header class="masthead">.*?</header>', re.DOTALL)
FORM_TOKEN = re.compile(r'name="csrf" value="[^"]*"')


def content_of(text: str) -> str:
    """A page without the head that names its reader, which each role looks at on pages of its own."""
    return FORM_TOKEN.sub("", MASTHEAD.sub("", text))


def findings(page: Page, options: dict[str, Any] | None = None, *, is_unseen_only: bool = False) -> list[str]:
    """What axe calls serious or critical, also only of what was hidden when that was marked and is seen now."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    return [f"{page.url} {one}" for one in page.evaluate(LOOK, [options or {}, is_unseen_only])]


def colours_in_the_dark(page: Page) -> list[str]:
    """What axe finds of the colours of a page whose reader wants it dark, which it is in nothing else."""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found = [f"in the dark: {fault}" for fault in findings(page, OF_COLOURS)]
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    return found


def is_too_wide(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def widest(page: Page) -> str:
    """The element that sticks out."""
    return page.evaluate("""() => [...document.querySelectorAll('main *')]
        .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
        .map(one => one.outerHTML.slice(0, 80))[0]""")


def inspect(page: Page, address: str, looked_at: set[str] | None = None) -> list[str]:
    """Axe on a phone and on a desk, the colours in the dark too, and no sideways scroll down to 320 px.

    Colours are the same at every width: on a desk, those of what a phone does not show are looked at.
    The content of the page is added to what was looked at.
    """
    faults: list[str] = []
    answer = page.goto(address)
    if answer and looked_at is not None:
        looked_at.add(content_of(answer.text()))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        if is_too_wide(page):
            faults.append(f"{page.url} scrolls sideways at {width} px: {widest(page)}")
        if width == 390:
            faults += findings(page)
            faults += colours_in_the_dark(page)
            page.evaluate(MARK_UNSEEN)
        if width == 1440:
            faults += findings(page, BUT_COLOURS)
            faults += findings(page, OF_COLOURS, is_unseen_only=True)
    return faults
