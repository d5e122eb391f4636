"""One mail to somebody invited: with their own link, and the address that ends such mails."""

from sqlmodel import Session

from app.core.settings import Settings
from app.core.tokens import hash_token, make_token, seal, sign, unseal
from app.mail.service import queue_mail
from app.surveys.authoring.models import Survey
from app.surveys.mails.composing import Addressee, compose_mail
from app.surveys.mails.rules import MailKind
from app.surveys.rounds.models import Invitation, Round

SEAL = "invitation"
TELLING = frozenset({MailKind.LAST_DAY, MailKind.THANKS})
"""Only those who have begun, or have sent, get these: once sent, the outbox must not say to whom."""


def promise_mail(
    session: Session, survey: Survey, current: Round, invitation: Invitation, kind: MailKind, settings: Settings
) -> None:
    """Promise one mail in the transaction of the act; a person without a link gets one."""
    token = unseal(settings.secret_key, SEAL, invitation.sealed_token) if invitation.sealed_token else None
    if token is None:
        token = make_token()
        invitation.token_hash = hash_token(token)
        invitation.sealed_token = None if survey.is_anonymous else seal(settings.secret_key, SEAL, token)
    stop = stop_token(settings.secret_key, invitation)
    invitation.stop_hash = hash_token(stop)
    addressee = Addressee(invitation.name, f"{settings.address}/i/{token}", f"{settings.address}/u/{stop}")
    language = invitation.language or survey.default_language
    texts = compose_mail(session, survey, current, kind, language, addressee)
    queue_mail(
        session,
        kind=kind,
        recipient=invitation.email,
        subject=texts.subject,
        body=texts.body,
        html=texts.html,
        stop_url=addressee.stop_url,
        about_id=None if kind in TELLING else invitation.id,
        consortium_id=survey.consortium_id,
    )


def stop_token(secret: str, invitation: Invitation) -> str:
    """The token of the address at which somebody ends the mails; it opens no answers."""
    return sign(secret, "stop", str(invitation.id))[:40]
