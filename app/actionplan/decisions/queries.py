"""Reads of decisions."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.actionplan.decisions.models import Decision, DeclaredInterest
from app.actionplan.decisions.rules import Outcome
from app.core.errors import NotFound
from app.people.models import Person
from app.people.queries import list_people
from app.people.rules import Actor, Role
from app.surveys.authoring.models import SurveyItem


class Decided(NamedTuple):
    """A decision with those who took part, in the order of their names, and the number of the one that replaced it."""

    decision: Decision
    parts: Sequence[DeclaredInterest]
    replaced_by: int | None
    replaces: int | None


def list_decisions(session: Session, survey_id: UUID) -> list[Decided]:
    """The decisions on a survey, the newest first, with what each replaced and was replaced by."""
    wanted = select(Decision).where(Decision.survey_id == survey_id).order_by(col(Decision.number).desc())
    found = session.exec(wanted).all()
    keys = [decision.id for decision in found]
    parts: dict[UUID, list[DeclaredInterest]] = {key: [] for key in keys}
    rows = session.exec(
        select(DeclaredInterest)
        .outerjoin(Person, col(Person.id) == col(DeclaredInterest.person_id))
        .where(col(DeclaredInterest.decision_id).in_(keys))
        .order_by(col(Person.name), col(DeclaredInterest.id))
    ).all()
    for part in rows:
        parts[part.decision_id].append(part)
    numbers = {decision.id: decision.number for decision in found}
    replaced = {decision.replaces_id: decision.number for decision in found}
    return [
        Decided(one, parts[one.id], replaced.get(one.id), numbers[one.replaces_id] if one.replaces_id else None)
        for one in found
    ]


def standing(decisions: Sequence[Decided]) -> list[Decided]:
    """Those that no later one has replaced."""
    return [one for one in decisions if one.replaced_by is None]


def find_weights(session: Session, survey_id: UUID) -> Mapping[str, float] | None:
    """The weights decided on for a survey, if that stands."""
    found = [one for one in standing(list_decisions(session, survey_id)) if one.decision.outcome == Outcome.WEIGHTS]
    return found[0].decision.weights if found else None


def get_decision(session: Session, survey_id: UUID, decision_id: UUID) -> Decision:
    """A decision on a survey, or NotFound."""
    found = session.get(Decision, decision_id)
    if found is None or found.survey_id != survey_id:
        raise NotFound("There is no such decision.")
    return found


def find_by_form(session: Session, actor: Actor, form_key: str) -> Decision | None:
    """What the actor decided with a form, if it was sent before."""
    wanted = select(Decision).where(Decision.decided_by_id == actor.id, Decision.form_key == form_key)
    return session.exec(wanted).first()


def next_number(session: Session, survey_id: UUID) -> int:
    """The number of the next decision on a survey."""
    wanted = select(func.max(col(Decision.number))).where(Decision.survey_id == survey_id)
    return (session.exec(wanted).one() or 0) + 1


def list_deciders(session: Session, actor: Actor) -> list[Person]:
    """Who may take part in a decision: the people of the whole consortium who are not only readers, by name."""
    return [
        person
        for person, memberships in list_people(session, actor)
        if person.disabled_at is None
        and any(line.organisation_id is None and line.role != Role.REVIEWER for line in memberships)
    ]


def decisions_on(session: Session, version_ids: Collection[UUID]) -> list[tuple[Decided, SurveyItem]]:
    """The decisions on versions of an initiative, each with the item of the survey that showed it, newest first."""
    items = session.exec(select(SurveyItem).where(col(SurveyItem.source_id).in_(version_ids))).all()
    found = [
        (one, item)
        for item in items
        for one in list_decisions(session, item.survey_id)
        if item.code in one.decision.item_codes
    ]
    return sorted(found, key=lambda pair: pair[0].decision.decided_at, reverse=True)
