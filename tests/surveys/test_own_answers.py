"""What somebody answered, by their own link: read, taken along, withdrawn."""

from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.surveys.answering.models import Answer, Respondent
from app.surveys.authoring.models import Survey
from tests.make import answer, csrf_in, make_open_survey, make_response, send


def come_in(client: TestClient, session: Session, engine: Engine) -> Survey:
    survey = make_open_survey(session)
    response, token = make_response(session, survey)
    answer(engine, response, token, {"I1.impact": 4, "I2.urgency": None})
    send(session, response, token)
    client.cookies.set(f"innaxe_answers_{survey.slug}", token)
    return survey


def test_answers_are_shown_and_downloaded(client: TestClient, session: Session, engine: Engine) -> None:
    come_in(client, session, engine)
    page = client.get("/s/small/my-answers").text
    assert "I can&#39;t judge this" in page
    file = client.get("/s/small/my-answers.json")
    assert file.headers["content-disposition"] == 'attachment; filename="small-my-answers.json"'
    assert file.json() == {
        "survey": "small",
        "round": 1,
        "helix": "industry",
        "region": "",
        "answers": {"I1.impact": 4, "I2.urgency": None},
    }


def test_withdrawing_deletes_everything_and_says_when(client: TestClient, session: Session, engine: Engine) -> None:
    come_in(client, session, engine)
    page = client.get("/s/small/my-answers").text
    done = client.post("/s/small/withdrawal", data={"csrf": csrf_in(page)})
    assert "Your answers are deleted" in done.text
    assert "Withdrawn on" in done.text
    with Session(engine) as reading:
        assert reading.exec(select(Respondent)).all() == []
        assert reading.exec(select(Answer)).all() == []
    assert client.get("/s/small/my-answers").status_code == 404


def test_nobody_else_sees_or_withdraws_them(client: TestClient, session: Session, engine: Engine) -> None:
    come_in(client, session, engine)
    client.cookies.set("innaxe_answers_small", "a-token-of-somebody-else")
    assert client.get("/s/small/my-answers").status_code == 404
    assert client.get("/s/small/my-answers.json").status_code == 404
    refused = client.post("/s/small/withdrawal", data={"csrf": csrf_in(client.get("/link").text)})
    assert refused.status_code == 404
    with Session(engine) as reading:
        assert len(reading.exec(select(Answer)).all()) == 2
