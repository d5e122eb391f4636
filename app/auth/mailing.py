"""From an address typed on the sign-in page to a mail, out of sight of whoever typed it."""

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select

from app.auth.models import SignInRequest
from app.auth.service import LINK_LASTS, make_sign_in_link
from app.core.catalogues import translations_for
from app.core.clock import now
from app.core.db import for_writing
from app.core.settings import Settings
from app.core.words import LANGUAGES
from app.mail.service import queue_mail
from app.people.queries import find_actor, find_person_by_email
from app.web.templating import TEMPLATES


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
    environment = _environment(language if language in LANGUAGES else "en")
    values = {"url": url, "minutes": int(LINK_LASTS.total_seconds() // 60)}
    subject = environment.get_template("sign_in/subject.txt").render(values)
    return subject.strip(), environment.get_template("sign_in/body.txt").render(values)


@cache
def _environment(language: str) -> Environment:
    environment = Environment(  # noqa: S701 -- plain text: an escaped sign would be a wrong sign
        loader=FileSystemLoader(TEMPLATES / "mail"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(translations_for(language), newstyle=True)  # pyright: ignore[reportAttributeAccessIssue] -- added by the extension
    return environment
