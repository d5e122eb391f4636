"""Acts of signing in and out."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import Session, col, or_, select, update

from app.auth.models import BrowserSession, SignInLink, SignInRequest
from app.auth.queries import find_browser_session, find_link, find_second_factor
from app.auth.rules import is_code
from app.core.clock import now
from app.core.errors import Invalid, NotFound
from app.core.tokens import hash_token, make_token
from app.history.service import record
from app.people.models import Person
from app.people.queries import find_actor, get_person, list_consortia_of, operator_of
from app.people.rules import Actor, is_address

LINK_LASTS = timedelta(minutes=10)
SESSION_LASTS = timedelta(hours=12)
DEAD_LINK = "This sign-in link does not work any more. Ask for a new one."


def ask_for_link(session: Session, email: str, *, language: str, browser: str) -> None:
    """Note that somebody at this browser wants a link for an address. Raises Invalid for what is no address.

    Nothing is looked up here; `auth/mailing.py` does, out of sight of whoever asked.
    """
    email = email.strip().lower()
    if not is_address(email):
        raise Invalid("Enter an e-mail address such as name@example.org.")
    session.add(SignInRequest(email=email, language=language, browser_hash=hash_token(browser), created_at=now()))


def make_sign_in_link(
    session: Session, person: Person, *, lasts: timedelta = LINK_LASTS, browser_hash: str | None = None
) -> str:
    """Make a one-time link for the person; returns its token, which is kept only as a hash."""
    token = make_token()
    session.add(
        SignInLink(
            person_id=person.id, token_hash=hash_token(token), browser_hash=browser_hash, expires_at=now() + lasts
        )
    )
    session.flush()
    return token


def use_link(session: Session, token: str, *, browser: str, typed: str, shown: str) -> Person | None:
    """Use a link up; returns whose it is, None when it asks for a code and `typed` is not the one `shown`.

    Raises NotFound for a link that is unknown, used, expired or was given too many wrong codes. Of many who use
    one link at the same moment one succeeds.
    """
    link = find_link(session, token)
    person = get_person(session, link.person_id) if link else None
    if link is None or person is None or person.disabled_at:
        raise NotFound(DEAD_LINK)
    is_same_browser = link.browser_hash is None or link.browser_hash == hash_token(browser)
    if not is_same_browser and not is_code(typed, shown):
        link.wrong_codes += 1
        return None
    taken = session.exec(
        update(SignInLink)
        .where(col(SignInLink.id) == link.id, col(SignInLink.used_at).is_(None))
        .values(used_at=now())
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:
        raise NotFound(DEAD_LINK)
    return person


def begin_session(session: Session, person: Person, *, before: str = "") -> tuple[str, bool]:
    """Sign a person in: returns the new session's token and whether a code is wanted first.

    `before` is the token this browser held, whose session ends: a token never survives a sign-in.
    Raises NotFound for somebody without a role anywhere.
    """
    consortia = list_consortia_of(session, person.id)
    if not consortia or person.disabled_at:
        raise NotFound(DEAD_LINK)
    if before:
        _end(session, before)
    factor = find_second_factor(session, person.id)
    waits = factor is not None and factor.confirmed_at is not None
    token = _open(session, person.id, consortia[0].id, waits_for_code=waits)
    if not waits:
        _record_sign_in(session, person, consortia[0].id)
    return token, waits


def finish_session(session: Session, token: str) -> str:
    """Complete a session that waited for a code, under a new token. Raises NotFound when there is none."""
    found = find_browser_session(session, token)
    if found is None or not found[1].waits_for_code:
        raise NotFound(DEAD_LINK)
    person, browser = found
    browser.ended_at = now()
    assert browser.consortium_id
    _record_sign_in(session, person, browser.consortium_id)
    return _open(session, person.id, browser.consortium_id, waits_for_code=False)


def choose_consortium(session: Session, actor: Actor, token: str, consortium_id: UUID) -> None:
    """Look at another of one's consortia in this browser. Raises NotFound for one without a role in it."""
    found = find_browser_session(session, token)
    if found is None or find_actor(session, found[0], consortium_id) is None:
        raise NotFound("There is no such consortium.")
    found[1].consortium_id = consortium_id


def sign_out(session: Session, actor: Actor, token: str) -> None:
    """End the session of this browser."""
    found = find_browser_session(session, token)
    if found:
        _end(session, token)
        record(session, actor, "person.signed_out", found[0])


def end_sessions_in(session: Session, person_id: UUID, consortium_id: UUID) -> None:
    """End a person's sessions in one consortium, where their role changed; elsewhere they go on."""
    session.exec(
        update(BrowserSession)
        .where(
            col(BrowserSession.person_id) == person_id,
            col(BrowserSession.ended_at).is_(None),
            or_(col(BrowserSession.consortium_id) == consortium_id, col(BrowserSession.consortium_id).is_(None)),
        )
        .values(ended_at=now())
    )


def end_sessions(session: Session, person_id: UUID, *, but: str = "") -> None:
    """End all sessions and unused links of a person, but for the session with this token."""
    session.exec(
        update(BrowserSession)
        .where(
            col(BrowserSession.person_id) == person_id,
            col(BrowserSession.ended_at).is_(None),
            col(BrowserSession.token_hash) != hash_token(but),
        )
        .values(ended_at=now())
    )
    session.exec(
        update(SignInLink)
        .where(col(SignInLink.person_id) == person_id, col(SignInLink.used_at).is_(None))
        .values(used_at=now())
    )


def _open(session: Session, person_id: UUID, consortium_id: UUID, *, waits_for_code: bool) -> str:
    token = make_token()
    session.add(
        BrowserSession(
            person_id=person_id,
            consortium_id=consortium_id,
            token_hash=hash_token(token),
            waits_for_code=waits_for_code,
            created_at=now(),
            expires_at=now() + (LINK_LASTS if waits_for_code else SESSION_LASTS),
        )
    )
    session.flush()
    return token


def _end(session: Session, token: str) -> None:
    browser = session.exec(select(BrowserSession).where(BrowserSession.token_hash == hash_token(token))).first()
    if browser and browser.ended_at is None:
        browser.ended_at = now()


def _record_sign_in(session: Session, person: Person, consortium_id: UUID) -> None:
    actor = find_actor(session, person, consortium_id) or operator_of(consortium_id)
    record(session, actor, "person.signed_in", person)
