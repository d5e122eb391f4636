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

    `organisation_id` is the partner whose it is, None when it is everybody's. `state` is that of its last step.
    `source_language` is the one it was written in, from which the others are translated.
    """

    __table_args__ = (UniqueConstraint("consortium_id", "external_id"),)

    consortium_id: UUID = Field(foreign_key="consortium.id")
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    external_id: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    state: str = "draft"
    source_language: str = "en"


class InitiativeStep(Row, table=True):
    """That an initiative was put into a state: when, by whom, and why. Steps are added, never changed."""

    __table_args__ = (UniqueConstraint("initiative_id", "number"),)

    initiative_id: UUID = Field(foreign_key="initiative.id")
    number: int
    state: str
    reason: str
    entered_at: datetime = Field(sa_type=UtcDateTime)
    entered_by_id: UUID | None = Field(default=None, foreign_key="person.id")


class InitiativeVersion(Row, table=True):
    """What an initiative said at one time. Versions are added, never changed.

    `note` says what it came from when it was not simply written. `contributors` are those who agreed to be named for
    it, each with a `name` and, when they have an account, a `person_id`. `marks` say of `title` and `summary` which
    languages are `outdated`, older than the original, or a `draft` that nobody has checked.
    """

    __table_args__ = (UniqueConstraint("initiative_id", "number"),)

    initiative_id: UUID = Field(foreign_key="initiative.id")
    number: int
    title: Words = Field(sa_type=JSON)
    summary: Words = Field(sa_type=JSON)
    content: dict[str, Any] = Field(sa_type=JSON)
    digest: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    note: str = ""
    contributors: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    marks: dict[str, dict[str, str]] = Field(default_factory=dict, sa_type=JSON)
