"""The outbox."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from app.core.db import Row, UtcDateTime


class OutboxMessage(Row, table=True):
    """A promised mail. Address, subject and texts are wiped once it is sent or given up: links stand in them.

    `about_id` is what it is about, such as an invitation; `stop_url` takes the one click that ends such mails.
    """

    consortium_id: UUID | None = Field(default=None, foreign_key="consortium.id")
    kind: str
    recipient: str
    subject: str
    body: str
    html: str = ""
    stop_url: str = ""
    about_id: UUID | None = Field(default=None, index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime, index=True)
    attempts: int = 0
    problem: str = ""
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
