"""What a person must find when answering, point by point; docs/accessibility.md lists every point and its proof."""

import re
import time

import pytest
from playwright.sync_api import CDPSession, Page, Route, expect

from tests.browser.conftest import Opener, Site, answers_of, begin

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
"""1.6 Mbit/s down, 0.75 up, 150 ms there and back (ux.md c)."""


def throttle(page: Page) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_4G)
    return session


def test_from_the_mail_to_the_first_saved_answer_on_a_slow_line(visit: Opener, site: Site) -> None:
    """J1 and points 6, 7: one click in the mail, one on the page, under 10 seconds."""
    page = visit()
    throttle(page)
    begun = time.monotonic()
    page.goto(f"{site.links['Invitation (new)']}?r=4")  # the click in the mail
    drawn = time.monotonic() - begun
    expect(page.locator("input[name=helix]:checked")).to_have_count(1)  # known from the invitation
    page.click("button[name=consent]")  # the click on the page
    page.wait_for_url(re.compile(r"/q/1\?r=4$"))
    assert page.locator("fieldset.q").first.locator("input:checked").get_attribute("value") == "4"
    assert answers_of(page) == {}, "nothing is stored by looking"
    page.click(".foot button")
    page.wait_for_url(re.compile(r"/q/2$"))
    took = time.monotonic() - begun
    assert [one["value"] for one in answers_of(page).values()] == [4]
    assert took < 10, took
    assert drawn < 4, drawn


def test_the_next_round_keeps_an_answer_with_one_tap_on_a_slow_line(visit: Opener, site: Site) -> None:
    """J4 and points 26, 27."""
    page = visit()
    page.goto(site.links["Invitation (returning)"])
    if page.locator("button[name=consent]").count():
        page.click("button[name=consent]")
    page.goto(f"/s/{site.survey}/q/2")
    throttle(page)
    codes = [box.get_attribute("data-code") or "" for box in page.locator("fieldset.q").all()]
    shown = [box.locator("input:checked").get_attribute("value") for box in page.locator("fieldset.q").all()]
    expect(page.locator("svg.hist")).to_have_count(3)
    expect(page.locator("svg.marks")).to_have_count(3)
    page.click(".foot button")  # the one tap
    page.wait_for_url(re.compile(r"/q/3$"))
    kept = answers_of(page)
    assert ["none" if kept[code]["value"] is None else str(kept[code]["value"]) for code in codes] == shown


def test_the_same_link_on_a_phone_and_a_laptop(visit: Opener, site: Site) -> None:
    """Point 3."""
    phone, laptop = visit(), visit(width=1440, height=900)
    phone.goto(site.links["Invitation (returning)"])
    if phone.locator("button[name=consent]").count():
        phone.click("button[name=consent]")
    phone.goto(f"/s/{site.survey}/q/9")
    phone.locator("fieldset.q").first.locator("input[value='1']").check(force=True)
    expect(phone.locator("#saved")).to_contain_text(re.compile(r"\d\d[:.]\d\d"))
    laptop.goto(site.links["Invitation (returning)"])
    laptop.goto(f"/s/{site.survey}/q/9")
    assert laptop.locator("fieldset.q").first.locator("input:checked").get_attribute("value") == "1"


def test_sizes_on_small_phones(visit: Opener, site: Site) -> None:
    """Points 15 and 16."""
    page = visit()
    begin(page, site)
    scale = page.locator(".scale").first.bounding_box()
    foot = page.locator(".foot").bounding_box()
    assert scale
    assert foot
    assert scale["y"] < foot["y"], "the first scale can be seen without scrolling"
    page.set_viewport_size({"width": 320, "height": 568})
    for box in page.locator(".opt").all():
        size = box.bounding_box()
        assert size
        assert size["width"] >= 44
        assert size["height"] >= 44
    for target in page.locator("a:visible, button:visible, summary:visible, textarea:visible").all():
        size = target.bounding_box()
        assert size
        assert min(size["width"], size["height"]) >= 24 or target.evaluate("one => one.matches('.skip')"), target


def test_text_twice_as_large_is_not_cut(visit: Opener, site: Site) -> None:
    """Point 14; 400 % zoom of a 1280 px window is the 320 px of every other test."""
    page = visit(bypass_csp=True)
    begin(page, site)
    page.add_style_tag(content="html { font-size: 200% }")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cut = page.evaluate(
        "[...document.querySelectorAll('main *, .foot *')].filter((one) => getComputedStyle(one).overflow === 'hidden'"
        " && !one.closest('.vh, svg') && one.scrollHeight > one.clientHeight + 2).length"
    )
    assert cut == 0


def test_saving_is_said_once_and_politely_within_a_second(visit: Opener, site: Site) -> None:
    """Point 17."""
    page = visit()
    begin(page, site)
    page.evaluate(
        "() => { const line = document.getElementById('saved'); window.said = [];"
        " new MutationObserver(() => window.said.push(line.innerText))"
        ".observe(line, { childList: true, subtree: true, characterData: true }); }"
    )
    assert page.locator("#saved").get_attribute("role") == "status"
    begun = time.monotonic()
    page.locator("fieldset.q").first.locator("input[value='3']").check(force=True)
    expect(page.locator("#saved")).to_contain_text(re.compile(r"Saved \d\d:\d\d"))
    assert time.monotonic() - begun < 1.5, "a second, and what the test itself takes"
    said = [text.strip() for text in page.evaluate("window.said")]
    assert [text for text in said if text.startswith("Saved ")] == said[-1:]


def test_coming_back_and_going_back(visit: Opener, site: Site) -> None:
    """Points 19 and 20."""
    page = visit()
    begin(page, site)
    for box in page.locator("fieldset.q").all():
        box.locator("input[value='2']").check(force=True)
    page.click(".foot button")
    page.wait_for_url(re.compile(r"/q/2$"))
    page.go_back()
    assert [one.get_attribute("value") for one in page.locator("fieldset.q input:checked").all()] == ["2"] * 3
    again = page.context.new_page()
    again.goto(f"/s/{site.survey}")
    assert re.search(r"/q/2\?welcome=1$", again.url)
    expect(again.locator(".notice")).to_contain_text("Welcome back. 1 of 24 is done.")


def test_another_language_keeps_page_place_and_choice(visit: Opener, site: Site) -> None:
    """Point 22."""
    page = visit()
    begin(page, site)
    page.locator("fieldset.q").nth(2).locator("input[value='5']").check(force=True)
    page.evaluate("scrollTo(0, 300)")
    # a click by the test's own means would scroll the page to the top first
    page.evaluate("document.querySelector('.languages a[hreflang=fr]').click()")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    assert "/q/1" in page.url
    expect(page.locator("fieldset.q").nth(2).locator("input[value='5']")).to_be_checked()
    assert page.evaluate("scrollY") > 150
    names = [text.strip() for text in page.locator(".languages li").all_text_contents()]
    assert names == ["English", "Català", "Español", "Français", "Deutsch", "Български", "Dansk"]
    expect(page.locator(".languages img")).to_have_count(0)  # no flags


def test_a_link_waits_for_the_answer_that_is_being_saved(visit: Opener, site: Site) -> None:
    """Else the page it leads to could be read before the answer and arrive after it, and would not show it."""
    page = visit()
    begin(page, site)
    held: list[Route] = []
    page.route(re.compile(r"/answers/"), lambda route: held.append(route))
    with page.expect_request(lambda request: request.method == "PUT"):
        page.locator("fieldset.q").nth(1).locator("input[value='2']").check(force=True)
    page.evaluate("document.querySelector('.languages a[hreflang=de]').click()")
    page.wait_for_timeout(300)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    held[0].continue_()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("fieldset.q").nth(1).locator("input[value='2']")).to_be_checked()


def test_a_fault_is_named_first_and_leads_to_its_field(visit: Opener, site: Site, faults: list[str]) -> None:
    """Point 29."""
    page = visit()
    begin(page, site)
    page.goto(f"/s/{site.survey}/p/budget")
    page.locator(".points").first.fill("40")
    page.click(".foot button")
    assert page.title().startswith("Error:")
    assert page.evaluate("document.activeElement.id") == "errors"
    link = page.locator(".error-summary a").first
    sentence = link.inner_text()
    assert sentence == page.locator(".asked .fault").first.inner_text()
    link.click()
    assert page.evaluate("document.activeElement.closest('#budget_points') !== null")
    assert page.locator(".points").first.input_value() == "40", "nothing typed is lost"
    faults[:] = [fault for fault in faults if "422" not in fault]


def test_two_presses_of_send_are_one_submission(visit: Opener, site: Site) -> None:
    """Points 31 and 32."""
    page = visit()
    begin(page, site)
    page.goto(f"/s/{site.survey}/check")
    page.locator(".foot button").dblclick()
    page.wait_for_url(re.compile(r"/done$"))
    receipt = page.locator(".receipt").inner_text()
    page.goto(f"/s/{site.survey}/done")
    assert page.locator(".receipt").inner_text() == receipt
    expect(page.locator("a[href^='mailto:']")).to_have_count(1)


def test_every_button_says_criterion_number_and_label(visit: Opener, site: Site) -> None:
    """Point 35, as far as the tree that readers of the screen get can tell."""
    page = visit()
    page.goto(site.links["Invitation (returning)"])
    if page.locator("button[name=consent]").count():
        page.click("button[name=consent]")
    page.goto(f"/s/{site.survey}/q/4")
    groups = page.locator("fieldset.q")
    expect(groups).to_have_count(3)
    for group in groups.all():
        assert group.locator("legend").inner_text().strip()
        radios = group.get_by_role("radio")
        expect(radios).to_have_count(6)
        assert radios.first.evaluate("one => document.getElementById(one.getAttribute('aria-describedby')).innerText")
    for figure in page.get_by_role("img").all():
        assert figure.get_attribute("aria-label"), "a figure gives its finding"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_high_contrast_keeps_borders_and_choices(visit: Opener, site: Site, scheme: str) -> None:
    """Point 39."""
    page = visit(forced_colors="active", color_scheme=scheme)
    begin(page, site)
    page.locator("fieldset.q").first.locator("input[value='3']").check(force=True)
    chosen = page.locator("fieldset.q").first.locator(".opt input:checked + label")
    assert chosen.evaluate("one => getComputedStyle(one).outlineStyle") != "none"
    border = page.locator(".opt label").first.evaluate("one => getComputedStyle(one).borderTopStyle")
    assert border == "solid"


def test_the_focus_is_never_under_the_bar(visit: Opener, site: Site) -> None:
    """Point 34: along the whole page by Tab, with the focus in sight each time."""
    page = visit(height=600)
    begin(page, site)
    page.locator("h1").focus()
    stops = 0
    for _ in range(12):
        page.keyboard.press("Tab")
        stops += 1
        where = page.evaluate(
            "() => { const one = document.activeElement; const box = (one.labels?.[0] ?? one).getBoundingClientRect();"
            " const foot = document.querySelector('.foot'); return one.closest('.foot') ? null :"
            " [box.top, box.bottom, document.querySelector('.top').getBoundingClientRect().bottom,"
            " foot.getBoundingClientRect().top]; }"
        )
        if where is None:
            break
        assert where[0] >= where[2] - 1, where
        assert where[1] <= where[3] + 1, where
    assert stops <= 12, "J9: at most twelve stops to the button"
    assert page.evaluate("document.activeElement.closest('.foot') !== null")
