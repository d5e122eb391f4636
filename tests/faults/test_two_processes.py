"""Two web processes over one PostgreSQL database, as behind one port: what one knows the other knows."""

import re
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.auth.service import make_sign_in_link
from app.mail.queries import count_messages
from app.mail.service import queue_mail
from tests.conftest import Sink
from tests.faults.saving import free_port
from tests.faults.site import Served, serving
from tests.faults.test_failover import wait_until
from tests.make import Cast, csrf_in, make_open_survey, make_response

MAILS = 60
TOKEN = "t" * 32

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@contextmanager
def two(database: str, folder: Path, **settings: str) -> Generator[tuple[Served, Served]]:
    """Two processes with the same settings, so with the same public address."""
    port = free_port()
    common: dict[str, Any] = {
        "base_url": f"http://127.0.0.1:{port}",
        "limits": "strict",
        "metrics_token": TOKEN,
        **settings,
    }
    for name in ("one", "other"):
        (folder / name).mkdir()
    with (
        serving(database, folder / "one", port=port, **common) as one,
        serving(database, folder / "other", **common) as other,
    ):
        yield one, other


def behind(served: Served, cookies: httpx.Cookies | None = None) -> httpx.Client:
    """A browser whose requests a proxy passes to this process."""
    host = {"Host": served.surroundings["INNAXE_BASE_URL"].removeprefix("http://")}
    return httpx.Client(base_url=served.address, headers=host, cookies=cookies, timeout=60)


def saves_of(served: Served) -> float:
    with behind(served) as client:
        text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    found = re.search(r'^innaxe_saves_total{outcome="saved"} (\S+)$', text, re.M)
    assert found
    return float(found[1])


def test_what_one_process_knows_the_other_knows(
    session: Session, engine: Engine, database: str, cast: Cast, sink: tuple[Sink, int], tmp_path: Path
) -> None:
    token = make_sign_in_link(session, cast.carla)
    response, secret = make_response(session, make_open_survey(session))
    session.commit()
    with two(database, tmp_path, smtp_url=f"smtp://127.0.0.1:{sink[1]}") as (one, other):
        with behind(one) as client:
            page = client.get(f"/login/{token}")
            assert client.post(f"/login/{token}", data={"csrf": csrf_in(page.text)}).status_code == 303
            signed_in = client.cookies
        with behind(other, signed_in) as client:
            account = client.get("/account")
            assert account.status_code == 200, "who signs in at one is signed in at the other"
            csrf = csrf_in(account.text)

        for rev, served in enumerate((one, other, one, other, one)):
            with behind(served) as client:
                saved = client.put(
                    f"/api/v1/responses/{response.id}/answers/I1.impact",
                    json={"value": rev % 5 + 1, "rev": rev},
                    headers={"Authorization": f"Bearer {secret}"},
                )
            assert (saved.status_code, saved.json()["rev"]) == (200, rev + 1), "a revision is one for both"
        assert (saves_of(one), saves_of(other)) == (3, 2), "each counts its own, and both are asked"

        for number in range(MAILS):
            queue_mail(session, kind="sign_in", recipient=f"p{number}@example.org", subject="A", body="B")
        session.commit()

        def are_sent() -> bool:
            with Session(engine) as reading:
                return count_messages(reading)["queued"] == 0

        wait_until(are_sent, other.log.read_text)
        sent = Counter(mail["To"] for mail in sink[0].mails)
        assert len(sent) == MAILS
        assert set(sent.values()) == {1}, "each mail is sent by one of them"

        with behind(one, signed_in) as client:
            assert client.post("/logout", data={"csrf": csrf}).status_code == 303
        with behind(other, signed_in) as client:
            assert client.get("/account").status_code in (303, 401), "who signs out at one is signed out at the other"

        with behind(one) as client:
            statuses = [client.get("/login/no-such-token").status_code for _ in range(70)]
        assert (statuses[0], statuses[-1]) == (404, 429)
        with behind(other) as client:
            assert client.get("/login/no-such-token").status_code == 429, "a limit used up at one is so at the other"
