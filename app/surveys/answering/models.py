"""Respondents, their responses and answers. Days are kept, never times: a time would tell who answered."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core.db import Row, Table


class ConsentText(Row, table=True):
    """What somebody agreed to: the words as they were shown, by survey, language and version."""

    __table_args__ = (UniqueConstraint("survey_id", "language", "version"),)

    survey_id: UUID = Field(foreign_key="survey.id")
    language: str
    version: int
    text: str
    first_shown_on: date


class Respondent(Row, table=True):
    """One person in one survey, under a code. Tokens that open their answers are kept as hashes.

    Somebody invited answers under a token made from that of their invitation with a key that is not in the database,
    so the two rows share nothing. `invitation_id` is kept in confidential surveys only, while a round is open: then
    those who have not answered can be reminded.
    """

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
    second_token_hash: str | None = Field(default=None, unique=True)
    idempotency_key: str | None = None
    idempotency_digest: str | None = None
    consent_text_id: UUID | None = Field(default=None, foreign_key="consent_text.id", index=True)
    begun_on: date


class Response(Row, table=True):
    """The answers of one respondent in one round; `item_codes` are what they are asked, in order, None for all."""

    __table_args__ = (UniqueConstraint("respondent_id", "round_id"),)

    respondent_id: UUID = Field(foreign_key="respondent.id")
    round_id: UUID = Field(foreign_key="round.id", index=True)
    begun_on: date
    submitted_on: date | None = None
    receipt_hash: str | None = Field(default=None, unique=True)
    item_codes: list[str] | None = Field(default=None, sa_type=JSON)


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
    saved_on: date


class KeptAddress(Row, table=True):
    """An e-mail address somebody left in a survey, apart from all answers: no day, no person, nothing that joins them.

    The addresses of a question are written anew in alphabetical order whenever one is added, so that not even the order
    of the rows tells who left which (decision 16).
    """

    __table_args__ = (UniqueConstraint("survey_id", "question", "address"),)

    survey_id: UUID = Field(foreign_key="survey.id")
    question: str
    address: str


class MinutesCount(Table, table=True):
    """How many sent their answers so many whole minutes after they began, in one round: nobody's row, and no moment.

    The moment of beginning is known to their own browser only (decision 23).
    """

    round_id: UUID = Field(foreign_key="round.id", primary_key=True)
    minutes: int = Field(primary_key=True)
    count: int


class PointCount(Table, table=True):
    """How often a point was given in a round, by answer and helix: the sum over slots, each of which may be negative.

    Every process that writes answers counts in a slot of its own, so that no two wait for the same row (decision 48).
    """

    round_id: UUID = Field(foreign_key="round.id", primary_key=True)
    code: str = Field(primary_key=True)
    helix: str = Field(primary_key=True)
    point: int = Field(primary_key=True)
    slot: int = Field(primary_key=True)
    count: int


class Recount(Table, table=True):
    """What comparing the counts with the answers found on a day: of how many counts how many differed."""

    day: date = Field(primary_key=True)
    compared: int
    differing: int
