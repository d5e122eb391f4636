"""Mails of a survey: invitations, reminders, and the end of both.

In confidential surveys the link of each person is kept sealed with the installation's key until the last planned round
has closed (decision 15); in anonymous ones it exists only in the mail, so nobody can be reminded by it.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.auth.permissions import require
from app.core.clock import now, today
from app.core.db import for_writing
from app.core.errors import Conflict
from app.core.settings import Settings
from app.core.tokens import hash_token, make_token, seal, sign, unseal
from app.core.words import pick
from app.history.service import record
from app.mail.rendering import render_mail
from app.mail.service import queue_mail
from app.people.queries import operator_of
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_survey, list_criteria, list_items
from app.surveys.rounds.models import Invitation, Round
from app.surveys.rounds.people import standings_of
from app.surveys.rounds.queries import find_open_round, list_invitations
from app.surveys.rounds.rules import BETWEEN_REMINDERS, MAY_BE_REMINDED, asked_in, wants_reminder

SEAL = "invitation"
SECONDS_PER_RATING = 8
LONGEST_SUBJECT_TITLE = 80


def send_invitations(session: Session, actor: Actor, survey: Survey, settings: Settings) -> int:
    """Promise a mail to everybody on the list who has none yet, or none in this round; returns how many.

    Raises Conflict while no round is open.
    """
    require(actor, "round.open", survey)
    current = _open_round(session, survey)
    count = 0
    for invitation in list_invitations(session, survey.id):
        is_new = invitation.sent_at is None
        is_due = is_new or (invitation.sealed_token and invitation.sent_at and invitation.sent_at < current.opened_at)
        if not is_due or invitation.declined_on or invitation.stopped_on:
            continue
        _mail(session, survey, current, invitation, "invitation" if is_new else "next_round", settings)
        invitation.sent_at, invitation.reminded_at, invitation.reminders = now(), None, 0
        count += 1
    session.flush()
    if count:
        record(session, actor, "invitations.sent", survey, after={"mails": count, "round": current.number})
    return count


def remind(session: Session, actor: Actor, survey: Survey, chosen: Collection[UUID], settings: Settings) -> int:
    """Promise a reminder to those of the chosen who have not finished; returns how many.

    Whoever got a mail within 48 hours gets none. Raises Conflict while no round is open.
    """
    require(actor, "round.open", survey)
    current = _open_round(session, survey)
    standings = standings_of(session, survey, current)
    count = 0
    for invitation in list_invitations(session, survey.id):
        if invitation.id in chosen and standings[invitation.id] in MAY_BE_REMINDED and not is_too_soon(invitation):
            count += _remind(session, survey, current, invitation, settings)
    session.flush()
    if count:
        record(session, actor, "reminders.sent", survey, after={"mails": count, "round": current.number})
    return count


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
                last = invitation.reminded_at or invitation.sent_at
                standing = standings[invitation.id]
                if wants_reminder(standing, invitation.reminders, last, current.opened_at, current.closes_at, now()):
                    mails += _remind(session, survey, current, invitation, settings)
            if mails:
                after = {"mails": mails, "round": current.number}
                record(session, operator_of(survey.consortium_id), "reminders.sent", survey, after=after)
            count += mails
    return count


def stop_token(secret: str, invitation_id: UUID) -> str:
    """The token of the address at which somebody ends the mails; it opens no answers."""
    return sign(secret, "stop", str(invitation_id))[:40]


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
    """Undo it: they may be mailed again."""
    invitation.stopped_on = invitation.declined_on = None
    session.flush()


def mail_values(session: Session, survey: Survey, current: Round | None, language: str) -> dict[str, Any]:
    """What the texts of a survey's mails are filled with, but for the links."""
    codes = [item.code for item in list_items(session, survey.id)]
    asked = len(asked_in(current.item_codes if current else None, codes))
    items = min(survey.items_per_person or asked, asked)
    criteria = len(list_criteria(session, survey.id))
    closes_at = current.closes_at if current else None
    last_day = (closes_at - timedelta(seconds=1)).date() if closes_at else survey.closes_on
    return {
        "title": pick(survey.title, language, survey.default_language)[:LONGEST_SUBJECT_TITLE],
        "introduction": pick(survey.introduction, language, survey.default_language),
        "items": items,
        "minutes": max(1, -(-items * criteria * SECONDS_PER_RATING // 60)),
        "last_day": last_day,
        "round": current.number if current else 1,
        "is_anonymous": survey.is_anonymous,
        "controller": survey.controller,
        "contact": survey.contact,
    }


def _mail(
    session: Session, survey: Survey, current: Round, invitation: Invitation, kind: str, settings: Settings
) -> None:
    token = unseal(settings.secret_key, SEAL, invitation.sealed_token) if invitation.sealed_token else None
    if token is None:
        token = make_token()
        invitation.token_hash = hash_token(token)
        invitation.sealed_token = None if survey.is_anonymous else seal(settings.secret_key, SEAL, token)
    stop = stop_token(settings.secret_key, invitation.id)
    invitation.stop_hash = hash_token(stop)
    language = invitation.language or survey.default_language
    urls = {
        "url": f"{settings.address}/i/{token}",
        "stop_url": f"{settings.address}/u/{stop}",
        "name": invitation.name,
    }
    texts = render_mail(kind, language, mail_values(session, survey, current, language) | urls)
    queue_mail(
        session,
        kind=kind,
        recipient=invitation.email,
        subject=texts.subject,
        body=texts.body,
        html=texts.html,
        stop_url=urls["stop_url"],
        about_id=invitation.id,
        consortium_id=survey.consortium_id,
    )


def _remind(session: Session, survey: Survey, current: Round, invitation: Invitation, settings: Settings) -> int:
    if invitation.sealed_token is None:
        # their link is nowhere but in the mail they have
        return 0
    _mail(session, survey, current, invitation, "reminder", settings)
    invitation.reminded_at = now()
    invitation.reminders += 1
    return 1


def _open_round(session: Session, survey: Survey) -> Round:
    current = find_open_round(session, survey.id)
    if current is None:
        raise Conflict("No round of this survey is open.")
    return current
