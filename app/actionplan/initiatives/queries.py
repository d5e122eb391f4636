"""Reads of initiatives."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.actionplan.initiatives.models import Initiative, InitiativeStep, InitiativeVersion, Topic
from app.actionplan.initiatives.rules import natural_order
from app.actionplan.initiatives.schemas import read_content
from app.core.errors import NotFound
from app.people.queries import list_organisations
from app.people.rules import Actor

LARGEST_NUMBER = 2**31 - 1
"""The largest that a column of numbers takes; a larger one from outside is no version's."""


def get_own_initiative(session: Session, actor: Actor, initiative_id: UUID) -> tuple[Initiative, InitiativeVersion]:
    """An initiative of the actor's consortium with its newest version, or NotFound."""
    for initiative, version in _newest(session, actor, initiative_id):
        return initiative, version
    raise NotFound("There is no such initiative.")


def list_initiatives(session: Session, actor: Actor) -> Sequence[tuple[Initiative, InitiativeVersion]]:
    """The initiatives of the actor's consortium with their newest versions, by external id as people count."""
    return sorted(_newest(session, actor), key=lambda pair: natural_order(pair[0].external_id))


def find_newest_version(session: Session, actor: Actor, external_id: str) -> InitiativeVersion | None:
    """The newest version of the initiative of this external id in the actor's consortium, if there is one."""
    return session.exec(
        select(InitiativeVersion)
        .join(Initiative, col(Initiative.id) == col(InitiativeVersion.initiative_id))
        .where(Initiative.consortium_id == actor.consortium_id, Initiative.external_id == external_id)
        .order_by(col(InitiativeVersion.number).desc())
    ).first()


def list_versions(session: Session, initiative_id: UUID) -> Sequence[InitiativeVersion]:
    """The versions of an initiative, the newest first."""
    wanted = select(InitiativeVersion).where(InitiativeVersion.initiative_id == initiative_id)
    return session.exec(wanted.order_by(col(InitiativeVersion.number).desc())).all()


def get_version(session: Session, initiative_id: UUID, number: int) -> InitiativeVersion:
    """A version of an initiative by its number, or NotFound."""
    found = find_version(session, initiative_id, number)
    if found is None:
        raise NotFound("There is no such version.")
    return found


def find_version(session: Session, initiative_id: UUID, number: int) -> InitiativeVersion | None:
    """A version of an initiative by its number, if there is one."""
    if not 0 < number <= LARGEST_NUMBER:
        return None
    return session.exec(
        select(InitiativeVersion).where(
            InitiativeVersion.initiative_id == initiative_id, InitiativeVersion.number == number
        )
    ).first()


def list_steps(session: Session, initiative_id: UUID) -> Sequence[InitiativeStep]:
    """The states an initiative has been in, the newest first."""
    wanted = select(InitiativeStep).where(InitiativeStep.initiative_id == initiative_id)
    return session.exec(wanted.order_by(col(InitiativeStep.number).desc())).all()


def list_sheets(session: Session, actor: Actor) -> dict[str, dict[str, Any]]:
    """The newest sheets of the consortium's initiatives by code, each with all that a sheet can say."""
    return {initiative.external_id: read_content(version.content) for initiative, version in _newest(session, actor)}


def partner_names(session: Session, actor: Actor) -> set[str]:
    """What the consortium's partners are called in sheets: their names and short names; none while it has none."""
    partners = [one for one in list_organisations(session, actor) if one.is_partner]
    return {name for one in partners for name in (one.name, one.code) if name}


def list_topics(session: Session, actor: Actor) -> Sequence[Topic]:
    """The topics of the actor's consortium, by external id."""
    wanted = select(Topic).where(Topic.consortium_id == actor.consortium_id)
    return session.exec(wanted.order_by(col(Topic.external_id))).all()


def _newest(
    session: Session, actor: Actor, initiative_id: UUID | None = None
) -> Sequence[tuple[Initiative, InitiativeVersion]]:
    newest = (
        select(InitiativeVersion.initiative_id, func.max(InitiativeVersion.number).label("number"))
        .group_by(col(InitiativeVersion.initiative_id))
        .subquery()
    )
    wanted = (
        select(Initiative, InitiativeVersion)
        .join(InitiativeVersion, col(InitiativeVersion.initiative_id) == col(Initiative.id))
        .join(
            newest,
            (newest.c.initiative_id == InitiativeVersion.initiative_id) & (newest.c.number == InitiativeVersion.number),
        )
    )
    wanted = wanted.where(Initiative.consortium_id == actor.consortium_id)
    if initiative_id:
        wanted = wanted.where(Initiative.id == initiative_id)
    return session.exec(wanted).all()
