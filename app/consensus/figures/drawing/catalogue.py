"""Which figure is drawn how."""

from collections.abc import Callable, Mapping
from typing import Any

from altair.utils.schemapi import debug_mode

from app.consensus.figures.drawing.bars import draw_opinion, draw_response, draw_unsure
from app.consensus.figures.drawing.heat import draw_chances, draw_differences
from app.consensus.figures.drawing.planes import draw_change, draw_two_criteria
from app.consensus.figures.drawing.symbols import draw_gaps, draw_ranks, draw_settled
from app.consensus.figures.model import Figure

DRAWINGS: Mapping[str, Callable[[Figure], dict[str, Any]]] = {
    "opinion": draw_opinion,
    "ranks": draw_ranks,
    "rank-chances": draw_chances,
    "gaps": draw_gaps,
    "differences": draw_differences,
    "change": draw_change,
    "settled": draw_settled,
    "unsure": draw_unsure,
    "response": draw_response,
    "two-criteria": draw_two_criteria,
}


def specify(figure: Figure) -> dict[str, Any]:
    """The Vega-Lite specification of a figure that has rows. Altair's checks of it take longest, and tests run them."""
    with debug_mode(False):
        return DRAWINGS[figure.name](figure)
