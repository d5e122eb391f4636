"""Opinion groups, frozen."""

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
