"""Figures of a frozen round as documents hold them: the kept drawing, its finding as title, and its table."""

from sqlmodel import Session

from app.consensus.figures.catalogue import make_figure
from app.consensus.figures.framing import bare, size_of
from app.consensus.figures.model import DIGITS
from app.consensus.figures.model import Figure as Drawn
from app.consensus.figures.queries import find_svg, language_drawn, list_drawings, read_for_figures
from app.consensus.models import Snapshot
from app.core.errors import NotFound
from app.documents.document import Block, Column, Figure, Paragraph, Table
from app.surveys.authoring.models import Survey

TALLEST = 1.3
"""How high a picture may be in widths of the text, so that it stays on one page."""


class Pictures:
    """The figures of a round in one language; drawings are in the nearest language that they were drawn in."""

    def __init__(
        self, session: Session, survey: Survey, snapshot: Snapshot, before: Snapshot | None, language: str
    ) -> None:
        self._session = session
        self._reading = read_for_figures(session, survey, snapshot, before, language)
        self._drawn = list_drawings(session, snapshot.id, language_drawn(survey, language))

    def drawn(self, name: str, criterion: str) -> Drawn | None:
        """A figure as data: its finding, its definition and its table; None where a round has none."""
        try:
            return make_figure(self._reading, name, criterion)
        except NotFound:
            return None

    def finding(self, name: str, criterion: str) -> str:
        """What a figure comes to, in a sentence; nothing where a round has none."""
        figure = self.drawn(name, criterion)
        return figure.title if figure else ""

    def block(self, name: str, criterion: str) -> Block | None:
        """A figure with its picture; its finding alone where it has no rows, or while it is being drawn."""
        figure = self.drawn(name, criterion)
        if figure is None:
            return None
        svg = find_svg(self._session, self._drawn.get((figure.name, figure.criterion)))
        if not figure.rows or svg is None:
            return Paragraph(figure.title, "finding")
        width, height = size_of(svg)
        return Figure(
            title=figure.title,
            alt=label_of_text(figure),
            svg=bare(svg, figure, "print"),
            png=b"",
            table=table_of(figure),
            note=figure.definition,
            width=min(1.0, TALLEST * width / height),
        )


def label_of_text(figure: Drawn) -> str:
    """What a picture is to those who do not see it."""
    return f"{figure.title.rstrip('.')}. {figure.definition}"


def table_of(figure: Drawn) -> Table:
    """The numbers of a figure, with headings for people."""
    columns = [Column(one.key, one.heading, DIGITS[one.unit], is_share=one.unit == "share") for one in figure.columns]
    return Table(figure.title, columns, figure.rows, note=figure.definition)
