"""The round of ideas from end to end: people write on a phone, a manager makes initiatives of it, all rate them."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import INNAXE, Opener, Site
from tests.browser.looking import colours_in_the_dark, findings, is_too_wide, widest
from tests.browser.test_right_to_left import ASKED

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

BUSES = ("Nachtbusse für die Dörfer", "Nach 22 Uhr fährt kein Bus mehr in die Dörfer.")
MORE_BUSES = ("Busse in der Nacht", "Nachtbusse in die Dörfer, auch nach 22 Uhr.")
HEAT = ("Abwärme aus Rechenzentren", "Sie geht heute verloren; Wohnungen daneben heizen mit Gas.")
OTHERS = ("Reparaturcafé", "Solardächer auf Schulen", "Gemeinsame Labore")
UNLIKELY = "<b>Ohne Worte</b> =1+1 " + "x" * 47


def look(page: Page, faults: list[str]) -> None:
    """Nothing sticks out down to 320 px, and axe finds nothing serious, nor any of the colours in the dark."""
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        if is_too_wide(page):
            faults.append(f"{page.url} scrolls sideways at {width} px: {widest(page)}")
    faults.extend((*findings(page), *colours_in_the_dark(page)))
    page.set_viewport_size({"width": 390, "height": 844})


def fill_in(page: Page, number: int, idea: tuple[str, str]) -> None:
    page.fill(f"[name='idea:{number}.title']", idea[0])
    page.fill(f"[name='idea:{number}.summary']", idea[1])


def come_in(page: Page, slug: str, helix: str) -> None:
    page.goto(f"/s/{slug}")
    page.check(f"#helix-{helix}", force=True)
    page.check("#region-EU_OTHER", force=True)
    page.click("button[name=consent]")
    page.wait_for_url("**/ideas/1")


def open_ideas(page: Page) -> str:
    """A manager begins a survey with a round of ideas and opens it; returns the name of the survey."""
    page.goto("/surveys/new")
    page.check("#has_idea_round", force=True)
    page.click("main form button")
    page.wait_for_url("**/build")
    slug = page.url.split("/")[-2]
    expect(page.locator("main a[href$='/preview/1']")).to_have_count(0)  # there is nothing to rate yet
    page.click("main a[href$='/build/texts']")
    assert page.locator("#idea_question").input_value()
    page.fill("#controller", "The consortium")
    page.fill("#contact", "privacy@innaxe.example")
    page.click("main form button")
    page.click("main a[href$='/publish']")
    page.get_by_role("button", name="Open the round of ideas").click()
    page.wait_for_url(f"**/surveys/{slug}")
    return slug


@pytest.mark.parametrize("with_script", [pytest.param(True, id="script"), pytest.param(False, id="no script")])
def test_from_ideas_to_ratings(visit: Opener, signed_in: Callable[[str], Any], with_script: bool) -> None:
    faults: list[str] = []
    manager = visit(storage_state=signed_in("coordinator"), width=1440, java_script_enabled=with_script)
    slug = open_ideas(manager)
    manager.goto(f"/surveys/{slug}/ideas")
    expect(manager.get_by_text("can be read when their round has closed")).to_have_count(1)

    person = visit(locale="de-DE", java_script_enabled=with_script)
    come_in(person, slug, "industry")
    assert person.locator("h1[lang=de]").inner_text().endswith("?")
    if with_script:
        look(person, faults)
    fill_in(person, 1, BUSES)
    person.click(".foot button")
    person.wait_for_url("**/ideas")
    person.click("#write")
    fill_in(person, 2, HEAT)
    assert person.locator("select").input_value() == "de", "the language of the page, until somebody says otherwise"
    if with_script:
        # without pressing the button: what is typed is on disk once the field is left
        person.locator("select").focus()
        expect(person.locator("#saved")).to_contain_text("Gespeichert")
        expect(person.locator("[id='idea:2.summary-hint']")).to_contain_text("noch 9")
        person.reload()
        assert person.locator("[name='idea:2.title']").input_value() == HEAT[0]
    person.click(".foot button")
    person.wait_for_url("**/ideas")
    expect(person.locator(".answer-row")).to_have_count(2)
    if with_script:
        look(person, faults)
    person.click(".foot button")
    person.wait_for_url("**/done")
    assert re.search(r"[A-Z0-9]{4}-", person.locator(".receipt").inner_text())
    if with_script:
        look(person, faults)
    write_another(visit, slug)
    for title in OTHERS:
        write_one(visit, slug, title)

    manager.goto(f"/surveys/{slug}")
    manager.get_by_role("link", name="Close the round of ideas").click()
    manager.wait_for_url("**/closure")
    expect(manager.get_by_text("This cannot be undone.")).to_have_count(1)
    if with_script:
        look(manager, faults)
        manager.set_viewport_size({"width": 1440, "height": 900})
    manager.get_by_role("button", name="Close the round of ideas for good").click()
    manager.wait_for_url(f"**/surveys/{slug}")
    take_over(manager, slug, faults if with_script else None)
    person.goto(f"/s/{slug}")
    expect(person.locator(".notice")).to_have_count(1)
    choose_and_publish(manager, slug)

    person.goto(f"/s/{slug}")
    assert person.locator("#helix-industry").is_checked()
    person.click("button[name=consent]")
    person.wait_for_url("**/q/1")
    assert person.locator("h1").inner_text() == "Nachtbusse"
    person.goto(f"/s/{slug}/my-answers")
    assert "„Nachtbusse“" in person.locator(".fate").first.inner_text()
    if with_script:
        look(person, faults)
    assert faults == []


def write_one(visit: Opener, slug: str, title: str) -> None:
    """One more person with one idea: what fewer than five write is not shown."""
    page = visit(locale="de-DE", java_script_enabled=False)
    come_in(page, slug, "civil")
    fill_in(page, 1, (title, ""))
    page.click(".foot button")
    page.wait_for_url("**/ideas")


def write_another(visit: Opener, slug: str) -> None:
    """Somebody else, with a like idea, a hostile one, and one taken back."""
    page = visit(locale="de-DE")
    come_in(page, slug, "civil")
    for number, idea in enumerate((MORE_BUSES, (UNLIKELY, ""), ("Nur ein Versuch", "")), start=1):
        fill_in(page, number, idea)
        page.click(".foot button")
        page.wait_for_url("**/ideas")
        if number < 3:
            page.click("#write")
            page.wait_for_url(f"**/ideas/{number + 1}")
    page.locator(".answer-row form button").nth(2).click()
    page.wait_for_url("**/ideas")
    expect(page.locator(".answer-row")).to_have_count(2)
    page.click(".foot button")
    page.wait_for_url("**/done")


def take_over(page: Page, slug: str, faults: list[str] | None) -> None:
    """The two ideas about buses stand together and become one initiative; a third is set aside."""
    page.goto(f"/surveys/{slug}/ideas")
    if faults is not None:
        look(page, faults)
    expect(page.locator(".idea")).to_have_count(4 + len(OTHERS))
    alike = page.locator("fieldset.alike").first
    expect(alike.locator(".idea")).to_have_count(2)
    for box in alike.locator("input").all():
        box.check()
    page.locator(".stays button").click()
    page.wait_for_url("**/decision?**")
    if faults is not None:
        look(page, faults)
    assert page.locator("#title").input_value() in (BUSES[0], MORE_BUSES[0])
    page.fill("#title", "Nachtbusse")
    page.get_by_role("button", name="Make the initiative").click()
    page.wait_for_url("**/ideas?done=new")
    assert page.locator(".decided .fate a").first.inner_text() == "Nachtbusse"
    page.locator(".idea", has_text="Ohne Worte").locator("input").check()
    page.locator(".stays button").click()
    page.fill("#because", "Das sind keine Worte, die wir verstehen.")
    page.get_by_role("button", name="Set aside").click()
    page.wait_for_url("**/ideas?done=aside")
    if faults is not None:
        look(page, faults)
        page.set_viewport_size({"width": 1440, "height": 900})


def choose_and_publish(page: Page, slug: str) -> None:
    page.goto(f"/surveys/{slug}/ideas")
    page.get_by_role("link", name="Choose the initiatives to be rated").click()
    page.locator(".ticks .choice", has_text="Nachtbusse").locator("input").last.check(force=True)
    page.click("main form button")
    page.wait_for_url("**/build")
    page.click("main a[href$='/publish']")
    # the idea was in German, and the survey is offered in English first
    expect(page.get_by_text("The title of “Nachtbusse” is missing in English.")).to_have_count(1)
    expect(page.get_by_role("button", name="Publish")).to_have_count(0)
    page.click("main a[href$='/translation/en']")
    page.locator("textarea[name$='.title'][name^='text.item.']").fill("Night buses")
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    page.goto(f"/surveys/{slug}/publish")
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url(f"**/surveys/{slug}")


def test_ideas_are_written_from_the_right(visit: Opener, site: Site, tmp_path: Path) -> None:
    asked: dict[str, Any] = ASKED | {
        "id": "arabic-ideas",
        "initiatives": [],
        "settings": {"idea_round": True},
        "idea_question": {"ar": "ماذا يجب أن نفعل؟"},
    }
    file = tmp_path / "arabic.json"
    file.write_text(json.dumps(asked))
    for words in (("import", str(file)), ("open", str(asked["id"]))):
        subprocess.run([INNAXE, "survey", *words], env=site.surroundings, check=True, capture_output=True)
    page = visit(locale="ar")
    faults: list[str] = []
    page.goto(f"/s/{asked['id']}")
    page.check("#helix-civil", force=True)
    page.click("button[name=consent]")
    page.wait_for_url("**/ideas/1")
    assert page.get_attribute("html", "dir") == "rtl"
    look(page, faults)
    fill_in(page, 1, ("حافلات ليلية", "لا توجد حافلات بعد العاشرة مساء."))
    page.click(".foot button")
    page.wait_for_url("**/ideas")
    assert page.locator("h2[lang=ar]").inner_text() == "حافلات ليلية"
    look(page, faults)
    page.click(".foot button")
    page.wait_for_url("**/done")
    look(page, faults)
    done = subprocess.run(
        [INNAXE, "survey", "close", str(asked["id"])], env=site.surroundings, check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout) == {"round": 0, "snapshot": None}
    page.goto(f"/s/{asked['id']}/my-answers")
    look(page, faults)
    assert faults == []
