"""Reads for methods reports: what people wrote, who was written to, and who runs a survey."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, or_, select

from app.consensus.queries import find_snapshot
from app.history.models import HistoryEntry
from app.history.rules import name_of
from app.people.models import Membership, Person
from app.people.rules import Role
from app.reports.methods.models import MethodsAnswer
from app.surveys.authoring.models import Survey
from app.surveys.rounds.models import Invitation
from app.surveys.rounds.queries import list_invitations

RUNNING = (Role.ADMIN, Role.COORDINATOR, Role.MANAGER)
"""The roles that can run a survey."""


def list_answers(session: Session, survey_id: UUID) -> Mapping[str, MethodsAnswer]:
    """What people wrote about a survey, by point."""
    found = session.exec(select(MethodsAnswer).where(MethodsAnswer.survey_id == survey_id))
    return {answer.point: answer for answer in found}


def find_answer(session: Session, survey_id: UUID, point: str) -> MethodsAnswer | None:
    """What people wrote about one point, if they did."""
    wanted = select(MethodsAnswer).where(MethodsAnswer.survey_id == survey_id, MethodsAnswer.point == point)
    return session.exec(wanted).first()


def last_bundles(session: Session, survey: Survey) -> Mapping[bool, str]:
    """The SHA-256 of the last bundle with answers, and of that of counts, made since the newest round was frozen."""
    snapshot = find_snapshot(session, survey.id)
    if snapshot is None:
        return {}
    wanted = (
        select(HistoryEntry)
        .where(HistoryEntry.thing == name_of("survey", survey.id), HistoryEntry.act == "bundle.made")
        .where(HistoryEntry.at >= snapshot.created_at)
    )
    made = [entry.after or {} for entry in session.exec(wanted.order_by(col(HistoryEntry.seq)))]
    return {bool(after.get("answers")): str(after.get("sha256", "")) for after in made}


@dataclass(frozen=True)
class Written:
    """How many of those on a survey's list were written to, on which days, how often reminded, and who would not."""

    listed: int
    sent: int
    first_on: date | None
    last_on: date | None
    reminded: int
    reminders: int
    declined: int
    stopped: int


def count_written(session: Session, survey_id: UUID) -> Written:
    """What the list of invitations says, without a name."""
    rows = list_invitations(session, survey_id)
    days = [row.sent_at.date() for row in rows if row.sent_at]
    return Written(
        listed=len(rows),
        sent=len(days),
        first_on=min(days, default=None),
        last_on=max(days, default=None),
        reminded=sum(row.reminders > 0 for row in rows),
        reminders=sum(row.reminders for row in rows),
        declined=sum(row.declined_on is not None for row in rows),
        stopped=sum(row.stopped_on is not None for row in rows),
    )


def _running(survey: Survey) -> Sequence[ColumnElement[bool]]:
    """Who may run a survey: those with a role in the whole consortium, or in the partner whose it is."""
    place = col(Membership.organisation_id)
    here = place.is_(None) if survey.organisation_id is None else or_(place.is_(None), place == survey.organisation_id)
    return (col(Membership.consortium_id) == survey.consortium_id, col(Membership.role).in_(RUNNING), here)


def count_running(session: Session, survey: Survey) -> Mapping[str, int]:
    """How many people may run a survey, by role."""
    wanted = (
        select(Membership.role, func.count(func.distinct(Membership.person_id)))
        .join(Person, col(Person.id) == col(Membership.person_id))
        .where(*_running(survey), col(Person.disabled_at).is_(None))
        .group_by(col(Membership.role))
    )
    found = dict(session.exec(wanted).all())
    return {role: found[role] for role in RUNNING if role in found}


def count_running_invited(session: Session, survey: Survey) -> int:
    """How many of those who may run a survey stand on its list of invitations; whether they answered nobody knows."""
    invited = select(func.lower(Invitation.email)).where(Invitation.survey_id == survey.id)
    wanted = (
        select(func.count(func.distinct(Person.id)))
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .where(*_running(survey), func.lower(Person.email).in_(invited))
    )
    return session.exec(wanted).one()
