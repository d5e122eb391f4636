"""Texts of one's own."""

from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.core.db import Row


class MailText(Row, table=True):
    """What one kind of mail says in one language instead of the interface's words: plain text with placeholders."""

    __table_args__ = (UniqueConstraint("survey_id", "kind", "language"),)

    survey_id: UUID = Field(foreign_key="survey.id")
    kind: str
    language: str
    subject: str
    opening: str
