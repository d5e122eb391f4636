"""Consultations to look at: from files with two rounds, or a few answers by hand."""

from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, select

from app.consensus.importing import import_responses
from app.consensus.models import Snapshot
from app.consensus.queries import find_snapshot
from app.consensus.service import close_round
from app.people.queries import operator
from app.surveys.authoring.models import Survey
from tests.make import (
    answer,
    import_few_initiatives,
    make_open_survey,
    make_response,
    make_survey_of,
    small_survey_file,
)
from tests.scenes import lay
from tests.vectors import FOLDER

# the claims as their source numbers them
PAPERS = (
    *(
        20,
        21,
        24,
        26,
        28,
        38,
        79,
        100,
        102,
        103,
        104,
        106,
        108,
        109,
        116,
        118,
        133,
        137,
        138,
        145,
        168,
        176,
        186,
        203,
        215,
    ),
    *(),
)
REAL: dict[str, dict[str, Any]] = {
    "e2e": {
        "low": 1,
        "high": 9,
        "criteria": ("impact", "feasibility", "urgency"),
        "helices": ("academia", "industry", "government", "civil"),
        "codes": [f"I{number:02}" for number in range(1, 21)],
    },
    "forestera": {
        "low": 1,
        "high": 11,
        "criteria": ("agreement",),
        "helices": ("citizen", "stakeholder"),
        "codes": [f"C{number}" for number in range(1, 46)],
    },
    "aggrecat": {
        "low": 1,
        "high": 10,
        "criteria": ("replicates",),
        "helices": ("uom1", "uom2", "uom3", "uom4", "uom5"),
        "codes": [f"P{number}" for number in PAPERS],
    },
}


def import_consultation(session: Session, name: str) -> tuple[Survey, Snapshot]:
    """A consultation held elsewhere, with the results of its last round."""

    def find() -> tuple[Survey, Snapshot]:
        survey = session.exec(select(Survey).where(Survey.external_id == name)).one()
        snapshot = find_snapshot(session, survey.id)
        assert snapshot is not None
        return survey, snapshot

    return lay(session, name, lambda: _build_consultation(session, name), find)


def _build_consultation(session: Session, name: str) -> None:
    parts = dict(REAL[name])
    import_few_initiatives(session, parts.pop("codes"))
    survey = make_survey_of(session, operator(session), small_survey_file(survey_id=name, **parts)).survey
    tables = {kind: (FOLDER / name / f"{kind}.csv").read_bytes() for kind in ("respondents", "ratings")}
    import_responses(session, operator(session), survey, **tables)


def close_with(session: Session, engine: Engine, points: dict[str, list[int | None]]) -> tuple[Survey, Snapshot]:
    """A closed round in which each group gave these points to the first initiative by both criteria."""
    survey = make_open_survey(session)
    for helix, given in points.items():
        for point in given:
            response, token = make_response(session, survey, helix=helix)
            answer(engine, response, token, {"I1.impact": point, "I1.urgency": point})
    snapshot = close_round(session, operator(session), survey)
    session.commit()
    return survey, snapshot
