"""The way in for saves in front of the layers: it answers as they do, and leaves to them whatever is not plain."""

import asyncio
import json
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlmodel import Session, select
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.settings import Settings
from app.main import create_app
from app.people.queries import operator
from app.surveys.answering.autosave import AnswerWriter
from app.surveys.answering.entrance import LARGEST_PLAIN, SHORTLY, Entrance
from app.surveys.answering.models import Answer
from app.surveys.answering.rules import TOKEN_COOKIE
from app.surveys.answering.saves import Save, Saved
from app.surveys.answering.store import Store
from app.surveys.rounds.service import end_round
from tests.conftest import ADDRESS
from tests.make import answer, make_open_survey, make_response, send
from tests.postgres import Postgres

HOST = ADDRESS.partition("://")[2]


@dataclass
class Passing:
    """Notes which requests come through to the layers."""

    app: ASGIApp
    seen: list[str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.seen.append(scope["path"])
        await self.app(scope, receive, send)


@dataclass(frozen=True)
class Asked:
    """One save as it comes over the line; `{response}` and `{token}` are filled in."""

    path: str = "/api/v1/responses/{response}/answers/I1.impact"
    body: bytes = b'{"value": 4, "rev": 0}'
    headers: dict[str, str] = field(default_factory=lambda: {"authorization": "Bearer {token}"})
    is_plain: bool = True

    def of(self, client: TestClient, response: str, token: str) -> httpx2.Response:
        """Send it."""
        headers = {name: value.format(token=token) for name, value in self.headers.items()}
        return client.put(self.path.format(response=response, token=token), content=self.body, headers=headers)


BEARER = {"authorization": "Bearer {token}"}
PLAIN = {
    "a save": Asked(),
    "one with a cookie": Asked(headers={"cookie": TOKEN_COOKIE + "demo={token}; other=1"}),
    "one by our own page": Asked(headers=BEARER | {"sec-fetch-site": "same-origin", "origin": "null"}),
    "its own id": Asked(headers=BEARER | {"x-request-id": "from-the-proxy"}),
    "an id that is none": Asked(headers=BEARER | {"x-request-id": "<script>"}),
    "cannot judge": Asked(body=b'{"value": null, "rev": 0}'),
}
OTHERS = {
    "no token": Asked(headers={}),
    "somebody else's": Asked(headers={"authorization": "Bearer " + "x" * 32}),
    "no such response": Asked(path=f"/api/v1/responses/{uuid4()}/answers/I1.impact"),
    "no key": Asked(path="/api/v1/responses/nothing/answers/I1.impact"),
    "no such question": Asked(path="/api/v1/responses/{response}/answers/I9.impact"),
    "beyond the scale": Asked(body=b'{"value": 40, "rev": 0}'),
    "a revision unknown": Asked(body=b'{"value": 4, "rev": 7}'),
    "no JSON": Asked(body=b'{"value": 4, "rev": '),
    "a key twice": Asked(body=b'{"value": 4, "value": 5, "rev": 0}'),
    "yes": Asked(body=b'{"value": true, "rev": 0}'),
    "more than asked": Asked(body=b'{"value": 4, "rev": 0, "helix": "x"}'),
    "a list": Asked(body=b"[1]"),
    "nothing": Asked(body=b""),
    "too long": Asked(body=json.dumps({"value": "x" * 50_000, "rev": 0}).encode()),
    "long": Asked(body=json.dumps({"value": "x" * LARGEST_PLAIN, "rev": 0}).encode()),
    "another host": Asked(headers=BEARER | {"host": "elsewhere.example"}),
    "another site": Asked(headers=BEARER | {"sec-fetch-site": "cross-site"}),
    "another origin": Asked(headers=BEARER | {"origin": "https://elsewhere.example"}),
    "the token in the address": Asked(path="/k/{token}/api/v1/responses/{response}/answers/I1.impact", headers={}),
    "NUL": Asked(path="/api/v1/responses/{response}/answers/I1%00"),
    "a line's end": Asked(path="/api/v1/responses/{response}/answers/I1.impact%0A"),
    "a stroke": Asked(path="/api/v1/responses/{response}/answers/I1%2Fimpact"),
}
CASES = PLAIN | {name: replace(case, is_plain=False) for name, case in OTHERS.items()}


@contextmanager
def served(settings: Settings, engine: Engine, seen: list[str] | None = None) -> Generator[TestClient]:
    """The application; without the entrance where nothing is to be noted."""
    app = create_app(settings, engine)
    first, *others = app.user_middleware
    assert first.cls is Entrance, "it is in front of all layers"
    app.user_middleware = others if seen is None else [first, Middleware(Passing, seen=seen), *others]
    with TestClient(app, base_url=ADDRESS) as client:
        yield client


def what_it_says(answer: httpx2.Response) -> tuple[int, dict[str, str], dict[str, Any]]:
    """An answer without what differs each time."""
    headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
    body = answer.json()
    assert len(headers["x-request-id"]) >= 12
    if headers["x-request-id"] != "from-the-proxy":
        headers["x-request-id"] = ""
    return answer.status_code, headers, body | dict.fromkeys({"request_id", "saved_at"} & {*body}, "")


def test_every_request_is_answered_as_the_layers_answer_it(
    session: Session, engine: Engine, settings: Settings
) -> None:
    survey = make_open_survey(session)
    seen: list[str] = []
    with served(settings, engine, seen) as client, served(settings, engine) as ordinary:
        for name, case in CASES.items():
            (one, token), (other, other_token) = make_response(session, survey), make_response(session, survey)
            seen.clear()
            found = case.of(client, str(one.id), token)
            wanted = case.of(ordinary, str(other.id), other_token)
            assert what_it_says(found) == what_it_says(wanted), name
            assert case.is_plain == (not seen), f"{name}: what is plain is answered in front, and nothing else"
            if case.is_plain:
                assert found.status_code == 200, name
            kept = [session.exec(select(Answer).where(Answer.response_id == key)).all() for key in (one.id, other.id)]
            assert [(row.code, row.point, row.rev) for row in kept[0]] == [
                (row.code, row.point, row.rev) for row in kept[1]
            ]
            assert bool(kept[0]) == (found.status_code == 200), name


def test_what_has_ended_is_refused_as_the_layers_refuse_it(
    session: Session, engine: Engine, settings: Settings
) -> None:
    survey = make_open_survey(session)
    stale, sent, closed = (make_response(session, survey) for _ in range(3))
    answer(engine, *stale, {"I1.impact": 2})
    send(session, *sent)
    with served(settings, engine, []) as client, served(settings, engine) as ordinary:
        for (response, token), status in ((stale, 409), (sent, 423), (closed, 423)):
            if response is closed[0]:
                end_round(session, operator(session), survey)
                session.commit()
            found, wanted = (Asked().of(one, str(response.id), token) for one in (client, ordinary))
            assert found.status_code == status
            assert what_it_says(found) == what_it_says(wanted)


async def call(app: FastAPI, asked: Asked, response: str, token: str, messages: list[Message | None]) -> int:
    """Call the application as a server does, with a body that comes in these parts; None is a pause."""
    sent: list[Message] = []
    coming = iter(messages)

    async def receive() -> Message:
        for one in coming:
            if one is not None:
                return one
            await asyncio.sleep(SHORTLY + 0.2)
        return {"type": "http.disconnect"}

    async def put(message: Message) -> None:
        sent.append(message)

    headers = {"host": HOST, "authorization": f"Bearer {token}", "content-length": str(len(asked.body))}
    scope: Scope = {
        "type": "http",
        "http_version": "1.1",
        "scheme": "http",
        "method": "PUT",
        "root_path": "",
        "path": asked.path.format(response=response),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    await app(scope, receive, put)
    return sent[0]["status"] if sent else 0


def test_a_body_in_parts_or_late_is_taken_by_the_layers(session: Session, engine: Engine, settings: Settings) -> None:
    response, token = make_response(session, make_open_survey(session))
    asked, seen = Asked(), list[str]()
    parts: list[Message | None] = [
        {"type": "http.request", "body": asked.body[:9], "more_body": True},
        {"type": "http.request", "body": asked.body[9:]},
    ]
    late: list[Message | None] = [None, {"type": "http.request", "body": asked.body}]
    with served(settings, engine, seen) as client:
        assert client.portal
        for messages, status in ((parts, 200), (late, 200), ([], 0)):
            app: Any = client.app
            assert client.portal.call(call, app, asked, str(response.id), token, messages) == status
            assert len(seen) == 1
            seen.clear()
    assert session.exec(select(Answer)).one().rev == 1


def test_a_lost_connection_is_made_anew_and_nothing_is_written_twice(
    session: Session, engine: Engine, database: str, request: pytest.FixtureRequest
) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("a file has no connection to lose")
    response, token = make_response(session, make_open_survey(session))
    writer, server = AnswerWriter(engine), request.getfixturevalue("postgres")
    assert isinstance(server, Postgres)
    for rev in range(3):
        [outcome] = writer.save([Save(response.id, (token,), "I1.impact", rev + 1, rev)]).result(timeout=30)
        assert isinstance(outcome, Saved)
        assert outcome.rev == rev + 1
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'test' AND state = 'idle'"
        )
    writer.close()
    assert writer.done == {"commits": 3, "saved": 3, "refused": 0}
    session.rollback()


def test_a_commit_of_which_nobody_heard_is_confirmed_as_it_was(
    session: Session, engine: Engine, request: pytest.FixtureRequest
) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("a file has no connection to lose")
    response, token = make_response(session, make_open_survey(session))
    server: Postgres = request.getfixturevalue("postgres")
    store = Store(engine)

    class Unheard(Store):
        """Loses its connection after the first commit."""

        has_lost = False

        def judge_and_write(self, cursor: Any, saves: Any) -> Any:
            outcomes = super().judge_and_write(cursor, saves)
            if not self.has_lost:
                self.has_lost = True
                cursor.connection.commit()
                server.execute(f"SELECT pg_terminate_backend({cursor.connection.info.backend_pid})")
                cursor.execute("SELECT 1")
            return outcomes

    store = Unheard(engine)
    [outcome] = store.write([Save(response.id, (token,), "I1.impact", 4, 0)])
    store.close()
    assert isinstance(outcome, Saved)
    assert outcome.rev == 1
    assert session.exec(select(Answer)).one().rev == 1
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT sum(count) FROM point_count")) == 1


def test_a_visitor_who_has_gone_holds_nobody_up(session: Session, engine: Engine) -> None:
    response, token = make_response(session, make_open_survey(session))

    async def save() -> None:
        writer = AnswerWriter(engine)
        gone = asyncio.create_task(writer.save_soon([Save(response.id, (token,), "I1.impact", 4, 0)]))
        await asyncio.sleep(0)
        gone.cancel()
        [outcome] = await writer.save_soon([Save(response.id, (token,), "I2.impact", 4, 0)])
        assert isinstance(outcome, Saved)
        writer.close()

    # in a thread of its own: tests with a browser leave a loop running in this one
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, save()).result(timeout=60)
    assert {row.code for row in session.exec(select(Answer))} == {"I1.impact", "I2.impact"}
