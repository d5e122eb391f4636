"""Initiatives and their versions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core.db import Row, UtcDateTime
from app.core.words import Words


class Topic(Row, table=True):
    """A subject under which initiatives are gathered."""

    __table_args__ = (UniqueConstraint("consortium_id", "external_id"),)

    consortium_id: UUID = Field(foreign_key="consortium.id")
    external_id: str
    label: Words = Field(sa_type=JSON)


class Initiative(Row, table=True):
    """One thing the consortium might do, from idea to monitored action; its contents are in its versions.

    `organisation_id` is the partner whose it is, None when it is everybody's.
    """

    __table_args__ = (UniqueConstraint("consortium_id", "external_id"),)

    consortium_id: UUID = Field(foreign_key="consortium.id")
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    external_id: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class InitiativeVersion(Row, table=True):
    """What an initiative said at one time. Versions are added, never changed."""

    __table_args__ = (UniqueConstraint("initiative_id", "number"),)

    initiative_id: UUID = Field(foreign_key="initiative.id")
    number: int
    title: Words = Field(sa_type=JSON)
    summary: Words = Field(sa_type=JSON)
    content: dict[str, Any] = Field(sa_type=JSON)
    digest: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by_id: UUID | None = Field(default=None, foreign_key="person.id")
