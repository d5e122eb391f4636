"""How the outbox stands, for operators and administrators: counts, and reasons in words."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.core.settings import Settings
from app.mail.rules import ADDRESS_REFUSED, MAILBOX_FULL, NO_MAILBOX, SENDER_REFUSED, reason_of
from app.mail.service import queue_mail
from app.mail.worker import send_due
from tests.conftest import Sink
from tests.make import Cast, sign_in


def test_status_tells_counts_and_reasons(
    session: Session,
    engine: Engine,
    client: TestClient,
    database: str,
    mailing: Settings,
    sink: tuple[Sink, int],
    cast: Cast,
    tmp_path: Path,
) -> None:
    for answer, count in (("250 OK", 2), ("550 5.1.1 unknown", 1), ("452 4.2.2 full", 1)):
        for number in range(count):
            queue_mail(session, kind="test", recipient=f"p{number}@example.org", subject="S", body="B")
        session.commit()
        sink[0].recipient_answer = answer
        send_due(engine, mailing)

    def status(*words: str) -> str:
        surroundings = os.environ | {"INNAXE_DATABASE_URL": database, "INNAXE_DATA_DIR": str(tmp_path)}
        program = Path(sys.executable).with_name("innaxe")
        done = subprocess.run(
            [program, "outbox", "status", *words], env=surroundings, capture_output=True, text=True, check=True
        )
        return done.stdout

    reasons = {"The server knows no such mailbox (550).": 1, "The mailbox is full (452).": 1}
    assert json.loads(status("--json")) == {"queued": 1, "sent": 2, "failed": 1, "reasons": reasons}
    assert [line.split(None, 1) for line in status().splitlines()] == [
        ["queued", "1"],
        ["sent", "2"],
        ["failed", "1"],
        ["1", "The mailbox is full (452)."],
        ["1", "The server knows no such mailbox (550)."],
    ]
    sign_in(client, session, cast.alba)
    assert "Der Server kennt dieses Postfach nicht (550)." in client.get("/outbox?lang=de").text


@pytest.mark.parametrize(
    ("code", "text", "reason"),
    [
        pytest.param(550, "5.1.10 null MX", NO_MAILBOX, id="no mailbox"),
        pytest.param(552, "5.2.2 over quota", MAILBOX_FULL, id="full"),
        pytest.param(550, "5.7.1 SPF failed", SENDER_REFUSED, id="sender"),
        pytest.param(554, "blocked", SENDER_REFUSED, id="554 without more"),
        pytest.param(550, "5.1.8 bad sender domain", ADDRESS_REFUSED, id="another detail"),
        pytest.param(550, "requested action not taken", ADDRESS_REFUSED, id="nothing finer"),
    ],
)
def test_reasons(code: int, text: str, reason: str) -> None:
    assert reason_of(code, text) == reason
