"""Addresses that want no mails of any survey of a consortium, kept as keyed hashes: the wish outlives every list."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.clock import today
from app.core.tokens import seal, sign, unseal
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_survey
from app.surveys.rounds.models import Invitation, MailRefusal

STOP = "mails to an address"


def refuse_all_mails(session: Session, secret: str, invitation: Invitation) -> None:
    """Send no more mails to this address about any survey of the consortium, now or later."""
    refuse_for(session, secret, get_survey(session, invitation.survey_id).consortium_id, invitation.email)


def refuse_for(session: Session, secret: str, consortium_id: UUID, email: str) -> None:
    """Send no more mails of a consortium to an address, which need not be on any list."""
    if find_refusal(session, secret, consortium_id, email) is None:
        hashed = _hash(secret, email)
        session.add(MailRefusal(consortium_id=consortium_id, address_hash=hashed, refused_on=today()))
    for other in _invitations_of(session, consortium_id, email):
        _stop(other)
    session.flush()


def address_stop(secret: str, consortium_id: UUID, email: str) -> str:
    """The token at which an address that is on no list ends all mails; it holds the address, sealed."""
    return seal(secret, STOP, f"{consortium_id}:{email}")


def addressed_by(secret: str, token: str) -> tuple[UUID, str] | None:
    """Whose mails such a token ends: the consortium and the address; None for any other token."""
    consortium, _, email = (unseal(secret, STOP, token) or "").partition(":")
    return (UUID(consortium), email) if email else None


def take_back_refusal(session: Session, secret: str, invitation: Invitation) -> None:
    """Undo it, with the stops that came with it and no others."""
    consortium_id = get_survey(session, invitation.survey_id).consortium_id
    refusal = find_refusal(session, secret, consortium_id, invitation.email)
    if refusal is None:
        return
    for other in _invitations_of(session, consortium_id, invitation.email):
        if other.is_refused:
            other.stopped_on, other.is_refused = None, False
    session.delete(refusal)
    session.flush()


def find_refusal(session: Session, secret: str, consortium_id: UUID, email: str) -> MailRefusal | None:
    """That an address wants no mails of a consortium, if it said so."""
    wanted = select(MailRefusal).where(MailRefusal.consortium_id == consortium_id)
    return session.exec(wanted.where(MailRefusal.address_hash == _hash(secret, email))).first()


def stop_refused(session: Session, secret: str, survey: Survey) -> None:
    """Mark those on a survey's list who want no mails of the consortium, before anything is sent to them."""
    wanted = select(MailRefusal.address_hash).where(MailRefusal.consortium_id == survey.consortium_id)
    refused = set(session.exec(wanted).all())
    if not refused:
        return
    listed = select(Invitation).where(Invitation.survey_id == survey.id, col(Invitation.stopped_on).is_(None))
    for invitation in session.exec(listed).all():
        if _hash(secret, invitation.email) in refused:
            _stop(invitation)
    session.flush()


def _stop(invitation: Invitation) -> None:
    if invitation.stopped_on is None:
        invitation.stopped_on, invitation.is_refused = today(), True


def _invitations_of(session: Session, consortium_id: UUID, email: str) -> Sequence[Invitation]:
    return session.exec(
        select(Invitation)
        .join(Survey, col(Survey.id) == col(Invitation.survey_id))
        .where(Survey.consortium_id == consortium_id, Invitation.email == email)
    ).all()


def _hash(secret: str, email: str) -> str:
    return sign(secret, "no-mails", email.strip().lower())
