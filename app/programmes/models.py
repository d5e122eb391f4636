"""Programmes with their versions, and how a partner's files name what they hold."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core.db import Row, UtcDateTime


class Programme(Row, table=True):
    """A service or programme of a partner (`organisation_id`); `code` names it in the whole consortium.

    `revision` is the number of the version that counts.
    """

    __table_args__ = (UniqueConstraint("consortium_id", "code"),)

    consortium_id: UUID = Field(foreign_key="consortium.id")
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    code: str
    revision: int = 1


class ProgrammeVersion(Row, table=True):
    """What a programme is, in comparable fields; what is not known is None or empty, never 0. Never edited.

    A cost that is known as a range ends at `annual_cost_eur_high`; `satisfaction_asked` is how many said how satisfied
    they are. `file` and `row` say where a version was read, if it was.
    """

    __table_args__ = (UniqueConstraint("programme_id", "number"),)

    programme_id: UUID = Field(foreign_key="programme.id")
    number: int
    name: str
    category: str
    description: str = ""
    target_groups: list[str] = Field(default_factory=list, sa_type=JSON)
    delivery_mode: str = ""
    frequency: str = ""
    geographic_reach: str = ""
    fee_model: str = ""
    participants_last_year: int | None = None
    capacity_per_year: int | None = None
    years_running: int | None = None
    staff_fte: float | None = None
    annual_cost_eur: int | None = None
    annual_cost_eur_high: int | None = None
    main_funding: str = ""
    satisfaction_0_10: float | None = None
    satisfaction_asked: int | None = None
    main_result_metric: str = ""
    main_result_value: float | None = None
    evidence_level: str = ""
    open_to_other_regions: bool | None = None
    transferability_1_5: int | None = None
    because: str = ""
    file: str = ""
    row: int = 0
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by_id: UUID | None = Field(default=None, foreign_key="person.id")


class ProgrammeMapping(Row, table=True):
    """How the files of a partner name the fields and their values, kept with its last import for the next."""

    organisation_id: UUID = Field(foreign_key="organisation.id", unique=True)
    content: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    kept_at: datetime = Field(sa_type=UtcDateTime)
