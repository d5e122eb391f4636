"""What people write for the methods report of a survey."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.core.db import Row, UtcDateTime


class MethodsAnswer(Row, table=True):
    """What people say of one point of a methods report, in one language; empty once they have taken it out."""

    __table_args__ = (UniqueConstraint("survey_id", "point"),)

    survey_id: UUID = Field(foreign_key="survey.id", index=True)
    point: str
    text: str
    language: str
    revision: int = 1
    changed_at: datetime = Field(sa_type=UtcDateTime)
    changed_by_id: UUID | None = Field(default=None, foreign_key="person.id")
