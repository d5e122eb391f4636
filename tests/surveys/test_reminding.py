"""Reminders: planned and by hand, nobody asked twice, nobody who cannot be."""

from sqlalchemy import Engine
from sqlmodel import Session, select

from app.consensus.service import close_round
from app.core.settings import Settings
from app.mail.models import OutboxMessage
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
    answer,
    make_open_survey,
    small_survey_file,
)
from tests.surveys.mailing import closes_in, finish, later, link_in, mailed, opens, parts, people


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
    assert remind(session, actor, survey, everybody, mailing) == (0, 3)
    session.commit()
    later(session, survey, hours=49)
    assert remind(session, actor, survey, everybody[:2], mailing) == (2, 0)
    assert remind(session, actor, survey, everybody, mailing) == (1, 2)


def begin(session: Session, engine: Engine, survey: Survey, link: str) -> None:
    token = link.rpartition("/")[2]
    start = StartIn(consent=True, helix="civil", language="en")
    invitation = next(one for one in list_invitations(session, survey.id) if opens(one, token))
    own = answer_token(SECRET, token)
    response, _ = start_response(
        session, survey, start, consent=Consent("en", "Words"), invitation=invitation, token=own
    )
    session.commit()
    answer(engine, response, own, {"I1.impact": 4})


def test_who_has_begun_and_not_sent_is_told_once_on_the_last_day(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey
) -> None:
    people(session, survey, 3)
    closes_in(session, survey, days=21)
    mailed(session, engine, survey, mailing)
    begin(session, engine, survey, link_in(sink[0].mails[0]))
    begin(session, engine, survey, link_in(sink[0].mails[1]))
    finish(session, survey, link_in(sink[0].mails[1]))
    for _ in range(2):
        later(session, survey, days=7, hours=1)
        assert remind_due(engine, mailing) == 2
    later(session, survey, days=5, hours=21)
    assert remind_due(engine, mailing) == 0, "25 hours before the end"
    later(session, survey, hours=2)
    assert remind_due(engine, mailing) == 1
    assert remind_due(engine, mailing) == 0
    send_due(engine, mailing)
    last = sink[0].mails[-1]
    assert link_in(last) == link_in(sink[0].mails[0])
    assert "your answers are saved and not sent" in str(last["Subject"])
    assert "Finish and send" in parts(last)["text/html"]
    session.expire_all()
    told = session.exec(select(OutboxMessage).where(OutboxMessage.kind == "last_day")).one()
    assert told.about_id is None, "once sent, nothing says who had begun"
    assert [one.last_day_on is not None for one in list_invitations(session, survey.id)].count(True) == 1
    close_round(session, operator(session), survey)
    session.commit()
    session.expire_all()
    assert [one.last_day_on for one in list_invitations(session, survey.id)] == [None] * 3


def test_in_a_round_of_six_days_the_last_day_follows_the_second_reminder_after_a_day(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int], survey: Survey
) -> None:
    people(session, survey, 1)
    closes_in(session, survey, days=6)
    mailed(session, engine, survey, mailing)
    begin(session, engine, survey, link_in(sink[0].mails[0]))
    for hours, due in ((48, 1), (48, 1), (23, 0), (2, 1), (1, 0)):
        later(session, survey, hours=hours)
        assert remind_due(engine, mailing) == due, hours


def test_an_anonymous_survey_keeps_no_link_and_reminds_nobody(
    session: Session, engine: Engine, mailing: Settings, sink: tuple[Sink, int]
) -> None:
    survey = make_open_survey(session, small_survey_file(settings={"anonymous": True}))
    everybody = [one.id for one in people(session, survey, 2)]
    mailed(session, engine, survey, mailing)
    assert len(sink[0].mails) == 2
    later(session, survey, days=3)
    assert remind(session, operator(session), survey, everybody, mailing) == (0, 0)
    session.expire_all()
    assert [one.sealed_token for one in list_invitations(session, survey.id)] == [None, None]
