"""A wall to propose on, people who do, and the mails they get."""

import re
from typing import Any

from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.actionplan.proposals.judging import save_wall
from app.actionplan.proposals.models import IdeasWall, Proposal
from app.actionplan.proposals.rules import Draft
from app.actionplan.proposals.sending import Sender, confirm, send_proposal
from app.core.settings import Settings
from app.core.tokens import hash_token
from app.mail.models import OutboxMessage
from app.people.queries import operator
from tests.make import csrf_in

BUSES = Draft(
    "Night buses between the towns",
    "After ten in the evening nobody gets home without a car. A bus every hour would help the young most.",
    "Ask the two bus companies what one line would cost.",
    "en",
)
MORE_BUSES = Draft(
    "A bus at night, every hour",
    "Young people cannot get home in the evening without a car: the last bus between the towns leaves at ten.",
    "",
    "en",
)
SCHOOL = Draft("Eine Waldschule", "Kinder sollen draußen lernen, was im Wald wächst und wovon er lebt.", "", "de")


def open_wall(session: Session) -> IdeasWall:
    """The wall of the only consortium, open."""
    wall = save_wall(
        session,
        operator(session),
        0,
        is_open=True,
        introduction={"en": "Tell us what is missing."},
        reader="The coordination team",
        answer_days=14,
    )
    session.commit()
    return wall


def propose(
    session: Session, settings: Settings, wall: IdeasWall, draft: Draft = BUSES, email: str = "anna@example.org"
) -> Proposal:
    """A proposal of somebody without an account, sent and confirmed."""
    key = hash_token(f"{email} {draft.title}")
    assert send_proposal(session, settings, wall, draft, Sender(draft.language, email=email), key=key) is None
    _, proposal = confirm(session, settings, token_in(mails_to(session, email)[-1].body))
    session.commit()
    return proposal


def mails_to(session: Session, email: str, kind: str = "proposal") -> list[OutboxMessage]:
    """What was mailed to an address, the first first."""
    wanted = select(OutboxMessage).where(OutboxMessage.recipient == email, col(OutboxMessage.kind).startswith(kind))
    return read(session, wanted.order_by(col(OutboxMessage.created_at)))


def read(session: Session, wanted: Any) -> list[Any]:
    """What is there now; the lock for writing is given back at once, for the pages to write."""
    found: list[Any] = [*session.exec(wanted.execution_options(populate_existing=True)).all()]
    session.commit()
    return found


def token_in(text: str) -> str:
    """The token of the link in a mail."""
    found = re.search(r"/ideas/(?:confirm|answer)/(\S+)", text)
    assert found, text
    return found[1]


def fields_in(page: str) -> dict[str, str]:
    """What the form of a page carries hidden, as a browser would send it."""
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: value.replace("&#39;", "'").replace("&amp;", "&") for name, value in pairs}


def post(client: TestClient, address: str, **fields: Any) -> Any:
    """Send a form with this browser's token."""
    return client.post(address, data={"csrf": csrf_in(client.get("/login").text), **fields})
