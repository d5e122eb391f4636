"""Running a survey in the browser: publishing it."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import permitted
from app.core.catalogues import translate
from app.people.rules import Actor
from app.surveys.authoring.drafting import get_changeable_survey
from app.surveys.authoring.models import Survey
from app.surveys.authoring.publishing import checks_of
from app.surveys.authoring.queries import list_items
from app.surveys.rounds.queries import count_invitations
from app.surveys.rounds.service import open_round
from app.web.deps import SessionDep
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(tags=["rounds"])

OpenerDep = Annotated[Actor, permitted("round.open")]
FOLDER = "surveys/rounds"


@router.get("/surveys/{slug}/publish")
def publish_page(request: Request, session: SessionDep, actor: OpenerDep, slug: str) -> Response:
    """What was checked, what publishing fixes, and the button."""
    survey = get_changeable_survey(session, actor, slug)
    if survey.published_at:
        return redirect(request, "survey_page", slug=slug)
    return _publish_page(request, session, survey)


@router.post("/surveys/{slug}/publish", dependencies=[OwnForm])
def publish_survey(request: Request, session: SessionDep, actor: OpenerDep, slug: str) -> Response:
    """Fix the protocol and open the first round; a second press finds it done."""
    survey = get_changeable_survey(session, actor, slug)
    if survey.published_at:
        return redirect(request, "survey_page", slug=slug)
    if any(check.is_blocking for check in checks_of(session, survey)):
        return _publish_page(request, session, survey, status=422)
    open_round(session, actor, survey)
    return redirect(request, "survey_page", slug=slug)


def _publish_page(request: Request, session: Session, survey: Survey, *, status: int = 200) -> Response:
    language = language_of(request)
    checks = [
        {
            "sentence": translate(language, check.sentence, **dict(check.values)),
            "step": check.step,
            "is_blocking": check.is_blocking,
        }
        for check in checks_of(session, survey)
    ]
    return render(
        request,
        f"{FOLDER}/publish.html",
        status=status,
        survey=survey,
        blocking=[check for check in checks if check["is_blocking"]],
        advice=[check for check in checks if not check["is_blocking"]],
        items=len(list_items(session, survey.id)),
        invited=sum(count_invitations(session, survey.id).values()),
        first=next((tag for tag in survey.languages if tag != survey.default_language), None),
    )
