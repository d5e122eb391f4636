"""From an address typed on the sign-in page to a mail, out of sight of whoever typed it."""

from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select

from app.auth.models import SignInRequest
from app.auth.service import LINK_LASTS, make_sign_in_link
from app.core.clock import now
from app.core.db import for_writing
from app.core.settings import Settings
from app.mail.rendering import render_mail
from app.mail.service import queue_mail
from app.people.queries import find_actor, find_person_by_email


def answer_requests(engine: Engine, settings: Settings) -> int:
    """Promise a mail with a link to every address that has an account; the others get none. Returns how many."""
    count = 0
    with Session(for_writing(engine)) as session, session.begin():
        wanted = select(SignInRequest).order_by(col(SignInRequest.created_at))
        requests = session.exec(wanted.with_for_update(skip_locked=True)).all()
        for request in requests:
            person = find_person_by_email(session, request.email)
            is_current = request.created_at > now() - LINK_LASTS
            if is_current and person and person.disabled_at is None and find_actor(session, person):
                token = make_sign_in_link(session, person, browser_hash=request.browser_hash)
                subject, body = sign_in_mail(request.language, f"{settings.address}/login/{token}")
                queue_mail(session, kind="sign_in", recipient=person.email, subject=subject, body=body)
                count += 1
        # with its address the request is of no further use
        session.exec(delete(SignInRequest).where(col(SignInRequest.id).in_([request.id for request in requests])))
    return count


def sign_in_mail(language: str, url: str) -> tuple[str, str]:
    """Subject and text of the mail."""
    texts = render_mail("sign_in", language, {"url": url, "minutes": int(LINK_LASTS.total_seconds() // 60)})
    return texts.subject, texts.body
