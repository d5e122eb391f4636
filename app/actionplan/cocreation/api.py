"""The ideas of a survey for programs; people give them as they give answers, under the codes of `ideas/rules.py`."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from app.auth.guard import permitted
from app.auth.permissions import require
from app.people.rules import Actor
from app.surveys.authoring.queries import get_own_survey
from app.surveys.ideas.queries import list_ideas
from app.web.deps import SessionDep
from app.web.json import StrictRoute

router = APIRouter(prefix="/surveys", tags=["cocreation"], route_class=StrictRoute)


@router.get("/{survey_id}/ideas")
def read_ideas(
    session: SessionDep, actor: Annotated[Actor, permitted("idea.judge")], survey_id: UUID
) -> list[dict[str, Any]]:
    """The ideas once their round has closed, in an order drawn by lot, each with what became of it.

    None while fewer people than the survey's smallest group have written any.
    """
    survey = get_own_survey(session, actor, survey_id)
    require(actor, "idea.judge", survey)
    return [
        {
            "id": str(given.idea.id),
            "title": given.text.title,
            "summary": given.text.summary,
            "first_step": given.text.first_step,
            "language": given.text.language,
            "initiative": given.idea.initiative_id and str(given.idea.initiative_id),
            "set_aside_because": given.idea.aside_because or None,
        }
        for given in list_ideas(session, survey)
    ]
