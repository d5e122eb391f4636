"""Mails: promised with the act, sent by a real SMTP server, tried again, wiped once sent."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.auth.service import ask_for_link
from app.core.clock import now
from app.core.errors import Invalid
from app.core.settings import Settings
from app.mail.models import OutboxMessage
from app.mail.queries import count_messages
from app.mail.rules import MOST_ATTEMPTS
from app.mail.service import queue_mail
from app.mail.worker import BATCH, claim_batch, send_due
from app.worker import Worker, do_chores
from tests.conftest import Sink
from tests.make import Cast


def promise(session: Session, **changes: Any) -> OutboxMessage:
    fields: dict[str, Any] = {
        "kind": "test",
        "recipient": "ada@example.org",
        "subject": "Über Käse",
        "body": "Hallo,\nein Text.\n",
    }
    message = queue_mail(session, **(fields | changes))
    session.commit()
    return message


def test_a_mail_is_sent_once_and_wiped(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int]
) -> None:
    message = promise(session)
    assert send_due(engine, mailing) == 1
    assert send_due(engine, mailing) == 0
    [mail] = sink[0].mails
    assert (mail["To"], mail["From"]) == ("ada@example.org", "INNAXE <no-reply@innaxe.example>")
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert "ein Text." in payload.decode()
    session.refresh(message)
    assert (message.recipient, message.subject, message.body) == ("", "", "")
    assert count_messages(session) == {"queued": 0, "sent": 1, "failed": 0}


def test_a_worker_does_not_wait_for_what_another_is_taking(session: Session, engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("one writes at a time, and nobody takes while another does")
    for number in range(BATCH + 5):
        queue_mail(session, kind="test", recipient=f"p{number}@example.org", subject="A", body="B")
    session.commit()
    taken = session.exec(
        select(OutboxMessage).order_by(col(OutboxMessage.due_at)).limit(BATCH).with_for_update(skip_locked=True)
    ).all()
    keys = {message.id for message in taken}
    with ThreadPoolExecutor(1) as other:
        claiming = other.submit(claim_batch, engine)
        try:
            claimed = claiming.result(timeout=10)
        finally:
            session.rollback()
    assert (len(claimed), keys & {message.id for message in claimed}) == (5, set())


def test_a_server_that_is_busy_is_tried_again_later(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int]
) -> None:
    message = promise(session)
    sink[0].answer = "451 later"
    assert send_due(engine, mailing) == 0
    session.refresh(message)
    assert message.problem == "The server answered 451."
    assert message.due_at > now()
    sink[0].answer = "250 OK"
    message.due_at = now()
    session.add(message)
    session.commit()
    assert send_due(engine, mailing) == 1


def test_an_address_that_is_refused_is_given_up_at_once(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int]
) -> None:
    promise(session)
    sink[0].recipient_answer = "550 no such user"
    assert send_due(engine, mailing) == 0
    assert count_messages(session) == {"queued": 0, "sent": 0, "failed": 1}


def test_a_server_that_is_gone_is_given_up_in_the_end(session: Session, engine: Engine, settings: Settings) -> None:
    gone = settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:9"})
    message = promise(session)
    for _ in range(MOST_ATTEMPTS):
        send_due(engine, gone)
        session.refresh(message)
        assert "could not be reached" in message.problem
        message.due_at = now()
        session.add(message)
        session.commit()
    assert message.failed_at
    assert message.body == ""


def test_no_password_goes_out_in_the_open(session: Session, engine: Engine, mailing: Settings) -> None:
    message = promise(session)
    elsewhere = mailing.smtp_url.replace("127.0.0.1", "name:secret@127.0.0.2")
    send_due(engine, mailing.model_copy(update={"smtp_url": elsewhere}))
    session.refresh(message)
    assert message.sent_at is None


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"recipient": "ada@example.org\r\nBcc: all@example.org"}, id="address"),
        pytest.param({"recipient": "ada@example.org, eve@example.org"}, id="two addresses"),
        pytest.param({"subject": "Hello\r\nBcc: all@example.org"}, id="subject"),
    ],
)
def test_headers_cannot_be_smuggled_in(session: Session, changes: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        promise(session, **changes)


def test_an_act_that_is_undone_sends_nothing(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int]
) -> None:
    queue_mail(session, kind="test", recipient="ada@example.org", subject="Never", body="Never")
    session.rollback()
    assert send_due(engine, mailing) == 0
    assert sink[0].mails == []


def test_the_worker_answers_only_known_addresses_in_their_language(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], cast: Cast
) -> None:
    for email, language in (("biel@innaxe.example", "de"), ("nobody@innaxe.example", "de")):
        ask_for_link(session, email, language=language, browser="a browser")
    session.commit()
    done = do_chores(engine, mailing)
    assert (done["promised"], done["sent"]) == (1, 1)
    [mail] = sink[0].mails
    assert mail["To"] == "biel@innaxe.example"
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert f"{mailing.address}/login/" in payload.decode()
    assert "INNAXE" in str(mail["Subject"])


def test_the_worker_works_beside_the_server(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int]
) -> None:
    promise(session)
    worker = Worker(engine, mailing, pause=0.05)
    for _ in range(100):
        if sink[0].mails:
            break
        time.sleep(0.05)
    worker.close()
    assert len(sink[0].mails) == 1
    assert session.exec(select(OutboxMessage)).one().sent_at


def test_the_address_that_ends_mails_is_on_one_line_however_long(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int]
) -> None:
    stop = f"https://surveys.a-long-name-of-a-consortium.example.org/u/{'x' * 200}"
    promise(session, stop_url=stop)
    assert send_due(engine, mailing) == 1
    [mail] = sink[0].mails
    assert mail["List-Unsubscribe"] == f"<{stop}>"
    assert mail["Subject"].startswith("=?utf-8?"), "other headers are folded and encoded as they must be"


def test_a_chore_that_fails_keeps_neither_the_others_nor_the_next_turn_from_being_done(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[Engine] = []

    def fail(own: Engine) -> int:
        turns.append(own)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.worker.close_due_rounds", fail)
    promise(session)
    worker = Worker(engine, mailing, pause=0.05)
    for _ in range(200):
        if sink[0].mails and len(turns) > 1:
            break
        time.sleep(0.05)
    worker.close()
    assert len(sink[0].mails) == 1
    assert len(turns) > 1
