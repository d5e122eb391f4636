"""Mails of a survey: invitations, reminders, and the end of both.

In confidential surveys the link of each person is kept sealed with the installation's key until the last planned round
has closed (decision 15); in anonymous ones it exists only in the mail, so nobody can be reminded by it.
"""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select

from app.auth.permissions import require
from app.core.clock import now, today
from app.core.db import for_writing
from app.core.errors import Conflict
from app.core.settings import Settings
from app.core.tokens import hash_token
from app.history.service import record
from app.people.queries import operator_of
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_survey
from app.surveys.mails.rules import MailKind
from app.surveys.rounds.mailing import promise_mail
from app.surveys.rounds.models import Invitation, LinkRequest, Round
from app.surveys.rounds.people import standings_of
from app.surveys.rounds.queries import find_open_round, list_invitations
from app.surveys.rounds.refusing import stop_refused
from app.surveys.rounds.rules import (
    BETWEEN_REMINDERS,
    LINK_REQUEST_LASTS,
    MAY_BE_REMINDED,
    Standing,
    wants_last_day,
    wants_reminder,
)
from app.surveys.rounds.suggesting import forget_suggestion


class Reminded(NamedTuple):
    """How many were promised a reminder, and how many of the chosen got none because of the mail before."""

    mails: int
    too_soon: int


def send_invitations(session: Session, actor: Actor, survey: Survey, settings: Settings) -> int:
    """Promise a mail to everybody on the list who has none yet, or none in this round; returns how many.

    Raises Conflict while no round is open.
    """
    require(actor, "round.open", survey)
    current = _open_round(session, survey)
    stop_refused(session, settings.secret_key, survey)
    count = 0
    for invitation in list_invitations(session, survey.id):
        is_new = invitation.sent_at is None
        is_due = is_new or (invitation.sealed_token and invitation.sent_at and invitation.sent_at < current.opened_at)
        if not is_due or invitation.declined_on or invitation.stopped_on:
            continue
        kind = MailKind.INVITATION if is_new else MailKind.NEXT_ROUND
        promise_mail(session, survey, current, invitation, kind, settings)
        invitation.sent_at, invitation.reminded_at, invitation.reminders = now(), None, 0
        count += 1
    session.flush()
    if count:
        record(session, actor, "invitations.sent", survey, after={"mails": count, "round": current.number})
    return count


def remind(session: Session, actor: Actor, survey: Survey, chosen: Collection[UUID], settings: Settings) -> Reminded:
    """Promise a reminder to those of the chosen who have not finished; says how many, and how many had to rest.

    Whoever got a mail within 48 hours gets none. Raises Conflict while no round is open.
    """
    require(actor, "round.open", survey)
    current = _open_round(session, survey)
    standings = standings_of(session, survey, current)
    mails = too_soon = 0
    for invitation in list_invitations(session, survey.id):
        is_open = standings[invitation.id] in MAY_BE_REMINDED and invitation.sealed_token is not None
        if invitation.id not in chosen or not is_open:
            continue
        if is_too_soon(invitation):
            too_soon += 1
        else:
            mails += _remind(session, survey, current, invitation, settings)
    session.flush()
    if mails:
        record(session, actor, "reminders.sent", survey, after={"mails": mails, "round": current.number})
    return Reminded(mails, too_soon)


def hold_reminders(session: Session, survey: Survey) -> None:
    """Let whoever else reminds people of this survey wait until this transaction has ended: nobody is mailed twice.

    To be called before anything about the people invited is read.
    """
    session.exec(select(Round.id).where(Round.survey_id == survey.id).with_for_update()).all()


def is_too_soon(invitation: Invitation) -> bool:
    """Whether somebody got a mail of this survey within the last 48 hours."""
    last = invitation.reminded_at or invitation.sent_at
    return last is not None and now() - last < BETWEEN_REMINDERS


def remind_due(engine: Engine, settings: Settings) -> int:
    """Promise the planned reminders that are due in all surveys; returns how many. The worker calls it."""
    count = 0
    with Session(for_writing(engine)) as session, session.begin():
        running = select(Round).where(col(Round.closed_at).is_(None), col(Round.closes_at) > now())
        for current in session.exec(running.with_for_update(skip_locked=True)).all():
            survey = get_survey(session, current.survey_id)
            standings = standings_of(session, survey, current)
            mails = 0
            for invitation in list_invitations(session, survey.id):
                mails += _remind_if_due(session, survey, current, invitation, standings[invitation.id], settings)
            if mails:
                after = {"mails": mails, "round": current.number}
                record(session, operator_of(survey.consortium_id), "reminders.sent", survey, after=after)
            count += mails
    return count


def answer_link_requests(engine: Engine, settings: Settings) -> int:
    """Mail their link to those who asked and were invited to a survey that is open; returns how many mails.

    In anonymous surveys the link is nowhere but in the mail they had, so none can be sent.
    """
    count = 0
    with Session(for_writing(engine)) as session, session.begin():
        requests = session.exec(select(LinkRequest).with_for_update(skip_locked=True)).all()
        emails = {one.email for one in requests if one.created_at > now() - LINK_REQUEST_LASTS}
        wanted = select(Invitation).where(col(Invitation.email).in_(emails), col(Invitation.sealed_token).is_not(None))
        for invitation in session.exec(wanted.order_by(col(Invitation.id))).all():
            current = find_open_round(session, invitation.survey_id)
            if current:
                survey = get_survey(session, invitation.survey_id)
                promise_mail(session, survey, current, invitation, MailKind.NEW_LINK, settings)
                count += 1
        # with its address the request is of no further use
        session.exec(delete(LinkRequest).where(col(LinkRequest.id).in_([one.id for one in requests])))
    return count


def find_by_stop_token(session: Session, token: str) -> Invitation | None:
    """The invitation whose mails this token ends, if there is one."""
    return session.exec(select(Invitation).where(Invitation.stop_hash == hash_token(token))).first()


def stop_mails(session: Session, invitation: Invitation, *, is_declining: bool) -> None:
    """Send no more mails to this address about this survey; declining also says that they will not answer."""
    invitation.stopped_on = invitation.stopped_on or today()
    if is_declining:
        invitation.declined_on = invitation.declined_on or today()
    session.flush()


def take_back_stop(session: Session, invitation: Invitation) -> None:
    """Undo it: they may be mailed again, and whom they named instead is forgotten."""
    invitation.stopped_on = invitation.declined_on = None
    forget_suggestion(session, invitation)
    session.flush()


def _remind_if_due(
    session: Session, survey: Survey, current: Round, invitation: Invitation, standing: Standing, settings: Settings
) -> int:
    last = invitation.reminded_at or invitation.sent_at
    had_last_day = invitation.last_day_on is not None
    if invitation.sealed_token and wants_last_day(standing, had_last_day, last, current.closes_at, now()):
        promise_mail(session, survey, current, invitation, MailKind.LAST_DAY, settings)
        invitation.reminded_at, invitation.last_day_on = now(), today()
        return 1
    if wants_reminder(standing, invitation.reminders, last, current.opened_at, current.closes_at, now()):
        return _remind(session, survey, current, invitation, settings)
    return 0


def _remind(session: Session, survey: Survey, current: Round, invitation: Invitation, settings: Settings) -> int:
    if invitation.sealed_token is None:
        # their link is nowhere but in the mail they have
        return 0
    promise_mail(session, survey, current, invitation, MailKind.REMINDER, settings)
    invitation.reminded_at = now()
    invitation.reminders += 1
    return 1


def _open_round(session: Session, survey: Survey) -> Round:
    current = find_open_round(session, survey.id)
    if current is None:
        raise Conflict("No round of this survey is open.")
    return current
