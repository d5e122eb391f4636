"""The disclosure list of a survey, and the addresses that want to be told."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core.db import Row, UtcDateTime


class ResultsRelease(Row, table=True):
    """What everybody may read of a survey's results: these parts of these rounds, from this day on, and nothing else.

    While `withdrawn_at` is set nothing is public. `mailed_questions` are the questions whose addresses were mailed.
    """

    survey_id: UUID = Field(foreign_key="survey.id", unique=True)
    parts: list[str] = Field(sa_type=JSON)
    rounds: list[int] = Field(sa_type=JSON)
    public_from: date
    released_at: datetime = Field(sa_type=UtcDateTime)
    released_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withdrawn_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    withdrawn_because: str = ""
    mailed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    mailed_questions: list[str] = Field(default_factory=list, sa_type=JSON)
    revision: int = 0


class ResultsRequest(Row, table=True):
    """An address that wants the results by mail, apart from all answers: no day, no person.

    All of a survey's are written anew in alphabetical order whenever one is added. `language` is kept only where at
    least the minimum group answered in it. The row goes once its mail is promised (decision 31).
    """

    __table_args__ = (UniqueConstraint("survey_id", "address"),)

    survey_id: UUID = Field(foreign_key="survey.id")
    address: str
    language: str
