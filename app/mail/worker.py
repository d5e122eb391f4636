"""Taking due mails from the outbox, one at a time, so that several workers share the work."""

from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.core.clock import now
from app.core.db import for_writing
from app.core.settings import Settings
from app.mail.models import OutboxMessage
from app.mail.rules import MOST_ATTEMPTS, pause_after
from app.mail.sender import NotSent, send


def send_due(engine: Engine, settings: Settings) -> int:
    """Send what is due; returns how many mails left. Without a mail server they stay, to be read in the outbox."""
    count = 0
    while settings.smtp_url and (message := _claim(engine)) is not None:
        problem: NotSent | None = None
        try:
            send(message, settings)
        except NotSent as failure:
            problem = failure
        _note(engine, message.id, problem)
        count += problem is None
    return count


def _claim(engine: Engine) -> OutboxMessage | None:
    # claimed by putting it off: no lock is held while the mail is on its way. Were this process to die
    # in between, the mail goes out again after the pause, under the same Message-ID
    with Session(for_writing(engine), expire_on_commit=False) as session, session.begin():
        message = session.exec(
            select(OutboxMessage)
            .where(
                col(OutboxMessage.sent_at).is_(None),
                col(OutboxMessage.failed_at).is_(None),
                OutboxMessage.due_at <= now(),
            )
            .order_by(col(OutboxMessage.due_at))
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if message:
            message.attempts += 1
            message.due_at = now() + pause_after(message.attempts)
        return message


def _note(engine: Engine, key: UUID, problem: NotSent | None) -> None:
    with Session(for_writing(engine)) as session, session.begin():
        message = session.get_one(OutboxMessage, key)
        message.problem = str(problem) if problem else ""
        if problem is None:
            message.sent_at = now()
        elif problem.is_final or message.attempts >= MOST_ATTEMPTS:
            message.failed_at = now()
        if message.sent_at or message.failed_at:
            message.recipient = message.subject = message.body = message.html = message.stop_url = ""
