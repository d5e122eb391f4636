"""Opinion groups, frozen."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field

from app.core.db import Row


class OpinionSnapshot(Row, table=True):
    """The opinion groups of one closed round, found once; `findings` is all that may be shown, `sha256` its hash."""

    survey_id: UUID = Field(foreign_key="survey.id", index=True)
    round_id: UUID = Field(foreign_key="round.id", unique=True)
    round_number: int
    findings: dict[str, Any] = Field(sa_type=JSON)
    sha256: str


class WallOpinions(Row, table=True):
    """The opinion groups of support and opposition on a consortium's ideas wall, found once, after it was closed."""

    consortium_id: UUID = Field(foreign_key="consortium.id", unique=True)
    found_on: date
    findings: dict[str, Any] = Field(sa_type=JSON)
    sha256: str
