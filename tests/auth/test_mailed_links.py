"""Links in mails: opening them does nothing, one press signs in once, and they never lead elsewhere."""

import re
import threading
from typing import Any

import pytest
import structlog
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from app.auth.mailing import answer_requests
from app.auth.models import BrowserSession, SignInLink
from app.core.db import for_writing
from app.core.settings import Settings
from app.mail.models import OutboxMessage
from app.people.queries import operator
from app.surveys.rounds.service import invite
from tests.conftest import ADDRESS
from tests.make import Cast, beside, csrf_in, make_open_survey

TABLES = ("sign_in_link", "browser_session", "respondent", "response", "answer", "invitation", "history_entry")


def ask(client: TestClient, email: str) -> Any:
    return client.post("/login", data={"csrf": csrf_in(client.get("/login").text), "email": email})


def mailed(engine: Engine, settings: Settings) -> list[str]:
    """The links in the mails that the worker promises, which are then gone."""
    answer_requests(engine, settings)
    with Session(for_writing(engine)) as own, own.begin():
        messages = own.exec(select(OutboxMessage)).all()
        bodies = [message.body for message in messages]
        for message in messages:
            own.delete(message)
    return [found for body in bodies for found in re.findall(r"http\S+/login/\S+", body)]


def press(client: TestClient, link: str, **fields: str) -> Any:
    path = link.removeprefix(ADDRESS)
    return client.post(path, data={"csrf": csrf_in(client.get("/login").text), **fields})


def contents(engine: Engine) -> dict[str, list[Any]]:
    with engine.connect() as connection:
        return {name: sorted(map(str, connection.execute(text(f"SELECT * FROM {name}")))) for name in TABLES}


def test_asking_mails_a_link_that_signs_in_once(
    client: TestClient, session: Session, engine: Engine, settings: Settings, cast: Cast
) -> None:
    assert ask(client, cast.biel.email.upper()).status_code == 200
    [link] = mailed(engine, settings)
    assert link.startswith(f"{ADDRESS}/login/")
    assert client.get("/").status_code == 401
    assert press(client, link).status_code == 303
    assert client.get("/").status_code == 200
    assert press(client, link).status_code == 404


def test_opening_every_mailed_link_fifty_times_changes_nothing(
    client: TestClient, session: Session, engine: Engine, settings: Settings, cast: Cast
) -> None:
    survey = make_open_survey(session)
    _, token = invite(session, operator(session), survey, email="guest@innaxe.example")
    session.commit()
    ask(client, cast.biel.email)
    [link] = mailed(engine, settings)
    before = contents(engine)
    scanner = beside(client)
    for path in (link.removeprefix(ADDRESS), f"/i/{token}", f"/s/{survey.slug}"):
        for _ in range(50):
            scanner.head(path)
            assert scanner.get(path).status_code in (200, 303)
    assert contents(engine) == before
    assert press(client, link).status_code == 303


def test_another_browser_needs_the_code_and_wrong_ones_end_the_link(
    client: TestClient, session: Session, engine: Engine, settings: Settings, cast: Cast
) -> None:
    page = ask(client, cast.biel.email).text
    shown = re.findall(r'class="receipt">([^<]+)<', page)[0]
    [link] = mailed(engine, settings)
    phone = beside(client)
    assert "another browser" in phone.get(link.removeprefix(ADDRESS)).text
    assert press(phone, link).status_code == 422, "a scanner that presses buttons has no code"
    assert press(phone, link, code="AAA-AAA").status_code == 422
    assert press(phone, link, code=shown.lower().replace("-", " ")).status_code == 303
    assert phone.get("/").status_code == 200
    ask(client, cast.carla.email)
    [second] = mailed(engine, settings)
    for _ in range(5):
        assert press(phone, second, code="AAA-AAA").status_code == 422
    assert press(phone, second, code=shown).status_code == 404
    assert press(client, second).status_code == 404


def test_twenty_presses_at_once_make_one_session(
    client: TestClient, session: Session, engine: Engine, settings: Settings, cast: Cast
) -> None:
    ask(client, cast.biel.email)
    [link] = mailed(engine, settings)
    csrf = csrf_in(client.get("/login").text)
    cookies = dict(client.cookies)
    statuses: list[int] = []

    def go() -> None:
        mine = beside(client)
        mine.cookies.update(cookies)
        statuses.append(mine.post(link.removeprefix(ADDRESS), data={"csrf": csrf}).status_code)

    threads = [threading.Thread(target=go) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303] + [404] * 19
    assert len(session.exec(select(BrowserSession)).all()) == 1


def test_a_token_does_not_survive_signing_in(
    client: TestClient, session: Session, engine: Engine, settings: Settings, cast: Cast
) -> None:
    for _ in range(2):
        ask(client, cast.biel.email)
        [link] = mailed(engine, settings)
        assert press(client, link).status_code == 303
    kept = session.exec(select(BrowserSession)).all()
    assert sorted(line.ended_at is None for line in kept) == [False, True]


HOSTS = (
    "evil.example",
    "127.0.0.1:8000.evil.example",
    "evil.example:8000",
    "127.0.0.1:8000@evil.example",
    "[::1]:8000",
    "",
)
FORWARDED = ("X-Forwarded-Host", "X-Host", "X-Forwarded-Server", "X-Original-Host", "Forwarded", "X-HTTP-Host-Override")
VARIANTS = [pytest.param({"Host": host}, id=f"Host {host}") for host in HOSTS] + [
    pytest.param({name: value.format("evil.example")}, id=f"{name} {value}")
    for name in FORWARDED
    for value in ("{}", "{}:8000", "{}, 127.0.0.1:8000", "127.0.0.1:8000, {}", "host={}")
]


@pytest.mark.parametrize("headers", VARIANTS)
def test_no_foreign_host_gets_anywhere(
    client: TestClient,
    session: Session,
    engine: Engine,
    settings: Settings,
    cast: Cast,
    headers: dict[str, str],
) -> None:
    csrf = csrf_in(client.get("/login").text)
    answer = client.post("/login", data={"csrf": csrf, "email": cast.biel.email}, headers=headers)
    page = client.get("/", headers=headers)
    assert answer.status_code == (400 if "Host" in headers else 200)
    for link in mailed(engine, settings):
        assert link.startswith(f"{ADDRESS}/login/")
    for seen in (answer, page):
        assert "evil.example" not in seen.text + seen.headers.get("Location", "")


def test_there_are_thirty_six_variants() -> None:
    assert len(VARIANTS) == 36


def test_forged_expired_and_foreign_tokens_open_nothing(
    client: TestClient, session: Session, engine: Engine, settings: Settings, cast: Cast
) -> None:
    survey = make_open_survey(session)
    _, invitation = invite(session, operator(session), survey, email="guest@innaxe.example")
    session.commit()
    ask(client, cast.biel.email)
    [link] = mailed(engine, settings)
    token = link.rpartition("/")[2]
    before = contents(engine)
    for forged in (token[:-1], token + "a", token.swapcase(), "\ud800", "a" * 5000, "%00", invitation, "' OR 1=1 --"):
        path = f"/login/{forged}".encode("utf-8", "replace").decode()
        assert client.get(path).status_code in (400, 404)
        assert client.post(path, data={"csrf": csrf_in(client.get("/login").text)}).status_code in (400, 404)
    assert client.get(f"/i/{token}").status_code == 404, "a sign-in link opens no survey"
    assert contents(engine) == before
    assert len(session.exec(select(SignInLink)).all()) == 1


def test_a_refusal_is_logged_once_and_without_the_token(client: TestClient, cast: Cast) -> None:
    forged = "zqforgedzqforgedzqforged"
    with structlog.testing.capture_logs() as lines:
        assert press(client, f"{ADDRESS}/login/{forged}").status_code == 404
    refused = [line for line in lines if line["event"] == "refused"]
    assert len(refused) == 1
    assert refused[0]["route"] == "/login/{token}"
    assert forged not in str(lines)


def test_no_parameter_sends_anybody_elsewhere(
    client: TestClient, session: Session, engine: Engine, settings: Settings, cast: Cast
) -> None:
    ask(client, cast.biel.email)
    [link] = mailed(engine, settings)
    names = ("next", "to", "url", "redirect", "return", "redirect_uri", "continue")
    query = "&".join(f"{name}=https://evil.example/" for name in names)
    done = client.post(
        f"{link.removeprefix(ADDRESS)}?{query}",
        data={"csrf": csrf_in(client.get("/login").text), **dict.fromkeys(names, "https://evil.example/")},
    )
    assert (done.status_code, done.headers["Location"]) == (303, "/")
