"""Reasons for programs."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from app.auth.guard import permitted
from app.auth.permissions import may, require
from app.consensus.reasons.queries import list_told
from app.consensus.reasons.rules import Choice, language_in
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_own_survey
from app.surveys.rounds.reasons import name_theme
from app.web.deps import SessionDep
from app.web.json import StrictRoute
from app.web.security import OwnCall

router = APIRouter(prefix="/surveys/{survey_id}/reasons", tags=["results"], route_class=StrictRoute)

ThemerDep = Annotated[Actor, permitted("reason.hide")]
Text = Annotated[str, Query(max_length=200)]


class ThemeIn(BaseModel):
    """A short word, or an empty one to take the reason out of its theme."""

    model_config = ConfigDict(extra="forbid", strict=True)

    theme: str = Field(max_length=200)


def find_own(session: SessionDep, actor: ThemerDep, survey_id: UUID) -> Survey:
    """The survey, refused before anything is said about what was sent when it is not theirs. Raises NotFound."""
    survey = get_own_survey(session, actor, survey_id)
    require(actor, "reason.hide", survey)
    return survey


@router.get("")
def read_reasons(
    session: SessionDep,
    actor: Annotated[Actor, permitted("results.read")],
    survey_id: UUID,
    item: Text = "",
    criterion: Text = "",
    theme: Text = "",
    q: Text = "",
) -> list[dict[str, Any]]:
    """The reasons that may be shown of all closed rounds; `helix` is null where naming it could tell who."""
    survey = get_own_survey(session, actor, survey_id)
    choice = Choice(item, criterion, theme, q)
    return [
        {
            "id": str(one.given.id),
            "round": one.round_number,
            "initiative": one.item,
            "criterion": one.criterion,
            "is_for": one.given.is_for,
            "helix": one.given.helix or None,
            "text": one.given.text,
            "language": language_in(one.given.text, survey.languages) or None,
            "theme": one.given.theme or None,
            "is_hidden": one.given.is_hidden,
        }
        for one in list_told(session, survey, with_hidden=may(actor, "reason.hide", survey))
        if choice.fits(item=one.item, criterion=one.criterion, theme=one.given.theme, text=one.given.text)
    ]


@router.put("/{reason_id}/theme", dependencies=[OwnCall])
def theme_by_program(
    session: SessionDep,
    actor: ThemerDep,
    survey: Annotated[Survey, Depends(find_own)],
    reason_id: UUID,
    wanted: ThemeIn,
) -> dict[str, str]:
    """Put a reason under a theme."""
    name_theme(session, actor, survey, reason_id, wanted.theme)
    return {"theme": wanted.theme}
