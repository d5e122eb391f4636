"""A survey can be answered where the browser keeps no cookies, and the address holds no token where it keeps them."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.people.queries import operator
from app.surveys.answering.models import Answer, Response
from app.surveys.authoring.models import Survey
from app.surveys.rounds.service import invite
from tests.make import csrf_in, make_open_survey

FORM = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def survey(session: Session) -> Survey:
    return make_open_survey(session)


@pytest.fixture
def link(session: Session, survey: Survey) -> str:
    _, token = invite(session, operator(session), survey, email="ana@example.org", helix="industry")
    session.commit()
    return f"/i/{token}"


class Forgetful:
    """A browser that keeps no cookie."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, path: str) -> Any:
        self.client.cookies.clear()
        return self.client.get(path)

    def post(self, path: str, page: str, headers: dict[str, str] | None = None, **fields: str) -> Any:
        self.client.cookies.clear()
        revs = dict(re.findall(r'name="(rev\.[^"]+)" value="(\d+)"', page))
        own = {"csrf": csrf_in(page)} | revs | fields
        return self.client.post(path, data=own, headers=FORM if headers is None else headers)


def answer_everything(browser: Forgetful, start: str) -> Any:
    page = browser.get(start)
    here = browser.post(start, page.text, helix="industry", consent="yes").headers["location"]
    for number in (1, 2, 3):
        assert here.endswith(f"/s/small/q/{number}")
        page = browser.get(here)
        answers: dict[str, Any] = {f"I{number}.impact": "4", f"I{number}.urgency": "none"}
        here = browser.post(here, page.text, **answers).headers["location"]
    page = browser.get(here)
    action = re.search(r'action="([^"]+/submission)"', page.text)
    assert action
    return browser.get(browser.post(action[1], page.text).headers["location"])


def test_a_whole_survey_by_a_personal_link(client: TestClient, engine: Engine, link: str) -> None:
    browser = Forgetful(client)
    start = browser.get(link).headers["location"]
    assert start.startswith("/k/")
    done = answer_everything(browser, start)
    assert "Your receipt code" in done.text
    with Session(engine) as session:
        assert len(session.exec(select(Answer)).all()) == 6
        assert session.exec(select(Response)).one().submitted_on
    assert browser.get(browser.get(link).headers["location"]).headers["location"].endswith("/s/small/done")


def test_a_whole_survey_by_the_open_link(client: TestClient, survey: Survey) -> None:
    assert "Your receipt code" in answer_everything(Forgetful(client), "/s/small").text


def test_the_address_holds_no_token_where_cookies_are_kept(client: TestClient, link: str) -> None:
    first = client.get(link)
    assert first.headers["location"].startswith("/k/")
    assert client.get(first.headers["location"]).headers["location"] == "/s/small"
    assert client.get(link).headers["location"] == "/s/small", "known by its cookie"


def test_autosave_and_links_work_with_the_token_in_the_address(client: TestClient, link: str) -> None:
    browser = Forgetful(client)
    start = browser.get(link).headers["location"]
    item = browser.post(start, browser.get(start).text, helix="industry", consent="yes").headers["location"]
    page = browser.get(item).text
    url = re.search(r'data-url="([^"]+I1\.impact)"', page)
    assert url
    client.cookies.clear()
    saved = client.put(url[1], json={"value": 5, "rev": 0}, headers=FORM)
    assert saved.status_code == 200
    for address in re.findall(r'(?:href|action)="(/[^"]*/s/[^"]+)"', page):
        assert address.startswith("/k/"), address
    languages = re.findall(r'<a href="([^"]+\?lang=en)"', page)
    assert languages
    assert browser.get(languages[0]).status_code == 200


def test_another_site_cannot_send_a_form_for_a_browser_without_cookies(client: TestClient, survey: Survey) -> None:
    browser = Forgetful(client)
    page = browser.get("/s/small").text
    fields = {"helix": "industry", "consent": "yes"}
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {}):
        assert browser.post("/s/small", page, headers, **fields).status_code == 403


@pytest.mark.parametrize("path", ["/surveys", "/", "/login", "/api/v1/me", "/receipt"])
def test_a_token_in_the_address_reaches_nothing_else(client: TestClient, link: str, path: str) -> None:
    token = link.removeprefix("/i/")
    assert client.get(f"/k/{token}{path}").status_code == 404
