"""The figure of the calibration study, drawn by Altair and written as SVG without a browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import altair
import vl_convert

if TYPE_CHECKING:
    from tests.studies.calibration import Point

COLOURS = {"agreed": "#0B5563", "cannot tell": "#D2D0CA", "not agreed": "#A4420A"}
TITLES = {
    "alike": "True share in every helix",
    "apart": "True share in one helix, the other three at 90 %",
}
WIDTH, HEIGHT = 250, 170


def draw(points: Sequence[Point]) -> str:
    """The figure as SVG: a row for each case, a column for each number of people; the same points, the same bytes."""
    # Altair's types are partial
    charts: Any = altair
    rows: list[Any] = []
    for case, title in TITLES.items():
        mine = [point for point in points if point.case == case]
        cells = [_cell(mine, people, title) for people in dict.fromkeys(point.people for point in mine)]
        rows.append(charts.hconcat(*cells, spacing=24))
    figure: Any = charts.vconcat(*rows, spacing=28).configure(
        background="#ffffff",
        font="sans-serif",
        view={"stroke": None},
        axis={"grid": False, "labelColor": "#42525A", "titleColor": "#42525A", "titleFontWeight": "normal"},
        legend={"orient": "top", "title": None, "labelFontSize": 12, "symbolType": "square"},
        title={"fontSize": 13, "color": "#14232B", "anchor": "start"},
    )
    return vl_convert.vegalite_to_svg(figure.to_json(), vl_version="6.4")


def _cell(points: Sequence[Point], people: int, title: str) -> Any:
    charts: Any = altair
    mine = [point for point in points if point.people == people]
    areas = [
        {"share": point.share, "said": name, "order": order, "probability": value}
        for point in mine
        for order, (name, value) in enumerate(
            zip(COLOURS, (point.agreed, point.cannot_tell, point.not_agreed), strict=True)
        )
    ]
    lines = [{"share": point.share, "probability": point.consensus} for point in mine]
    across = charts.Scale(domain=[min(point.share for point in mine), 1], nice=False)
    x = charts.X("share:Q", title=title, axis=charts.Axis(format="%", values=[0.2, 0.4, 0.6, 0.8, 1]), scale=across)
    y = charts.Y(
        "probability:Q",
        title="probability of the verdict",
        axis=charts.Axis(format="%", tickCount=5),
        scale=charts.Scale(domain=[0, 1]),
    )
    stacked = (
        charts.Chart(charts.InlineData(values=areas))
        .mark_area()
        .encode(
            x=x,
            y=y.stack("zero"),
            color=charts.Color(
                "said:N", scale=charts.Scale(domain=list(COLOURS), range=list(COLOURS.values())), sort=list(COLOURS)
            ),
            order="order:O",
        )
    )
    without_doubt = (
        charts.Chart(charts.InlineData(values=lines))
        .mark_line(color="#14232B", strokeDash=[4, 3], strokeWidth=1.5)
        .encode(x=x, y=y)
    )
    edge = [{"share": _edge(mine)}]
    truth = charts.Chart(charts.InlineData(values=edge)).mark_rule(color="#14232B", strokeWidth=1.5).encode(x=x)
    return (stacked + without_doubt + truth).properties(width=WIDTH, height=HEIGHT, title=f"{people} people per helix")


def _edge(points: Sequence[Point]) -> float:
    return min(point.share for point in points if point.is_met)
