"""Workshops and interviews, and what each said of initiatives in the version that was shown."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core.db import Row


class Workshop(Row, table=True):
    """A meeting on initiatives: how many people of which group came, and how many dots each could give.

    `organisation_id` is the partner who held it, None for the consortium.
    """

    consortium_id: UUID = Field(foreign_key="consortium.id", index=True)
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    title: str
    held_on: date
    place: str = ""
    language: str
    dots_each: int
    participants: dict[str, int] = Field(sa_type=JSON)
    notes: str = ""
    revision: int = 1


class WorkshopVote(Row, table=True):
    """What a workshop gave one initiative: dots, by group where they were counted so, and a change it proposed.

    The change is noted, taken up, or not taken up because of a reason.
    """

    __table_args__ = (UniqueConstraint("workshop_id", "initiative_id"),)

    workshop_id: UUID = Field(foreign_key="workshop.id")
    initiative_id: UUID = Field(foreign_key="initiative.id", index=True)
    version_id: UUID = Field(foreign_key="initiative_version.id")
    dots: int | None = None
    dots_by_helix: dict[str, int] | None = Field(default=None, sa_type=JSON)
    change: str = ""
    fate: str = "noted"
    because: str = ""


class Interview(Row, table=True):
    """A talk with somebody whose opinion counts. The name, if any, and the role are for those who hold it only.

    Its words are quoted only when that was agreed, and not before the day until which it was asked to wait.
    """

    consortium_id: UUID = Field(foreign_key="consortium.id", index=True)
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    held_on: date
    helix: str
    role: str
    name: str = ""
    topic: str = ""
    is_quotable: bool = False
    embargo_until: date | None = None
    revision: int = 1


class InterviewStance(Row, table=True):
    """Where somebody interviewed stands on one initiative, empty until noted, and what they said of it."""

    __table_args__ = (UniqueConstraint("interview_id", "initiative_id"),)

    interview_id: UUID = Field(foreign_key="interview.id")
    initiative_id: UUID = Field(foreign_key="initiative.id", index=True)
    version_id: UUID = Field(foreign_key="initiative_version.id")
    stance: str = ""
    statement: str = ""


class StanceState(Row, table=True):
    """What is shown of the stances on one initiative; it moves on when five interviews or more have changed.

    `counted` holds group and stance by the key of the interview, `shown` and `lost` are groups as in the rule.
    """

    initiative_id: UUID = Field(foreign_key="initiative.id", unique=True)
    counted: dict[str, Any] = Field(sa_type=JSON)
    shown: list[str] = Field(sa_type=JSON)
    lost: list[str] = Field(sa_type=JSON)
