"""The method for programs."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request

from app.actionplan.method.queries import method_content, method_of
from app.auth.guard import permitted
from app.people.rules import Actor
from app.surveys.authoring.queries import get_own_survey
from app.web.deps import SessionDep
from app.web.json import StrictRoute
from app.web.language import language_of

router = APIRouter(tags=["results"], route_class=StrictRoute)


@router.get("/surveys/{survey_id}/method")
def read_method(
    request: Request, session: SessionDep, actor: Annotated[Actor, permitted("results.read")], survey_id: UUID
) -> dict[str, Any]:
    """How the results of a survey came about, as in the file."""
    survey = get_own_survey(session, actor, survey_id)
    return method_content(survey, method_of(session, survey), language_of(request))
