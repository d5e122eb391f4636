"""Figures for programs: the data of each, and the keys of its pictures."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from app.auth.guard import permitted
from app.consensus.figures.catalogue import make_figures
from app.consensus.figures.model import Figure
from app.consensus.figures.models import FigureDrawing
from app.consensus.figures.queries import (
    find_drawing,
    get_figure,
    get_snapshots,
    language_drawn,
    list_drawings,
    read_for_figures,
)
from app.consensus.models import Snapshot
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_own_survey
from app.web.deps import SessionDep
from app.web.json import StrictRoute

router = APIRouter(tags=["figures"], route_class=StrictRoute)

ReaderDep = Annotated[Actor, permitted("results.read")]
NumberDep = Annotated[int | None, Query(alias="round", ge=1, le=99)]
LanguageDep = Annotated[str, Query(max_length=35)]


@router.get("/surveys/{survey_id}/figures")
def list_figures(
    session: SessionDep, actor: ReaderDep, survey_id: UUID, number: NumberDep = None, language: LanguageDep = ""
) -> dict[str, Any]:
    """The figures of a round with their findings, in a language of the survey."""
    survey = get_own_survey(session, actor, survey_id)
    snapshot, before = get_snapshots(session, survey, number)
    spoken = language_drawn(survey, language)
    reading = read_for_figures(session, survey, snapshot, before, spoken)
    drawn = list_drawings(session, snapshot.id, spoken)
    return _about(snapshot, spoken) | {
        "figures": [
            _head(figure, survey) | {"pictures": _pictures(drawn.get((figure.name, figure.criterion)))}
            for figure in make_figures(reading)
        ]
    }


@router.get("/surveys/{survey_id}/figures/{figure_kind}")
def read_figure(
    session: SessionDep,
    actor: ReaderDep,
    survey_id: UUID,
    figure_kind: str,
    number: NumberDep = None,
    criterion: str | None = None,
    language: LanguageDep = "",
) -> dict[str, Any]:
    """One figure with its table: columns with their units, and every number drawn."""
    survey = get_own_survey(session, actor, survey_id)
    spoken = language_drawn(survey, language)
    snapshot, figure = get_figure(session, survey, figure_kind, number=number, criterion=criterion, language=spoken)
    return (
        _about(snapshot, spoken)
        | _head(figure, survey)
        | {
            "source": figure.source,
            "columns": [
                {"key": column.key, "heading": column.heading, "unit": column.unit} for column in figure.columns
            ],
            "rows": figure.rows,
            "pictures": _pictures(find_drawing(session, snapshot.id, figure)),
        }
    )


def _about(snapshot: Snapshot, language: str) -> dict[str, Any]:
    return {"snapshot": snapshot.sha256, "round": snapshot.round_number, "language": language}


def _head(figure: Figure, survey: Survey) -> dict[str, Any]:
    return {
        "name": figure.name,
        "criterion": figure.criterion,
        "title": figure.title,
        "definition": figure.definition,
        "page": f"/results/{survey.slug}/figures/{figure.name}?criterion={figure.criterion}",
    }


def _pictures(drawing: FigureDrawing | None) -> dict[str, str | None] | None:
    """The keys of a figure's pictures; null while it is not drawn."""
    return {"svg": drawing.svg_sha256, "png": drawing.png_sha256} if drawing else None
