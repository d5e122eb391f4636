"""A manager sets a survey to begin with a round of ideas, opens it, and keeps what it promised."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.core.clock import today
from app.core.errors import Conflict
from app.people.queries import operator
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import list_items
from app.surveys.rounds.queries import find_idea_round, find_open_round
from app.surveys.rounds.service import end_round, open_round
from tests.make import csrf_in
from tests.surveys.ideas import close_ideas, make_idea_survey
from tests.surveys.test_authoring_web import WHO, Manager

RULES = {"rounds": "classic", "items_returning": "all", "privacy": "confidential"}


@pytest.fixture
def manager(client: TestClient, session: Session, engine: Engine) -> Manager:
    return Manager(client, session, engine)


def test_the_switch_brings_its_question_in_every_language(manager: Manager) -> None:
    assert manager.send("build/rules", has_idea_round="yes", **RULES).status_code == 303
    survey = manager.survey()
    assert survey.has_idea_round
    assert survey.idea_question["de"] == "Was sollte in Ihrer Region in den nächsten fünf Jahren getan werden?"
    assert set(survey.idea_question) == set(survey.languages)
    assert manager.send("build/texts", idea_question="What now?", **WHO).status_code == 303
    assert manager.survey().idea_question["en"] == "What now?"
    assert "de" in manager.survey().outdated["idea_question"], "a new original makes translations outdated"
    assert manager.send("build/rules", **RULES).status_code == 303
    assert not manager.survey().has_idea_round, "it can be switched off again while nothing has opened"


def test_opening_then_closing_then_publishing(manager: Manager) -> None:
    manager.send("build/rules", has_idea_round="yes", **RULES)
    manager.send("build/texts", **WHO)
    manager.send("build/dates", closes_on=(today() + timedelta(days=7)).isoformat())
    page = manager.get("publish").text
    assert "Open the round of ideas" in page
    assert "What opening the round of ideas fixes" in page
    assert manager.send("publish").headers["location"] == f"/surveys/{manager.slug}"
    assert manager.survey().published_at is None
    assert manager.get("publish").headers["location"] == f"/surveys/{manager.slug}"
    building = manager.get("build").text
    assert building.count("Rests while ideas come in") == 5
    assert "round of ideas is running" in building
    assert manager.send("build/texts", title="Another", **WHO).status_code == 409
    assert manager.send("build/rules", minimum_group="7", privacy="anonymous", rounds="classic").status_code == 303
    kept = manager.survey()
    assert (kept.minimum_group, kept.is_anonymous, kept.has_idea_round) == (5, False, True), "a promise stays"
    assert "What it promised stays as it is" in manager.get("build/rules").text
    live = manager.get("live").text
    assert "What more would bring" not in live
    with Session(manager.engine) as session, session.begin():
        held = find_idea_round(session, kept.id)
        assert held
        key = held.id
    shown = manager.client.get(f"/surveys/{manager.slug}").text
    assert f'action="/rounds/{key}/closure"' not in shown, "not closed by one tap"
    assert f'href="/rounds/{key}/closure">Close the round of ideas' in shown
    asked = manager.client.get(f"/rounds/{key}/closure").text
    assert '<dt>Begun</dt><dd class="num">0</dd>' in asked
    assert "Every saved idea counts" in asked
    assert "This cannot be undone." in asked
    manager.client.post(f"/rounds/{key}/closure", data={"csrf": csrf_in(asked)})
    again = manager.client.get(f"/rounds/{key}/closure")
    assert again.headers["location"] == f"/surveys/{manager.slug}", "what is closed is closed"
    assert "The round of ideas is closed" in manager.client.get("/surveys").text
    assert "Publish and open round 1" in manager.get("publish").text
    assert manager.send("publish").status_code == 303
    assert manager.survey().published_at
    with Session(manager.engine) as session:
        opened = find_open_round(session, kept.id)
        assert opened
        assert opened.number == 1


def test_without_initiatives_a_survey_can_ask_for_some(client: TestClient, session: Session, engine: Engine) -> None:
    manager = Manager(client, session, engine)
    page = manager.client.get("/surveys/new").text
    fields = {"csrf": csrf_in(page), "title": "What next?"}
    refused = manager.client.post("/surveys", data=fields | {"title": "", "has_idea_round": "yes"})
    assert refused.status_code == 422
    assert "checked" in refused.text
    made = manager.client.post("/surveys", data=fields | {"has_idea_round": "yes"})
    building = manager.client.get(made.headers["location"]).text
    assert "0 chosen" not in building
    assert "After the ideas" in building
    assert "a round of ideas, then 2 rounds" in building
    assert "See it as on a phone" not in building
    assert "at least one initiative" not in building, "that is asked for before the ratings"


def test_an_initiative_needs_a_title_in_the_language_of_the_survey(manager: Manager) -> None:
    manager.send("build/texts", **WHO)
    with Session(manager.engine) as session, session.begin():
        survey = session.exec(select(Survey)).one()
        item = list_items(session, survey.id)[0]
        item.title, item.summary = {"de": "Nachtbusse"}, {"en": "Buses", "de": "Busse"}
        other = list_items(session, survey.id)[1]
        other.title = {"en": "Forest school"}
    page = manager.get("publish").text
    blocked, advice = page.split("To know")
    assert "The title of “Nachtbusse” is missing in English." in blocked
    assert f'href="/surveys/{manager.slug}/translation/en"' in blocked
    assert "item." not in page, "an initiative is named by its title"
    assert "The title of “Forest school” is missing in" in advice
    assert "The title of “Nachtbusse” is missing in English." in manager.get("build").text
    assert manager.send("publish").status_code == 422
    page = manager.get("translation/en").text
    assert 'id="text.item.' in page


def test_one_round_in_real_time_may_follow(session: Session) -> None:
    survey = make_idea_survey(session, codes=("I1",))
    survey.is_real_time, survey.planned_rounds = True, 1
    close_ideas(session, survey)
    assert open_round(session, operator(session), survey).number == 1
    end_round(session, operator(session), survey)
    with pytest.raises(Conflict, match="one round"):
        open_round(session, operator(session), survey)


def test_pages_of_ideas_are_for_those_who_have_begun(client: TestClient, session: Session) -> None:
    survey = make_idea_survey(session)
    csrf = csrf_in(client.get(f"/s/{survey.slug}").text)
    for path in ("", "/1"):
        assert client.get(f"/s/{survey.slug}/ideas{path}").headers["location"] == f"/s/{survey.slug}"
    for path in ("/1", "/1/removal", "/submission"):
        done = client.post(f"/s/{survey.slug}/ideas{path}", data={"csrf": csrf, "idea:1.title": "One"})
        assert done.headers["location"] == f"/s/{survey.slug}"
