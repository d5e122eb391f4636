"""Results by mail: asked for apart from answers, sent once, in one's language, and then forgotten."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.actionplan.disclosure.mailing import mail_results
from app.consensus.service import close_round
from app.core.errors import Conflict
from app.core.settings import Settings
from app.erasure import erase_person, export_person
from app.mail.worker import send_due
from app.people.queries import operator
from app.retention import run_retention
from app.surveys.answering.addresses import keep_address
from app.surveys.answering.models import Respondent
from app.surveys.answering.rules import TOKEN_COOKIE
from app.surveys.authoring.models import Question, Survey
from app.surveys.release.models import ResultsRequest
from app.surveys.release.queries import list_requests
from app.surveys.release.requesting import ask_for_results
from app.surveys.rounds.models import MailRefusal, Round
from app.surveys.rounds.refusing import refuse_for
from tests.actionplan.releasing import close_small_survey, release
from tests.conftest import Sink
from tests.consensus.test_closing import fill
from tests.make import SECRET, Cast, csrf_in, make_open_survey, make_response, send, sign_in
from tests.surveys.mailing import parts, stop_in

ANA, BO, CY = "ana@example.org", "bo@example.org", "cy@example.org"


def asked(session: Session, survey: Survey) -> list[tuple[str, str]]:
    session.expire_all()
    found = [(one.address, one.language) for one in list_requests(session, survey.id)]
    session.commit()
    return found


def ask(engine: Engine, survey: Survey, *addresses: str) -> None:
    for address in addresses:
        ask_for_results(engine, survey.id, address, "en")


def send_all(session: Session, survey: Survey, settings: Settings, *questions: str) -> int:
    count = mail_results(session, operator(session), survey, questions, settings)
    session.commit()
    return count


def test_whoever_has_sent_can_ask_on_the_page_of_thanks(client: TestClient, session: Session) -> None:
    survey = make_open_survey(session)
    response, token = make_response(session, survey)
    client.cookies.set(TOKEN_COOKIE + survey.slug, token)
    path = f"/s/{survey.slug}/results/request"
    csrf = csrf_in(client.get("/login").text)
    assert client.post(path, data={"csrf": csrf, "address": ANA}).headers["location"] == f"/s/{survey.slug}"
    send(session, response, token)
    page = client.get(f"/s/{survey.slug}/done").text
    assert page.count("Mail me the results") == 2
    wrong = client.post(path, data={"csrf": csrf, "address": "ana"})
    assert wrong.status_code == 422
    assert 'value="ana"' in wrong.text
    assert wrong.text.count("Enter an e-mail address such as name@example.org.") == 2
    for _ in range(2):
        assert client.post(path, data={"csrf": csrf, "address": " Ana@Example.org "}).status_code == 303
    assert asked(session, survey) == [(ANA, "en")]
    assert "will be mailed to the address you left" in client.get(f"/s/{survey.slug}/done?asked=1").text
    assert client.post(path, data={"address": BO}).status_code == 403


def test_addresses_lie_in_alphabetical_order_and_join_nobody(session: Session, engine: Engine) -> None:
    survey = make_open_survey(session)
    ask(engine, survey, CY, ANA, BO)
    assert [address for address, _ in asked(session, survey)] == [ANA, BO, CY]
    with engine.connect() as connection:
        # in the order of the file
        place = "rowid" if engine.dialect.name == "sqlite" else "ctid"
        rows = connection.exec_driver_sql(f"SELECT address FROM results_request ORDER BY {place}").all()
    assert [row[0] for row in rows] == [ANA, BO, CY]
    assert set(ResultsRequest.model_fields) == {"id", "survey_id", "address", "language"}


def test_a_language_is_kept_only_where_five_answered_in_it(session: Session, engine: Engine) -> None:
    survey = make_open_survey(session)
    for count in range(5):
        response, _ = make_response(session, survey)
        ask_for_results(engine, survey.id, f"{count}@example.org", "da")
        respondent = session.get_one(Respondent, response.respondent_id)
        respondent.language = "da"
        session.commit()
    ask_for_results(engine, survey.id, "last@example.org", "da")
    assert [language for _, language in asked(session, survey)] == ["en"] * 5 + ["da"]


def test_each_gets_one_mail_and_is_forgotten(
    client: TestClient, session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int]
) -> None:
    survey, _ = close_small_survey(session, engine)
    ask(engine, survey, ANA, BO)
    with pytest.raises(Conflict, match="not public yet"):
        send_all(session, survey, mailing)
    session.rollback()
    release(session, survey, "verdicts", "shares")
    assert send_all(session, survey, mailing) == 2
    assert asked(session, survey) == []
    assert send_all(session, survey, mailing) == 0
    assert send_due(engine, mailing) == 2
    assert [mail["To"] for mail in sink[0].mails] == [ANA, BO]
    mail = sink[0].mails[0]
    body = parts(mail)["text/plain"]
    assert mail["Subject"] == "The results: A small survey"
    assert f"http://127.0.0.1:8000/s/{survey.slug}/results?lang=en" in body
    lines = re.findall(r"^- (.+)$", body, re.MULTILINE)
    assert lines == [
        "21 people answered.",
        "Initiatives with consensus on Impact: 0 of 3.",
        "Most often rated high: Initiative I2, Initiative I1.",
    ]
    assert parts(mail)["text/html"].count("<li") == 3
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_mail_says_only_what_is_released(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int]
) -> None:
    survey, _ = close_small_survey(session, engine)
    ask(engine, survey, ANA)
    release(session, survey, "ranks")
    send_all(session, survey, mailing)
    send_due(engine, mailing)
    body = parts(sink[0].mails[0])["text/plain"]
    assert re.findall(r"^- (.+)$", body, re.MULTILINE) == ["21 people answered."]


def test_one_click_ends_all_mails_to_an_address(
    client: TestClient, session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int]
) -> None:
    survey, _ = close_small_survey(session, engine)
    ask(engine, survey, ANA, BO)
    refuse_for(session, SECRET, survey.consortium_id, BO)
    session.commit()
    release(session, survey)
    assert send_all(session, survey, mailing) == 1, "who wants no mails gets none, whoever asked"
    send_due(engine, mailing)
    stop = stop_in(sink[0].mails[0])
    assert "No more mails about any survey" in client.get(stop).text
    assert len(session.exec(select(MailRefusal)).all()) == 1, "looking changes nothing"
    session.rollback()
    assert client.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    session.expire_all()
    assert len(session.exec(select(MailRefusal)).all()) == 2
    session.rollback()
    assert "You get no more mails" in client.get(stop).text
    assert client.post(f"{stop[:-12]}AAAAAAAAAA==", data={"List-Unsubscribe": "One-Click"}).status_code == 404


def test_addresses_left_under_a_question_are_mailed_once_and_stay(
    client: TestClient, session: Session, engine: Engine, mailing: Settings, cast: Cast
) -> None:
    survey, _ = close_small_survey(session, engine)
    session.add(
        Question(
            survey_id=survey.id,
            position=9,
            code="mail",
            kind="email",
            required=False,
            text={"en": "Where to?"},
            options=[],
        )
    )
    session.commit()
    keep_address(engine, survey.id, "mail", ANA)
    keep_address(engine, survey.id, "mail", CY)
    ask(engine, survey, ANA)
    release(session, survey)
    sign_in(client, session, cast.biel)
    base = f"/results/{survey.slug}/release"
    page = client.get(base).text
    assert "2 addresses left under “Where to?”" in page
    fields = {"csrf": csrf_in(page), "question-mail": "yes"}
    done = client.post(f"{base}/mails", data=fields)
    assert done.headers["location"].endswith("mails=2"), "one each, though one asked twice"
    assert client.post(f"{base}/mails", data=fields).headers["location"].endswith("mails=0")
    assert "2 mails are on their way." in client.get(f"{base}?mails=2").text
    with Session(engine) as reading:
        assert export_person(reading, CY, secret=SECRET)["left_in_surveys"] == [str(survey.id)]


def test_erasing_and_exporting_know_who_asked(session: Session, engine: Engine) -> None:
    survey = make_open_survey(session)
    ask(engine, survey, ANA)
    with Session(engine) as reading:
        assert export_person(reading, ANA, secret=SECRET)["asked_for_results_of"] == [str(survey.id)]
    assert erase_person(engine, ANA, secret=SECRET)["erased"]["addresses_left"] == 1
    assert asked(session, survey) == []


def test_who_asked_goes_with_the_answers_at_the_end_of_their_time(session: Session, engine: Engine) -> None:
    survey, _ = close_small_survey(session, engine)
    ask(engine, survey, ANA)
    run_retention(engine, is_dry_run=False)
    assert asked(session, survey) == [(ANA, "en")]
    closed = session.exec(select(Round).where(Round.survey_id == survey.id)).one()
    assert closed.closed_at
    closed.closed_at -= timedelta(days=1000)
    session.add(closed)
    session.commit()
    run_retention(engine, is_dry_run=True)
    assert asked(session, survey) == [(ANA, "en")]
    run_retention(engine, is_dry_run=False)
    assert asked(session, survey) == []


def test_once_public_the_page_of_thanks_links_and_asks_no_more(
    client: TestClient, session: Session, engine: Engine
) -> None:
    survey = make_open_survey(session)
    response, token = make_response(session, survey)
    fill(session, engine, survey)
    send(session, response, token)
    close_round(session, operator(session), survey)
    session.commit()
    release(session, survey)
    client.cookies.set(TOKEN_COOKIE + survey.slug, token)
    page = client.get(f"/s/{survey.slug}/done").text
    assert f'href="/s/{survey.slug}/results"' in page
    assert "Mail me the results" not in page
