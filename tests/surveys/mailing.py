"""What tests of mails share: people on a list, their mails and links, and moving time."""

import re
from datetime import timedelta
from email.message import Message
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, select

from app.core.settings import Settings
from app.core.tokens import unseal
from app.mail.worker import send_due
from app.people.queries import operator
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.service import Consent, start_response, submit_response
from app.surveys.answering.tokens import answer_token
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_survey
from app.surveys.rounds.inviting import send_invitations
from app.surveys.rounds.models import Invitation, Round
from app.surveys.rounds.people import add_people, read_list
from app.surveys.rounds.queries import find_open_round, list_invitations
from tests.make import (
    HELICES,
    SECRET,
)


def people(session: Session, survey: Survey, count: int = 4, *, language: str = "") -> list[Invitation]:
    text = "\n".join(
        f"person{number}@innaxe.example,Person {number},{HELICES[number % 4]},,{language}" for number in range(count)
    )
    add_people(session, operator(session), survey, read_list(session, survey, text))
    found = list(list_invitations(session, survey.id))
    session.commit()
    return found


def mailed(session: Session, engine: Engine, survey: Survey, mailing: Settings) -> int:
    count = send_invitations(session, operator(session), survey, mailing)
    session.commit()
    send_due(engine, mailing)
    return count


def parts(mail: Message) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in mail.walk():
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            found[part.get_content_type()] = payload.decode().replace("\r\n", "\n")
    return found


def link_in(mail: Message) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/i/[\w-]+)", parts(mail)["text/plain"])
    assert found
    return found[1]


def stop_in(mail: Message) -> str:
    return mail["List-Unsubscribe"].strip(" \r\n<>").removeprefix("http://127.0.0.1:8000")


def finish(session: Session, survey: Survey, link: str) -> None:
    token = answer_token(SECRET, link.rpartition("/")[2])
    start = StartIn(consent=True, helix="industry", language="en")
    invitation = next(one for one in list_invitations(session, survey.id) if opens(one, link))
    response, _ = start_response(
        session, survey, start, consent=Consent("en", "Words"), invitation=invitation, token=token
    )
    submit_response(session, response.id, (token,), secret=SECRET)
    session.commit()


def opens(invitation: Invitation, link: str) -> bool:
    return unseal(SECRET, "invitation", invitation.sealed_token or "") == link.rpartition("/")[2]


def later(session: Session, survey: Survey, **ago: Any) -> None:
    """Move the round and all mails into the past by so much."""
    key, shift = survey.id, timedelta(**ago)
    session.expire_all()
    survey = get_survey(session, key)
    for found in session.exec(select(Round).where(Round.survey_id == survey.id)).all():
        found.opened_at -= shift
        found.closes_at = found.closes_at and found.closes_at - shift
        session.add(found)
    for one in list_invitations(session, survey.id):
        one.sent_at = one.sent_at and one.sent_at - shift
        one.reminded_at = one.reminded_at and one.reminded_at - shift
        session.add(one)
    session.commit()


def closes_in(session: Session, survey: Survey, **span: Any) -> None:
    current = find_open_round(session, survey.id)
    assert current
    current.closes_at = current.opened_at + timedelta(**span)
    session.add(current)
    session.commit()
