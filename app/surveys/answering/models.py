"""Respondents, their responses and answers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core.db import Row, Table, UtcDateTime


class Respondent(Row, table=True):
    """One person in one survey, under a code. The token that opens their answers is kept as a hash."""

    __table_args__ = (
        UniqueConstraint("survey_id", "code"),
        UniqueConstraint("survey_id", "idempotency_key"),
    )

    survey_id: UUID = Field(foreign_key="survey.id")
    code: str
    helix: str
    region: str = ""
    language: str
    attributes: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    invitation_id: UUID | None = Field(default=None, foreign_key="invitation.id", unique=True)
    token_hash: str | None = Field(default=None, unique=True)
    idempotency_key: str | None = None
    idempotency_digest: str | None = None
    consented_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Response(Row, table=True):
    """The answers of one respondent in one round."""

    __table_args__ = (UniqueConstraint("respondent_id", "round_id"),)

    respondent_id: UUID = Field(foreign_key="respondent.id")
    round_id: UUID = Field(foreign_key="round.id", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    receipt: str | None = Field(default=None, unique=True)


class Answer(Table, table=True):
    """One answer: a point of the scale, an option, or a text. A rating without a point is "can't judge".

    `rev` counts its changes, so that a save repeated or overtaken can be told from a new one.
    """

    response_id: UUID = Field(foreign_key="response.id", primary_key=True)
    code: str = Field(primary_key=True)
    point: int | None = None
    choice: str | None = None
    text: str | None = None
    rev: int
    saved_at: datetime = Field(sa_type=UtcDateTime)
