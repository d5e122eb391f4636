"""What a closed round said, frozen."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field

from app.core.db import Row, UtcDateTime


class Snapshot(Row, table=True):
    """The results of one round, computed once at its closing.

    `analysis` holds every figure and stays inside; `findings` holds what may be shown, and is
    all that pages, files and the API ever read. `sha256` is the hash of the findings.
    """

    survey_id: UUID = Field(foreign_key="survey.id", index=True)
    round_id: UUID = Field(foreign_key="round.id", unique=True)
    round_number: int
    analysis: dict[str, Any] = Field(sa_type=JSON)
    findings: dict[str, Any] = Field(sa_type=JSON)
    sha256: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class RankBasis(Row, table=True):
    """What a ranking under any weights needs of a snapshot (`basis.py`); it stays inside, like the analysis."""

    snapshot_id: UUID = Field(foreign_key="snapshot.id", unique=True)
    content: dict[str, Any] = Field(sa_type=JSON)
