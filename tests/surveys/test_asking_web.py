"""Questions, lists of other things to rate, and the preview, through the pages of those who build a survey."""

import re
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.surveys.authoring.models import Question
from app.surveys.authoring.queries import find_question, list_items, list_questions, list_sections
from app.surveys.authoring.question_types import TYPES
from tests.make import csrf_in
from tests.surveys.test_authoring_web import Manager, manager

__all__ = ["manager"]


def post(manager: Manager, path: str, **fields: str) -> Any:
    page = manager.get("build/questions").text
    revision = re.search(r'name="revision" value="(\d+)"', page)
    assert revision
    own = {"csrf": csrf_in(page), "revision": revision[1]}
    return manager.client.post(f"/surveys/{manager.slug}/{path}", data=own | fields)


def question(engine: Engine, manager: Manager, code: str) -> Question | None:
    with Session(engine) as session:
        return find_question(session, manager.survey().id, code)


def add(manager: Manager, kind: str, text: str, **fields: str) -> str:
    made = post(manager, "build/questions", kind=kind, text=text, section="ideas", **fields)
    assert made.status_code == 303, made.text
    return made.headers["location"].rpartition("/")[2]


def test_a_question_is_added_worded_moved_and_removed(manager: Manager, engine: Engine) -> None:
    code = add(manager, "multiple_choice", "What do you need most?")
    assert code == "what_do_you_need"
    here = f"build/questions/{code}"
    few = post(manager, here, text="What do you need most?", options="Money", section="ideas")
    assert (few.status_code, "Give 2 to 300 options" in few.text) == (422, True)
    fields = {"text": "What do you need?", "options": "Money\nPeople\nTime", "section": "ideas", "most": "2"}
    assert post(manager, here, **fields).status_code == 303
    kept = question(engine, manager, code)
    assert kept
    assert (kept.text["en"], kept.settings["most"]) == ("What do you need?", 2)
    assert [option["code"] for option in kept.options] == ["money", "people", "time"]
    assert post(manager, here, **fields | {"options": "Time\nMoney\nPlace"}).status_code == 303
    kept = question(engine, manager, code)
    assert kept
    assert [option["code"] for option in kept.options] == ["time", "money", "place"], "known options keep their code"
    with Session(engine) as session:
        before = [one.code for one in list_questions(session, manager.survey().id) if one.section == "ideas"]
    assert post(manager, f"{here}/place", direction="up").status_code == 303
    with Session(engine) as session:
        after = [one.code for one in list_questions(session, manager.survey().id) if one.section == "ideas"]
    assert after == [*before[:-2], code, before[-2]]
    assert post(manager, f"{here}/removal").status_code == 303
    assert question(engine, manager, code) is None


def test_a_condition_is_set_by_words_and_refused_when_it_cannot_be(manager: Manager, engine: Engine) -> None:
    code = add(manager, "short_text", "Which one?")
    here = f"build/questions/{code}"
    wanted = {"text": "Which one?", "section": "ideas", "needs": "org_size"}
    wrong = post(manager, here, **wanted, values="Enormous")
    assert (wrong.status_code, "has no such answer" in wrong.text) == (422, True)
    with Session(engine) as session:
        size = find_question(session, manager.survey().id, "org_size")
        assert size
        first = size.options[0]
    assert post(manager, here, **wanted, values=first["label"]["en"]).status_code == 303
    kept = question(engine, manager, code)
    assert kept
    assert kept.show_if == [{"question": "org_size", "is": [first["code"]]}]
    assert first["label"]["en"] in manager.get(here).text
    post(manager, here, text="Which one?", section="ideas", needs="")
    kept = question(engine, manager, code)
    assert kept
    assert kept.show_if == []


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_can_be_added_and_worded(manager: Manager, engine: Engine, kind: str) -> None:
    code = add(manager, kind, "Some words")
    page = manager.get(f"build/questions/{code}")
    assert page.status_code == 200
    fields = {"text": "Other words", "section": "ideas", "options": "One\nTwo", "low": "little", "required": "yes"}
    assert post(manager, f"build/questions/{code}", **fields).status_code == 303
    kept = question(engine, manager, code)
    assert kept
    assert (kept.kind, kept.text["en"]) == (kind, "Other words")


def test_what_every_survey_asks_stays(manager: Manager, engine: Engine) -> None:
    assert post(manager, "build/questions/helix/removal").status_code == 409
    assert question(engine, manager, "helix") is not None


def test_a_new_page_comes_and_goes_with_its_questions(manager: Manager, engine: Engine) -> None:
    nowhere = post(manager, "build/questions", kind="number", text="How many?", section="")
    assert (nowhere.status_code, "Choose a page, or give a new one a title." in nowhere.text) == (422, True)
    made = post(manager, "build/questions", kind="number", text="How many?", section="", section_title="In figures")
    code = made.headers["location"].rpartition("/")[2]
    with Session(engine) as session:
        assert [one.title["en"] for one in list_sections(session, manager.survey().id)][-1] == "In figures"
    post(manager, f"build/questions/{code}/removal")
    with Session(engine) as session:
        assert "in_figures" not in [one.code for one in list_sections(session, manager.survey().id)]


def test_indicators_are_rated_by_the_same_engine(manager: Manager, engine: Engine) -> None:
    lines = "K1;Patents a year;Filed at the EPO\nK2\tStart-ups founded\n"
    bad = manager.send("build/list", kind="indicator", items="K 1;Patents")
    assert (bad.status_code, "Line 1: the code has letters" in bad.text) == (422, True)
    twice = manager.send("build/list", kind="indicator", items=lines + "K1;Again")
    assert "Line 3: this code stands there twice." in twice.text
    assert manager.send("build/list", kind="indicator", items=lines).status_code == 303
    survey = manager.survey()
    with Session(engine) as session:
        items = list_items(session, survey.id)
    assert (survey.item_kind, [item.title["en"] for item in items]) == (
        "indicator",
        ["Patents a year", "Start-ups founded"],
    )
    assert manager.send("build/texts", controller="Us", contact="us@innaxe.example").status_code == 303
    manager.send("build/rules", shortlist="2")
    assert manager.send("publish").status_code == 303, manager.get("publish").text
    start = manager.client.get(f"/s/{manager.slug}").text
    assert "<dt>Indicators</dt>" in start


def test_a_preview_shows_every_language_and_saves_nothing(manager: Manager) -> None:
    page = manager.get("preview/1?lang=de").text
    assert '<body class="phone">' in page
    assert "Vorschau" in page
    assert "answer.js" not in page
    assert manager.get("preview/99").status_code == 404


def test_an_order_of_their_own_with_warm_ups_first(manager: Manager, engine: Engine) -> None:
    manager.send("build/texts", controller="Us", contact="us@innaxe.example")
    assert manager.send("build/rules", is_shuffled="yes", warm_ups="2").status_code == 303
    assert manager.send("publish").status_code == 303
    firsts: list[list[str]] = []
    for _ in range(3):
        manager.client.cookies.delete(f"innaxe_answers_{manager.slug}")
        start = manager.client.get(f"/s/{manager.slug}")
        fields = {"csrf": csrf_in(start.text), "helix": "industry", "region": "NON_EU", "consent": "yes"}
        assert manager.client.post(f"/s/{manager.slug}", data=fields).status_code == 303
        listed = manager.client.get(f"/s/{manager.slug}/all").text
        firsts.append(re.findall(r'<li><a href="[^"]+/q/\d+"><span lang="en">([^<]+)<', listed))
    assert len(firsts[0]) == 24
    assert len({tuple(order[:2]) for order in firsts}) == 1, "the same warm-ups"
    assert len({tuple(order) for order in firsts}) == 3, "and then each their own order"
    assert len({tuple(sorted(order)) for order in firsts}) == 1


def test_a_page_is_asked_before_the_initiatives_or_after_them(manager: Manager, engine: Engine) -> None:
    def order() -> list[str]:
        text = manager.get("build/questions").text
        main = text[text.index("<main") :]
        return re.findall(r'<h2 id="page-\d+">([^<]+)</h2>|<strong>(Initiatives)</strong>', main)

    titles = [one or items for one, items in order()]
    last = titles[-1]
    assert titles.index("Initiatives") < titles.index(last)
    with Session(engine) as session:
        code = list_sections(session, manager.survey().id)[-1].code
    assert post(manager, f"build/sections/{code}/place", place="before").status_code == 303
    titles = [one or items for one, items in order()]
    assert titles.index(last) < titles.index("Initiatives")
    assert post(manager, f"build/sections/{code}/place", place="after").status_code == 303
    titles = [one or items for one, items in order()]
    assert titles.index("Initiatives") < titles.index(last)
    assert post(manager, "build/sections/nowhere/place", place="before").status_code == 404
    stale = {"csrf": csrf_in(manager.get("build/questions").text), "revision": "1", "place": "before"}
    answer = manager.client.post(f"/surveys/{manager.slug}/build/sections/{code}/place", data=stale)
    assert answer.status_code == 409


def test_a_condition_on_a_page_that_is_now_asked_later_is_named_before_publishing(
    manager: Manager, engine: Engine
) -> None:
    first = post(
        manager, "build/questions", kind="short_text", text="Your field?", section="", section_title="Background"
    ).headers["location"]
    code = first.rpartition("/")[2]
    second = post(
        manager, "build/questions", kind="short_text", text="Since when?", section="", section_title="Details"
    ).headers["location"]
    fields = {"text": "Since when?", "section": "details", "needs": code, "values": ""}
    assert post(manager, f"build/questions/{second.rpartition('/')[2]}", **fields).status_code == 303
    late = "looks at a question that is asked later"
    assert late not in manager.get("build").text + manager.get("publish").text
    assert post(manager, "build/sections/details/place", place="before").status_code == 303
    with Session(engine) as session:
        asked = [one.code for one in list_questions(session, manager.survey().id) if one.section]
    assert asked[0] == second.rpartition("/")[2]
    assert late in manager.get("publish").text
