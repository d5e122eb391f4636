"""The survey that asks stakeholders about programmes, for programs."""

from typing import Annotated

from fastapi import APIRouter

from app.auth.guard import permitted
from app.people.rules import Actor
from app.programmes.rated.schemas import RatingSurveyIn, RatingSurveyOut
from app.programmes.rated.service import ask_stakeholders
from app.web.deps import SessionDep
from app.web.json import StrictRoute
from app.web.security import OwnCall

router = APIRouter(tags=["programmes"], route_class=StrictRoute)

AskerDep = Annotated[Actor, permitted("survey.import")]


@router.post("/programmes/surveys", status_code=201, dependencies=[OwnCall])
def ask_for_ratings(session: SessionDep, actor: AskerDep, given: RatingSurveyIn) -> RatingSurveyOut:
    """Make the draft of a survey about programmes; the same a second time is the same draft."""
    codes = set(given.programmes)
    survey = ask_stakeholders(session, actor, title=given.title, language=given.language, codes=codes)
    return RatingSurveyOut(id=survey.id, slug=survey.slug, programmes=len(codes))
