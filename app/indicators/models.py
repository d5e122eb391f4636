"""Indicators with their versions, what partners think of them, and what was read of regions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.core.db import Row, UtcDateTime


class Indicator(Row, table=True):
    """Something measured of regions. `organisation_id` is the partner who looks after it; `revision` its version."""

    __table_args__ = (UniqueConstraint("consortium_id", "code"),)

    consortium_id: UUID = Field(foreign_key="consortium.id")
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id")
    code: str
    revision: int = 1


class IndicatorVersion(Row, table=True):
    """What an indicator means. Never edited: a change is a version more, which partners are asked about anew."""

    __table_args__ = (UniqueConstraint("indicator_id", "number"),)

    indicator_id: UUID = Field(foreign_key="indicator.id")
    number: int
    name: str
    dimension: str = ""
    unit: str
    direction: str
    definition: str = ""
    source: str = ""
    source_url: str = ""
    territory_rule: str = ""
    because: str = ""
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by_id: UUID | None = Field(default=None, foreign_key="person.id")


class IndicatorStand(Row, table=True):
    """Whether a partner agrees with a version of an indicator, and why. Added, never edited: the newest counts."""

    __table_args__ = (UniqueConstraint("version_id", "organisation_id", "number"),)

    version_id: UUID = Field(foreign_key="indicator_version.id")
    organisation_id: UUID = Field(foreign_key="organisation.id")
    number: int
    agrees: bool
    words: str = ""
    said_at: datetime = Field(sa_type=UtcDateTime)
    said_by_id: UUID | None = Field(default=None, foreign_key="person.id")


class RegionReading(Row, table=True):
    """What an indicator was in a region and a year. Added, never edited: of several the newest `number` counts.

    `region` is a partner's code or a NUTS code; `nuts_code` the territory it was measured in, which `territory` sees
    from the region. Without a value the status is missing.
    """

    __table_args__ = (UniqueConstraint("indicator_id", "region", "year", "number"),)

    indicator_id: UUID = Field(foreign_key="indicator.id")
    version: int
    region: str
    territory: str
    nuts_code: str
    nuts_edition: str
    year: int
    number: int
    value: float | None = None
    status: str
    flags: str = ""
    source: str = ""
    note: str = ""
    file: str = ""
    row: int = 0
    added_at: datetime = Field(sa_type=UtcDateTime)
    added_by_id: UUID | None = Field(default=None, foreign_key="person.id")
