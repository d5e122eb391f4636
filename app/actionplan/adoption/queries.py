"""Reads of what was adopted."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from app.actionplan.adoption.models import PlanEdition
from app.core.errors import NotFound


def list_editions(session: Session, plan_id: UUID) -> Sequence[PlanEdition]:
    """The editions of a plan, the newest first."""
    wanted = select(PlanEdition).where(PlanEdition.plan_id == plan_id)
    return session.exec(wanted.order_by(col(PlanEdition.number).desc())).all()


def get_edition(session: Session, plan_id: UUID, number: int | None = None) -> PlanEdition:
    """An edition of a plan by its number, by default the newest, or NotFound."""
    for edition in list_editions(session, plan_id):
        if number in (None, edition.number):
            return edition
    raise NotFound("This plan has not been adopted yet.")
