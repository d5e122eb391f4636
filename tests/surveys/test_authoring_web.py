"""From nothing to a published survey through the pages, as a manager does it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.core.clock import today
from app.surveys.authoring.models import Deviation, Survey
from app.surveys.authoring.publishing import protocol_of
from app.surveys.authoring.queries import list_criteria, list_items
from app.surveys.authoring.rules import protocol_hash
from app.surveys.rounds.queries import find_open_round
from tests.make import csrf_in, import_demo_initiatives, make_cast, sign_in


class Manager:
    """Carla at her browser, with one draft."""

    def __init__(self, client: TestClient, session: Session, engine: Engine) -> None:
        cast = make_cast(session)
        import_demo_initiatives(session)
        sign_in(client, session, cast.carla)
        self.client, self.engine = client, engine
        page = client.get("/surveys/new")
        title = re.search(r'id="title" value="([^"]+)"', page.text)
        assert title
        made = client.post("/surveys", data={"csrf": csrf_in(page.text), "title": title[1]})
        assert made.status_code == 303
        self.slug = made.headers["location"].split("/")[2]

    def get(self, path: str) -> Any:
        return self.client.get(f"/surveys/{self.slug}/{path}")

    def send(self, path: str, **fields: str) -> Any:
        page = self.get(path)
        revision = re.search(r'name="revision" value="(\d+)"', page.text)
        own = {"csrf": csrf_in(page.text)} | ({"revision": revision[1]} if revision else {})
        return self.client.post(f"/surveys/{self.slug}/{path}", data=own | typed_in(page.text) | fields)

    def survey(self) -> Survey:
        with Session(self.engine) as session:
            return session.exec(select(Survey).where(Survey.slug == self.slug)).one()


def typed_in(page: str) -> dict[str, str]:
    """What a form holds before anybody types."""
    main = page.partition("<main")[2]
    fields = dict(re.findall(r'<input class="input"[^>]*? name="([^"]+)" id="[^"]+" value="([^"]*)"', main))
    fields |= dict(re.findall(r'<textarea class="input" name="([^"]+)"[^>]*>([^<]*)</textarea>', main))
    fields |= dict(re.findall(r'<input type="hidden" name="(code-\d)" value="([^"]*)"', main))
    return {name: value.replace("&#39;", "'") for name, value in fields.items()}


@pytest.fixture
def manager(client: TestClient, session: Session, engine: Engine) -> Manager:
    return Manager(client, session, engine)


WHO = {"controller": "The consortium", "contact": "privacy@innaxe.example"}


def test_blank_to_published_takes_four_pages(manager: Manager) -> None:
    page = manager.get("publish")
    assert "must name the data controller" in page.text
    assert "Publish and open round 1" not in page.text
    assert manager.send("publish").status_code == 422, "what is shown as blocking blocks"
    assert manager.send("build/texts", **WHO).status_code == 303
    closing = (today() + timedelta(days=21)).isoformat()
    assert manager.send("build/dates", closes_on=closing).status_code == 303
    assert "Nothing stands in the way." in manager.get("publish").text
    assert manager.send("publish").headers["location"] == f"/surveys/{manager.slug}"
    survey = manager.survey()
    assert survey.published_at
    assert survey.title.keys() >= {"en", "ca", "es", "fr", "de", "bg", "da"}
    with Session(manager.engine) as session:
        opened = find_open_round(session, survey.id)
        assert opened
        assert opened.closes_at
        assert opened.closes_at.date() == today() + timedelta(days=22), "open to the end of the closing day"
    answering = manager.client.get(f"/s/{manager.slug}?lang=bg")
    assert answering.status_code == 200
    assert survey.title["bg"] in answering.text


def test_the_protocol_holds_what_people_are_asked_and_its_number_tells_a_change(manager: Manager) -> None:
    manager.send("build/texts", **WHO)
    manager.send("publish")
    survey = manager.survey()
    assert survey.protocol
    assert survey.protocol_sha256 == protocol_hash(survey.protocol)
    with Session(manager.engine) as session:
        assert protocol_of(session, survey) == survey.protocol
        versions = {item.code: str(item.source_id) for item in list_items(session, survey.id)}
    assert {item["code"]: item["version"] for item in survey.protocol["items"]} == versions
    assert len(versions) == 24
    changed = survey.protocol | {"minimum_group": 4}
    assert protocol_hash(changed) != survey.protocol_sha256


def test_a_published_survey_changes_by_deviation_only(manager: Manager) -> None:
    manager.send("build/texts", **WHO)
    manager.send("publish")
    before = manager.survey()
    rules = manager.client.get(f"/surveys/{manager.slug}/build/rules")
    fields = {
        "csrf": csrf_in(rules.text),
        "revision": str(before.revision),
        **typed_in(rules.text),
        "agree_share": "51",
    }
    assert manager.client.post(f"/surveys/{manager.slug}/build/rules", data=fields).status_code == 409
    assert manager.send("items", **{"item.I01": "yes"}).status_code == 409
    assert manager.send("build/dates", closes_on="2030-01-01", reason="too short").status_code == 422
    late = manager.send("build/dates", closes_on="2030-01-01", reason="Two clusters asked for more time.")
    assert late.status_code == 303
    after = manager.survey()
    assert (after.rule, after.protocol, after.protocol_sha256) == (before.rule, before.protocol, before.protocol_sha256)
    with Session(manager.engine) as session:
        listed = session.exec(select(Deviation)).one()
    assert (listed.part, listed.before, listed.after) == ("closes_on", {"value": None}, {"value": "2030-01-01"})
    assert "Two clusters asked for more time." in manager.get("build").text


def test_what_somebody_else_changed_is_not_overwritten(manager: Manager) -> None:
    stale = manager.get("build/texts")
    assert manager.send("build/texts", title="Mine", **WHO).status_code == 303
    fields = {"csrf": csrf_in(stale.text), **typed_in(stale.text), **WHO, "title": "Theirs", "revision": "1"}
    assert manager.client.post(f"/surveys/{manager.slug}/build/texts", data=fields).status_code == 409
    assert manager.survey().title["en"] == "Mine"


def test_a_changed_original_makes_its_translations_outdated(manager: Manager) -> None:
    manager.send("build/texts", title="Which initiatives first?", **WHO)
    survey = manager.survey()
    assert survey.outdated["title"] == ["ca", "es", "fr", "de", "bg", "da"]
    assert "older than the original" in manager.get("publish").text
    assert manager.send("translation/de", **{"text.title": "Welche Initiativen zuerst?"}).status_code == 303
    assert manager.send("translation/fr", **{"checked.title": "yes"}).status_code == 303
    survey = manager.survey()
    assert survey.title["de"] == "Welche Initiativen zuerst?"
    assert survey.outdated["title"] == ["ca", "es", "bg", "da"]


def test_a_missing_translation_blocks_and_is_named(manager: Manager) -> None:
    manager.send("build/texts", **WHO)
    manager.send("translation/da", **{"text.criterion.impact.label": ""})
    page = manager.send("publish")
    assert page.status_code == 422
    assert "The text criterion.impact.label is missing in: da." in page.text
    assert f"/surveys/{manager.slug}/translation/" in page.text
    assert manager.send("build/languages", **{"language.ca": "yes"}).status_code == 303
    assert manager.survey().languages == ["en", "ca"]
    assert manager.send("publish").status_code == 303, "without Danish nothing is missing"


def test_criteria_are_renamed_added_and_taken_out(manager: Manager) -> None:
    done = manager.send("build/criteria", **{"label-1": "", "label-3": "Novelty", "weight-3": "0,4", "points": "7"})
    assert done.status_code == 303
    survey = manager.survey()
    with Session(manager.engine) as session:
        criteria = list_criteria(session, survey.id)
    assert [(c.code, c.weight) for c in criteria] == [("impact", 0.5), ("urgency", 0.2), ("novelty", 0.4)]
    assert (survey.scale_low, survey.scale_high) == (1, 7)
    assert manager.send("build/criteria", **{"weight-0": "NaN"}).status_code == 422
    assert manager.send("build/criteria", **{"label-0": "", "label-1": "", "label-2": ""}).status_code == 422
    assert manager.survey().revision == survey.revision, "a form with a fault changes nothing"


def test_rules_are_checked_and_kept(manager: Manager) -> None:
    bad = manager.send("build/rules", minimum_group="4", agree_share="abc", shortlist="99")
    assert bad.status_code == 422
    assert bad.text.count("Enter a whole number from") == 6, "once in the summary and once at each field"
    good = manager.send("build/rules", agree_share="75", items_per_person="8", planned_rounds="3", privacy="anonymous")
    assert good.status_code == 303
    survey = manager.survey()
    assert (survey.rule["agree_share"], survey.items_per_person, survey.planned_rounds) == (0.75, 8, 3)
    assert survey.is_anonymous


def test_regions_keep_their_codes_and_initiatives_their_order(manager: Manager) -> None:
    page = manager.get("build/regions")
    first = typed_in(page.text)["regions"].splitlines()[0]
    assert manager.send("build/regions", regions=f"{first}\nNowhere\n\nNowhere").status_code == 303
    assert manager.send("build/regions", regions="One").status_code == 422
    assert manager.send("items", **{"item.I03": "yes", "item.I01": "yes"}).status_code == 303
    survey = manager.survey()
    with Session(manager.engine) as session:
        assert [item.code for item in list_items(session, survey.id)] == ["I01", "I03"]


def test_a_survey_needs_a_title_and_initiatives(client: TestClient, session: Session) -> None:
    sign_in(client, session, make_cast(session).carla)
    csrf = csrf_in(client.get("/surveys/new").text)
    empty = client.post("/surveys", data={"csrf": csrf, "title": "A survey"})
    assert empty.status_code == 422
    assert "Import initiatives first, or begin with a round of ideas." in empty.text
    import_demo_initiatives(session)
    session.commit()
    assert client.post("/surveys", data={"csrf": csrf, "title": "  "}).status_code == 422
    made = [client.post("/surveys", data={"csrf": csrf, "title": "A survey"}) for _ in range(2)]
    assert [one.headers["location"] for one in made] == ["/surveys/a-survey/build", "/surveys/a-survey-2/build"]
