"""The outbox in the browser."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from app.auth.guard import permitted
from app.mail.queries import count_messages, list_messages
from app.mail.reasons import in_words
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.language import language_of
from app.web.templating import render

router = APIRouter(tags=["mail"])


@router.get("/outbox")
def outbox_page(request: Request, session: SessionDep, actor: Annotated[Actor, permitted("outbox.read")]) -> Response:
    """Which mails wait, left or failed. What they say is shown only where no mail server takes them."""
    settings = request.app.state.settings
    return render(
        request,
        "mail/outbox.html",
        counts=count_messages(session),
        messages=[
            (message, in_words(message.problem, language_of(request)))
            for message in list_messages(session, actor.consortium_id)
        ],
        is_readable=not settings.smtp_url and not settings.is_production,
    )
