"""The end of a round by the clock."""

from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.consensus.service import close_due_rounds
from app.core.settings import Settings
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.service import Consent, start_response
from app.surveys.authoring.models import Survey
from app.surveys.rounds.models import Round
from app.worker import do_chores
from tests.make import (
    answer,
)
from tests.surveys.mailing import closes_in, later


def test_the_worker_closes_a_round_at_its_time_and_no_answer_is_taken_after(
    session: Session, engine: Engine, mailing: Settings, client: TestClient, survey: Survey
) -> None:
    start = StartIn(consent=True, helix="industry", language="en")
    response, token = start_response(session, survey, start, consent=Consent("en", "Words"))
    session.commit()
    answer(engine, response, token, {"I1.impact": 4})
    own = f"/api/v1/responses/{response.id}"
    address = f"{own}/answers/I1.urgency"
    closes_in(session, survey, days=1)
    later(session, survey, hours=23, minutes=59)
    headers = {"Authorization": f"Bearer {token}"}
    assert client.put(address, json={"value": 3, "rev": 0}, headers=headers).status_code == 200
    later(session, survey, minutes=1)
    assert client.put(address, json={"value": 5, "rev": 1}, headers=headers).status_code == 423
    assert client.post(f"{own}/submit", headers=headers).status_code == 423
    assert do_chores(engine, mailing)["closed"] == 1
    assert close_due_rounds(engine) == 0
    session.expire_all()
    [closed] = session.exec(select(Round)).all()
    assert closed.closed_at


def test_a_round_without_an_answer_is_not_closed_into_nothing(session: Session, engine: Engine, survey: Survey) -> None:
    closes_in(session, survey, days=1)
    later(session, survey, days=2)
    assert close_due_rounds(engine) == 0
