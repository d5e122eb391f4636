"""The demonstration's second survey: confidential, in the middle of its first round, for the board of what is running.

Invitations and a planned reminder went out, some answers came on each day, some people stopped half way, declined, or
have a mailbox that no longer exists. It is the same from the same seed but for the days, which count back from today.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import numpy as np
from sqlalchemy import Engine
from sqlmodel import Session, col, update

from app.actionplan.validation.service import make_survey, parse_survey_file
from app.core.clock import now
from app.core.db import for_writing
from app.core.tokens import seal
from app.mail.models import OutboxMessage
from app.mail.rules import NO_MAILBOX
from app.people.queries import operator
from app.surveys.answering.autosave import AnswerWriter
from app.surveys.answering.models import Answer, Respondent, Response
from app.surveys.answering.notice import shown_text
from app.surveys.answering.queries import form_of
from app.surveys.answering.saves import Save
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.service import Consent, start_response, submit_response
from app.surveys.answering.sitting import count_sitting
from app.surveys.answering.tokens import answer_token
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_survey, list_questions
from app.surveys.authoring.rules import answer_code
from app.surveys.mails.rules import MailKind
from app.surveys.rounds.mailing import SEAL
from app.surveys.rounds.models import Invitation
from app.surveys.rounds.queries import get_round
from app.surveys.rounds.service import invite, open_round

FILES = Path(__file__).resolve().parents[1] / "demo"
DAYS_OPEN, DAYS_LEFT, REMINDED_ON = 24, 39, 21
"""The planned reminder went out at a third of the time."""
TURNOUT = {"industry": 0.66, "academia": 0.72, "government": 0.32, "civil": 0.52}
HELICES = {"industry": 0.34, "academia": 0.28, "government": 0.2, "civil": 0.18}
REGIONS = {"CAT": 0.28, "IDF": 0.22, "RN": 0.2, "BG": 0.14, "DK": 0.12, "EU_OTHER": 0.04}
LANGUAGES = {"CAT": "ca", "IDF": "fr", "RN": "de", "BG": "bg", "DK": "da", "EU_OTHER": "en"}


class Guest(NamedTuple):
    """Somebody invited: on which day they answer, how many initiatives before they stop, and how long it takes."""

    helix: str
    region: str
    token: str
    invitation_id: UUID
    day: int
    answers: int
    minutes: int


def load_running_survey(engine: Engine, secret: str, *, answers: int, rng: np.random.Generator) -> None:
    """Make the survey, invite one and a half times as many people as `answers`, and let about half of them answer."""
    merged = json.loads((FILES / "survey.json").read_bytes()) | json.loads((FILES / "running.json").read_bytes())
    with Session(for_writing(engine)) as session, session.begin():
        survey = make_survey(session, operator(session), parse_survey_file(json.dumps(merged).encode())).survey
        current = open_round(session, operator(session), survey)
        current.opened_at = now() - timedelta(days=DAYS_OPEN)
        current.closes_at = (now() + timedelta(days=DAYS_LEFT)).replace(hour=0, minute=0, second=0, microsecond=0)
        survey_id, round_id = survey.id, current.id
        items = form_of(session, survey.id).items
        guests = [_invite(session, survey, place, len(items), secret, rng) for place in range(answers * 3 // 2)]
    writer = AnswerWriter(engine)
    try:
        for guest in guests:
            if guest.answers >= 0:
                _answer(engine, writer, secret, survey_id, round_id, guest, rng)
    finally:
        writer.close()


def _invite(session: Session, survey: Survey, place: int, items: int, secret: str, rng: np.random.Generator) -> Guest:
    helix = str(rng.choice(list(HELICES), p=list(HELICES.values())))
    region = str(rng.choice(list(REGIONS), p=list(REGIONS.values())))
    invitation, token = invite(
        session,
        operator(session),
        survey,
        email=f"guest{place:04}@innaxe.example",
        helix=helix,
        region=region,
        language=LANGUAGES[region],
    )
    invited, reminded = (now() - timedelta(days=DAYS_OPEN - day) for day in (0, REMINDED_ON))
    invitation.sealed_token = seal(secret, SEAL, token)
    invitation.sent_at = invited
    answers = -1 if rng.random() > TURNOUT[helix] else items if rng.random() > 0.14 else int(rng.integers(0, items))
    day = int(
        rng.choice(
            [0, 1, 2, 3, 5, 8, 11, 15, 21, 22, 23], p=[0.2, 0.14, 0.08, 0.07, 0.06, 0.05, 0.04, 0.04, 0.16, 0.1, 0.06]
        )
    )
    fate = rng.random()
    _note_mail(session, survey, invitation, MailKind.INVITATION, invited, is_bounced=answers < 0 and fate < 0.05)
    if answers < 0 and 0.05 <= fate < 0.1:
        invitation.declined_on = invitation.stopped_on = (invited + timedelta(days=3)).date()
    elif (answers < 0 and fate >= 0.1) or day >= REMINDED_ON or 0 <= answers < items:
        invitation.reminded_at, invitation.reminders = reminded, 1
        _note_mail(session, survey, invitation, MailKind.REMINDER, reminded)
    return Guest(helix, region, token, invitation.id, day, answers, int(np.clip(rng.normal(7, 2.5), 2, 30)))


def _note_mail(
    session: Session,
    survey: Survey,
    invitation: Invitation,
    kind: MailKind,
    moment: datetime,
    *,
    is_bounced: bool = False,
) -> None:
    """What the outbox keeps of a mail that has left or come back."""
    session.add(
        OutboxMessage(
            consortium_id=survey.consortium_id,
            kind=kind,
            recipient="",
            subject="",
            body="",
            about_id=invitation.id,
            created_at=moment,
            due_at=moment,
            attempts=1,
            problem=NO_MAILBOX % {"code": 550} if is_bounced else "",
            sent_at=None if is_bounced else moment,
            failed_at=moment if is_bounced else None,
        )
    )


def _answer(
    engine: Engine,
    writer: AnswerWriter,
    secret: str,
    survey_id: UUID,
    round_id: UUID,
    guest: Guest,
    rng: np.random.Generator,
) -> None:
    language = LANGUAGES[guest.region]
    with Session(for_writing(engine)) as session, session.begin():
        survey = get_survey(session, survey_id)
        form = form_of(session, survey_id)
        response, token = start_response(
            session,
            survey,
            StartIn(consent=True, helix=guest.helix, region=guest.region, language=language),
            consent=Consent(language, shown_text(survey, list_questions(session, survey_id), language)),
            invitation=session.get_one(Invitation, guest.invitation_id),
            token=answer_token(secret, guest.token),
        )
        response_id = response.id
    saves = [
        Save(response_id, (token,), answer_code(item, criterion), int(rng.integers(2, 6)), 0)
        for item in form.items[: guest.answers]
        for criterion in form.criteria
    ]
    for outcome in writer.save(saves).result(timeout=60):
        if isinstance(outcome, Exception):
            raise outcome
    with Session(for_writing(engine)) as session, session.begin():
        day = (get_round(session, round_id).opened_at + timedelta(days=guest.day)).date()
        response = session.get_one(Response, response_id)
        if guest.answers == len(form.items):
            submit_response(session, response_id, (token,), secret=secret)
            count_sitting(session, round_id, guest.minutes)
            response.submitted_on = day
        response.begun_on = session.get_one(Respondent, response.respondent_id).begun_on = day
        session.exec(update(Answer).where(col(Answer.response_id) == response_id).values(saved_on=day))
