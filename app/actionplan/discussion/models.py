"""What people said about initiatives, what was proposed, and what was answered."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core.db import Row, UtcDateTime
from app.core.words import Words


class Comment(Row, table=True):
    """What somebody said about an initiative, about a part of it, or to another comment.

    `place` is a key of `rules`; `passage` quotes the words it is about, as they stand in the version it was written
    on; `answers_id` is the comment that it answers, which answers none itself. A withdrawn comment has no words.
    """

    __table_args__ = (UniqueConstraint("written_by_id", "form_key"),)

    consortium_id: UUID = Field(foreign_key="consortium.id")
    initiative_id: UUID = Field(foreign_key="initiative.id", index=True)
    version_id: UUID = Field(foreign_key="initiative_version.id")
    answers_id: UUID | None = Field(default=None, foreign_key="comment.id", index=True)
    place: str
    passage: str = ""
    text: str
    may_quote: bool = False
    form_key: str
    written_at: datetime = Field(sa_type=UtcDateTime)
    written_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    assigned_to_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    due_on: date | None = None
    revision: int = 0


class Mention(Row, table=True):
    """That a comment turns to somebody."""

    __table_args__ = (UniqueConstraint("comment_id", "person_id"),)

    comment_id: UUID = Field(foreign_key="comment.id")
    person_id: UUID = Field(foreign_key="person.id", index=True)


class Amendment(Row, table=True):
    """Other words proposed for a text of an initiative, or for a passage of it, and what was decided.

    `before` are the words it would replace, as they stand in the version it was written on; `decision` is empty while
    it waits; `words_taken` are those that came into the text, with `made_version_id`.
    """

    __table_args__ = (UniqueConstraint("written_by_id", "form_key"), UniqueConstraint("initiative_id", "number"))

    consortium_id: UUID = Field(foreign_key="consortium.id")
    initiative_id: UUID = Field(foreign_key="initiative.id", index=True)
    version_id: UUID = Field(foreign_key="initiative_version.id")
    number: int
    place: str
    before: str
    after: str
    because: str
    may_name: bool = False
    may_quote: bool = False
    form_key: str
    written_at: datetime = Field(sa_type=UtcDateTime)
    written_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decision: str = ""
    words_taken: str = ""
    decided_because: str = ""
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    made_version_id: UUID | None = Field(default=None, foreign_key="initiative_version.id")


class Reply(Row, table=True):
    """The answer to what somebody said: what was decided and why, for everybody to read once the page is open.

    `kind` and `said_id` name what is answered; it may be gone later, and the answer stays. `said` tells it in the
    words of whoever answers, unless `is_quote`.
    """

    __table_args__ = (UniqueConstraint("kind", "said_id"),)

    consortium_id: UUID = Field(foreign_key="consortium.id", index=True)
    initiative_id: UUID | None = Field(default=None, foreign_key="initiative.id", index=True)
    version_id: UUID | None = Field(default=None, foreign_key="initiative_version.id")
    kind: str
    said_id: UUID
    said: Words = Field(sa_type=JSON)
    is_quote: bool = False
    outcome: str
    text: Words = Field(sa_type=JSON)
    written_on: date
    written_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    revision: int = 0


class ReplyPage(Row, table=True):
    """Whether everybody may read what a consortium answered."""

    consortium_id: UUID = Field(foreign_key="consortium.id", unique=True)
    is_open: bool = False
