"""What people do to their own account: password, second factor, keys for programs."""

import threading
from datetime import timedelta
from functools import cache
from uuid import UUID

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pyotp import random_base32
from pyotp.totp import TOTP
from sqlmodel import Session

from app.auth.models import ApiKey, PasswordLogin, SecondFactor
from app.auth.queries import find_browser_session, find_password, find_second_factor
from app.auth.rules import LONGEST_PASSWORD, fault, plain_code
from app.auth.service import end_sessions
from app.core.clock import now
from app.core.errors import Conflict, Invalid, NotFound
from app.core.tokens import hash_token, make_token, seal, unseal
from app.history.service import record
from app.people.models import Person
from app.people.queries import find_person_by_email, get_person
from app.people.rules import Actor, is_plain_line

KEY_LASTS = timedelta(days=365)
STEP_SECONDS = 30
STEPS_LATE = 1
AT_ONCE = threading.BoundedSemaphore(2)
"""One hash takes 64 MiB and a sixth of a second: more at once than this wait."""


def find_by_password(session: Session, email: str, password: str) -> Person | None:
    """Whose address and password these are; an unknown address costs as much time as a known one."""
    person = find_person_by_email(session, email[:300])
    login = find_password(session, person.id) if person else None
    with AT_ONCE:
        is_right, fresh = _hasher().verify_and_update(
            password[:LONGEST_PASSWORD], login.password_hash if login else _nobody()
        )
    if not is_right or person is None or login is None or person.disabled_at:
        return None
    if fresh:
        login.password_hash = fresh
    return person


def set_password(session: Session, actor: Actor, password: str, *, keep_session: str) -> None:
    """Set one's password; all other sessions end. Raises Invalid with what is wrong with it."""
    wrong = fault(password, actor.email)
    if wrong:
        raise Invalid(wrong, {"password": wrong})
    person = _self(session, actor)
    with AT_ONCE:
        password_hash = _hasher().hash(password)
    login = find_password(session, person.id)
    if login:
        login.password_hash, login.set_at = password_hash, now()
    else:
        session.add(PasswordLogin(person_id=person.id, password_hash=password_hash, set_at=now()))
    end_sessions(session, person.id, but=keep_session)
    record(session, actor, "password.set", person)


def remove_password(session: Session, actor: Actor) -> None:
    """Sign in by mail only from now on."""
    person = _self(session, actor)
    login = find_password(session, person.id)
    if login:
        session.delete(login)
        record(session, actor, "password.removed", person)


def begin_second_factor(session: Session, actor: Actor, secret_key: str) -> str:
    """Make a new secret for the code generator, in force once a code confirms it; returns it in Base32.

    Raises Conflict while one is in force.
    """
    person = _self(session, actor)
    factor = find_second_factor(session, person.id)
    if factor and factor.confirmed_at:
        raise Conflict("There is a second factor already. Remove it first.")
    secret = random_base32()
    sealed = seal(secret_key, "second-factor", secret)
    if factor:
        factor.secret = sealed
    else:
        session.add(SecondFactor(person_id=person.id, secret=sealed))
    session.flush()
    return secret


def pending_secret(session: Session, actor: Actor, secret_key: str) -> str | None:
    """The secret that waits for its confirming code."""
    factor = find_second_factor(session, _self(session, actor).id)
    return unseal(secret_key, "second-factor", factor.secret) if factor and not factor.confirmed_at else None


def confirm_second_factor(session: Session, actor: Actor, typed: str, secret_key: str) -> bool:
    """Put the second factor in force with a first code; whether the code was right."""
    person = _self(session, actor)
    factor = find_second_factor(session, person.id)
    if factor is None or factor.confirmed_at or not _take_code(factor, typed, secret_key):
        return False
    factor.confirmed_at = now()
    record(session, actor, "second_factor.set", person)
    return True


def remove_second_factor(session: Session, actor: Actor, person: Person) -> None:
    """Take the second factor away: one's own, or as administrator that of somebody who lost their device."""
    factor = find_second_factor(session, person.id)
    if factor:
        session.delete(factor)
        record(session, actor, "second_factor.removed", person)


def is_code_of_session(session: Session, token: str, typed: str, secret_key: str) -> bool:
    """Whether this is the code that the session's person has to give. Raises NotFound when no session waits."""
    found = find_browser_session(session, token)
    factor = find_second_factor(session, found[0].id) if found and found[1].waits_for_code else None
    if factor is None:
        raise NotFound("This sign-in has taken too long. Begin again.")
    return _take_code(factor, typed, secret_key)


def provisioning_uri(secret: str, email: str) -> str:
    """What a code generator reads from the picture."""
    return TOTP(secret).provisioning_uri(name=email, issuer_name="INNAXE")


def make_key(session: Session, actor: Actor, name: str) -> str:
    """Make a key for a program, good for a year; returns it, this once. Raises Invalid for a name that cannot be."""
    name = name.strip()
    if not name or len(name) > 100 or not is_plain_line(name):
        raise Invalid("Give the key a name, such as the program that uses it.")
    token = make_token()
    person = _self(session, actor)
    key = ApiKey(
        person_id=person.id,
        consortium_id=actor.consortium_id,
        name=name,
        token_hash=hash_token(token),
        created_at=now(),
        expires_at=now() + KEY_LASTS,
    )
    session.add(key)
    session.flush()
    record(session, actor, "key.made", key, after={"name": name})
    return token


def end_key(session: Session, actor: Actor, key_id: UUID) -> None:
    """End one of one's own keys. Raises NotFound for others."""
    key = session.get(ApiKey, key_id)
    if key is None or key.person_id != actor.id:
        raise NotFound("There is no such key.")
    key.ended_at = key.ended_at or now()
    record(session, actor, "key.ended", key)


def _take_code(factor: SecondFactor, typed: str, secret_key: str) -> bool:
    """Whether the code is right, of this half minute or the one before or after, and not taken before."""
    secret = unseal(secret_key, "second-factor", factor.secret)
    if secret is None:
        return False
    generator, step = TOTP(secret), int(now().timestamp()) // STEP_SECONDS
    for candidate in range(step - STEPS_LATE, step + STEPS_LATE + 1):
        if candidate > factor.last_step and generator.verify(plain_code(typed), for_time=candidate * STEP_SECONDS):
            factor.last_step = candidate
            return True
    return False


def _self(session: Session, actor: Actor) -> Person:
    if actor.id is None:
        raise NotFound("There is no such person.")
    return get_person(session, actor.id)


@cache
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


@cache
def _nobody() -> str:
    """The hash of a password nobody has, so that an unknown address takes as long as a known one."""
    return _hasher().hash(make_token())
