"""The hot path: what is confirmed is kept, what is stale or foreign is refused, on both databases alike."""

import threading
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.core.clock import today
from app.core.errors import AppError, Invalid, Locked, NotFound
from app.people.queries import operator
from app.surveys.answering.autosave import AnswerWriter
from app.surveys.answering.models import Answer, Response
from app.surveys.answering.rules import Value
from app.surveys.answering.saves import Outcome, Save, Saved, StaleSave
from app.surveys.answering.service import reopen_response
from app.surveys.rounds.service import end_round
from tests.make import answer, make_open_survey, make_response, send, small_survey_file


def save_one(engine: Engine, response: Response, token: str, code: str, value: Value, rev: int) -> Outcome:
    writer = AnswerWriter(engine)
    [outcome] = writer.save([Save(response.id, (token,), code, value, rev)]).result(timeout=30)
    writer.close()
    return outcome


def test_a_first_save_has_revision_one_and_is_kept(session: Session, engine: Engine) -> None:
    response, token = make_response(session, make_open_survey(session))
    outcome = save_one(engine, response, token, "I1.impact", 4, 0)
    assert isinstance(outcome, Saved)
    assert outcome.rev == 1
    kept = session.exec(select(Answer)).one()
    assert (kept.code, kept.point, kept.rev) == ("I1.impact", 4, 1)
    assert kept.saved_on == outcome.saved_at.date()


def test_cannot_judge_is_kept_apart_from_every_point(session: Session, engine: Engine) -> None:
    response, token = make_response(session, make_open_survey(session))
    answer(engine, response, token, {"I1.impact": None})
    assert session.exec(select(Answer)).one().point is None


def test_a_repeated_save_changes_nothing_and_succeeds(session: Session, engine: Engine) -> None:
    response, token = make_response(session, make_open_survey(session))
    answer(engine, response, token, {"I1.impact": 4})
    again = save_one(engine, response, token, "I1.impact", 4, 0)
    assert isinstance(again, Saved)
    assert again.rev == 1


def test_a_stale_save_is_told_the_newer_answer(session: Session, engine: Engine) -> None:
    response, token = make_response(session, make_open_survey(session))
    answer(engine, response, token, {"I1.impact": 4})
    assert isinstance(save_one(engine, response, token, "I1.impact", 5, 1), Saved)
    stale = save_one(engine, response, token, "I1.impact", 2, 1)
    assert isinstance(stale, StaleSave)
    assert (stale.rev, stale.value) == (2, 5)
    assert session.exec(select(Answer)).one().point == 5


@pytest.mark.parametrize(
    ("code", "value"),
    [
        pytest.param("I1.impact", 0, id="below the scale"),
        pytest.param("I1.impact", 6, id="above the scale"),
        pytest.param("I1.impact", 2**70, id="beyond every whole number of the databases"),
        pytest.param("I1.impact", "4", id="a number as text"),
        pytest.param("I9.impact", 4, id="an item the survey does not have"),
        pytest.param("I1", 4, id="no criterion"),
        pytest.param("helix", "academia", id="a group cannot be changed by a save"),
        pytest.param("I1.impact\x00", 4, id="a code with NUL"),
        pytest.param("\ud800", 4, id="a code with half a character"),
    ],
)
def test_what_is_no_answer_of_this_survey_is_refused(session: Session, engine: Engine, code: str, value: Value) -> None:
    response, token = make_response(session, make_open_survey(session))
    assert isinstance(save_one(engine, response, token, code, value, 0), Invalid)
    assert session.exec(select(Answer)).all() == []


def test_a_foreign_or_missing_response_answers_alike(session: Session, engine: Engine) -> None:
    survey = make_open_survey(session)
    mine, _ = make_response(session, survey)
    _, token_of_another = make_response(session, survey)
    foreign = save_one(engine, mine, token_of_another, "I1.impact", 4, 0)
    unknown = Response(respondent_id=uuid4(), round_id=uuid4(), begun_on=today())
    missing = save_one(engine, unknown, token_of_another, "I1.impact", 4, 0)
    assert isinstance(foreign, NotFound)
    assert isinstance(missing, NotFound)
    assert str(foreign) == str(missing)
    assert session.exec(select(Answer)).all() == []


def test_nothing_is_saved_after_sending_until_it_is_taken_back(session: Session, engine: Engine) -> None:
    response, token = make_response(session, make_open_survey(session))
    answer(engine, response, token, {"I1.impact": 4})
    send(session, response, token)
    assert isinstance(save_one(engine, response, token, "I1.impact", 5, 1), Locked)
    reopen_response(session, response.id, (token,))
    session.commit()
    assert isinstance(save_one(engine, response, token, "I1.impact", 5, 1), Saved)


def test_nothing_is_saved_after_closing(session: Session, engine: Engine) -> None:
    survey = make_open_survey(session)
    response, token = make_response(session, survey)
    end_round(session, operator(session), survey)
    session.commit()
    assert isinstance(save_one(engine, response, token, "I1.impact", 4, 0), Locked)


def test_one_refused_save_does_not_harm_the_others_of_its_batch(session: Session, engine: Engine) -> None:
    response, token = make_response(session, make_open_survey(session))
    writer = AnswerWriter(engine)
    saves = [
        Save(response.id, (token,), "I1.impact", 4, 0),
        Save(response.id, (token,), "I1.urgency", 99, 0),
        Save(response.id, (token,), "I2.impact", 3, 0),
    ]
    outcomes = writer.save(saves).result(timeout=30)
    writer.close()
    assert [isinstance(outcome, AppError) for outcome in outcomes] == [False, True, False]
    assert len(session.exec(select(Answer)).all()) == 2


def test_many_people_at_once_lose_nothing(session: Session, engine: Engine) -> None:
    survey = make_open_survey(session, small_survey_file(high=9))
    people = [make_response(session, survey) for _ in range(20)]
    writer = AnswerWriter(engine)
    outcomes: list[Outcome] = []

    def fill_in(response: Response, token: str) -> None:
        for code in ("I1.impact", "I1.urgency", "I2.impact", "I2.urgency", "I3.impact", "I3.urgency"):
            outcomes.extend(writer.save([Save(response.id, (token,), code, 7, 0)]).result(timeout=60))

    threads = [threading.Thread(target=fill_in, args=person) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    assert [type(outcome) for outcome in outcomes] == [Saved] * 120
    assert len(session.exec(select(Answer)).all()) == 120
