"""Result chains of programmes, their versions, and what people say a programme contributed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.core.db import Row, UtcDateTime


class ResultChain(Row, table=True):
    """A way from a programme to a dimension; `organisation_id` is its partner, `revision` the version that counts."""

    __table_args__ = (UniqueConstraint("programme_id", "number"),)

    consortium_id: UUID = Field(foreign_key="consortium.id", index=True)
    organisation_id: UUID = Field(foreign_key="organisation.id")
    programme_id: UUID = Field(foreign_key="programme.id")
    number: int
    revision: int = 1


class ResultChainVersion(Row, table=True):
    """What a chain says, each link with its evidence and source. Never edited: a change is a version more.

    `indicator` is the code of one that the outcome is linked to, empty for none; `begun_year` when the programme began
    to be meant to move it.
    """

    __table_args__ = (UniqueConstraint("chain_id", "number"),)

    chain_id: UUID = Field(foreign_key="result_chain.id")
    number: int
    output: str
    output_evidence: str
    output_source: str = ""
    outcome: str
    outcome_evidence: str
    outcome_source: str = ""
    dimension: str
    dimension_evidence: str
    dimension_source: str = ""
    indicator: str = ""
    begun_year: int | None = None
    because: str = ""
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by_id: UUID | None = Field(default=None, foreign_key="person.id")


class ContributionStatement(Row, table=True):
    """What somebody says a programme contributed, with the evidence they name. One taken back keeps no words."""

    __table_args__ = (UniqueConstraint("chain_id", "number"),)

    consortium_id: UUID = Field(foreign_key="consortium.id")
    organisation_id: UUID = Field(foreign_key="organisation.id")
    chain_id: UUID = Field(foreign_key="result_chain.id")
    number: int
    words: str
    evidence: str
    source: str = ""
    said_at: datetime = Field(sa_type=UtcDateTime)
    said_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withdrawn_by_id: UUID | None = Field(default=None, foreign_key="person.id")

    @property
    def owner_id(self) -> UUID | None:
        """Whoever said it."""
        return self.said_by_id
