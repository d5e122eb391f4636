"""Mail servers that refuse, defer, hang, hang up or offer no encryption, and workers killed in the middle."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select, update

from app.core.clock import now
from app.core.db import for_writing
from app.core.settings import Settings
from app.mail import sender, worker
from app.mail.models import OutboxMessage
from app.mail.queries import count_messages
from app.mail.service import queue_mail
from app.mail.worker import BATCH, send_due
from tests.conftest import Sink
from tests.faults.servers import raw_server, trickle

INNAXE = Path(sys.executable).with_name("innaxe")


def promise(session: Session, count: int = 1) -> list[OutboxMessage]:
    mails = [
        queue_mail(session, kind="test", recipient=f"p{number}@example.org", subject=f"Mail {number}", body="Text")
        for number in range(count)
    ]
    session.commit()
    return mails


def to(settings: Settings, address: str, *, scheme: str = "smtp", account: str = "") -> Settings:
    sender = "INNAXE <no-reply@innaxe.example>"
    return settings.model_copy(update={"smtp_url": f"{scheme}://{account}{address}", "mail_from": sender})


def make_due(session: Session) -> None:
    """Let the pause be over."""
    session.exec(update(OutboxMessage).values(due_at=now()))
    session.commit()


@pytest.mark.parametrize(
    ("answers", "problem", "is_given_up"),
    [
        pytest.param({"RCPT": "550 5.1.1 unknown"}, "The server knows no such mailbox (550).", True, id="no mailbox"),
        pytest.param({"RCPT": "550 no"}, "The server refused the address (550).", True, id="refused"),
        pytest.param({"RCPT": "451 4.7.1 greylisted"}, "The server takes no mails", False, id="greylisted"),
        pytest.param({"RCPT": "452 4.2.2 full"}, "The mailbox is full (452).", False, id="full"),
        pytest.param({"RCPT": "421 too busy"}, "The server refused the address (421).", False, id="421 for an address"),
        pytest.param({"MAIL": "421 closing"}, "The server answered 421.", False, id="421"),
        pytest.param({"MAIL": "451 later"}, "The server answered 451.", False, id="451"),
        pytest.param({"BODY": "451 later"}, "The server answered 451.", False, id="451 after the mail"),
        pytest.param({"CONNECT": "554 no service"}, "The server answered 554.", False, id="not welcome"),
        pytest.param({"CONNECT": ""}, "The server could not be reached", False, id="hangs up at once"),
        pytest.param({"DATA": ""}, "The server hung up before it confirmed", False, id="hangs up before the mail"),
        pytest.param({"BODY": ""}, "The server hung up before it confirmed", False, id="hangs up after the mail"),
        pytest.param({"CONNECT": None}, "The server said nothing for too long.", False, id="silent from the start"),
        pytest.param({"BODY": None}, "The server said nothing for too long.", False, id="silent after the mail"),
        pytest.param({"EHLO": trickle}, "The server said nothing for too long.", False, id="trickles"),
    ],
)
def test_a_server_that_misbehaves_loses_no_mail(
    session: Session,
    engine: Engine,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    answers: dict[str, Any],
    problem: str,
    is_given_up: bool,
) -> None:
    monkeypatch.setattr(sender, "TIMEOUT", 0.4)
    monkeypatch.setattr(sender, "LONGEST_TALK", 0.8)
    [mail] = promise(session)
    with raw_server(answers) as server:
        began = time.monotonic()
        assert send_due(engine, to(settings, server.address)) == 0
        assert time.monotonic() - began < 5, "however the server behaves, the worker comes back"
        session.refresh(mail)
        assert mail.problem.startswith(problem)
        assert "example.org" not in mail.problem, "the reason names nobody"
        assert (mail.failed_at is not None) is is_given_up
        assert mail.sent_at is None
        session.commit()
        server.answers.clear()
        assert send_due(engine, to(settings, server.address)) == 0, "not before the pause is over"
        make_due(session)
        assert send_due(engine, to(settings, server.address)) == (0 if is_given_up else 1)
        assert len({one["Message-ID"] for one in server.mails}) <= 1, "a second copy has the first one's name"


def test_one_address_that_is_refused_holds_up_no_other(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    promise(session, 9)

    async def refuse_every_third(server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if int(address[1]) % 3 == 0:
            return "550 5.1.1 unknown"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    monkeypatch.setattr(sink[0], "handle_RCPT", refuse_every_third)
    assert send_due(engine, mailing) == 6
    assert count_messages(session) == {"queued": 0, "sent": 6, "failed": 3}


def test_a_server_that_is_away_is_asked_once_and_the_rest_wait_untried(
    session: Session, engine: Engine, settings: Settings
) -> None:
    promise(session, 5)
    with raw_server({"CONNECT": "421 closing"}) as server:
        assert send_due(engine, to(settings, server.address)) == 0
        assert server.connections == 1
    mails = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.attempts))).all()
    assert [mail.attempts for mail in mails] == [0, 0, 0, 0, 1]
    assert {mail.problem for mail in mails} == {"The server answered 421."}
    assert all(mail.due_at > now() for mail in mails)


def test_many_mails_share_a_connection_and_a_broken_one_is_made_anew(
    session: Session, engine: Engine, settings: Settings
) -> None:
    promise(session, BATCH + 3)
    with raw_server() as server:
        assert send_due(engine, to(settings, server.address)) == BATCH + 3
        assert server.connections == 2
        server.answers["NOOP"] = ""
        promise(session, 3)
        assert send_due(engine, to(settings, server.address)) == 3, "a connection closed between mails costs nothing"
        assert server.connections == 5


def test_a_slow_batch_gives_the_rest_back_before_its_claim_ends(
    session: Session, engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    promise(session, 4)
    monkeypatch.setattr(worker, "BATCH_LASTS", worker.timedelta(seconds=-1))
    with raw_server() as server:
        batch = worker.claim_batch(engine)
        assert len(batch) == 4
        assert worker.claim_batch(engine) == [], "what one worker has, no other takes"
        assert worker.send_batch(engine, to(settings, server.address), batch) == (0, False)
    mails = session.exec(select(OutboxMessage)).all()
    assert {(mail.attempts, mail.due_at <= now()) for mail in mails} == {(0, True)}


def test_without_encryption_no_password_leaves(session: Session, engine: Engine, settings: Settings) -> None:
    [mail] = promise(session)
    with raw_server(host="127.0.0.2") as server:
        assert send_due(engine, to(settings, server.address, account="name:secret@")) == 0
        assert "AUTH" not in server.verbs
        assert server.mails == []
        session.refresh(mail)
        assert mail.problem == "The server offers no encryption for the password."
        make_due(session)
        assert send_due(engine, to(settings, server.address, scheme="smtps")) == 0, "smtps never falls back"
        assert server.mails == []
        session.refresh(mail)
        assert mail.problem.startswith("The server could not be reached (SSL")


class Killed:
    """Real worker processes over one database, killed while they send."""

    def __init__(self, database: str, settings: Settings, folder: Path) -> None:
        self.log = folder / "worker.log"
        self.surroundings = os.environ | {
            "INNAXE_DATABASE_URL": database,
            "INNAXE_DATA_DIR": str(folder),
            "INNAXE_SMTP_URL": settings.smtp_url,
            "INNAXE_MAIL_FROM": settings.mail_from,
        }

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen([INNAXE, "worker", *words], env=self.surroundings, stdout=log, stderr=log)


def kill_workers(
    session: Session,
    engine: Engine,
    database: str,
    settings: Settings,
    sink: Sink,
    folder: Path,
    *,
    mails: int,
    kills: int,
) -> None:
    promise(session, mails)
    processes = Killed(database, settings, folder)
    for number in range(kills):
        wanted = (number + 1) * mails // (kills + 2)
        process = processes.start()
        try:
            for _ in range(3000):
                if len(sink.mails) >= wanted:
                    break
                time.sleep(0.01)
        finally:
            process.kill()
            process.wait(timeout=30)
        assert len(sink.mails) >= wanted, processes.log.read_text()
        make_due_unsent(engine)
    done = processes.start("--once")
    assert done.wait(timeout=120) == 0, processes.log.read_text()
    assert count_messages(session) == {"queued": 0, "sent": mails, "failed": 0}
    copies = Counter(mail["Message-ID"] for mail in sink.mails)
    assert len(copies) == mails, "every mail arrived"
    again = {name: number for name, number in copies.items() if number > 1}
    assert sum(again.values()) - len(again) <= kills, "at most the one under way when the worker was killed"
    assert {mail["To"] for mail in sink.mails} == {f"p{number}@example.org" for number in range(mails)}
    lines = [json.loads(line) for line in processes.log.read_text().splitlines() if line.startswith('{"event')]
    assert [line for line in lines if line.get("level") == "error"] == []


def make_due_unsent(engine: Engine) -> None:
    """Let the claims of the dead worker run out."""
    with Session(for_writing(engine)) as session, session.begin():
        session.exec(update(OutboxMessage).where(col(OutboxMessage.sent_at).is_(None)).values(due_at=now()))


def test_a_worker_killed_three_times_loses_no_mail(
    session: Session,
    engine: Engine,
    database: str,
    mailing: Settings,
    sink: tuple[Sink, int],
    tmp_path: Path,
) -> None:
    kill_workers(session, engine, database, mailing, sink[0], tmp_path, mails=60, kills=3)


@pytest.mark.faults
def test_a_worker_killed_ten_times_over_a_thousand_mails_loses_none(
    session: Session,
    engine: Engine,
    database: str,
    mailing: Settings,
    sink: tuple[Sink, int],
    tmp_path: Path,
) -> None:
    kill_workers(session, engine, database, mailing, sink[0], tmp_path, mails=1000, kills=10)


@pytest.mark.faults
def test_a_thousand_mails_take_well_under_a_minute(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int]
) -> None:
    promise(session, 1000)
    began = time.monotonic()
    assert send_due(engine, mailing) == 1000
    assert time.monotonic() - began < 30
