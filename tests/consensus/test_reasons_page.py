"""Reasons of all rounds: what may be shown, searched and put under themes; hidden ones for those who may hide."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.consensus.reasons.rules import language_in
from app.history.models import HistoryEntry
from app.people.queries import operator
from app.surveys.authoring.models import Survey
from app.surveys.rounds.models import SharedReason
from app.surveys.rounds.reasons import hide_reason
from tests.make import Cast, csrf_in, make_open_survey, sign_in
from tests.surveys.test_reasons import People, close_and_open, give_reasons, second  # noqa: F401  # pyright: ignore[reportUnusedImport] -- a fixture

COUNTS = {"civil": 10, "industry": 4}


@pytest.fixture
def told(session: Session, engine: Engine, second: tuple[Survey, People]) -> Survey:  # noqa: F811 -- the fixture
    survey, people = second
    give_reasons(session, engine, survey, people, COUNTS)
    close_and_open(session, survey)
    return survey


def test_reasons_stand_side_by_side(client: TestClient, session: Session, cast: Cast, told: Survey) -> None:
    sign_in(client, session, cast.dora)
    page = client.get(f"/results/{told.slug}/reasons").text
    assert page.count('class="reason') == 14
    assert "14 of 14 reasons" in page
    assert "Reasons: 4 for, 10 against." in page[page.index("<h1>") : page.index("</h1>")]
    against = page.partition("Against")[2]
    assert against.count("of civil") == 10
    assert "of industry" not in against
    assert "of industry" in page.partition("Against")[0]
    assert "/theme" not in page, "who only reads has no form of themes"


def test_search_and_choice(client: TestClient, session: Session, cast: Cast, told: Survey) -> None:
    sign_in(client, session, cast.dora)
    base = f"/results/{told.slug}/reasons"
    assert "1 of 14 reasons" in client.get(f"{base}?q=reason 3 INDUSTRY").text
    assert "14 of 14 reasons" in client.get(f"{base}?item=I1&criterion=impact").text
    assert "No reason fits this choice" in client.get(f"{base}?item=I2").text
    assert client.get(f"{base}?q={'x' * 201}").status_code == 422
    api = f"/api/v1/surveys/{told.id}/reasons"
    [found] = client.get(api, params={"q": "3 industry"}).json()
    assert (found["text"], found["is_for"], found["helix"], found["round"]) == ("Reason 3 of industry", True, None, 2)


def test_hidden_ones_are_for_those_who_may_hide(client: TestClient, session: Session, cast: Cast, told: Survey) -> None:
    shared = session.exec(select(SharedReason).where(SharedReason.is_for)).first()
    assert shared
    hide_reason(session, operator(session), told, shared.id, "It names somebody.")
    session.commit()
    sign_in(client, session, cast.dora)
    base = f"/results/{told.slug}/reasons"
    assert "13 of 13 reasons" in client.get(base).text
    assert "It names somebody." not in client.get(base).text
    assert len(client.get(f"/api/v1/surveys/{told.id}/reasons").json()) == 13
    sign_in(client, session, cast.carla)
    page = client.get(base).text
    assert "14 of 14 reasons" in page
    assert "It names somebody." in page


def test_a_manager_puts_a_reason_under_a_theme(client: TestClient, session: Session, cast: Cast, told: Survey) -> None:
    sign_in(client, session, cast.carla)
    base, reasons = f"/results/{told.slug}/reasons", f"/api/v1/surveys/{told.id}/reasons"
    key = client.get(reasons).json()[0]["id"]
    csrf = csrf_in(client.get(base).text)
    done = client.post(f"{base}/{key}/theme", data={"csrf": csrf, "theme": "  Cost \n of it ", "shown-item": "I1"})
    assert done.headers["location"] == f"{base}?item=I1"
    page = client.get(f"{base}?theme=Cost+of+it").text
    assert "1 of 14 reasons" in page
    entry = session.exec(select(HistoryEntry).where(HistoryEntry.act == "reason.themed")).one()
    assert (entry.before, entry.after) == ({"theme": ""}, {"theme": "Cost of it"})
    session.rollback()
    long = client.post(f"{base}/{key}/theme", data={"csrf": csrf, "theme": "x" * 41})
    assert long.status_code == 422
    assert long.text.count("A theme has at most 40 characters.") == 2
    api = f"{reasons}/{key}/theme"
    headers = {"X-CSRF-Token": client.get("/api/v1/me").json()["csrf_token"]}
    assert client.put(api, json={"theme": ""}, headers=headers).json() == {"theme": ""}
    assert "1 of 14 reasons" not in client.get(f"{base}?theme=Cost+of+it").text
    sign_in(client, session, cast.dora)
    csrf = csrf_in(client.get("/account").text)
    assert client.post(f"{base}/{key}/theme", data={"csrf": csrf, "theme": "Cost"}).status_code == 403


def test_too_few_or_none_say_so(client: TestClient, session: Session, cast: Cast) -> None:
    survey = make_open_survey(session)
    sign_in(client, session, cast.dora)
    page = client.get(f"/results/{survey.slug}/reasons").text
    assert "No reasons yet, or too few to show without revealing people." in page
    assert client.get("/results/nothing/reasons").status_code == 404


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The costs are too high for this region.", "en"),
        ("Els costos són massa alts per a aquesta regió, però no ho és tot.", "ca"),
        ("Los costes son muy altos para esta región y no hay datos.", "es"),
        ("Les coûts sont trop élevés pour cette région, mais pas partout.", "fr"),
        ("Die Kosten sind für diese Region nicht zu tragen.", "de"),
        ("Разходите са много високи за региона.", "bg"),
        ("Det er ikke godt for os, og der er for lidt viden.", "da"),
        ("Too expensive", ""),
        ("I1", ""),
        ("", ""),
    ],
)
def test_the_language_of_a_text_is_told_by_its_words(text: str, language: str) -> None:
    assert language_in(text, ["en", "ca", "es", "fr", "de", "bg", "da"]) == language
    assert language_in(text, []) == ""
