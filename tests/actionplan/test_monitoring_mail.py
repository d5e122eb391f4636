"""Owners are mailed before the day and after it, never twice for one moment, and not if they do not want it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.actionplan.monitoring import mailing
from app.actionplan.monitoring.mailing import tell_owners
from app.actionplan.monitoring.models import Milestone, MilestoneMail
from app.actionplan.monitoring.queries import Following
from app.actionplan.monitoring.service import MilestoneIn, ReportIn, change_milestone, close_milestone, decide_gate
from app.actionplan.monitoring.service import report_progress as report
from app.actionplan.monitoring.tracking import switch_mails
from app.core.clock import now, today
from app.core.settings import Settings
from app.mail.models import OutboxMessage
from app.people.models import Membership
from app.people.queries import find_actor, operator
from app.people.rules import Actor
from tests.actionplan.monitoring import REASON, adopt, follow, milestone_of, move, plan_item
from tests.make import Cast, make_open_survey

ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture
def following(session: Session, cast: Cast) -> Following:
    return follow(session, make_open_survey(session))


@pytest.fixture
def biel(session: Session, cast: Cast) -> Actor:
    found = find_actor(session, cast.biel)
    assert found
    return found


@pytest.fixture
def owned(session: Session, cast: Cast, following: Following) -> Milestone:
    """A milestone that Dora owns, due today."""
    one = milestone_of(following, "I1", "gate.1")
    move(session, one, today())
    change_milestone(session, operator(session), one, 1, MilestoneIn("", today(), cast.dora.id))
    session.commit()
    return one


def mails(session: Session) -> list[OutboxMessage]:
    found = list(session.exec(select(OutboxMessage).where(OutboxMessage.kind == "milestone_due")).all())
    session.commit()
    return sorted(found, key=lambda one: one.created_at)


@pytest.fixture
def on_day(
    monkeypatch: pytest.MonkeyPatch, session: Session, engine: Engine, settings: Settings
) -> Callable[[date], int]:
    """Let the worker look on a day."""

    def look(day: date) -> int:
        # whoever looked somebody up holds the database
        session.commit()
        monkeypatch.setattr(mailing, "today", lambda: day)
        return tell_owners(engine, settings)

    return look


def test_each_moment_is_told_once(session: Session, owned: Milestone, on_day: Callable[[date], int]) -> None:
    due = owned.due
    sent = {days: on_day(due + timedelta(days=days)) for days in range(-20, 70)}
    assert [days for days, count in sent.items() if count] == [-14, 1, 31, 61]
    assert {count for count in sent.values() if count} == {1}
    told = session.exec(select(MilestoneMail).order_by("moment")).all()
    assert [(one.moment - due).days for one in told] == [-14, 1, 31, 61]
    session.commit()
    assert on_day(due + timedelta(days=400)) == 1, "one mail for all that was missed"
    assert len(mails(session)) == 5


def test_the_mail_says_what_to_do_in_the_owners_language(
    session: Session, cast: Cast, owned: Milestone, on_day: Callable[[date], int]
) -> None:
    cast.dora.language = "de"
    session.add(cast.dora)
    session.commit()
    on_day(owned.due + timedelta(days=1))
    [mail] = mails(session)
    assert mail.recipient == cast.dora.email
    assert f"{ADDRESS}/plans/1/milestones/{owned.number}" in mail.body
    assert f"{ADDRESS}/plans/1/milestones/{owned.number}" in mail.html
    assert "Ende von" in mail.subject
    assert "Dora" in mail.body
    assert "Initiative I1" in mail.body
    assert mail.about_id == owned.id


def test_another_day_is_another_moment_and_the_same_day_is_not(
    session: Session, cast: Cast, owned: Milestone, biel: Actor, on_day: Callable[[date], int]
) -> None:
    due = owned.due
    assert on_day(due + timedelta(days=1)) == 1
    later = due + timedelta(days=20)
    for revision, day in ((2, later), (3, due)):
        change_milestone(session, biel, owned, revision, MilestoneIn("", day, cast.dora.id))
        session.commit()
        assert on_day(due + timedelta(days=2)) == 0
    change_milestone(session, biel, owned, 4, MilestoneIn("", later, cast.dora.id))
    session.commit()
    assert on_day(later - timedelta(days=14)) == 1


@pytest.mark.parametrize(
    "why", ["done", "closed", "stopped", "own wish", "nobody", "left", "no role", "not in the plan"]
)
def test_who_is_not_mailed(
    session: Session,
    cast: Cast,
    following: Following,
    owned: Milestone,
    biel: Actor,
    on_day: Callable[[date], int],
    why: str,
) -> None:
    dora = find_actor(session, cast.dora)
    assert dora
    acts: dict[str, Callable[[], Any]] = {
        "done": lambda: report(session, biel, owned, ReportIn(100, today()), form_key="one"),
        "closed": lambda: close_milestone(session, biel, owned, 2, REASON),
        "stopped": lambda: decide_gate(session, biel, owned, 2, "stop", REASON, form_key="one"),
        "own wish": lambda: switch_mails(session, dora, following.plan, is_for_all=False, is_on=False),
        "nobody": lambda: switch_mails(session, biel, following.plan, is_for_all=True, is_on=False),
        "left": lambda: setattr(cast.dora, "disabled_at", now()),
        "no role": lambda: session.delete(
            session.exec(select(Membership).where(Membership.person_id == cast.dora.id)).one()
        ),
        "not in the plan": lambda: adopt(session, following.plan, 2, plan_item("I2")),
    }
    acts[why]()
    session.add(cast.dora)
    session.commit()
    assert on_day(owned.due + timedelta(days=1)) == 0
    assert mails(session) == []
    if why == "own wish":
        switch_mails(session, dora, following.plan, is_for_all=False, is_on=True)
        session.commit()
        assert on_day(owned.due + timedelta(days=1)) == 1


def test_a_worker_that_dies_before_it_is_done_has_promised_nothing(
    session: Session, owned: Milestone, on_day: Callable[[date], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The machine went off."""

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(mailing, "record", die)
        with pytest.raises(Killed):
            on_day(owned.due + timedelta(days=1))
    assert mails(session) == []
    assert on_day(owned.due + timedelta(days=1)) == 1
    assert len(mails(session)) == 1


def test_a_title_cannot_smuggle_a_header_or_stop_the_worker(
    session: Session, cast: Cast, following: Following, owned: Milestone, on_day: Callable[[date], int]
) -> None:
    output = milestone_of(following, "I1", "output.1")
    output.about, output.owner_id, output.due = "Portal\r\nBcc: all@example.org\x07", cast.dora.id, owned.due
    session.add(output)
    session.commit()
    assert on_day(owned.due + timedelta(days=1)) == 2
    assert all(one.subject.isprintable() for one in mails(session))
