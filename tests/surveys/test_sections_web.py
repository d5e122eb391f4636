"""Pages with questions beside the initiatives, answered as a browser without a script does it."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.consensus.service import close_round
from app.people.queries import operator
from app.surveys.answering.addresses import list_addresses
from app.surveys.answering.models import Answer, Response
from app.surveys.authoring.models import Survey
from app.surveys.authoring.publishing import checks_of
from app.surveys.rounds.service import open_round
from tests.make import csrf_in, make_open_survey, make_survey_of, small_survey_file


def words(text: str) -> dict[str, str]:
    return {"en": text}


def options(*codes: str) -> list[dict[str, Any]]:
    return [{"code": code, "label": words(code.title())} for code in codes]


QUESTIONS: list[dict[str, Any]] = [
    {"id": "more", "type": "multiple_choice", "text": words("More?"), "options": options("news", "no")},
    {"id": "mail", "type": "email", "text": words("Where to?"), "show_if": "more is news"},
    {"id": "why", "type": "short_text", "text": words("Why not?"), "show_if": "more is no", "required": True},
    {"id": "top", "type": "ranking", "text": words("Which first?"), "options_from": "initiatives", "max_ranked": 2},
    {"id": "share", "type": "allocation", "text": words("Share out"), "total": 10, "options": options("a", "b")},
]


def file_with(questions: list[dict[str, Any]], **changes: Any) -> Any:
    document = small_survey_file(**changes)
    sections = document.model_dump(by_alias=True, exclude_none=True)["sections"]
    extra = [{"id": "close", "title": words("At the end"), "questions": questions}]
    return small_survey_file(sections=[*sections, *extra], **changes)


@pytest.fixture
def survey(session: Session) -> Survey:
    return make_open_survey(session, file_with(QUESTIONS), codes=("I1", "I2"))


class Visitor:
    """Somebody at a browser that runs no script."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        page = client.get("/s/small")
        begun = self.post("/s/small", page.text, helix="industry", consent="yes")
        assert begun.headers["location"] == "/s/small/q/1"

    def get(self, path: str) -> Any:
        return self.client.get(f"/s/small/{path}")

    def post(self, path: str, page: str, **fields: str) -> Any:
        revs = dict(re.findall(r'name="(rev\.[^"]+)" value="(\d+)"', page))
        return self.client.post(path, data={"csrf": csrf_in(page)} | revs | fields)

    def send(self, **fields: str) -> Any:
        return self.post("/s/small/p/close", self.get("p/close").text, **fields)


@pytest.fixture
def visitor(client: TestClient, survey: Survey) -> Visitor:
    return Visitor(client)


def kept(engine: Engine) -> dict[str, Any]:
    with Session(engine) as session:
        rows = session.exec(select(Answer)).all()
        return {row.code: row.text or row.choice or row.point for row in rows}


def test_the_page_comes_after_the_initiatives_and_before_the_check(visitor: Visitor) -> None:
    last = visitor.post("/s/small/q/2", visitor.get("q/2").text)
    assert last.headers["location"] == "/s/small/p/close"
    assert "/s/small/q/2" in visitor.get("p/close").text, "and back leads to the last initiative"
    assert visitor.send().headers["location"] == "/s/small/check"
    assert "At the end" in visitor.get("all").text


def test_everything_on_the_page_is_saved_and_shown_again(visitor: Visitor, engine: Engine) -> None:
    fields = {"more.news": "yes", "top.I2": "1", "top.I1": "2", "share.a": "7", "share.b": "3"}
    assert visitor.send(**fields).status_code == 303
    assert kept(engine) == {"more": '["news"]', "top": '["I2","I1"]', "share": '{"a":7,"b":3}'}
    page = visitor.get("p/close").text
    assert re.search(r'name="top\.I2"[^>]*value="1"', page)
    assert re.search(r'name="share\.a"[^>]*value="7"', page)
    check = visitor.get("check").text
    assert "1. Initiative I2, 2. Initiative I1" in check
    assert "A: 7, B: 3" in check
    assert visitor.post("/s/small/p/close", page).status_code == 303, "emptied fields take answers back"
    assert kept(engine) == {"more": None, "top": None, "share": None}
    assert "Not answered" in visitor.get("check").text


def test_what_is_wrong_is_said_beside_it_and_nothing_typed_is_lost(visitor: Visitor, engine: Engine) -> None:
    refused = visitor.send(**{"share.a": "7", "share.b": "2", "top.I1": "2", "more.news": "yes", "mail": "nobody"})
    assert refused.status_code == 422
    assert "<title>Error: At the end" in refused.text
    for sentence in (
        "Give 1 more: the points must add up to 10.",
        "Number your choices 1, 2, 3 and so on.",
        "Enter an e-mail address such as name@example.org.",
    ):
        assert refused.text.count(sentence) == 2, "in the summary and beside the field"
    assert re.search(r'name="share\.b"[^>]*value="2"', refused.text)
    assert kept(engine) == {"more": '["news"]'}, "what is right is saved"


def test_an_answer_decides_what_else_is_asked(visitor: Visitor, engine: Engine) -> None:
    page = visitor.get("p/close").text
    assert "Only asked after some of the answers above." in page
    hidden = visitor.send(**{"more.news": "yes", "why": "not asked", "mail": "ana@example.org"})
    assert hidden.status_code == 303
    assert "why" not in kept(engine)
    needed = visitor.send(**{"more.no": "yes", "mail": "late@example.org"})
    assert needed.status_code == 422
    assert "Answer this question to go on." in needed.text
    with Session(engine) as reading:
        assert list_addresses(reading, reading.exec(select(Survey.id)).one()) == ["ana@example.org"]
    assert visitor.send(**{"more.no": "yes", "why": "No time"}).status_code == 303
    assert kept(engine)["why"] == "No time"


def test_a_required_answer_is_missed_before_sending(visitor: Visitor, engine: Engine) -> None:
    visitor.send(**{"more.no": "yes"})
    refused = visitor.post("/s/small/submission", visitor.get("check").text)
    assert refused.status_code == 422
    assert 'href="#why"' in refused.text
    assert "Why not?: Answer this question before you send." in refused.text
    visitor.send(**{"more.no": "yes", "why": "No time"})
    assert visitor.post("/s/small/submission", visitor.get("check").text).headers["location"] == "/s/small/done"
    assert "No time" in visitor.get("done").text


def test_change_comes_back_to_the_check(visitor: Visitor) -> None:
    check = visitor.get("check").text
    assert "/s/small/p/close?from=check" in check
    page = visitor.get("p/close?from=check").text
    assert visitor.post("/s/small/p/close", page, **{"from": "check"}).headers["location"] == "/s/small/check"
    page = visitor.get("q/1?from=check").text
    assert 'name="from" value="check"' in page
    assert visitor.post("/s/small/q/1", page, **{"from": "check"}).headers["location"] == "/s/small/check"


def test_the_api_takes_and_shows_the_same(visitor: Visitor, client: TestClient, engine: Engine) -> None:
    with Session(engine) as session:
        key = session.exec(select(Response.id)).one()
    put = client.put(f"/api/v1/responses/{key}/answers/share", json={"value": {"a": 10, "b": 0}, "rev": 0})
    assert (put.status_code, put.json()["rev"]) == (200, 1)
    stale = client.put(f"/api/v1/responses/{key}/answers/share", json={"value": {"a": 5, "b": 5}, "rev": 0})
    assert (stale.status_code, stale.json()["value"]) == (409, {"a": 10, "b": 0})
    wrong = client.put(f"/api/v1/responses/{key}/answers/share", json={"value": {"a": 5}, "rev": 1})
    assert (wrong.status_code, wrong.json()["detail"]) == (422, "Give 5 more: the points must add up to 10.")
    address = client.put(f"/api/v1/responses/{key}/answers/mail", json={"value": "ana@example.org", "rev": 0})
    assert address.status_code == 422, "an address is no answer"
    shown = client.get(f"/api/v1/responses/{key}").json()
    assert shown["answers"]["share"] == {"value": {"a": 10, "b": 0}, "rev": 1}
    assert {"code": "share", "type": "allocation", "options": ["a", "b"], "total": 10} in shown["questions"]


def test_addresses_tell_nothing_by_their_order(visitor: Visitor, engine: Engine) -> None:
    for name in ("zoe", "ana", "max", "ana"):
        visitor.send(**{"more.news": "yes", "mail": f"{name}@example.org"})
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM kept_address").mappings().all()
    assert [row["address"] for row in rows] == ["ana@example.org", "max@example.org", "zoe@example.org"]
    assert set(rows[0]) == {"id", "survey_id", "question", "address"}, "no day, no person"


def test_a_later_round_does_not_ask_again(
    visitor: Visitor, survey: Survey, session: Session, client: TestClient
) -> None:
    visitor.post("/s/small/q/1", visitor.get("q/1").text, **{"I1.impact": "4", "I1.urgency": "2"})
    close_round(session, operator(session), survey)
    open_round(session, operator(session), survey)
    session.commit()
    page = client.get("/s/small")
    visitor.post("/s/small", page.text, consent="yes")
    assert visitor.get("p/close").status_code == 404
    assert visitor.post("/s/small/q/2", visitor.get("q/2").text).headers["location"] == "/s/small/check"


@pytest.mark.parametrize(
    ("conditions", "sentence"),
    [
        pytest.param({"more": "top is I1", "top": "more is news"}, "leads in a circle", id="a circle"),
        pytest.param({"more": "share is not empty"}, "asked later", id="a look ahead"),
        pytest.param({"share": "nothing is not empty"}, "not there", id="an unknown question"),
    ],
)
def test_conditions_that_cannot_be_decided_block_publishing(
    session: Session, conditions: dict[str, str], sentence: str
) -> None:
    from tests.make import import_few_initiatives

    import_few_initiatives(session)
    questions = [one | ({"show_if": conditions[one["id"]]} if one["id"] in conditions else {}) for one in QUESTIONS]
    made = make_survey_of(session, operator(session), file_with(questions)).survey
    blocking = [check for check in checks_of(session, made) if check.is_blocking]
    assert {check.step for check in blocking} == {"questions"}
    assert all(sentence in check.sentence for check in blocking)
    assert len(blocking) == len(conditions)
