"""The stream behind the board: it tells of changes to those who may read, and holds nothing."""

import re
import threading
import time

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlalchemy.pool import QueuePool
from sqlmodel import Session, select

from app.auth.service import end_sessions
from app.core.db import for_writing
from app.core.settings import Settings
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_survey
from app.surveys.rounds.live_board import read_board, version_of
from app.surveys.rounds.queries import list_invitations
from app.web.streaming import Streams
from tests.make import SECRET, Cast, sign_in
from tests.surveys.running import (
    filled,
    invite_people,
    survey,
    take_part,
)

__all__ = ["filled", "survey"]


def test_the_version_changes_with_the_numbers_and_only_then(
    session: Session, survey: Survey, settings: Settings
) -> None:
    guests = invite_people(session, survey, "industry", "north", 12)
    before = version_of(read_board(session, survey), SECRET)
    assert version_of(read_board(session, get_survey(session, survey.id)), SECRET) == before
    assert version_of(read_board(session, survey), "another secret") != before
    take_part(session, survey, guests[:1], send=False)
    begun = version_of(read_board(session, survey), SECRET)
    assert begun != before
    take_part(session, survey, guests[:1])
    assert version_of(read_board(session, survey), SECRET) not in (before, begun)
    assert len(list_invitations(session, survey.id)) == 12


def test_the_stream_tells_of_a_change_and_holds_nothing_between_two_looks(
    session: Session, engine: Engine, client: TestClient, cast: Cast, survey: Survey
) -> None:
    guests = invite_people(session, survey, "industry", "north", 6)
    sign_in(client, session, cast.carla)
    app = cast_app(client)
    app.state.streams = Streams(every=0.2, lasts=2)
    held: list[int] = []

    def take_part_meanwhile() -> None:
        for _ in range(20):
            time.sleep(0.03)
            held.append(connections_in_use(engine))
        with Session(for_writing(engine)) as own:
            take_part(own, survey_of(own), guests[:1])

    meanwhile = threading.Thread(target=take_part_meanwhile)
    meanwhile.start()
    answer = client.get(f"/surveys/{survey.slug}/live/changes")
    meanwhile.join()
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    versions = re.findall(r"^data: (\w+)$", answer.text, re.MULTILINE)
    assert len(versions) == 2, "how it was, and how it was after somebody had answered"
    assert versions[1] == version_of(read_board(session, survey), SECRET)
    session.commit()
    assert min(held) == 0, "between two looks no connection is held"
    assert connections_in_use(engine) == 0, "and none afterwards"


def connections_in_use(engine: Engine) -> int:
    assert isinstance(engine.pool, QueuePool)
    return engine.pool.checkedout()


def cast_app(client: TestClient) -> FastAPI:
    assert isinstance(client.app, FastAPI)
    return client.app


def survey_of(session: Session) -> Survey:
    return get_survey(session, session.exec(select(Survey.id)).one())


def test_the_stream_is_for_those_who_may_read_the_board(
    session: Session, client: TestClient, cast: Cast, survey: Survey
) -> None:
    here = f"/surveys/{survey.slug}/live/changes"
    assert client.get(here).status_code == 401
    sign_in(client, session, cast.carla)
    assert client.get("/surveys/another/live/changes").status_code == 404
    cast_app(client).state.streams = Streams(every=0.05, lasts=0.2)
    for _ in range(6):
        assert client.get(here).status_code == 200, "what has ended makes room"
    cast_app(client).state.streams = Streams(most=0)
    assert client.get(here).status_code == 429
    cast_app(client).state.streams = Streams(every=0.05, lasts=0.2)
    assert client.get(here).status_code == 200


def test_the_stream_ends_after_signing_out(
    session: Session, engine: Engine, client: TestClient, cast: Cast, survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.streaming.ASKS_AGAIN", 0.2)
    sign_in(client, session, cast.carla)
    cast_app(client).state.streams = Streams(every=0.05, lasts=20)
    carla = cast.carla.id
    session.commit()

    def sign_out_meanwhile() -> None:
        time.sleep(0.5)
        with Session(for_writing(engine)) as own, own.begin():
            end_sessions(own, carla)

    meanwhile = threading.Thread(target=sign_out_meanwhile)
    meanwhile.start()
    begun = time.monotonic()
    assert client.get(f"/surveys/{survey.slug}/live/changes").status_code == 200
    meanwhile.join()
    assert 0.4 < time.monotonic() - begun < 10
