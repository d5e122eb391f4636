"""Ways in: links asked for and made, sessions, passwords, second factors, keys of programs. Secrets are hashes only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.core.db import Row, UtcDateTime


class SignInRequest(Row, table=True):
    """Somebody typed an address to sign in with.

    Whether it has an account is looked up later, by the worker: so the answer to a known address takes as long as
    to an unknown one.
    """

    email: str
    language: str
    browser_hash: str
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)


class SignInLink(Row, table=True):
    """A link that signs a person in once, in the browser that asked for it or with the code shown there.

    An operator's link (`browser_hash` is None) works in any browser. Some wrong codes end a link.
    """

    person_id: UUID = Field(foreign_key="person.id", index=True)
    token_hash: str = Field(unique=True)
    browser_hash: str | None = None
    wrong_codes: int = 0
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class BrowserSession(Row, table=True):
    """A browser in which a person is signed in, to one consortium; with `waits_for_code` only half."""

    person_id: UUID = Field(foreign_key="person.id", index=True)
    consortium_id: UUID | None = Field(default=None, foreign_key="consortium.id", index=True)
    token_hash: str = Field(unique=True)
    waits_for_code: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PasswordLogin(Row, table=True):
    """A person's password as an Argon2 hash."""

    person_id: UUID = Field(foreign_key="person.id", unique=True)
    password_hash: str
    set_at: datetime = Field(sa_type=UtcDateTime)


class SecondFactor(Row, table=True):
    """A person's code generator. The secret is encrypted; a code is taken once, so the last time step is kept."""

    person_id: UUID = Field(foreign_key="person.id", unique=True)
    secret: str
    last_step: int = 0
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OidcLogin(Row, table=True):
    """Who a person is at an OpenID provider."""

    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    person_id: UUID = Field(foreign_key="person.id", index=True)
    issuer: str
    subject: str


class ApiKey(Row, table=True):
    """A key with which a program acts for a person, in one consortium."""

    person_id: UUID = Field(foreign_key="person.id", index=True)
    consortium_id: UUID = Field(foreign_key="consortium.id", index=True)
    name: str
    token_hash: str = Field(unique=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Attempt(Row, table=True):
    """How often something was tried from one place within one stretch of time; the place is a keyed hash."""

    __table_args__ = (UniqueConstraint("place", "begins_at"),)

    place: str
    begins_at: datetime = Field(sa_type=UtcDateTime, index=True)
    count: int
