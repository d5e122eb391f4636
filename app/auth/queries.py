"""Reads of links and sessions."""

from sqlmodel import Session, col, select

from app.auth.models import BrowserSession, SignInLink
from app.core.clock import now
from app.core.tokens import hash_token
from app.people.models import Person


def find_link(session: Session, token: str) -> SignInLink | None:
    """The link with this token while it can still be used."""
    link = session.exec(select(SignInLink).where(SignInLink.token_hash == hash_token(token))).first()
    return link if link and link.used_at is None and link.expires_at > now() else None


def find_signed_in(session: Session, token: str) -> Person | None:
    """The person whose browser holds this session token, while the session lasts."""
    found = session.exec(
        select(Person, BrowserSession)
        .join(BrowserSession, col(BrowserSession.person_id) == col(Person.id))
        .where(BrowserSession.token_hash == hash_token(token))
    ).first()
    if found is None:
        return None
    person, browser = found
    lasts = browser.ended_at is None and browser.expires_at > now()
    return person if lasts and person.disabled_at is None else None
