"""Promising a mail."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.core.clock import now
from app.core.errors import Invalid
from app.mail.models import OutboxMessage
from app.people.rules import is_address, is_plain_line


def queue_mail(
    session: Session,
    *,
    kind: str,
    recipient: str,
    subject: str,
    body: str,
    html: str = "",
    stop_url: str = "",
    about_id: UUID | None = None,
    consortium_id: UUID | None = None,
    due_at: datetime | None = None,
) -> OutboxMessage:
    """Promise a mail in the transaction of the act: an act that is undone sends nothing.

    Raises Invalid for an address or subject that could smuggle in a header.
    """
    if not is_address(recipient) or not is_plain_line(subject):
        raise Invalid("Enter an e-mail address such as name@example.org.")
    message = OutboxMessage(
        consortium_id=consortium_id,
        kind=kind,
        recipient=recipient,
        subject=subject,
        body=body,
        html=html,
        stop_url=stop_url,
        about_id=about_id,
        created_at=now(),
        due_at=due_at or now(),
    )
    session.add(message)
    session.flush()
    return message
