"""A lost link is mailed again to whoever was invited; nobody learns who was."""

import time
from statistics import median

from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.core.settings import Settings
from app.mail.worker import send_due
from app.surveys.rounds.inviting import answer_link_requests
from app.surveys.rounds.models import LinkRequest
from tests.conftest import Sink
from tests.make import csrf_in, make_open_survey
from tests.surveys.mailing import link_in, mailed, people


def ask(client: TestClient, email: str) -> str:
    page = client.get("/link")
    answer = client.post("/link", data={"csrf": csrf_in(page.text), "email": email})
    assert answer.status_code == 200
    return answer.text


def test_the_same_link_comes_again_and_only_to_who_was_invited(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], client: TestClient
) -> None:
    survey = make_open_survey(session)
    [one] = people(session, survey, 1)
    mailed(session, engine, survey, mailing)
    first = link_in(sink[0].mails[0])
    session.commit()
    ask(client, one.email.upper())
    ask(client, "stranger@example.org")
    assert answer_link_requests(engine, mailing) == 1
    send_due(engine, mailing)
    assert len(sink[0].mails) == 2
    assert sink[0].mails[1]["To"] == one.email
    assert link_in(sink[0].mails[1]) == first
    with Session(engine) as reading:
        assert reading.exec(select(LinkRequest)).all() == [], "no address stays behind"
    assert answer_link_requests(engine, mailing) == 0


def test_known_and_unknown_addresses_get_the_same_answer_as_quickly(session: Session, client: TestClient) -> None:
    survey = make_open_survey(session)
    [one] = people(session, survey, 1)
    times: dict[str, list[float]] = {one.email: [], "stranger@example.org": []}
    texts: set[str] = set()
    for _ in range(15):
        for email, spent in times.items():
            begun = time.perf_counter()
            texts.add(ask(client, email).partition("<main")[2])
            spent.append(time.perf_counter() - begun)
    assert len(texts) == 1
    known, unknown = (median(spent) for spent in times.values())
    assert 0.5 < known / unknown < 2


def test_no_address_is_named_beside_the_field(client: TestClient) -> None:
    page = client.get("/link")
    refused = client.post("/link", data={"csrf": csrf_in(page.text), "email": "nobody"})
    assert refused.status_code == 422
    assert refused.text.count("Enter an e-mail address such as name@example.org.") == 2
    assert "<title>Error: A new link" in refused.text


def test_an_anonymous_survey_has_no_link_to_send(
    session: Session, engine: Engine, mailing: Settings, client: TestClient
) -> None:
    survey = make_open_survey(session)
    survey.is_anonymous = True
    session.add(survey)
    [one] = people(session, survey, 1)
    mailed(session, engine, survey, mailing)
    session.commit()
    ask(client, one.email)
    assert answer_link_requests(engine, mailing) == 0


def test_a_dead_link_leads_to_a_new_one(client: TestClient) -> None:
    page = client.get("/i/nosuchtokenanywhere")
    assert page.status_code == 404
    assert 'href="/link"' in page.text
