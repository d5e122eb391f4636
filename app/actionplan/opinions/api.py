"""Opinion groups for programs."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from app.actionplan.opinions.queries import find_wall_opinions, list_opinions
from app.auth.guard import permitted
from app.core.errors import NotFound
from app.people.rules import Actor
from app.surveys.authoring.queries import get_own_survey
from app.web.deps import SessionDep
from app.web.json import StrictRoute

NOT_FOUND_YET = "Nobody has looked for opinion groups in this round yet. They are found once and stay as they are."
router = APIRouter(tags=["opinions"], route_class=StrictRoute)


@router.get("/surveys/{survey_id}/opinions")
def read_opinions(
    session: SessionDep, actor: Annotated[Actor, permitted("opinions.read")], survey_id: UUID
) -> dict[str, Any]:
    """The opinion groups of the last round in which they were looked for, or the reason why none are shown."""
    found = list_opinions(session, get_own_survey(session, actor, survey_id).id)
    if not found:
        raise NotFound(NOT_FOUND_YET)
    return {"snapshot": found[-1].sha256, "round": found[-1].round_number, **found[-1].findings}


@router.get("/proposals/opinions")
def read_wall_opinions(session: SessionDep, actor: Annotated[Actor, permitted("opinions.read")]) -> dict[str, Any]:
    """The opinion groups of the ideas wall, or the reason why none are shown."""
    found = find_wall_opinions(session, actor.consortium_id)
    if found is None:
        raise NotFound("Nobody has looked for opinion groups on the ideas wall yet. They are found once it is closed.")
    return {"snapshot": found.sha256, "found_on": found.found_on.isoformat(), **found.findings}
