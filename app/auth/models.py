"""One-time links and browser sessions; both are kept as hashes only."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from app.core.db import Row, UtcDateTime


class SignInLink(Row, table=True):
    """A link that signs a person in once."""

    person_id: UUID = Field(foreign_key="person.id", index=True)
    token_hash: str = Field(unique=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class BrowserSession(Row, table=True):
    """A browser in which a person is signed in."""

    person_id: UUID = Field(foreign_key="person.id", index=True)
    token_hash: str = Field(unique=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
