"""Taking due mails from the outbox, a few at a time, so that several workers share the work."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session, col, select, update

from app.core.clock import now
from app.core.db import for_writing
from app.core.settings import Settings
from app.mail.models import OutboxMessage
from app.mail.rules import MOST_ATTEMPTS, pause_after
from app.mail.sender import Connection, NotSent

BATCH = 50
"""How many mails go over one connection."""

CLAIM_LASTS = timedelta(minutes=5)
BATCH_LASTS = timedelta(minutes=2)
"""A slow batch gives the rest back in time: the claim outlives it by more than connecting and one mail may take."""


def send_due(engine: Engine, settings: Settings) -> int:
    """Send what is due; returns how many mails left. Without a mail server they stay, to be read in the outbox.

    It ends early when the server is away: then the next mail would fare no better.
    """
    count = 0
    while settings.smtp_url and (batch := claim_batch(engine)):
        sent, is_server_gone = send_batch(engine, settings, batch)
        count += sent
        if is_server_gone:
            break
    return count


def send_batch(engine: Engine, settings: Settings, batch: Sequence[OutboxMessage]) -> tuple[int, bool]:
    """Send what was claimed over one connection; returns how many left, and whether the server is away."""
    count, began = 0, now()
    with Connection(settings) as connection:
        for place, message in enumerate(batch):
            if now() - began > BATCH_LASTS:
                _give_back(engine, batch[place:], "", now())
                break
            problem: NotSent | None = None
            try:
                connection.send(message)
            except NotSent as failure:
                problem = failure
            # one by one: a worker that dies here leaves at most one mail sent and not noted
            _note(engine, message.id, problem)
            count += problem is None
            if problem and problem.is_server_gone:
                _give_back(engine, batch[place + 1 :], str(problem), now() + pause_after(1))
                return count, True
    return count, False


def claim_batch(engine: Engine) -> Sequence[OutboxMessage]:
    """The next mails that are due, put off so that no other worker takes them."""
    # claimed by putting them off: no lock is held while mails are on their way. Were this process to die
    # in between, they go out after that time, a mail already taken again under the same Message-ID
    with Session(for_writing(engine), expire_on_commit=False) as session, session.begin():
        messages = session.exec(
            select(OutboxMessage)
            .where(
                col(OutboxMessage.sent_at).is_(None),
                col(OutboxMessage.failed_at).is_(None),
                OutboxMessage.due_at <= now(),
            )
            .order_by(col(OutboxMessage.due_at))
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        for message in messages:
            message.attempts += 1
            message.due_at = now() + CLAIM_LASTS
        return messages


def _note(engine: Engine, key: UUID, problem: NotSent | None) -> None:
    with Session(for_writing(engine)) as session, session.begin():
        message = session.get(OutboxMessage, key)
        if message is None:
            # whoever it was for has been erased meanwhile
            return
        message.problem = str(problem) if problem else ""
        if problem is None:
            message.sent_at = now()
        elif problem.is_final or message.attempts >= MOST_ATTEMPTS:
            message.failed_at = now()
        else:
            message.due_at = now() + pause_after(message.attempts)
        if message.sent_at or message.failed_at:
            message.recipient = message.subject = message.body = message.html = message.stop_url = ""


def _give_back(engine: Engine, rest: Sequence[OutboxMessage], problem: str, due_at: datetime) -> None:
    """Claim them no longer: they were not tried."""
    keys = [message.id for message in rest]
    with Session(for_writing(engine)) as session, session.begin():
        session.exec(
            update(OutboxMessage)
            .where(col(OutboxMessage.id).in_(keys))
            .values(attempts=OutboxMessage.attempts - 1, due_at=due_at, problem=problem)
        )
