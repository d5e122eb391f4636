"""Figures in the browser: all of a round, one with its table, and its files. Nothing is drawn here."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from markupsafe import Markup
from sqlmodel import Session

from app.auth.guard import permitted
from app.auth.permissions import may, require
from app.consensus.figures.catalogue import KINDS, get_kind
from app.consensus.figures.framing import bare, framed, inline
from app.consensus.figures.model import Figure, as_document
from app.consensus.figures.queries import (
    find_drawing,
    find_file,
    find_svg,
    get_figure,
    get_snapshots,
    language_drawn,
    list_drawings,
    read_for_figures,
)
from app.consensus.figures.reading import EVERY_CRITERION
from app.consensus.queries import list_numbers
from app.core.errors import NotFound
from app.core.words import pick
from app.documents.to_csv import to_csv
from app.documents.tokens import Theme
from app.history.service import record
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_own_survey_by_slug, list_criteria
from app.web.deps import SessionDep, WritingSessionDep
from app.web.language import language_of
from app.web.templating import render

router = APIRouter(tags=["figures"])

ReaderDep = Annotated[Actor, permitted("results.read")]
NumberDep = Annotated[int | None, Query(alias="round", ge=1, le=99)]


@dataclass(frozen=True)
class Card:
    """One figure among all."""

    question: str
    figure: Figure
    is_drawn: bool


@router.get("/results/{slug}/figures")
def figures_page(
    request: Request, session: SessionDep, actor: ReaderDep, slug: str, number: NumberDep = None, criterion: str = ""
) -> Response:
    """Every figure of a round, small."""
    survey = get_own_survey_by_slug(session, actor, slug)
    if not list_numbers(session, survey.id):
        return render(request, "consensus/empty.html")
    snapshot, before = get_snapshots(session, survey, number)
    language = language_of(request)
    reading = read_for_figures(session, survey, snapshot, before, language)
    drawn = list_drawings(session, snapshot.id, language_drawn(survey, language))
    chosen = criterion or snapshot.findings["criteria"][0]
    cards: list[Card] = []
    for kind in KINDS:
        own = kind.criteria(snapshot.findings["criteria"])
        if own:
            figure = kind.make(reading, chosen if chosen in own else own[0])
            drawing = drawn.get((figure.name, figure.criterion))
            cards.append(Card(kind.question, figure, drawing is not None and drawing.svg_sha256 is not None))
    return render(
        request,
        "consensus/figures/all.html",
        survey=survey,
        snapshot=snapshot,
        cards=cards,
        criterion=chosen,
        criteria=_criteria(session, survey, snapshot.findings["criteria"], language),
        rounds=list_numbers(session, survey.id),
    )


@router.get("/results/{slug}/figures/{figure_kind}.csv")
def figure_csv(
    request: Request,
    session: WritingSessionDep,
    actor: Annotated[Actor, permitted("results.export")],
    slug: str,
    figure_kind: str,
    number: NumberDep = None,
    criterion: str | None = None,
) -> Response:
    """Every number of a figure as CSV; noted in the history."""
    survey = get_own_survey_by_slug(session, actor, slug)
    require(actor, "results.export", survey)
    snapshot, figure = get_figure(
        session, survey, figure_kind, number=number, criterion=criterion, language=language_of(request)
    )
    record(session, actor, "results.exported", survey, after={"round": snapshot.round_number, "figure": figure.name})
    return _file(to_csv(as_document(figure)), "text/csv; charset=utf-8", survey, snapshot.round_number, figure, "csv")


@router.get("/results/{slug}/figures/{figure_kind}.svg")
def figure_svg(
    request: Request,
    session: SessionDep,
    actor: ReaderDep,
    slug: str,
    figure_kind: str,
    number: NumberDep = None,
    criterion: str | None = None,
    theme: Theme = "light",
    frame: Literal["yes", "no"] = "yes",
) -> Response:
    """A figure as SVG with its title and source, or without them, in the colours of a theme."""
    survey = get_own_survey_by_slug(session, actor, slug)
    language = language_drawn(survey, language_of(request))
    snapshot, figure = get_figure(session, survey, figure_kind, number=number, criterion=criterion, language=language)
    svg = find_svg(session, find_drawing(session, snapshot.id, figure))
    if svg is None:
        raise NotFound("This picture is being drawn. Its table is there already.")
    text = framed(svg, figure, theme) if frame == "yes" else bare(svg, figure, theme)
    return _file(text.encode(), "image/svg+xml", survey, snapshot.round_number, figure, "svg", is_shown=True)


@router.get("/results/{slug}/figures/{figure_kind}.png")
def figure_png(
    request: Request,
    session: SessionDep,
    actor: ReaderDep,
    slug: str,
    figure_kind: str,
    number: NumberDep = None,
    criterion: str | None = None,
) -> Response:
    """A figure as PNG with its title and source, in light colours."""
    survey = get_own_survey_by_slug(session, actor, slug)
    language = language_drawn(survey, language_of(request))
    snapshot, figure = get_figure(session, survey, figure_kind, number=number, criterion=criterion, language=language)
    drawing = find_drawing(session, snapshot.id, figure)
    file = find_file(session, drawing.png_sha256 if drawing else None)
    if file is None:
        raise NotFound("This picture is being drawn. Its table is there already.")
    return _file(file.content, "image/png", survey, snapshot.round_number, figure, "png", is_shown=True)


@router.get("/results/{slug}/figures/{figure_kind}")
def figure_page(
    request: Request,
    session: SessionDep,
    actor: ReaderDep,
    slug: str,
    figure_kind: str,
    number: NumberDep = None,
    criterion: str | None = None,
    view: Literal["picture", "table"] = "picture",
) -> Response:
    """One figure: its finding, its picture or its table with every number, and its files."""
    survey = get_own_survey_by_slug(session, actor, slug)
    language = language_of(request)
    snapshot, figure = get_figure(session, survey, figure_kind, number=number, criterion=criterion, language=language)
    spoken = language_drawn(survey, language)
    drawing = list_drawings(session, snapshot.id, spoken).get((figure.name, figure.criterion))
    svg = find_svg(session, drawing)
    names = dict(_criteria(session, survey, snapshot.findings["criteria"], language))
    return render(
        request,
        "consensus/figures/one.html",
        survey=survey,
        snapshot=snapshot,
        figure=figure,
        question=get_kind(figure_kind).question,
        drawing=Markup(inline(svg, figure)) if svg else None,  # noqa: S704 -- our own drawing; the renderer escaped its texts
        picture_language=spoken,
        view=view if svg else "table",
        is_waiting=bool(figure.rows) and svg is None,
        criteria=[
            (code, names.get(code, "")) for code in get_kind(figure_kind).criteria(snapshot.findings["criteria"])
        ],
        rounds=list_numbers(session, survey.id),
        may_export=may(actor, "results.export", survey),
    )


def _criteria(session: Session, survey: Survey, asked: list[str], language: str) -> list[tuple[str, str]]:
    found = list_criteria(session, survey.id)
    return [(one.code, pick(one.label, language, survey.default_language)) for one in found if one.code in asked]


def _file(
    content: bytes,
    media_type: str,
    survey: Survey,
    number: int,
    figure: Figure,
    ending: str,
    *,
    is_shown: bool = False,
) -> Response:
    parts = [survey.slug, figure.name, figure.criterion, f"round-{number}"]
    name = "-".join(part for part in parts if part != EVERY_CRITERION)
    how = "inline" if is_shown else "attachment"
    headers = {"Content-Disposition": f'{how}; filename="{name}.{ending}"'}
    return Response(content, media_type=media_type, headers=headers)
