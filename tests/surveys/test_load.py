"""Many at once against a served application: one receipt each, the highest revision wins, nothing confirmed is lost."""

import random
import socket
import threading
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from app.consensus.service import close_due_rounds
from app.core.clock import now
from app.core.settings import Settings
from app.main import create_app
from app.surveys.answering.models import Answer, Response
from app.surveys.rounds.models import Round
from tests.make import make_open_survey, make_response

QUICK, FULL = (40, 5), (200, 20)
AT_ONCE = 60


@contextmanager
def served(settings: Settings, engine: Engine) -> Generator[str]:
    """The address of the application, served by a real server on this machine's own network."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    app = create_app(settings.model_copy(update={"base_url": address}), engine)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield address
    finally:
        server.should_exit = True
        thread.join(timeout=30)


def put(client: httpx.Client, response: Response, token: str, code: str, value: object, rev: int) -> httpx.Response:
    return client.put(
        f"/api/v1/responses/{response.id}/answers/{code}",
        json={"value": value, "rev": rev},
        headers={"Authorization": f"Bearer {token}"},
    )


@pytest.mark.parametrize(
    ("people", "presses"),
    [pytest.param(*QUICK, id="quick"), pytest.param(*FULL, id="full", marks=pytest.mark.faults)],
)
def test_however_often_it_is_sent_a_response_has_one_receipt(
    session: Session, engine: Engine, settings: Settings, people: int, presses: int
) -> None:
    survey = make_open_survey(session)
    begun = [make_response(session, survey) for _ in range(people)]
    wanted = [(response.id, token) for response, token in begun for _ in range(presses)]
    random.Random(4).shuffle(wanted)
    with served(settings, engine) as address, httpx.Client(base_url=address, timeout=60) as client:

        def press(one: tuple[Any, str]) -> tuple[Any, str]:
            headers = {"Authorization": f"Bearer {one[1]}"}
            answer = client.post(f"/api/v1/responses/{one[0]}/submit", headers=headers)
            assert answer.status_code == 200
            return one[0], answer.json()["receipt"]

        with ThreadPoolExecutor(presses) as pool:
            receipts = set(pool.map(press, wanted))
    assert len(receipts) == people
    assert len({receipt for _, receipt in receipts}) == people
    with Session(engine) as reading:
        sent = select(func.count()).select_from(Response).where(col(Response.submitted_on).is_not(None))
        assert reading.exec(sent).one() == people


def test_more_sends_at_once_than_the_server_has_threads_are_all_answered_soon(
    session: Session, engine: Engine, settings: Settings
) -> None:
    survey = make_open_survey(session)
    begun = [make_response(session, survey) for _ in range(AT_ONCE)]
    limits = httpx.Limits(max_connections=AT_ONCE)
    with (
        served(settings, engine) as address,
        httpx.Client(base_url=address, timeout=60, limits=limits) as client,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        all_there = threading.Barrier(AT_ONCE)

        def send(one: tuple[Response, str]) -> set[int]:
            all_there.wait()
            headers = {"Authorization": f"Bearer {one[1]}"}
            address = f"/api/v1/responses/{one[0].id}/submit"
            return {client.post(address, headers=headers).status_code for _ in range(4)}

        started = time.monotonic()
        answers = list(pool.map(send, begun))
    assert answers == [{200}] * AT_ONCE
    # a send that found no thread waited for the database's own patience, which is 30 seconds
    assert time.monotonic() - started < 25


@pytest.mark.parametrize(
    ("writers", "each"),
    [pytest.param(10, 20, id="quick"), pytest.param(20, 50, id="full", marks=pytest.mark.faults)],
)
def test_of_reordered_saves_the_highest_revision_wins(
    session: Session, engine: Engine, settings: Settings, writers: int, each: int
) -> None:
    response, token = make_response(session, make_open_survey(session))
    confirmed: list[tuple[int, int]] = []
    with served(settings, engine) as address, httpx.Client(base_url=address, timeout=60) as client:

        def write(seed: int) -> None:
            rng, rev = random.Random(seed), 0
            for _ in range(each):
                value = rng.randint(1, 5)
                while True:
                    answer = put(client, response, token, "I1.impact", value, rev)
                    kept = answer.json()
                    assert answer.status_code in (200, 409)
                    rev = kept["rev"]
                    if answer.status_code == 200:
                        confirmed.append((rev, value))
                        break
                # an old message comes again, late: it must change nothing
                late = put(client, response, token, "I1.impact", value % 5 + 1, rng.randint(0, max(0, rev - 1)))
                if late.status_code == 200:
                    confirmed.append((late.json()["rev"], value % 5 + 1))

        with ThreadPoolExecutor(writers) as pool:
            list(pool.map(write, range(writers)))
    by_rev = dict(confirmed)
    assert {value for rev, value in confirmed if by_rev[rev] != value} == set(), "a revision is one value"
    with Session(engine) as reading:
        kept = reading.exec(select(Answer)).one()
    assert (kept.rev, kept.point) == (max(by_rev), by_rev[max(by_rev)])
    assert sorted(by_rev) == [*range(1, kept.rev + 1)], "each revision was confirmed to somebody"


def test_the_servers_time_decides_and_nothing_confirmed_is_lost(
    session: Session, engine: Engine, settings: Settings
) -> None:
    survey = make_open_survey(session, codes=("I1", "I2", "I3", "I4", "I5"))
    begun = [make_response(session, survey) for _ in range(12)]
    current = session.exec(select(Round)).one()
    current.closes_at = now() + timedelta(seconds=2)
    session.add(current)
    session.commit()
    confirmed: set[tuple[str, str]] = set()
    refused: list[int] = []
    with served(settings, engine) as address, httpx.Client(base_url=address, timeout=60) as client:

        def answer_on(one: tuple[Response, str]) -> None:
            response, token = one
            for rev, _ in enumerate(range(2000)):
                code = f"I{rev % 5 + 1}.{('impact', 'urgency')[rev // 5 % 2]}"
                saved = put(client, response, token, code, rev // 10 % 5 + 1, rev // 10)
                if saved.status_code == 200:
                    confirmed.add((str(response.id), code))
                    assert saved.json()["saved_at"] <= current.closes_at.isoformat()  # pyright: ignore[reportOptionalMemberAccess] -- set above
                else:
                    refused.append(saved.status_code)
                    return

        with ThreadPoolExecutor(12) as pool:
            futures = [pool.submit(answer_on, one) for one in begun]
            time.sleep(2)
            assert close_due_rounds(engine) == 1
            for future in futures:
                future.result()
    assert set(refused) == {423}
    assert len(refused) == 12, "the end came for everybody while they were answering"
    with Session(engine) as reading:
        kept = {(str(one.response_id), one.code) for one in reading.exec(select(Answer)).all()}
    assert kept == confirmed
