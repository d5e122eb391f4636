"""Plans that others may read and comment on, the votes of partners, and the editions that were adopted."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core.db import Row, UtcDateTime


class PlanShare(Row, table=True):
    """A link by which whoever has it reads one draft of a scenario and comments on it, until `expires_on` or its end.

    `content` is the plan as it was when it was shared (`innaxe-plan/1`), `label` says whom the link is for. Neither
    the token nor the key of the form, from which it is made, is kept: only a hash of each.
    """

    __table_args__ = (UniqueConstraint("token_hash"), UniqueConstraint("shared_by_id", "form_key"))

    plan_id: UUID = Field(foreign_key="plan.id", index=True)
    scenario_id: UUID = Field(foreign_key="scenario.id")
    draft_number: int
    label: str = ""
    content: dict[str, Any] = Field(sa_type=JSON)
    token_hash: str
    expires_on: date
    form_key: str
    shared_at: datetime = Field(sa_type=UtcDateTime)
    shared_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    ended_on: date | None = None


class PlanComment(Row, table=True):
    """What a reader of a shared plan wrote about it, or about one of its initiatives when `item_code` is given.

    `name` is how they wanted to be called, empty for nobody in particular; only the day is kept. `answer` is what the
    consortium says to it. A hidden comment is kept, and shown to nobody but those who hide.
    """

    __table_args__ = (UniqueConstraint("share_id", "form_key"),)

    share_id: UUID = Field(foreign_key="plan_share.id")
    item_code: str = ""
    name: str = ""
    text: str
    form_key: str
    written_on: date
    answer: str = ""
    answered_on: date | None = None
    answered_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    is_hidden: bool = False
    revision: int = 1


class PlanBallot(Row, table=True):
    """A vote of the partners on one draft of a scenario: open until it is adopted, or given up.

    `number` counts the ballots of a plan, `revision` the votes given and changed. `decision` is empty until it ends;
    then it says what was decided, why, and how partners had voted. It names partners and no people.
    """

    __table_args__ = (UniqueConstraint("plan_id", "number"), UniqueConstraint("opened_by_id", "form_key"))

    plan_id: UUID = Field(foreign_key="plan.id")
    scenario_id: UUID = Field(foreign_key="scenario.id")
    number: int
    draft_number: int
    content: dict[str, Any] = Field(sa_type=JSON)
    content_sha256: str
    form_key: str
    revision: int = 1
    opened_at: datetime = Field(sa_type=UtcDateTime)
    opened_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    outcome: str = ""
    decision: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_by_id: UUID | None = Field(default=None, foreign_key="person.id")


class PlanVote(Row, table=True):
    """How a partner votes on a plan: "yes", "no" or "abstained", with words; the last one given counts.

    `is_recorded` says that those who lead the consortium wrote down what they knew of the partner.
    """

    __table_args__ = (UniqueConstraint("ballot_id", "organisation_id"),)

    ballot_id: UUID = Field(foreign_key="plan_ballot.id")
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    vote: str
    words: str = ""
    is_recorded: bool = False
    revision: int = 1
    given_at: datetime = Field(sa_type=UtcDateTime)
    given_by_id: UUID | None = Field(default=None, foreign_key="person.id")


class PlanInterest(Row, table=True):
    """That somebody took part in ending a ballot: the interest they declared, empty for none, and if they abstained."""

    __table_args__ = (UniqueConstraint("ballot_id", "person_id"),)

    ballot_id: UUID = Field(foreign_key="plan_ballot.id")
    person_id: UUID = Field(foreign_key="person.id", index=True)
    interest: str = ""
    has_abstained: bool = False


class PlanEdition(Row, table=True):
    """An adopted plan, frozen: `content` is `innaxe-plan/1`, `decision` that of its ballot. Added, never changed."""

    __table_args__ = (UniqueConstraint("plan_id", "number"), UniqueConstraint("ballot_id"))

    plan_id: UUID = Field(foreign_key="plan.id")
    number: int
    ballot_id: UUID = Field(foreign_key="plan_ballot.id")
    content: dict[str, Any] = Field(sa_type=JSON)
    content_sha256: str
    decision: dict[str, Any] = Field(sa_type=JSON)
    adopted_at: datetime = Field(sa_type=UtcDateTime)
    adopted_by_id: UUID | None = Field(default=None, foreign_key="person.id")
