"""Published figures as pages and files show them, read from where they read."""

from typing import Any

from sqlmodel import Session

from app.actionplan.priorities.service import export_document
from app.consensus.figures.catalogue import make_figures
from app.consensus.figures.model import as_data
from app.consensus.figures.queries import read_for_figures
from app.consensus.models import Snapshot
from app.consensus.queries import find_snapshot
from app.documents.to_json import to_json
from app.reports.bundle.archive import from_json
from app.surveys.authoring.models import Survey


def figures_published(session: Session, survey: Survey, snapshot: Snapshot) -> dict[str, Any]:
    """The figures of a round in the survey's own language, by name and criterion."""
    before = find_snapshot(session, survey.id, snapshot.round_number - 1)
    reading = read_for_figures(session, survey, snapshot, before, survey.default_language)
    return {
        f"{figure.name}.{figure.criterion}" if figure.criterion else figure.name: as_data(figure)
        for figure in make_figures(reading)
    }


def priorities_published(session: Session, survey: Survey) -> Any:
    """The prioritised list under the weights fixed with the survey, as its file in JSON."""
    return from_json(to_json(export_document(session, survey, survey.default_language)))
