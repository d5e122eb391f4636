"""Invitations: a pasted list, a real SMTP server, the link that opens the survey."""

import re
from datetime import timedelta
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.consensus.service import close_round
from app.core.clock import now
from app.core.db import for_writing
from app.core.settings import Settings
from app.mail.models import OutboxMessage
from app.mail.worker import send_due
from app.people.queries import operator
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.service import Consent, start_response
from app.surveys.answering.tokens import answer_token
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_survey
from app.surveys.rounds.people import add_people, read_list
from app.surveys.rounds.queries import list_invitations
from app.surveys.rounds.service import open_round
from tests.conftest import Sink
from tests.make import (
    SECRET,
    answer,
    csrf_in,
    import_few_initiatives,
    make_cast,
    make_open_survey,
    sign_in,
    small_survey_file,
)
from tests.surveys.mailing import link_in, mailed, opens, parts, people, stop_in

WORDS = {"en": "Words", "de": "Wörter"}
TWO_LANGUAGES: dict[str, Any] = {"languages": ["en", "de"], "title": {"en": "A small survey", "de": "Kleine Umfrage"}}


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
    assert client.get(link).headers["location"] == f"/s/{survey.slug}"
    stop = stop_in(sink[0].mails[0])
    for _ in range(50):
        assert client.get(stop).status_code == 200
    session.expire_all()
    [one] = list_invitations(session, survey.id)
    assert one.stopped_on is None


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
        assert opens(invitation, link)
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
