"""Acts that turn ideas into initiatives."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session

from app.actionplan.cocreation.rules import free_code
from app.actionplan.initiatives.models import Initiative
from app.actionplan.initiatives.queries import get_own_initiative, list_initiatives
from app.actionplan.initiatives.service import draft_initiative
from app.auth.permissions import require
from app.core.errors import Invalid
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.surveys.ideas.service import put_into_initiative


def take_over(
    session: Session, actor: Actor, survey: Survey, keys: Collection[UUID], *, language: str, title: str, summary: str
) -> Initiative:
    """Make a new initiative, a draft in one language, of ideas; each of them remembers it.

    Raises Invalid for words that cannot be, NotFound for ideas that are not there, Conflict for those decided
    meanwhile.
    """
    require(actor, "idea.judge", survey)
    title = " ".join(title.split())
    if not title:
        raise Invalid("Give the initiative a title.", {"title": "Give the initiative a title."})
    code = free_code([initiative.external_id for initiative, _ in list_initiatives(session, actor)])
    made = draft_initiative(
        session,
        actor,
        code=code,
        title={language: title},
        summary={language: summary.strip()} if summary.strip() else {},
        organisation_id=survey.organisation_id,
    )
    put_into_initiative(session, actor, survey, keys, initiative_id=made.id, title={language: title})
    return made


def join(session: Session, actor: Actor, survey: Survey, keys: Collection[UUID], initiative_id: UUID) -> None:
    """Put ideas into an initiative that is there already; its words stay. Raises as `take_over`."""
    initiative, version = get_own_initiative(session, actor, initiative_id)
    put_into_initiative(session, actor, survey, keys, initiative_id=initiative.id, title=version.title)
