"""Acts of signing in and out."""

from datetime import timedelta

from sqlmodel import Session, select

from app.auth.models import BrowserSession, SignInLink
from app.auth.queries import find_link
from app.core.clock import now
from app.core.errors import NotFound
from app.core.tokens import hash_token, make_token
from app.history.service import record
from app.people.models import Person
from app.people.queries import get_person

LINK_LASTS = timedelta(minutes=10)
SESSION_LASTS = timedelta(hours=12)


def make_sign_in_link(session: Session, person: Person, *, lasts: timedelta = LINK_LASTS) -> str:
    """Make a one-time link for the person; returns its token, which is kept only as a hash."""
    token = make_token()
    session.add(SignInLink(person_id=person.id, token_hash=hash_token(token), expires_at=now() + lasts))
    record(session, None, "sign_in_link.made", person)
    return token


def sign_in(session: Session, token: str) -> tuple[Person, str]:
    """Use a link up and start a session; returns the person and the session's token.

    Raises NotFound for a link that is unknown, used or expired.
    """
    link = find_link(session, token)
    person = get_person(session, link.person_id) if link else None
    if link is None or person is None or person.disabled_at:
        raise NotFound("This sign-in link does not work any more. Ask for a new one.")
    link.used_at = now()
    session_token = make_token()
    session.add(
        BrowserSession(person_id=person.id, token_hash=hash_token(session_token), expires_at=now() + SESSION_LASTS)
    )
    record(session, person, "person.signed_in", person)
    return person, session_token


def sign_out(session: Session, actor: Person, token: str) -> None:
    """End the session of this browser."""
    browser = session.exec(select(BrowserSession).where(BrowserSession.token_hash == hash_token(token))).first()
    if browser:
        browser.ended_at = now()
        record(session, actor, "person.signed_out", actor)
