"""Reads of texts of one's own."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from app.surveys.mails.models import MailText


def find_mail_text(session: Session, survey_id: UUID, kind: str, language: str) -> MailText | None:
    """The text that replaces the interface's words, if there is one."""
    wanted = select(MailText).where(MailText.survey_id == survey_id, MailText.kind == kind)
    return session.exec(wanted.where(MailText.language == language)).first()


def list_mail_texts(session: Session, survey_id: UUID) -> Sequence[MailText]:
    """All of a survey's own texts, by kind and language."""
    wanted = select(MailText).where(MailText.survey_id == survey_id)
    return session.exec(wanted.order_by(col(MailText.kind), col(MailText.language))).all()
