"""A closed survey to decide on: three initiatives, four groups, and points that people gave the criteria."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, select

from app.consensus.models import Snapshot
from app.consensus.service import close_round
from app.people.queries import operator
from app.surveys.authoring.models import Survey
from app.surveys.authoring.schemas import SurveyFile
from tests.make import HELICES, answer, make_open_survey, make_response, small_survey_file
from tests.scenes import lay

WORDS = {"en": "Words"}


def asking_file(**changes: Any) -> SurveyFile:
    """A small survey that also asks how much each criterion should count."""
    plain = small_survey_file().model_dump(mode="json", by_alias=True, exclude_unset=True)
    points = {
        "id": "points",
        "type": "allocation",
        "total": 100,
        "text": WORDS,
        "options": [{"code": code, "label": {"en": code.title()}} for code in ("urgency", "impact")],
    }
    return SurveyFile.model_validate(
        plain | {"sections": [*plain["sections"], {"id": "end", "questions": [points]}]} | changes
    )


def closed_survey(session: Session, engine: Engine, **changes: Any) -> tuple[Survey, Snapshot]:
    """The survey after its first round: six of each group; academia wants impact only, the others half and half."""
    if changes:
        return _build_closed(session, engine, changes)

    def find() -> tuple[Survey, Snapshot]:
        return session.exec(select(Survey)).one(), session.exec(select(Snapshot)).one()

    return lay(session, "closed survey", lambda: _build_closed(session, engine, {}), find)


def _build_closed(session: Session, engine: Engine, changes: Mapping[str, Any]) -> tuple[Survey, Snapshot]:
    survey = make_open_survey(session, asking_file(**changes))
    for helix in HELICES:
        for number in range(6):
            response, token = make_response(session, survey, helix=helix)
            values: dict[str, Any] = {
                "I1.impact": 5 - number % 2,
                "I1.urgency": 2,
                "I2.impact": 3,
                "I2.urgency": 4 + number % 2,
                "I3.impact": 1 + number % 3,
                "I3.urgency": 2,
                "points": {"impact": 100, "urgency": 0} if helix == "academia" else {"impact": 50, "urgency": 50},
            }
            answer(engine, response, token, values)
    snapshot = close_round(session, operator(session), survey)
    session.commit()
    return survey, snapshot
