"""Invitations and reminders: a pasted list, a real SMTP server, one click to stop, nobody asked twice."""

import re
from datetime import timedelta
from email.message import Message
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.consensus.service import close_due_rounds, close_round
from app.core.clock import now
from app.core.db import for_writing
from app.core.settings import Settings
from app.core.tokens import unseal
from app.mail.models import OutboxMessage
from app.mail.worker import send_due
from app.people.queries import operator
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.service import Consent, start_response, submit_response
from app.surveys.answering.tokens import answer_token
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_survey
from app.surveys.rounds.inviting import remind, remind_due, send_invitations
from app.surveys.rounds.models import Invitation, Round
from app.surveys.rounds.people import add_people, read_list, standings_of
from app.surveys.rounds.queries import find_open_round, list_invitations
from app.surveys.rounds.rules import Standing
from app.surveys.rounds.service import open_round
from app.worker import do_chores
from tests.conftest import Sink
from tests.make import (
    HELICES,
    SECRET,
    answer,
    csrf_in,
    import_few_initiatives,
    make_cast,
    make_open_survey,
    sign_in,
    small_survey_file,
)

WORDS = {"en": "Words", "de": "Wörter"}
TWO_LANGUAGES: dict[str, Any] = {"languages": ["en", "de"], "title": {"en": "A small survey", "de": "Kleine Umfrage"}}


@pytest.fixture
def survey(session: Session) -> Survey:
    return make_open_survey(session)


def people(session: Session, survey: Survey, count: int = 4, *, language: str = "") -> list[Invitation]:
    text = "\n".join(
        f"person{number}@innaxe.example,Person {number},{HELICES[number % 4]},,{language}" for number in range(count)
    )
    add_people(session, operator(session), survey, read_list(session, survey, text))
    session.commit()
    return list(list_invitations(session, survey.id))


def mailed(session: Session, engine: Engine, survey: Survey, mailing: Settings) -> int:
    count = send_invitations(session, operator(session), survey, mailing)
    session.commit()
    send_due(engine, mailing)
    return count


def parts(mail: Message) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in mail.walk():
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            found[part.get_content_type()] = payload.decode()
    return found


def link_in(mail: Message) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/i/[\w-]+)", parts(mail)["text/plain"])
    assert found
    return found[1]


def stop_in(mail: Message) -> str:
    return mail["List-Unsubscribe"].strip(" \r\n<>").removeprefix("http://127.0.0.1:8000")


def finish(session: Session, survey: Survey, link: str) -> None:
    token = answer_token(SECRET, link.rpartition("/")[2])
    start = StartIn(consent=True, helix="industry", language="en")
    invitation = next(one for one in list_invitations(session, survey.id) if _opens(one, link))
    response, _ = start_response(
        session, survey, start, consent=Consent("en", "Words"), invitation=invitation, token=token
    )
    submit_response(session, response.id, (token,), secret=SECRET)
    session.commit()


def _opens(invitation: Invitation, link: str) -> bool:
    return unseal(SECRET, "invitation", invitation.sealed_token or "") == link.rpartition("/")[2]


def later(session: Session, survey: Survey, **ago: Any) -> None:
    """Move the round and all mails into the past by so much."""
    key, shift = survey.id, timedelta(**ago)
    session.expire_all()
    survey = get_survey(session, key)
    for found in session.exec(select(Round).where(Round.survey_id == survey.id)).all():
        found.opened_at -= shift
        found.closes_at = found.closes_at and found.closes_at - shift
        session.add(found)
    for one in list_invitations(session, survey.id):
        one.sent_at = one.sent_at and one.sent_at - shift
        one.reminded_at = one.reminded_at and one.reminded_at - shift
        session.add(one)
    session.commit()


def closes_in(session: Session, survey: Survey, **span: Any) -> None:
    current = find_open_round(session, survey.id)
    assert current
    current.closes_at = current.opened_at + timedelta(**span)
    session.add(current)
    session.commit()


def test_a_pasted_list_is_judged_line_by_line_and_the_good_lines_are_kept(session: Session, survey: Survey) -> None:
    text = (
        "Name;E-mail\nemail;name;helix;language\nana@example.org;Ana;Industry;en\nana@example.org;Ana;industry;\n"
        "not an address;X;industry;\nbo@example.org;Bo;bakers;\ncy@example.org;Cy;society;xx\n"
        "info@example.org;;;\ndi@example.org;D\x00i;civil;\n"
    )
    lines = read_list(session, survey, text)
    told = {line.values["email"]: (line.faults, line.advice) for line in lines if line.values["email"]}
    assert told["info@example.org"] == (
        [],
        [
            "An office reads this address: one person should answer for themselves.",
            "The group is missing: they are asked for it themselves.",
        ],
    )
    assert told["bo@example.org"][0] == ["There is no such group."]
    assert told["cy@example.org"][0] == ["The survey is not offered in this language."]
    assert told["di@example.org"][0] == ["The name does not fit on one line."]
    assert [line.faults for line in lines if line.values["email"] == "ana@example.org"] == [
        [],
        ["This address is on the list already."],
    ]
    assert add_people(session, operator(session), survey, lines) == 2
    assert [one.email for one in list_invitations(session, survey.id)] == ["ana@example.org", "info@example.org"]


def test_an_invitation_is_text_and_html_with_one_click_to_stop(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int]
) -> None:
    document = small_survey_file(**TWO_LANGUAGES)
    document.sections[0].questions[0].text = WORDS
    document.sections[0].questions[1].text = WORDS
    for option in document.sections[0].questions[1].options:
        option.label = WORDS
    for criterion in document.sections[1].questions[0].criteria:
        criterion.label = WORDS
    survey = make_open_survey(session, document)
    people(session, survey, 1, language="de")
    assert mailed(session, engine, survey, mailing) == 1
    assert mailed(session, engine, survey, mailing) == 0, "nobody is invited twice"
    [mail] = sink[0].mails
    texts = parts(mail)
    assert "Kleine Umfrage" in texts["text/plain"]
    assert 'lang="de"' in texts["text/html"]
    assert "Guten Tag Person 0," in texts["text/html"]
    assert link_in(mail) in texts["text/html"]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop_in(mail) in texts["text/plain"]
    assert not re.findall(r'(?:src|srcset|background)="', texts["text/html"]), "nothing is fetched, so nothing tracks"
    [message] = session.exec(select(OutboxMessage)).all()
    session.refresh(message)
    assert (message.html, message.body, message.stop_url) == ("", "", "")


def test_the_link_of_a_mail_opens_the_survey_and_looking_changes_nothing(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey, client: TestClient
) -> None:
    people(session, survey, 1)
    mailed(session, engine, survey, mailing)
    link = link_in(sink[0].mails[0])
    through = client.get(link).headers["location"]
    assert client.get(through).headers["location"] == f"/s/{survey.slug}"
    stop = stop_in(sink[0].mails[0])
    for _ in range(50):
        assert client.get(stop).status_code == 200
    session.expire_all()
    [one] = list_invitations(session, survey.id)
    assert one.stopped_on is None


def test_one_click_without_a_cookie_stops_the_mails_and_only_that(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey, client: TestClient
) -> None:
    people(session, survey, 2)
    mailed(session, engine, survey, mailing)
    first = sink[0].mails[0]
    stop = stop_in(first)
    client.cookies.clear()
    assert client.post(stop, data={"anything": "else"}).status_code == 404
    assert client.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert client.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert client.post("/u/unknown", data={"List-Unsubscribe": "One-Click"}).status_code == 404
    session.expire_all()
    standings = standings_of(session, survey, find_open_round(session, survey.id))
    assert sorted(standings.values()) == [Standing.SENT, Standing.STOPPED]
    session.commit()
    assert client.get(link_in(first)).status_code == 303, "the link still works"
    later(session, survey, days=3)
    everybody = [one.id for one in list_invitations(session, survey.id)]
    assert remind(session, operator(session), survey, everybody, mailing) == 1


def test_declining_by_hand_and_taking_it_back(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey, client: TestClient
) -> None:
    people(session, survey, 1)
    mailed(session, engine, survey, mailing)
    stop = stop_in(sink[0].mails[0])

    def press(choice: str) -> Invitation:
        fields = {"csrf": csrf_in(client.get(stop).text), "choice": choice}
        assert client.post(f"{stop}/choice", data=fields).status_code == 303
        with Session(engine) as own:
            return own.exec(select(Invitation)).one()

    assert client.post(f"{stop}/choice", data={"choice": "decline"}).status_code == 403, "a form of ours only"
    assert press("decline").declined_on
    assert "You will not be asked again." in client.get(stop).text
    undone = press("undo")
    assert (undone.declined_on, undone.stopped_on) == (None, None)
    assert press("stop").declined_on is None


def test_planned_reminders_go_to_those_who_have_not_finished(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey
) -> None:
    people(session, survey, 4)
    closes_in(session, survey, days=21)
    mailed(session, engine, survey, mailing)
    finish(session, survey, link_in(sink[0].mails[0]))
    assert remind_due(engine, mailing) == 0, "nothing is due on the first day"
    later(session, survey, days=7, hours=1)
    assert remind_due(engine, mailing) == 3
    assert remind_due(engine, mailing) == 0, "each reminder goes once"
    later(session, survey, days=7)
    assert remind_due(engine, mailing) == 3
    send_due(engine, mailing)
    reminders = sink[0].mails[4:]
    assert len(reminders) == 6
    assert {link_in(mail) for mail in reminders} == {link_in(mail) for mail in sink[0].mails[1:4]}, "the same links"
    assert len({mail["Message-ID"] for mail in sink[0].mails}) == 10


def test_nobody_is_reminded_within_48_hours(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey
) -> None:
    everybody = [one.id for one in people(session, survey, 3)]
    mailed(session, engine, survey, mailing)
    actor = operator(session)
    assert remind(session, actor, survey, everybody, mailing) == 0
    session.commit()
    later(session, survey, hours=49)
    assert remind(session, actor, survey, everybody[:2], mailing) == 2
    assert remind(session, actor, survey, everybody, mailing) == 1


def test_a_starter_gets_one_more_on_the_last_day(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey
) -> None:
    people(session, survey, 2)
    closes_in(session, survey, days=21)
    mailed(session, engine, survey, mailing)
    token = link_in(sink[0].mails[0]).rpartition("/")[2]
    start = StartIn(consent=True, helix="civil", language="en")
    invitation = next(one for one in list_invitations(session, survey.id) if _opens(one, token))
    own = answer_token(SECRET, token)
    start_response(session, survey, start, consent=Consent("en", "Words"), invitation=invitation, token=own)
    session.commit()
    for _ in range(2):
        later(session, survey, days=7, hours=1)
        assert remind_due(engine, mailing) == 2
    later(session, survey, days=6, hours=1)
    assert remind_due(engine, mailing) == 1
    assert remind_due(engine, mailing) == 0


def test_an_anonymous_survey_keeps_no_link_and_reminds_nobody(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int]
) -> None:
    survey = make_open_survey(session, small_survey_file(settings={"anonymous": True}))
    everybody = [one.id for one in people(session, survey, 2)]
    mailed(session, engine, survey, mailing)
    assert len(sink[0].mails) == 2
    later(session, survey, days=3)
    assert remind(session, operator(session), survey, everybody, mailing) == 0
    session.expire_all()
    assert [one.sealed_token for one in list_invitations(session, survey.id)] == [None, None]


def test_the_next_round_writes_under_the_same_link_and_the_last_forgets_it(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey
) -> None:
    people(session, survey, 1)
    mailed(session, engine, survey, mailing)
    link = link_in(sink[0].mails[0])
    token = answer_token(SECRET, link.rpartition("/")[2])
    for number in (1, 2):
        start = StartIn(consent=True, helix="industry", language="en")
        [invitation] = list_invitations(session, survey.id)
        assert _opens(invitation, link)
        response, _ = start_response(
            session, survey, start, consent=Consent("en", "Words"), invitation=invitation, token=token
        )
        session.commit()
        answer(engine, response, token, {"I1.impact": 4})
        close_round(session, operator(session), survey)
        session.commit()
        if number == 1:
            open_round(session, operator(session), survey)
            assert mailed(session, engine, survey, mailing) == 1
            assert mailed(session, engine, survey, mailing) == 0
    assert link_in(sink[0].mails[1]) == link
    session.expire_all()
    [invitation] = list_invitations(session, survey.id)
    assert invitation.sealed_token is None, "after the last planned round nothing leads from a person to answers"


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


def test_pages_paste_send_watch_and_remind(
    session: Session, engine: Engine, client: TestClient, mailing: Settings, sink: tuple[Sink, int]
) -> None:
    cast = make_cast(session)
    survey = make_open_survey(session)
    sign_in(client, session, cast.carla)
    here = f"/surveys/{survey.slug}"

    def send(path: str, **fields: str) -> Any:
        return client.post(f"{here}/{path}", data={"csrf": csrf_in(client.get(f"{here}/people").text)} | fields)

    bad = send("people", people="ana@example.org, Ana, industry\nbo@example.org, Bo, bakers")
    assert bad.status_code == 422
    assert "There is no such group." in bad.text
    assert ">bo@example.org, Bo, bakers</textarea>" in bad.text, "the line to correct, and only that"
    assert send("people", people=" ").status_code == 422
    assert send("people", people="bo@example.org, Bo, industry").status_code == 303
    page = client.get(f"{here}/people").text
    assert "Send 2 invitations" in page
    assert "too few" in page
    assert send("invitations").headers["location"] == f"{here}/live?sent=2"
    assert "2 mails are on their way." in client.get(f"{here}/live?sent=2").text
    assert "Mailed within 48 hours" in client.get(f"{here}/live").text
    with Session(for_writing(engine)) as own, own.begin():
        for one in list_invitations(own, survey.id):
            one.sent_at = now() - timedelta(days=3)
    assert "Remind these 2" in client.get(f"{here}/live").text
    assert send("reminders", helix="academia").headers["location"] == f"{here}/live?sent=0"
    assert send("reminders", helix="industry").headers["location"] == f"{here}/live?sent=2"
    sink[0].recipient_answer = "550 no such user"
    send_due(engine, mailing)
    assert "Mail came back" in client.get(f"{here}/people").text
    assert send("reminders", helix="industry").headers["location"] == f"{here}/live?sent=0", "not to a dead address"


def test_publishing_sends_the_invitations(session: Session, engine: Engine, client: TestClient) -> None:
    cast = make_cast(session)
    import_few_initiatives(session)
    sign_in(client, session, cast.carla)
    made = client.post("/surveys", data={"csrf": csrf_in(client.get("/surveys/new").text), "title": "A survey"})
    here = made.headers["location"].removesuffix("/build")
    csrf = csrf_in(client.get(f"{here}/build/texts").text)
    client.post(f"{here}/people", data={"csrf": csrf, "people": "ana@example.org\tAna\tindustry"})
    who = {"title": "A survey", "controller": "The consortium", "contact": "privacy@innaxe.example", "revision": "1"}
    assert client.post(f"{here}/build/texts", data={"csrf": csrf} | who).status_code == 303
    assert "Publish and send 1 invitation" in client.get(f"{here}/publish").text
    assert client.post(f"{here}/publish", data={"csrf": csrf}).status_code == 303
    assert client.post(f"{here}/publish", data={"csrf": csrf}).status_code == 303
    session.expire_all()
    assert [mail.kind for mail in session.exec(select(OutboxMessage)).all()] == ["invitation"]
    survey = get_survey(session, session.exec(select(Survey.id)).one())
    assert survey.published_at
