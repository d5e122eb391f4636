"""Reminders: planned and by hand, nobody asked twice, nobody who cannot be."""

from sqlalchemy import Engine
from sqlmodel import Session

from app.core.settings import Settings
from app.mail.worker import send_due
from app.people.queries import operator
from app.surveys.answering.schemas import StartIn
from app.surveys.answering.service import Consent, start_response
from app.surveys.answering.tokens import answer_token
from app.surveys.authoring.models import Survey
from app.surveys.rounds.inviting import remind, remind_due
from app.surveys.rounds.queries import list_invitations
from tests.conftest import Sink
from tests.make import (
    SECRET,
    make_open_survey,
    small_survey_file,
)
from tests.surveys.mailing import closes_in, finish, later, link_in, mailed, opens, people


def test_planned_reminders_go_to_those_who_have_not_finished(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey
) -> None:
    people(session, survey, 4)
    closes_in(session, survey, days=21)
    mailed(session, engine, survey, mailing)
    finish(session, survey, link_in(sink[0].mails[0]))
    assert remind_due(engine, mailing) == 0, "nothing is due on the first day"
    later(session, survey, days=7, hours=1)
    assert remind_due(engine, mailing) == 3
    assert remind_due(engine, mailing) == 0, "each reminder goes once"
    later(session, survey, days=7)
    assert remind_due(engine, mailing) == 3
    send_due(engine, mailing)
    reminders = sink[0].mails[4:]
    assert len(reminders) == 6
    assert {link_in(mail) for mail in reminders} == {link_in(mail) for mail in sink[0].mails[1:4]}, "the same links"
    assert len({mail["Message-ID"] for mail in sink[0].mails}) == 10


def test_nobody_is_reminded_within_48_hours(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey
) -> None:
    everybody = [one.id for one in people(session, survey, 3)]
    mailed(session, engine, survey, mailing)
    actor = operator(session)
    assert remind(session, actor, survey, everybody, mailing) == 0
    session.commit()
    later(session, survey, hours=49)
    assert remind(session, actor, survey, everybody[:2], mailing) == 2
    assert remind(session, actor, survey, everybody, mailing) == 1


def test_a_starter_gets_one_more_on_the_last_day(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey
) -> None:
    people(session, survey, 2)
    closes_in(session, survey, days=21)
    mailed(session, engine, survey, mailing)
    token = link_in(sink[0].mails[0]).rpartition("/")[2]
    start = StartIn(consent=True, helix="civil", language="en")
    invitation = next(one for one in list_invitations(session, survey.id) if opens(one, token))
    own = answer_token(SECRET, token)
    start_response(session, survey, start, consent=Consent("en", "Words"), invitation=invitation, token=own)
    session.commit()
    for _ in range(2):
        later(session, survey, days=7, hours=1)
        assert remind_due(engine, mailing) == 2
    later(session, survey, days=6, hours=1)
    assert remind_due(engine, mailing) == 1
    assert remind_due(engine, mailing) == 0


def test_an_anonymous_survey_keeps_no_link_and_reminds_nobody(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int]
) -> None:
    survey = make_open_survey(session, small_survey_file(settings={"anonymous": True}))
    everybody = [one.id for one in people(session, survey, 2)]
    mailed(session, engine, survey, mailing)
    assert len(sink[0].mails) == 2
    later(session, survey, days=3)
    assert remind(session, operator(session), survey, everybody, mailing) == 0
    session.expire_all()
    assert [one.sealed_token for one in list_invitations(session, survey.id)] == [None, None]
