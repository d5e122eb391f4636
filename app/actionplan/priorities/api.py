"""Priorities for programs."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.actionplan.priorities.service import export_list
from app.auth.guard import permitted
from app.people.rules import Actor
from app.surveys.authoring.queries import get_own_survey
from app.web.deps import WritingSessionDep
from app.web.json import StrictRoute
from app.web.language import language_of

router = APIRouter(tags=["priorities"], route_class=StrictRoute)


@router.get("/surveys/{survey_id}/priorities")
def read_priorities(
    request: Request,
    session: WritingSessionDep,
    actor: Annotated[Actor, permitted("priorities.export")],
    survey_id: UUID,
    format: Literal["json", "csv", "xlsx"] = "json",  # noqa: A002 -- the name programs use
) -> Response:
    """The prioritised list under the weights fixed with the survey."""
    survey, address = get_own_survey(session, actor, survey_id), request.app.state.settings.address
    file = export_list(session, actor, survey, format, language_of(request), address=address)
    return Response(
        file.data,
        media_type=file.media_type,
        headers={"Content-Disposition": f'attachment; filename="{file.name}"'},
    )
