"""Mails to those who own milestones: once before the day, on the day after, and then every month until it is done."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.actionplan.adoption.queries import list_editions
from app.actionplan.monitoring.models import Milestone, MilestoneMail
from app.actionplan.monitoring.queries import Following, find_quiet, following_of
from app.actionplan.monitoring.rules import WARNS_BEFORE, Light, as_line, moment_for
from app.actionplan.monitoring.state import Standing, State
from app.actionplan.monitoring.words import title_of
from app.actionplan.portfolio.models import Plan
from app.core.clock import today
from app.core.days import spelt
from app.core.db import for_writing
from app.core.settings import Settings
from app.core.words import pick
from app.history.service import record
from app.mail.rendering import render_mail
from app.mail.service import queue_mail
from app.people.models import Organisation, Person
from app.people.queries import find_actor, operator_of

KIND = "milestone_due"


def tell_owners(engine: Engine, settings: Settings) -> int:
    """Promise a mail about each milestone whose next moment has come; returns how many. The worker calls it.

    What was promised is noted in the same transaction, so no moment is told twice, whenever the worker dies. Nobody is
    mailed who has left, or does not want it, nor about what is done, closed, stopped or no longer in the plan.
    """
    day = today()
    with Session(engine) as session:
        plans = {one.plan_id for one in _wanting(session, day)}
    return sum(_tell_plan(engine, settings, plan_id, day) for plan_id in sorted(plans))


def _wanting(session: Session, day: date, plan_id: UUID | None = None) -> list[Milestone]:
    """The open milestones with an owner whose newest moment was not told yet."""
    wanted = select(Milestone).where(
        col(Milestone.due) <= day + timedelta(days=WARNS_BEFORE),
        col(Milestone.owner_id).is_not(None),
        col(Milestone.closed_at).is_(None),
    )
    if plan_id:
        wanted = wanted.where(Milestone.plan_id == plan_id)
    found = session.exec(wanted.order_by(col(Milestone.due), col(Milestone.number))).all()
    mails = select(MilestoneMail).where(col(MilestoneMail.milestone_id).in_([one.id for one in found]))
    told = {(mail.milestone_id, mail.due, mail.moment) for mail in session.exec(mails).all()}
    return [one for one in found if (one.id, one.due, moment_for(one.due, day)) not in told]


def _tell_plan(engine: Engine, settings: Settings, plan_id: UUID, day: date) -> int:
    with Session(for_writing(engine)) as session, session.begin():
        # of two workers the second waits here, and finds everything told
        plan = session.exec(select(Plan).where(Plan.id == plan_id).with_for_update()).one()
        editions = list_editions(session, plan_id)
        if not editions:
            return 0
        owned = select(Organisation).where(Organisation.consortium_id == plan.consortium_id)
        following = following_of(session, plan, editions[0], session.exec(owned).all())
        wanting = {one.id for one in _wanting(session, day, plan_id)}
        told = list(_told(session, settings, following, State(following, day), wanting))
        if told:
            after = {"mails": len(told), "milestones": told}
            record(session, operator_of(plan.consortium_id), "milestones.told", plan, after=after)
        return len(told)


def _told(
    session: Session, settings: Settings, following: Following, state: State, wanting: Iterable[UUID]
) -> Iterable[int]:
    """Promise the mails of a plan; the numbers of the milestones they are about."""
    plan = following.plan
    if find_quiet(session, plan.id, None):
        return
    for standing in state.counted:
        milestone = standing.milestone
        if milestone.id not in wanting or standing.light is Light.DONE:
            continue
        owner = session.get(Person, milestone.owner_id)
        if owner is None or not _may_be_mailed(session, plan, owner):
            continue
        moment = moment_for(milestone.due, state.day)
        assert moment
        session.add(MilestoneMail(milestone_id=milestone.id, due=milestone.due, moment=moment, promised_on=state.day))
        _promise(session, settings, following, standing, owner, state.day)
        yield milestone.number


def _may_be_mailed(session: Session, plan: Plan, owner: Person) -> bool:
    has_left = owner.disabled_at is not None or find_actor(session, owner, plan.consortium_id) is None
    return not has_left and find_quiet(session, plan.id, owner.id) is None


def _promise(
    session: Session, settings: Settings, following: Following, standing: Standing, owner: Person, day: date
) -> None:
    milestone, plan = standing.milestone, following.plan
    item = following.items[milestone.item_code].item
    texts = render_mail(
        KIND,
        owner.language,
        {
            "name": owner.name,
            "title": as_line(title_of(milestone, owner.language)),
            "code": milestone.item_code,
            "initiative": as_line(pick(item["title"], owner.language)),
            "plan": as_line(plan.title),
            "due": spelt(milestone.due, owner.language),
            "days_left": (milestone.due - day).days,
            "percent": standing.percent,
            "url": f"{settings.address}/plans/{plan.number}/milestones/{milestone.number}",
            "follow_url": f"{settings.address}/plans/{plan.number}/follow",
        },
    )
    queue_mail(
        session,
        kind=KIND,
        recipient=owner.email,
        subject=texts.subject,
        body=texts.body,
        html=texts.html,
        about_id=milestone.id,
        consortium_id=plan.consortium_id,
    )
