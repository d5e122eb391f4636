"""Reads for whoever writes an initiative."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from app.actionplan.drafting.models import InitiativeDraft
from app.actionplan.initiatives.models import InitiativeVersion
from app.people.rules import Actor
from app.surveys.authoring.models import Survey, SurveyItem


def find_draft(session: Session, actor: Actor, initiative_id: UUID, part: str) -> InitiativeDraft | None:
    """What the actor typed into a part's form and did not save, if anything."""
    return session.exec(
        select(InitiativeDraft).where(
            InitiativeDraft.initiative_id == initiative_id,
            InitiativeDraft.person_id == actor.id,
            InitiativeDraft.part == part,
        )
    ).first()


def list_drafts(session: Session, actor: Actor, initiative_id: UUID) -> Sequence[InitiativeDraft]:
    """All parts of an initiative that the actor typed into and did not save."""
    return session.exec(
        select(InitiativeDraft)
        .where(InitiativeDraft.initiative_id == initiative_id, InitiativeDraft.person_id == actor.id)
        .order_by(col(InitiativeDraft.part))
    ).all()


def find_version_by_digest(session: Session, initiative_id: UUID, digest: str) -> InitiativeVersion | None:
    """The newest version of an initiative with this digest, given whole, if there is one."""
    return session.exec(
        select(InitiativeVersion)
        .where(InitiativeVersion.initiative_id == initiative_id, InitiativeVersion.digest == digest)
        .order_by(col(InitiativeVersion.number).desc())
    ).first()


def surveys_showing(session: Session, versions: Sequence[UUID]) -> Mapping[UUID, list[Survey]]:
    """The surveys that ask about these versions, by version, the oldest first."""
    rows = session.exec(
        select(SurveyItem.source_id, Survey)
        .join(Survey, col(Survey.id) == col(SurveyItem.survey_id))
        .where(col(SurveyItem.source_id).in_(versions))
        .order_by(col(Survey.created_at))
    ).all()
    found: dict[UUID, list[Survey]] = {}
    for version, survey in rows:
        found.setdefault(version, []).append(survey)
    return found
