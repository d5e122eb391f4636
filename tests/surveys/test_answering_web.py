"""Answering through pages and API: what a person and a program meet, on both databases."""

import json
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, func, select

from app.core.clock import today
from app.people.queries import operator
from app.surveys.answering.models import Answer, Respondent, Response
from app.surveys.answering.tokens import hash_receipt, receipt_code
from app.surveys.authoring.models import Survey
from app.surveys.rounds.service import end_round, invite
from tests.make import SECRET, csrf_in, make_open_survey, make_response


def count(session: Session, table: type[Any]) -> int:
    session.commit()
    found = session.exec(select(func.count()).select_from(table)).one()
    # a test's session takes the write lock, and the application must be able to write again;
    # a rollback would forget the objects the test holds, and reading them again takes the lock
    session.commit()
    return found


def begin(client: TestClient, survey: Survey, **fields: str) -> Any:
    page = client.get(f"/s/{survey.slug}")
    assert page.status_code == 200
    form = {"csrf": csrf_in(page.text), "consent": "yes", "helix": "industry", **fields}
    return client.post(f"/s/{survey.slug}", data=form)


def put(client: TestClient, response: Response, token: str, code: str, body: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    url = f"/api/v1/responses/{response.id}/answers/{code}"
    if isinstance(body, bytes):
        return client.put(url, content=body, headers=headers)
    return client.put(url, json=body, headers=headers)


def test_opening_a_personal_link_changes_nothing(client: TestClient, session: Session) -> None:
    survey = make_open_survey(session)
    _, token = invite(session, operator(session), survey, email="somebody@example.org", helix="civil")
    session.commit()
    for _ in range(10):
        assert client.get(f"/i/{token}").status_code == 303
        assert client.head(f"/i/{token}").status_code in (303, 405)
    assert count(session, Respondent) == count(session, Response) == 0
    page = client.get(f"/s/{survey.slug}").text
    assert token not in page
    assert 'value="civil" checked' in page
    assert client.get("/i/not-a-token").status_code == 404


def test_a_whole_survey_without_script(client: TestClient, session: Session) -> None:
    survey = make_open_survey(session)
    assert begin(client, survey).headers["location"] == f"/s/{survey.slug}/q/1"
    for position in (1, 2, 3):
        page = client.get(f"/s/{survey.slug}/q/{position}")
        form = {"csrf": csrf_in(page.text), f"I{position}.impact": "4", f"I{position}.urgency": "none"}
        form |= {f"rev.{code}": "0" for code in (f"I{position}.impact", f"I{position}.urgency")}
        went = client.post(f"/s/{survey.slug}/q/{position}", data=form)
        assert went.headers["location"].endswith(f"/q/{position + 1}" if position < 3 else "/check")
    assert count(session, Answer) == 6
    assert client.get(f"/s/{survey.slug}").headers["location"].endswith("/check")
    form = {"csrf": csrf_in(client.get(f"/s/{survey.slug}/check").text)}
    for _ in range(2):
        assert client.post(f"/s/{survey.slug}/submission", data=form).headers["location"].endswith("/done")
    done = client.get(f"/s/{survey.slug}/done")
    response, respondent = session.exec(select(Response, Respondent).join(Respondent)).one()
    receipt = receipt_code(SECRET, response.id, respondent.token_hash or "")
    assert response.receipt_hash == hash_receipt(SECRET, receipt)
    session.commit()
    assert receipt in done.text
    assert client.post(f"/s/{survey.slug}/reopening", data=form).status_code == 303
    assert client.get(f"/s/{survey.slug}/check").status_code == 200


def test_who_leaves_half_way_comes_back_to_the_next_open_page(client: TestClient, session: Session) -> None:
    survey = make_open_survey(session)
    begin(client, survey)
    page = client.get(f"/s/{survey.slug}/q/1")
    client.post(f"/s/{survey.slug}/q/1", data={"csrf": csrf_in(page.text), "I1.impact": "4", "I1.urgency": "2"})
    back = client.get(f"/s/{survey.slug}")
    assert back.headers["location"].startswith(f"/s/{survey.slug}/q/2")
    assert "Welcome back. 1 of 3 is done." in client.get(back.headers["location"]).text


def test_an_incomplete_start_is_shown_again_as_typed(client: TestClient, session: Session) -> None:
    survey = make_open_survey(session)
    answer = begin(client, survey, helix="nobody")
    assert answer.status_code == 422
    assert "<title>Error:" in answer.text
    assert 'href="#helix"' in answer.text
    assert count(session, Respondent) == 0


def test_a_wrong_number_is_shown_again_and_nothing_is_kept(client: TestClient, session: Session) -> None:
    survey = make_open_survey(session)
    begin(client, survey)
    page = client.get(f"/s/{survey.slug}/q/1")
    answer = client.post(f"/s/{survey.slug}/q/1", data={"csrf": csrf_in(page.text), "I1.impact": "9"})
    assert answer.status_code == 422
    assert answer.text.count("Choose a number on the scale.") == 2
    assert count(session, Answer) == 0


def test_a_newer_answer_from_another_device_is_kept_and_shown(client: TestClient, session: Session) -> None:
    survey = make_open_survey(session)
    begin(client, survey)
    page = client.get(f"/s/{survey.slug}/q/1")
    form = {"csrf": csrf_in(page.text), "I1.impact": "2", "rev.I1.impact": "0"}
    assert client.post(f"/s/{survey.slug}/q/1", data=form).status_code == 303
    answer = client.post(f"/s/{survey.slug}/q/1", data=form | {"I1.impact": "5"})
    assert answer.status_code == 422
    assert "You gave a newer answer on another device" in answer.text


def test_round_one_tells_nothing_of_others(client: TestClient, session: Session) -> None:
    survey = make_open_survey(session)
    begin(client, survey)
    assert '<svg class="hist"' not in client.get(f"/s/{survey.slug}/q/1").text


@pytest.mark.parametrize(
    ("code", "body", "status"),
    [
        pytest.param("I1.impact", {"value": 4, "rev": 0}, 200, id="a fine save"),
        pytest.param("I1.impact", {"value": None, "rev": 0}, 200, id="cannot judge"),
        pytest.param("I1.impact", {"value": 6, "rev": 0}, 422, id="outside the scale"),
        pytest.param("I1.impact", {"value": -1, "rev": 0}, 422, id="below the scale"),
        pytest.param("I1.impact", {"value": 4.5, "rev": 0}, 422, id="between two points"),
        pytest.param("I1.impact", {"value": True, "rev": 0}, 422, id="a truth"),
        pytest.param("I1.impact", {"value": [4], "rev": 0}, 422, id="a list"),
        pytest.param("I1.impact", {"value": 2**70, "rev": 0}, 422, id="2^70"),
        pytest.param("I1.impact", {"value": 4, "rev": 2**70}, 422, id="an absurd revision"),
        pytest.param("I1.impact", {"value": 4, "rev": -1}, 422, id="a negative revision"),
        pytest.param("I1.impact", {"value": 4, "rev": 3}, 409, id="a revision that never was"),
        pytest.param("I1.impact", {"value": 4}, 422, id="no revision"),
        pytest.param("I1.impact", {"value": 4, "rev": 0, "more": 1}, 422, id="more than asked"),
        pytest.param("I1.impact", b'{"value": NaN, "rev": 0}', 422, id="NaN"),
        pytest.param("I1.impact", b'{"value": "\\ud800", "rev": 0}', 422, id="half a character"),
        pytest.param("I1.impact", b'{"value": "\\u0000", "rev": 0}', 422, id="NUL"),
        pytest.param("I1.impact", b"\xff\xfe", 422, id="no UTF-8"),
        pytest.param("I1.impact", b'{"value": 4, "value": 5, "rev": 0}', 422, id="a key twice"),
        pytest.param("I1.impact", b'{"value": "' + b"x" * 50_000 + b'", "rev": 0}', 422, id="a text too long"),
        pytest.param("I1.impact%00", {"value": 4, "rev": 0}, 404, id="a code with NUL"),
        pytest.param("I9.impact", {"value": 4, "rev": 0}, 422, id="an unknown item"),
    ],
)
def test_a_save_by_program(client: TestClient, session: Session, code: str, body: Any, status: int) -> None:
    response, token = make_response(session, make_open_survey(session))
    answer = put(client, response, token, code, body)
    assert answer.status_code == status
    assert count(session, Answer) == (1 if status == 200 else 0)
    if status != 200:
        problem = answer.json()
        assert problem["request_id"]
        assert problem["detail"].endswith(".")
        assert "\n" not in problem["detail"]


def test_foreign_closed_and_sent_saves(client: TestClient, session: Session) -> None:
    survey = make_open_survey(session)
    response, token = make_response(session, survey)
    _, token_of_another = make_response(session, survey)
    fine = {"value": 4, "rev": 0}
    foreign = put(client, response, token_of_another, "I1.impact", fine)
    nobody = Response(respondent_id=uuid4(), round_id=uuid4(), begun_on=today())
    unknown = put(client, nobody, token, "I1.impact", fine)
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.json()["detail"] == unknown.json()["detail"]
    script = {"Authorization": f"Bearer {token}", "Origin": "https://evil.example"}
    url = f"/api/v1/responses/{response.id}/answers/I1.impact"
    assert client.put(url, json=fine, headers=script).status_code == 403
    assert client.put("/api/v1/responses/no-uuid/answers/I1.impact", json=fine).status_code == 404
    end_round(session, operator(session), survey)
    session.commit()
    assert put(client, response, token, "I1.impact", fine).status_code == 423
    assert count(session, Answer) == 0


def test_the_programs_way_from_beginning_to_receipt(client: TestClient, session: Session) -> None:
    survey = make_open_survey(session)
    start = {"consent": True, "helix": "civil", "region": "", "language": "en"}
    url = f"/api/v1/surveys/{survey.id}/responses"
    key = {"Idempotency-Key": "0123456789abcdef"}
    first, again = (client.post(url, json=start, headers=key) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert client.post(url, json=start | {"helix": "industry"}, headers=key).status_code == 422
    assert client.post(url, json=start, headers={"Idempotency-Key": "short"}).status_code == 422
    made = first.json()
    mine = {"Authorization": f"Bearer {made['token']}"}
    saved = client.put(
        f"/api/v1/responses/{made['response_id']}/answers/I1.impact", json={"value": 3, "rev": 0}, headers=mine
    )
    assert saved.json()["rev"] == 1
    stale = client.put(
        f"/api/v1/responses/{made['response_id']}/answers/I1.impact", json={"value": 5, "rev": 0}, headers=mine
    )
    assert (stale.status_code, stale.json()["rev"], stale.json()["value"]) == (409, 1, 3)
    read = client.get(f"/api/v1/responses/{made['response_id']}", headers=mine).json()
    assert read["status"] == "open"
    assert read["answers"] == {"I1.impact": {"value": 3, "rev": 1}}
    assert {"code": "I1.impact", "type": "rating", "min": 1, "max": 5} in read["questions"]
    receipts = [client.post(f"/api/v1/responses/{made['response_id']}/submit", headers=mine).json() for _ in range(2)]
    assert receipts[0] == receipts[1]
    assert client.get(f"/api/v1/responses/{made['response_id']}").status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"consent": False}, id="no consent"),
        pytest.param({"consent": "true"}, id="consent as text"),
        pytest.param({"helix": "nobody"}, id="an unknown group"),
        pytest.param({"helix": "\ud800"}, id="half a character"),
        pytest.param({"helix": None}, id="no group"),
        pytest.param({"language": "xx"}, id="a language the survey does not have"),
        pytest.param({"region": "a\x00"}, id="NUL"),
        pytest.param({"choices": {"org_size": "huge"}}, id="a question that is not asked"),
        pytest.param({"more": 1}, id="more than asked"),
    ],
)
def test_a_start_that_cannot_be(client: TestClient, session: Session, changes: dict[str, Any]) -> None:
    survey = make_open_survey(session)
    start = {"consent": True, "helix": "civil", "region": "", "language": "en"} | changes
    answer = client.post(
        f"/api/v1/surveys/{survey.id}/responses",
        content=json.dumps(start).encode(),
        headers={"Content-Type": "application/json"},
    )
    assert 400 <= answer.status_code < 500
    assert answer.json()["request_id"]
    assert count(session, Respondent) == 0


def test_before_and_after_a_round_there_is_a_plain_page(client: TestClient, session: Session) -> None:
    survey = make_open_survey(session)
    begin(client, survey)
    end_round(session, operator(session), survey)
    session.commit()
    page = client.get(f"/s/{survey.slug}")
    assert page.status_code == 200
    assert "The survey closed on" in page.text
    assert client.get("/s/nothing").status_code == 404
