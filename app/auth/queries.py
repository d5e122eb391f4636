"""Reads of links, sessions, and the other ways in."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from app.auth.models import ApiKey, BrowserSession, OidcLogin, PasswordLogin, SecondFactor, SignInLink
from app.core.clock import now
from app.core.tokens import hash_token
from app.people.models import Person
from app.people.queries import find_actor
from app.people.rules import Actor

MOST_WRONG_CODES = 5


def find_link(session: Session, token: str) -> SignInLink | None:
    """The link with this token while it can still be used."""
    link = session.exec(select(SignInLink).where(SignInLink.token_hash == hash_token(token))).first()
    if link is None or link.used_at or link.expires_at <= now() or link.wrong_codes >= MOST_WRONG_CODES:
        return None
    return link


def find_browser_session(session: Session, token: str) -> tuple[Person, BrowserSession] | None:
    """Whose session this token holds, finished or waiting for a code, while it lasts."""
    found = session.exec(
        select(Person, BrowserSession)
        .join(BrowserSession, col(BrowserSession.person_id) == col(Person.id))
        .where(BrowserSession.token_hash == hash_token(token))
    ).first()
    if found is None:
        return None
    person, browser = found
    lasts = browser.ended_at is None and browser.expires_at > now()
    return found if lasts and person.disabled_at is None else None


def find_signed_in(session: Session, token: str) -> Actor | None:
    """The actor whose browser holds this session token, while the session lasts and they have a role."""
    found = find_browser_session(session, token)
    if found is None or found[1].waits_for_code:
        return None
    person, browser = found
    return find_actor(session, person, browser.consortium_id)


def find_key_holder(session: Session, token: str) -> Actor | None:
    """The actor for whom a program holds this key, while the key lasts and they have a role."""
    found = session.exec(
        select(Person, ApiKey)
        .join(ApiKey, col(ApiKey.person_id) == col(Person.id))
        .where(ApiKey.token_hash == hash_token(token))
    ).first()
    if found is None:
        return None
    person, key = found
    if key.ended_at or key.expires_at <= now() or person.disabled_at:
        return None
    return find_actor(session, person, key.consortium_id)


def list_keys(session: Session, person_id: UUID) -> Sequence[ApiKey]:
    """The keys of a person that still work, the newest first."""
    wanted = select(ApiKey).where(ApiKey.person_id == person_id, col(ApiKey.ended_at).is_(None))
    return session.exec(wanted.where(ApiKey.expires_at > now()).order_by(col(ApiKey.created_at).desc())).all()


def count_sessions(session: Session, person_id: UUID) -> int:
    """In how many browsers a person is signed in."""
    wanted = select(BrowserSession.id).where(
        BrowserSession.person_id == person_id,
        col(BrowserSession.ended_at).is_(None),
        BrowserSession.expires_at > now(),
    )
    return len(session.exec(wanted).all())


def find_password(session: Session, person_id: UUID) -> PasswordLogin | None:
    """The person's password, if they have set one."""
    return session.exec(select(PasswordLogin).where(PasswordLogin.person_id == person_id)).first()


def find_second_factor(session: Session, person_id: UUID) -> SecondFactor | None:
    """The person's second factor, confirmed or just begun."""
    return session.exec(select(SecondFactor).where(SecondFactor.person_id == person_id)).first()


def find_oidc_login(session: Session, issuer: str, subject: str) -> OidcLogin | None:
    """Who this is at the provider, if they have signed in that way before."""
    return session.exec(select(OidcLogin).where(OidcLogin.issuer == issuer, OidcLogin.subject == subject)).first()
