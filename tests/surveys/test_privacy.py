"""Who answered what cannot be found out: not from a copy of the database, not by name, not afterwards."""

import random
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, inspect, text
from sqlmodel import Session, col, select

from app.consensus.service import close_round
from app.core.errors import Conflict
from app.people.queries import operator
from app.surveys.answering.models import ConsentText, Respondent
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.service import Consent, renew_link, start_response
from app.surveys.answering.tokens import answer_token
from app.surveys.authoring.models import Survey
from app.surveys.rounds.models import Invitation
from app.surveys.rounds.queries import list_invitations
from app.surveys.rounds.service import invite, open_round
from tests.make import SECRET, answer, csrf_in, make_open_survey, make_response, send, small_survey_file

PEOPLE = 40


def make_answered(session: Session, engine: Engine, *, anonymous: bool) -> tuple[Survey, dict[Any, Any]]:
    """A survey that forty invited people answered in an order of their own; who is who, by invitation."""
    survey = make_open_survey(session, small_survey_file(settings={"anonymous": anonymous}))
    tokens: dict[Any, tuple[Invitation, str]] = {}
    for number in range(PEOPLE):
        made = invite(
            session, operator(session), survey, email=f"p{number}@example.org", helix="industry", language="en"
        )
        tokens[made[0].id] = made
    session.commit()
    truth: dict[Any, Any] = {}
    order = random.Random(7).sample(sorted(tokens), PEOPLE)
    for key in order:
        invitation, token = tokens[key]
        start = StartIn(consent=True, helix="industry", language="en")
        consent = Consent("en", "What people agree to.")
        response, own = start_response(
            session, survey, start, consent=consent, invitation=invitation, token=answer_token(SECRET, token)
        )
        session.commit()
        answer(engine, response, own, {"I1.impact": 1 + len(truth) % 5})
        send(session, response, own)
        truth[key] = response.respondent_id
    return survey, truth


def rows(session: Session, statement: str) -> list[Any]:
    found = list(session.connection().execute(text(statement)))
    session.commit()
    return found


def matches(guess: list[tuple[Any, Any]], truth: dict[Any, Any]) -> int:
    plain = {str(key).replace("-", ""): str(value).replace("-", "") for key, value in truth.items()}
    return sum(plain[str(a).replace("-", "")] == str(b).replace("-", "") for a, b in guess)


LINKERS = {
    "order": ("SELECT id FROM invitation", "SELECT id FROM respondent"),
    "id": ("SELECT id FROM invitation ORDER BY id", "SELECT id FROM respondent ORDER BY id"),
    "token": ("SELECT id FROM invitation ORDER BY token_hash", "SELECT id FROM respondent ORDER BY token_hash"),
    "time": (
        "SELECT id FROM invitation ORDER BY created_at",
        "SELECT respondent.id FROM respondent JOIN response ON response.respondent_id = respondent.id "
        "JOIN answer ON answer.response_id = response.id "
        "ORDER BY respondent.begun_on, response.begun_on, answer.saved_on",
    ),
    "size": (
        "SELECT id FROM invitation ORDER BY length(email), length(region), id",
        "SELECT id FROM respondent ORDER BY length(code), length(region), id",
    ),
}


@pytest.mark.parametrize("linker", LINKERS)
def test_a_copy_of_an_anonymous_survey_joins_nobody_to_their_answers(
    session: Session, engine: Engine, linker: str
) -> None:
    _, truth = make_answered(session, engine, anonymous=True)
    invited, answered = ([row[0] for row in rows(session, statement)] for statement in LINKERS[linker])
    assert len(invited) == len(answered) == PEOPLE
    guess = [*zip(invited, answered, strict=True)]
    # by chance one of forty is right, and more than six in one case of ten thousand
    assert matches(guess, truth) <= 6
    assert matches([*truth.items()], truth) == PEOPLE, "the comparison can find a match"


def test_an_anonymous_survey_shares_no_value_between_invitations_and_answers(session: Session, engine: Engine) -> None:
    make_answered(session, engine, anonymous=True)
    one = {str(value) for row in rows(session, "SELECT id, email, token_hash FROM invitation") for value in row}
    other: set[str] = set()
    for table in ("respondent", "response", "answer", "consent_text"):
        other |= {str(value) for row in rows(session, f"SELECT * FROM {table}") for value in row}
    assert one & other == set()
    told = " ".join(str(row) for row in rows(session, "SELECT act, thing, after FROM history_entry"))
    assert "respondent:" not in told
    assert "response:" not in told


def test_days_are_kept_and_no_times(session: Session, engine: Engine) -> None:
    make_answered(session, engine, anonymous=True)
    for table, columns in (("respondent", "begun_on"), ("response", "begun_on, submitted_on"), ("answer", "saved_on")):
        for row in rows(session, f"SELECT {columns} FROM {table}"):
            assert all(len(str(value)) == len("2026-11-24") for value in row)
    kinds = [
        str(column["type"])
        for table in ("respondent", "response", "answer")
        for column in inspect(engine).get_columns(table)
    ]
    assert not [kind for kind in kinds if "TIME" in kind.upper()]


def test_a_confidential_link_lasts_until_the_round_closes(session: Session, engine: Engine) -> None:
    survey, truth = make_answered(session, engine, anonymous=False)
    linked = {row.invitation_id: row.id for row in session.exec(select(Respondent))}
    assert linked == truth, "until then those who have not answered can be told"
    invitation = list_invitations(session, survey.id)[0]
    fresh = renew_link(session, operator(session), survey, invitation, secret=SECRET)
    again, _ = start_response(
        session,
        survey,
        StartIn(consent=True, helix="industry", language="en"),
        consent=Consent("en", "What people agree to."),
        invitation=invitation,
        token=answer_token(SECRET, fresh),
    )
    assert again.respondent_id == truth[invitation.id], "a new link leads to the same answers"
    close_round(session, operator(session), survey)
    session.commit()
    assert session.exec(select(Respondent).where(col(Respondent.invitation_id).is_not(None))).all() == []
    acts = [str(row) for row in rows(session, "SELECT act, after FROM history_entry")]
    assert any("links.severed" in act and "40" in act for act in acts)


def test_the_same_link_leads_to_the_same_answers_in_the_next_round(session: Session, engine: Engine) -> None:
    survey, truth = make_answered(session, engine, anonymous=False)
    invitation = list_invitations(session, survey.id)[3]
    token = renew_link(session, operator(session), survey, invitation, secret=SECRET)
    close_round(session, operator(session), survey)
    open_round(session, operator(session), survey)
    again, _ = start_response(
        session,
        survey,
        StartIn(consent=True, helix="industry", language="en"),
        consent=Consent("en", "What people agree to."),
        invitation=invitation,
        token=answer_token(SECRET, token),
    )
    assert again.respondent_id == truth[invitation.id]


def test_an_anonymous_link_cannot_be_renewed(session: Session, engine: Engine) -> None:
    survey, _ = make_answered(session, engine, anonymous=True)
    with pytest.raises(Conflict):
        renew_link(session, operator(session), survey, list_invitations(session, survey.id)[0], secret=SECRET)


def sent_response(client: TestClient, session: Session, engine: Engine) -> tuple[Survey, str]:
    survey = make_open_survey(session)
    response, token = make_response(session, survey)
    answer(engine, response, token, {"I1.impact": 4, "I1.urgency": 2})
    return survey, send(session, response, token)


def by_receipt(client: TestClient, path: str, code: str) -> Any:
    return client.post(path, data={"csrf": csrf_in(client.get("/receipt").text), "code": code})


def test_a_receipt_reads_changes_and_withdraws(client: TestClient, session: Session, engine: Engine) -> None:
    survey, receipt = sent_response(client, session, engine)
    kept = " ".join(str(row) for row in rows(session, "SELECT * FROM response"))
    assert receipt not in kept
    assert receipt.replace("-", "") not in kept
    assert by_receipt(client, "/receipt", "AAAA-AAAA-AAAA").status_code == 422
    assert by_receipt(client, "/receipt", "").status_code == 422
    assert "Initiative I1" in by_receipt(client, "/receipt", receipt.lower().replace("-", " ")).text
    changed = by_receipt(client, "/receipt/change", receipt)
    assert changed.headers["Location"] == f"/s/{survey.slug}/check"
    assert client.get(f"/s/{survey.slug}/check").status_code == 200
    assert by_receipt(client, "/receipt/withdrawal", receipt).status_code == 200
    for table in ("respondent", "response", "answer"):
        assert rows(session, f"SELECT * FROM {table}") == []
    assert by_receipt(client, "/receipt", receipt).status_code == 422
    assert [act for (act,) in rows(session, "SELECT act FROM history_entry")][-1] == "response.withdrawn"


def test_who_withdraws_after_closing_cannot_be_found_by_subtraction(
    client: TestClient, session: Session, engine: Engine
) -> None:
    """What the next round shows of the last is what was published, not that less one person."""
    survey = make_open_survey(session)
    receipts: list[str] = []
    for point in (1, 4, 4, 5, 5, 5):
        response, token = make_response(session, survey)
        answer(engine, response, token, {"I1.impact": point})
        receipts.append(send(session, response, token))
    snapshot = close_round(session, operator(session), survey)
    published = snapshot.findings["items"]["impact"][0]["n"]
    session.commit()
    assert by_receipt(client, "/receipt/withdrawal", receipts[0]).status_code == 200
    opened = open_round(session, operator(session), survey)
    session.commit()
    told = opened.feedback["I1.impact"]
    assert (told["n"], told["shares"][0]) == (published, pytest.approx(1 / 6))


def test_what_people_agreed_to_is_kept_with_language_and_version(client: TestClient, session: Session) -> None:
    survey = make_open_survey(session, small_survey_file(settings={"anonymous": True, "min_group_size": 6}))
    page = client.get(f"/s/{survey.slug}?lang=en")
    assert "This survey is anonymous" in page.text
    assert "groups of 6 or more" in page.text
    for _ in range(2):
        form = {"csrf": csrf_in(page.text), "consent": "yes", "helix": "industry"}
        assert client.post(f"/s/{survey.slug}", data=form).status_code == 303
        client.cookies.delete(f"innaxe_answers_{survey.slug}")
    [shown] = session.exec(select(ConsentText)).all()
    assert (shown.language, shown.version, shown.first_shown_on) == ("en", 1, datetime.now(UTC).date())
    assert "groups of 6 or more" in shown.text
    assert {respondent.consent_text_id for respondent in session.exec(select(Respondent))} == {shown.id}
    assert session.exec(select(Invitation)).all() == []
