"""Sending answers, and thanking for them by mail where it is known whom."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session

from app.core.settings import Settings
from app.surveys.answering.models import Respondent, Response
from app.surveys.answering.queries import get_owned_response
from app.surveys.answering.service import submit_response
from app.surveys.answering.sitting import count_sitting
from app.surveys.authoring.queries import get_survey
from app.surveys.mails.rules import MailKind
from app.surveys.rounds.mailing import promise_mail
from app.surveys.rounds.models import Invitation
from app.surveys.rounds.queries import get_round


def send_answers(
    session: Session,
    response_id: UUID,
    tokens: Sequence[str],
    settings: Settings,
    *,
    minutes: int | None = None,
) -> tuple[Response, str]:
    """Send a response, and promise one mail of thanks for its first sending; returns it with its receipt.

    Who takes the answers back and sends them again is not thanked again, and the minutes it took are counted once, for
    nobody in particular. Raises as `submit_response` does.
    """
    response, respondent = get_owned_response(session, response_id, tokens)
    # of two that send at once, the second waits here and finds the receipt of the first
    session.refresh(response, with_for_update=True)
    is_first = response.receipt_hash is None
    response, receipt = submit_response(session, response_id, tokens, secret=settings.secret_key)
    if is_first:
        _thank(session, response, respondent, settings)
        if minutes is not None:
            count_sitting(session, response.round_id, minutes)
    return response, receipt


def _thank(session: Session, response: Response, respondent: Respondent, settings: Settings) -> None:
    invitation = session.get(Invitation, respondent.invitation_id) if respondent.invitation_id else None
    # anonymous surveys know nobody to thank; a link handed over by hand is not kept, so no mail could hold it
    if invitation is None or invitation.sealed_token is None or invitation.stopped_on:
        return
    survey, current = get_survey(session, respondent.survey_id), get_round(session, response.round_id)
    promise_mail(session, survey, current, invitation, MailKind.THANKS, settings)
