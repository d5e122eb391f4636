"""Proposals, who sent them as long as that is needed, what others think of them, and the wall they stand on."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core.db import Row, UtcDateTime
from app.core.words import Words


class IdeasWall(Row, table=True):
    """The public page on which a consortium takes proposals; it is there while `opened_at` is set.

    `reader` says who reads what is sent, `answer_days` how soon.
    """

    consortium_id: UUID = Field(foreign_key="consortium.id", unique=True)
    slug: str = Field(unique=True)
    introduction: Words = Field(default_factory=dict, sa_type=JSON)
    reader: str = ""
    answer_days: int = 28
    revision: int = 0
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    opened_by_id: UUID | None = Field(default=None, foreign_key="person.id")


class Proposal(Row, table=True):
    """A proposal and what became of it. It names nobody but who asked to be named; its day is kept, no time.

    `belongs_to_id` is the initiative that its author takes it to be part of. `exchanges` are questions to the author,
    each with the answer. It stands on the wall while `shown_on` is set.
    """

    __table_args__ = (UniqueConstraint("consortium_id", "number"),)

    consortium_id: UUID = Field(foreign_key="consortium.id")
    number: int
    key: str = Field(unique=True)
    language: str
    title: str
    summary: str
    first_step: str = ""
    helix: str = ""
    author_name: str = ""
    belongs_to_id: UUID | None = Field(default=None, foreign_key="initiative.id")
    created_on: date
    state: str = "waiting"
    because: str = ""
    exchanges: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    initiative_id: UUID | None = Field(default=None, foreign_key="initiative.id", index=True)
    merged_into_id: UUID | None = Field(default=None, foreign_key="proposal.id", index=True)
    judged_on: date | None = None
    judged_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    shown_on: date | None = None
    shown_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    revision: int = 0

    @property
    def organisation_id(self) -> UUID | None:
        """A proposal is the whole consortium's."""
        return None


class ProposalAuthor(Row, table=True):
    """Whom to tell what becomes of a proposal, apart from it and only so long: an account, or a sealed address.

    `address_hash` finds it when that address is to be erased; `delete_on` is set once the outcome is told.
    """

    proposal_id: UUID = Field(foreign_key="proposal.id", unique=True)
    person_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    sealed_address: str = ""
    address_hash: str = Field(default="", index=True)
    language: str
    answer_token_hash: str | None = Field(default=None, unique=True)
    delete_on: date | None = None


class Stance(Row, table=True):
    """That somebody supports a proposal or opposes it, once an address; no day and no order."""

    __table_args__ = (UniqueConstraint("proposal_id", "voter"),)

    proposal_id: UUID = Field(foreign_key="proposal.id")
    voter: str = Field(index=True)
    is_for: bool
    because: str = ""


class UnconfirmedSending(Row, table=True):
    """A proposal or a voice that waits for the click in a mail; without it, it is deleted and nobody has read it."""

    consortium_id: UUID = Field(foreign_key="consortium.id")
    key: str = Field(unique=True)
    token_hash: str = Field(unique=True)
    content: dict[str, Any] = Field(sa_type=JSON)
    sealed_address: str
    address_hash: str = Field(index=True)
    language: str
    expires_on: date
