"""What somebody sends, or what fails around it, harms nobody else's answers."""

import time
from collections.abc import Sequence
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlmodel import Session, col, select

from app.auth.throttle import Limit
from app.core.db import for_writing
from app.core.errors import AppError, Invalid, Unreachable
from app.surveys.answering import addresses, asking, autosave
from app.surveys.answering.autosave import AnswerWriter
from app.surveys.answering.models import Answer, KeptAddress, PointCount, Respondent
from app.surveys.answering.rules import Form
from app.surveys.answering.saves import Outcome, Save, Saved
from app.surveys.answering.service import delete_respondents
from app.surveys.answering.store import DEADLOCK, Store
from app.surveys.authoring.publishing import checks_of
from app.surveys.rounds.queries import find_last_round
from tests.make import make_open_survey, make_response, make_survey_of
from tests.surveys.test_sections_web import QUESTIONS, Visitor, file_with

NUMBER: dict[str, Any] = {"id": "budget", "type": "number", "text": {"en": "How much?"}}
DAY: dict[str, Any] = {"id": "day", "type": "date", "text": {"en": "When?"}}


@pytest.mark.parametrize("given", ["1e2000000", "-1e999999999", "9" * 5000, "1e-2000000", "NaN", "Infinity", "1_0"])
def test_a_number_beyond_all_reckoning_is_refused_alone(session: Session, engine: Engine, given: str) -> None:
    response, token = make_response(session, make_open_survey(session, file_with([NUMBER])))
    store = Store(engine)
    saves = [Save(response.id, (token,), code, value, 0) for code, value in (("budget", given), ("I1.impact", 4))]
    refused, kept = store.write(saves)
    store.close()
    assert isinstance(refused, Invalid)
    assert isinstance(kept, Saved)


def test_a_fault_of_ours_with_one_answer_refuses_that_one(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    response, token = make_response(session, make_open_survey(session))
    keep = Form.keep

    def fail(self: Form, code: str, value: Any) -> Any:
        if value == 5:
            raise ZeroDivisionError
        return keep(self, code, value)

    monkeypatch.setattr(Form, "keep", fail)
    store = Store(engine)
    saves = [Save(response.id, (token,), code, value, 0) for code, value in (("I1.impact", 5), ("I2.impact", 4))]
    refused, kept = store.write(saves)
    store.close()
    assert isinstance(refused, AppError)
    assert refused.status == 500
    assert isinstance(kept, Saved)


@pytest.mark.parametrize(
    "question",
    [NUMBER | {"min": "1e2000000"}, NUMBER | {"max": "many"}, DAY | {"min": "soon"}, DAY | {"max": "20270101"}],
)
def test_limits_that_cannot_be_read_are_found_before_publishing(session: Session, question: dict[str, Any]) -> None:
    from app.people.queries import operator
    from tests.make import import_few_initiatives

    import_few_initiatives(session)
    survey = make_survey_of(session, operator(session), file_with([question])).survey
    found = [check for check in checks_of(session, survey) if "limits" in str(check)]
    assert bool(found) == (question.get("max") != "20270101"), "the basic form of a day is one"


class Failing(Store):
    """Fails once, as told, before its commit."""

    failure: Exception | None = None

    def judge_and_write(self, cursor: Any, saves: Sequence[Save]) -> list[Outcome]:
        outcomes = super().judge_and_write(cursor, saves)
        if failure := self.failure:
            self.failure = None
            raise failure
        return outcomes


def test_the_writer_outlives_a_log_that_cannot_be_written(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    response, token = make_response(session, make_open_survey(session))

    class Full:
        def error(self, *_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(autosave, "log", Full())
    monkeypatch.setattr(autosave, "Store", Failing)
    writer = AnswerWriter(engine)
    store: Any = writer._store  # pyright: ignore[reportPrivateUsage] -- it is to fail from within
    driver: Any = engine.dialect.dbapi
    store.failure = driver.OperationalError("full")
    one = [Save(response.id, (token,), "I1.impact", 4, 0)]
    with pytest.raises(Unreachable):
        writer.save(one).result(timeout=30)
    assert isinstance(writer.save(one).result(timeout=30)[0], Saved)
    assert writer.is_alive
    writer.close()
    assert not writer.is_alive


def test_whether_saves_are_written_is_part_of_being_ready(client: TestClient) -> None:
    app: Any = client.app
    assert client.get("/readyz").json()["saves"] is True
    app.state.writer.close()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["saves"]) == (503, False)


def test_a_deadlock_is_tried_once_more(session: Session, engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one lock, and no two wait for each other's")
    response, token = make_response(session, make_open_survey(session))
    driver: Any = engine.dialect.dbapi
    store = Failing(engine)
    store.failure = driver.errors.DeadlockDetected()
    assert getattr(store.failure, "sqlstate", None) == DEADLOCK
    [outcome] = store.write([Save(response.id, (token,), "I1.impact", 4, 0)])
    store.close()
    assert isinstance(outcome, Saved)
    assert session.exec(select(PointCount.count)).one() == 1


def test_more_people_expire_than_a_statement_takes_parameters(session: Session, engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("people are laid down by generate_series")
    survey = make_open_survey(session)
    current = find_last_round(session, survey.id)
    assert current
    people = """
        INSERT INTO respondent (id, survey_id, code, helix, region, language, attributes, begun_on)
        SELECT gen_random_uuid(), :survey, n::text, 'civil', '', 'en', '{}', current_date
        FROM generate_series(1, 66000) AS n"""
    session.connection().execute(text(people), {"survey": survey.id})
    response, token = make_response(session, survey)
    store = Store(engine)
    store.write([Save(response.id, (token,), "I1.impact", 4, 0)])
    store.close()
    assert delete_respondents(session, col(Respondent.survey_id) == survey.id) == 1
    assert session.exec(select(Respondent.id)).all() == session.exec(select(Answer.code)).all() == []
    assert session.exec(select(PointCount.count)).all() == []


def test_an_address_among_many_is_kept_once_and_in_order(session: Session, engine: Engine) -> None:
    survey_id = make_open_survey(session).id
    session.commit()
    for given in ("m@example.org", "z@example.org", "A@example.org ", "m@example.org"):
        addresses.keep_address(engine, survey_id, "mail", given)
    kept = session.exec(select(KeptAddress.address)).all()
    assert [*kept] == ["a@example.org", "m@example.org", "z@example.org"], "as the rows lie"
    session.rollback()
    many = [f"{number:05}@example.org" for number in range(5000)]
    with Session(for_writing(engine)) as own, own.begin():
        own.add_all([KeptAddress(survey_id=survey_id, question="mail", address=one) for one in many])
    began = time.process_time()
    addresses.keep_address(engine, survey_id, "mail", "new@example.org")
    assert time.process_time() - began < 2


def test_one_machine_leaves_so_many_addresses_only(
    client: TestClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_open_survey(session, file_with(QUESTIONS), codes=("I1", "I2"))
    visitor = Visitor(client)
    fields = {"more.news": "yes", "mail": "a@example.org"}
    assert visitor.send(**fields).status_code == 303
    monkeypatch.setattr(asking, "ADDRESSES_BY_CLIENT", Limit("addresses client", 0))
    assert visitor.send(**fields).status_code == 429
