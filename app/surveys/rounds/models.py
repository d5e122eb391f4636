"""Rounds and invitations."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core.db import Row, UtcDateTime
from app.surveys.ideas.rules import IDEA_ROUND


class Round(Row, table=True):
    """One round of a survey.

    `feedback` is what the round before said, and `outcome` what this one will tell the next. It is made at the very
    closing: made later, it would differ from the published results by whoever withdrew in between.
    `item_codes` are the items it asks about, None for all; what it leaves out keeps the figures of the round before.
    After `closes_at` no answer is taken, whether the worker has closed the round yet or not.
    The round of ideas has number 0 and a `protocol` of its own: what it asks is fixed before the items are chosen.
    """

    __table_args__ = (UniqueConstraint("survey_id", "number"),)

    survey_id: UUID = Field(foreign_key="survey.id")
    number: int
    opened_at: datetime = Field(sa_type=UtcDateTime)
    opened_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    feedback: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    item_codes: list[str] | None = Field(default=None, sa_type=JSON)
    outcome: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    closes_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    protocol: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    protocol_sha256: str = ""

    @property
    def is_for_ideas(self) -> bool:
        """Whether it asks for ideas, and not for ratings."""
        return self.number == IDEA_ROUND


class RealtimeState(Row, table=True):
    """What a round in real time shows of one item, the same for everybody, until the next step.

    `counts` holds for each rating and helix the histogram that is `shown` and the one `waiting` to be shown next.
    """

    __table_args__ = (UniqueConstraint("round_id", "item"),)

    round_id: UUID = Field(foreign_key="round.id")
    item: str
    counts: dict[str, dict[str, dict[str, list[int]]]] = Field(default_factory=dict, sa_type=JSON)


class SharedReason(Row, table=True):
    """That the reason of a rating outside the middle half is shown in the next round, without a name.

    It holds no text: that stays with the answer, under the rating's `code` and ".why", and goes when it is withdrawn.
    `helix` is empty where so few of one gave reasons that naming it could tell who. Somebody hid it on `hidden_on`.
    `theme` is the short word under which those who run the survey put it.
    """

    __table_args__ = (UniqueConstraint("response_id", "code"),)

    round_id: UUID = Field(foreign_key="round.id", index=True)
    response_id: UUID = Field(foreign_key="response.id")
    code: str
    is_for: bool
    helix: str = ""
    hidden_on: date | None = None
    hidden_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    hidden_because: str = ""
    theme: str = ""


class LinkRequest(Row, table=True):
    """Somebody typed the address at which they were invited; the worker looks it up, and forgets it."""

    email: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class Invitation(Row, table=True):
    """A personal link for one address; the token is kept as a hash.

    `is_refused` says that the stop came with the refusal of all mails of the consortium, and goes with it.
    `last_day_on` says that they had begun and not finished, so it is forgotten with the link to their answers.

    In confidential surveys it is also kept sealed with the installation's key, until the last planned round has
    closed: without it nobody could be reminded, or asked again in the next round, under the link they have.
    """

    __table_args__ = (UniqueConstraint("survey_id", "email"),)

    survey_id: UUID = Field(foreign_key="survey.id")
    email: str
    token_hash: str = Field(unique=True)
    helix: str = ""
    region: str = ""
    language: str = ""
    name: str = ""
    sealed_token: str | None = None
    stop_hash: str | None = Field(default=None, unique=True)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reminded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reminders: int = 0
    last_day_on: date | None = None
    declined_on: date | None = None
    stopped_on: date | None = None
    is_refused: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)


class MailRefusal(Row, table=True):
    """Somebody wants no mails of any survey of a consortium; the address is a hash with the installation's key."""

    __table_args__ = (UniqueConstraint("consortium_id", "address_hash"),)

    consortium_id: UUID = Field(foreign_key="consortium.id")
    address_hash: str
    refused_on: date


class Suggestion(Row, table=True):
    """Somebody whom a person invited named to answer instead; deleted once the project has decided."""

    survey_id: UUID = Field(foreign_key="survey.id", index=True)
    invitation_id: UUID = Field(foreign_key="invitation.id", unique=True)
    email: str
    suggested_on: date
