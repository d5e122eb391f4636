"""Mails to people of the consortium about what was said: each says why it came, in the language of whoever gets it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.core.words import pick
from app.mail.rendering import render_mail
from app.mail.service import queue_mail
from app.people.models import Person


def tell(
    session: Session,
    kind: str,
    person: Person,
    about: tuple[Initiative, InitiativeVersion],
    *,
    url: str,
    about_id: UUID,
    values: Mapping[str, Any],
) -> None:
    """Promise one mail of a kind, unless the person's account is closed."""
    initiative, version = about
    if person.disabled_at is not None:
        return
    title = pick(version.title, person.language)
    texts = render_mail(
        kind,
        person.language,
        {"code": initiative.external_id, "title": title, "url": url, "name": person.name, **values},
    )
    queue_mail(
        session,
        kind=kind,
        recipient=person.email,
        subject=texts.subject,
        body=texts.body,
        about_id=about_id,
        consortium_id=initiative.consortium_id,
    )
