"""Reads of figures: what they are made from, and their pictures."""

import zlib
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from app import __version__
from app.consensus.figures.catalogue import make_figure
from app.consensus.figures.model import Figure
from app.consensus.figures.models import FigureDrawing, FigureFile
from app.consensus.figures.reading import Reading
from app.consensus.models import Snapshot
from app.consensus.queries import find_snapshot, get_snapshot, rank_ranges
from app.core.errors import NotFound
from app.core.words import LANGUAGES, pick
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import find_question, list_criteria, list_items
from app.web.helices import marks_of


def read_for_figures(
    session: Session, survey: Survey, snapshot: Snapshot, before: Snapshot | None, language: str
) -> Reading:
    """What the figures of a round are made from, in a language."""
    own = survey.default_language
    helix, region = (find_question(session, survey.id, code) for code in ("helix", "region"))
    return Reading(
        survey=pick(survey.title, language, own),
        findings=snapshot.findings,
        before=before.findings if before else None,
        sha256=snapshot.sha256,
        titles=distinct({item.code: pick(item.title, language, own) for item in list_items(session, survey.id)}),
        criteria={one.code: pick(one.label, language, own) for one in list_criteria(session, survey.id)},
        marks=[
            mark
            for mark in marks_of(helix.options if helix else [], language, own)
            if mark.code in snapshot.findings["helices"]
        ],
        regions={one["code"]: pick(one["label"], language, own) for one in (region.options if region else [])},
        chances=_chances(session, snapshot),
        language=language,
    )


def distinct(titles: Mapping[str, str]) -> dict[str, str]:
    """The titles, each with its code where two are the same."""
    every = list(titles.values())
    return {code: f"{title} ({code})" if every.count(title) > 1 else title for code, title in titles.items()}


def _chances(session: Session, snapshot: Snapshot) -> Mapping[str, Sequence[float]]:
    # not from the inner analysis: its re-samples draw hidden helices singly, and the spread would tell of them
    try:
        return rank_ranges(session, snapshot, snapshot.findings["weights"]).probability
    except NotFound:
        return {}


def drawn_languages(survey: Survey) -> list[str]:
    """The languages that figures of a survey are drawn in: those it has that the interface has, else its own."""
    own = survey.default_language
    found = [code for code in survey.languages if code in LANGUAGES]
    return sorted(found, key=lambda code: code != own) or [own]


def language_drawn(survey: Survey, language: str) -> str:
    """The language of the picture that somebody reading in `language` sees."""
    drawn = drawn_languages(survey)
    return language if language in drawn else drawn[0]


def find_drawing(session: Session, snapshot_id: UUID, figure: Figure) -> FigureDrawing | None:
    """That this figure was drawn in its language."""
    wanted = select(FigureDrawing).where(
        FigureDrawing.snapshot_id == snapshot_id,
        FigureDrawing.language == figure.language,
        FigureDrawing.name == figure.name,
        FigureDrawing.criterion == figure.criterion,
    )
    return session.exec(wanted).first()


def find_file(session: Session, sha256: str | None) -> FigureFile | None:
    """A picture by its key."""
    return session.get(FigureFile, sha256) if sha256 else None


def list_drawings(session: Session, snapshot_id: UUID, language: str) -> dict[tuple[str, str], FigureDrawing]:
    """What was drawn of a snapshot in a language, by name and criterion."""
    wanted = select(FigureDrawing).where(FigureDrawing.snapshot_id == snapshot_id, FigureDrawing.language == language)
    return {(one.name, one.criterion): one for one in session.exec(wanted)}


def list_undrawn(session: Session) -> list[tuple[Snapshot, Survey, str]]:
    """The snapshots and languages in which this program has drawn nothing yet, the newest first."""
    done = select(FigureDrawing.snapshot_id, FigureDrawing.language).where(FigureDrawing.program == __version__)
    drawn = set(session.exec(done.distinct()).all())
    wanted = (
        select(Snapshot.id, Survey)
        .join(Survey, col(Survey.id) == col(Snapshot.survey_id))
        .order_by(col(Snapshot.created_at).desc(), col(Snapshot.id))
    )
    missing = [
        (key, survey, language)
        for key, survey in session.exec(wanted)
        for language in drawn_languages(survey)
        if (key, language) not in drawn
    ]
    return [(session.get_one(Snapshot, key), survey, language) for key, survey, language in missing]


def get_snapshots(session: Session, survey: Survey, number: int | None) -> tuple[Snapshot, Snapshot | None]:
    """A round's snapshot, by default the last one's, and that of the round before. Raises NotFound."""
    snapshot = get_snapshot(session, survey.id, number)
    return snapshot, find_snapshot(session, survey.id, snapshot.round_number - 1)


def get_figure(
    session: Session, survey: Survey, name: str, *, number: int | None, criterion: str | None, language: str
) -> tuple[Snapshot, Figure]:
    """One figure of a round in a language, with the snapshot it is of. Raises NotFound."""
    snapshot, before = get_snapshots(session, survey, number)
    return snapshot, make_figure(read_for_figures(session, survey, snapshot, before, language), name, criterion)


def find_svg(session: Session, drawing: FigureDrawing | None) -> str | None:
    """The drawing of a figure with the names of colours in it; None where there is none, or not yet."""
    file = find_file(session, drawing.svg_sha256) if drawing else None
    return zlib.decompress(file.content).decode() if file else None
