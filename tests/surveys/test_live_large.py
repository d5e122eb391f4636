"""The page of a running survey costs no more for more people who have not sent."""

from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, insert

from app.core.clock import now, today
from app.people.queries import operator
from app.surveys.answering.models import Answer, Respondent, Response
from app.surveys.answering.queries import list_unfinished
from app.surveys.rounds import live_looks
from app.surveys.rounds.live_board import MOST_LOOKED_AT, read_board
from app.surveys.rounds.live_looks import look_at
from app.surveys.rounds.queries import find_last_round
from app.surveys.rounds.service import end_round
from tests.make import Cast, make_open_survey, make_response, send, sign_in

PEOPLE = MOST_LOOKED_AT * 2


def test_where_very_many_stop_is_estimated_from_some(session: Session, client: TestClient, cast: Cast) -> None:
    survey = make_open_survey(session)
    current = find_last_round(session, survey.id)
    assert current is not None
    make_response(session, survey)
    fixed: dict[str, Any] = {"survey_id": survey.id, "helix": "civil", "region": "", "language": "en", "attributes": {}}
    own, theirs = ([UUID(int=place * 10**30 + kind) for place in range(1, PEOPLE)] for kind in (1, 2))
    people = [fixed | {"id": key, "code": key.hex, "begun_on": today()} for key in own]
    session.connection().execute(insert(Respondent), people)
    responses = [
        {"id": key, "respondent_id": person, "round_id": current.id, "begun_on": today()}
        for key, person in zip(theirs, own, strict=True)
    ]
    session.connection().execute(insert(Response), responses)
    # every fourth of them has answered the first page
    answers = [
        {"response_id": key, "code": "I1.impact", "point": 3, "rev": 1, "saved_on": today()} for key in theirs[::4]
    ]
    session.connection().execute(insert(Answer), answers)
    session.commit()
    board = read_board(session, survey)
    assert board.begun == PEOPLE
    assert board.drawn == MOST_LOOKED_AT == len(list_unfinished(session, current.id, MOST_LOOKED_AT))
    assert [(one.first, one.last) for one in board.stops] == [(0, 0), (1, 3)]
    assert sum(one.people for one in board.stops) == PEOPLE
    assert board.stops[1].people / PEOPLE == pytest.approx(0.25, abs=0.01)
    session.rollback()
    sign_in(client, session, cast.alba)
    page = client.get(f"/surveys/{survey.slug}/live").text
    assert f"Estimated from {MOST_LOOKED_AT} of them, drawn at random." in page


def test_very_many_are_counted_once_for_all_who_look(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    survey = make_open_survey(session)
    for _ in range(3):
        make_response(session, survey)
    assert look_at(session, survey).board.begun == 3
    make_response(session, survey)
    assert look_at(session, survey).board.begun == 4, "few are counted each time"
    monkeypatch.setattr(live_looks, "VERY_MANY", 3)
    first = look_at(session, survey)
    response, token = make_response(session, survey)
    send(session, response, token)
    assert look_at(session, survey) is first, "the same numbers under the time when they were read"
    assert read_board(session, survey).begun == 5, "whoever reminds reads them afresh"
    clock = now()
    monkeypatch.setattr(live_looks, "now", lambda: clock + live_looks.LASTS)
    later = look_at(session, survey)
    assert (later.board.begun, later.board.done, later.at) == (5, 1, clock + live_looks.LASTS)
    end_round(session, operator(session), survey)
    closed = look_at(session, survey)
    assert (later.board.is_open, closed.board.is_open) == (True, False), "what has ended is seen at once"
