"""Reads of the outbox."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, func, or_, select

from app.mail.models import OutboxMessage


def count_messages(session: Session) -> dict[str, int]:
    """How many mails are queued, sent and failed."""
    wanted = select(func.count()).select_from(OutboxMessage)
    is_sent, is_failed = col(OutboxMessage.sent_at).is_not(None), col(OutboxMessage.failed_at).is_not(None)
    return {
        "queued": session.exec(wanted.where(~is_sent, ~is_failed)).one(),
        "sent": session.exec(wanted.where(is_sent)).one(),
        "failed": session.exec(wanted.where(is_failed)).one(),
    }


def list_problems(session: Session) -> Sequence[tuple[str, int]]:
    """Why mails failed or wait, with how many for each reason."""
    wanted = select(OutboxMessage.problem, func.count()).where(OutboxMessage.problem != "")
    return session.exec(wanted.group_by(col(OutboxMessage.problem)).order_by(col(OutboxMessage.problem))).all()


def list_messages(session: Session, consortium_id: UUID, *, most: int = 200) -> Sequence[OutboxMessage]:
    """The newest mails that belong to a consortium or to nobody in particular."""
    wanted = select(OutboxMessage).where(
        or_(col(OutboxMessage.consortium_id).is_(None), OutboxMessage.consortium_id == consortium_id)
    )
    return session.exec(wanted.order_by(col(OutboxMessage.created_at).desc()).limit(most)).all()
