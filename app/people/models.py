"""Consortia, their organisations, people, and what each person may be in each."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core.db import Row, UtcDateTime


class Consortium(Row, table=True):
    """Organisations that plan together. Nothing of one consortium is seen from another."""

    name: str = Field(unique=True)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Organisation(Row, table=True):
    """A partner of the consortium or another organisation, with its helix and regions.

    `region` is the main NUTS code, empty for none; codes mean what `nuts_edition` says, such as 2024. `code` is the
    short name under which initiatives name it, where it has one.
    """

    __table_args__ = (UniqueConstraint("consortium_id", "name"),)

    consortium_id: UUID = Field(foreign_key="consortium.id")
    name: str
    helix: str
    is_partner: bool = False
    region: str = ""
    further_regions: list[str] = Field(default_factory=list, sa_type=JSON)
    nuts_edition: str = ""
    code: str = ""


class Person(Row, table=True):
    """Somebody with an account: runs surveys, reads results, decides."""

    name: str
    email: str = Field(unique=True)
    language: str = "en"
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Membership(Row, table=True):
    """A role of a person: in the whole consortium, or in one of its partners only."""

    __table_args__ = (UniqueConstraint("person_id", "consortium_id", "organisation_id"),)

    person_id: UUID = Field(foreign_key="person.id")
    consortium_id: UUID = Field(foreign_key="consortium.id", index=True)
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    role: str
