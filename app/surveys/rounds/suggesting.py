"""Somebody else should answer: the person invited names a colleague, and a person of the project decides."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, delete, select

from app.auth.permissions import require
from app.core.clock import today
from app.core.errors import Conflict, Invalid
from app.history.service import record
from app.people.rules import Actor, is_address
from app.surveys.authoring.models import Survey
from app.surveys.rounds.models import Invitation, Suggestion
from app.surveys.rounds.service import invite


def suggest_colleague(session: Session, invitation: Invitation, email: str) -> None:
    """Name somebody who should answer instead. Nobody mails them before a person of the project has accepted.

    One name each: a second takes the place of the first. Raises Invalid for what is no address.
    """
    email = email.strip().lower()
    if not is_address(email):
        errors = {"email": "Enter an e-mail address such as name@example.org."}
        raise Invalid(errors["email"], errors)
    forget_suggestion(session, invitation)
    wanted = select(Invitation.id).where(Invitation.survey_id == invitation.survey_id, Invitation.email == email)
    # who is on the list is nobody's to find out, so the answer is the same
    if session.exec(wanted).first() is None:
        session.add(
            Suggestion(survey_id=invitation.survey_id, invitation_id=invitation.id, email=email, suggested_on=today())
        )
    session.flush()


def forget_suggestion(session: Session, invitation: Invitation) -> None:
    """Delete whom this person named."""
    session.exec(delete(Suggestion).where(col(Suggestion.invitation_id) == invitation.id))


def find_suggestion_by(session: Session, invitation: Invitation) -> Suggestion | None:
    """Whom this person named, while nobody has decided on it."""
    return session.exec(select(Suggestion).where(Suggestion.invitation_id == invitation.id)).first()


def list_suggestions(session: Session, survey_id: UUID) -> Sequence[tuple[Suggestion, Invitation]]:
    """The people named and not yet decided on, each with who named them, by address."""
    return session.exec(
        select(Suggestion, Invitation)
        .join(Invitation, col(Invitation.id) == col(Suggestion.invitation_id))
        .where(Suggestion.survey_id == survey_id)
        .order_by(col(Suggestion.email))
    ).all()


def accept_suggestion(session: Session, actor: Actor, survey: Survey, suggestion_id: UUID) -> None:
    """Put somebody named on the list, in the group, region and language of who named them; invitations go on request.

    Raises Conflict for one decided already.
    """
    require(actor, "round.open", survey)
    suggestion = _get(session, survey, suggestion_id)
    named_by = session.get_one(Invitation, suggestion.invitation_id)
    email = suggestion.email
    session.exec(delete(Suggestion).where(col(Suggestion.survey_id) == survey.id, col(Suggestion.email) == email))
    try:
        invitation, _ = invite(
            session,
            actor,
            survey,
            email=email,
            helix=named_by.helix,
            region=named_by.region,
            language=named_by.language,
        )
    except Conflict:
        # somebody put them on the list meanwhile
        return
    # it is mailed later, and gets its link then
    invitation.sent_at = None
    session.flush()


def reject_suggestion(session: Session, actor: Actor, survey: Survey, suggestion_id: UUID) -> None:
    """Do not ask somebody named; their address is deleted. Raises Conflict for one decided already."""
    require(actor, "round.open", survey)
    session.delete(_get(session, survey, suggestion_id))
    session.flush()
    record(session, actor, "suggestion.rejected", survey)


def _get(session: Session, survey: Survey, suggestion_id: UUID) -> Suggestion:
    found = session.get(Suggestion, suggestion_id)
    if found is None or found.survey_id != survey.id:
        raise Conflict("Somebody has decided on this already.")
    return found
