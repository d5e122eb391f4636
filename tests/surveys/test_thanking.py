"""Thanks after sending: once, to whom it is known, and to nobody in anonymous surveys."""

import threading

from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.core.db import for_writing
from app.core.settings import Settings
from app.mail.models import OutboxMessage
from app.mail.worker import send_due
from app.surveys.answering.models import Response
from app.surveys.answering.thanking import send_answers
from app.surveys.answering.tokens import answer_token
from app.surveys.authoring.models import Survey
from tests.conftest import Sink
from tests.make import SECRET, csrf_in, make_open_survey, small_survey_file
from tests.surveys.mailing import link_in, mailed, parts, people, stop_in


def begin(client: TestClient, survey: Survey, link: str) -> str:
    client.get(link)
    csrf = csrf_in(client.get(f"/s/{survey.slug}").text)
    fields = {"csrf": csrf, "consent": "yes", "helix": "industry"}
    assert client.post(f"/s/{survey.slug}", data=fields).status_code == 303
    return csrf


def thanks_in(session: Session) -> list[OutboxMessage]:
    session.expire_all()
    found = list(session.exec(select(OutboxMessage).where(OutboxMessage.kind == "thanks")).all())
    session.commit()
    return found


def test_thanks_go_once_however_often_answers_are_sent(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey, client: TestClient
) -> None:
    people(session, survey, 1)
    mailed(session, engine, survey, mailing)
    link = link_in(sink[0].mails[0])
    csrf = begin(client, survey, link)
    for path in ("submission", "submission", "reopening", "submission"):
        assert client.post(f"/s/{survey.slug}/{path}", data={"csrf": csrf}).status_code == 303
    [thanks] = thanks_in(session)
    assert thanks.about_id is None, "once sent, the outbox does not say who has answered"
    assert send_due(engine, mailing) == 1
    mail = sink[0].mails[1]
    assert (mail["To"], mail["Subject"]) == ("person0@innaxe.example", "Thank you: your answers are in")
    assert link_in(mail) == link
    text = " ".join(parts(mail)["text/plain"].split())
    assert "you can still change them, with the link below" in text
    assert "Another round is planned" in text
    assert "name=" not in parts(mail)["text/html"].replace("<meta name=", ""), "nothing to fill in"


def test_two_that_send_at_once_are_thanked_once(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey, client: TestClient
) -> None:
    people(session, survey, 1)
    mailed(session, engine, survey, mailing)
    link = link_in(sink[0].mails[0])
    begin(client, survey, link)
    response = session.exec(select(Response)).one().id
    session.commit()
    token, gate = answer_token(SECRET, link.rpartition("/")[2]), threading.Barrier(4)

    def send() -> None:
        with Session(for_writing(engine)) as own, own.begin():
            if engine.dialect.name != "sqlite":
                gate.wait(10)
            send_answers(own, response, (token,), mailing)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(thanks_in(session)) == 1


def test_nobody_who_stopped_the_mails_is_thanked(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey, client: TestClient
) -> None:
    people(session, survey, 1)
    mailed(session, engine, survey, mailing)
    csrf = begin(client, survey, link_in(sink[0].mails[0]))
    client.post(stop_in(sink[0].mails[0]), data={"List-Unsubscribe": "One-Click"})
    assert client.post(f"/s/{survey.slug}/submission", data={"csrf": csrf}).status_code == 303
    assert thanks_in(session) == []


def test_an_anonymous_survey_thanks_nobody(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], client: TestClient
) -> None:
    survey = make_open_survey(session, small_survey_file(settings={"anonymous": True}))
    people(session, survey, 1)
    mailed(session, engine, survey, mailing)
    csrf = begin(client, survey, link_in(sink[0].mails[0]))
    assert client.post(f"/s/{survey.slug}/submission", data={"csrf": csrf}).status_code == 303
    assert thanks_in(session) == []
