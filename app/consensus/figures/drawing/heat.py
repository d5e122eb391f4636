"""Figures made of coloured cells: groups against all, and the chance of each rank."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from app.consensus.figures.drawing.sheet import INK, INK_2, SHAPES, SURFACE, Sheet, configured, data, legend_of
from app.consensus.figures.drawing.symbols import MARK_SIZE
from app.consensus.figures.model import Figure

ON_STRONG = "var(--on-brand)"
HATCH = "url(#hidden)"
Step = tuple[float, str, str, str]
HIDDEN: Step = (0, HATCH, "var(--ctrl)", INK_2)
NEAR: Step = (0, "var(--surface)", "var(--line)", INK)
# from so many points on: fill, edge, colour of the number
APART: tuple[Step, ...] = (NEAR, (8, "var(--l4)", "var(--l4-edge)", INK), (25, "var(--l5)", "var(--l5)", ON_STRONG))
BELOW: tuple[Step, ...] = (NEAR, (8, "var(--l2)", "var(--l2-edge)", INK), (25, "var(--l1)", "var(--l1)", ON_STRONG))
LIKELY = (
    (0.005, "var(--q1)", "var(--q-edge)", INK),
    (0.1, "var(--q2)", "var(--q-edge)", INK),
    (0.35, "var(--q3)", "var(--q-edge)", "var(--q3-ink)"),
    (0.7, "var(--q4)", "var(--q-edge)", ON_STRONG),
)


def step_of(value: float, steps: Sequence[Step]) -> Step:
    """The step a value belongs to."""
    return [step for step in steps if value >= step[0]][-1]


def draw_differences(figure: Figure) -> dict[str, Any]:
    """One column a group: its distance from all answers, as a number and a colour."""
    groups = figure.facts["groups"]
    columns = [("all", figure.words["all"]), *((f"by_{group['code']}", "") for group in groups)]
    wide = 86
    sheet = Sheet(figure.records(), wide * len(columns), figure.direction)
    sheet.draw_titles([one["title"] for one in sheet.records])
    cells: list[dict[str, Any]] = []
    for one in sheet.placed():
        for number, (key, _) in enumerate(columns):
            value = one[key]
            step = (0, "none", "none", INK) if key == "all" else _apart(value)
            text = figure.words["few"] if value is None else one[f"{key}_text"]
            cells.append(_cell(one["place"], number, text, step))
    sheet.add(*_draw_cells(sheet, cells, len(columns), 13))
    sheet.draw_heads([(wide / 2, "center", figure.words["all"])], up=7)
    sheet.add(*_group_heads(sheet, groups))
    return configured(sheet.chart())


def _apart(value: float | None) -> Step:
    if value is None:
        return HIDDEN
    # as the number is printed, so that equal numbers have equal colours
    points = round(value)
    return step_of(points, APART) if points >= 0 else step_of(-points, BELOW)


def _cell(place: int, number: int, text: str, step: Step) -> dict[str, Any]:
    _, fill, edge, ink = step
    return {
        "top": place - 0.42,
        "bottom": place + 0.42,
        "place": place,
        "from": number + 0.03,
        "to": number + 0.97,
        "middle": number + 0.5,
        "text": text,
        "fill": fill,
        "edge": edge,
        "ink": ink,
    }


def _draw_cells(sheet: Sheet, cells: list[dict[str, Any]], columns: int, size: int) -> list[alt.Chart]:
    x = sheet.scale(0, columns)
    return [
        alt.Chart(data(cells))
        .mark_rect(strokeWidth=1, cornerRadius=3)
        .encode(
            x=alt.X("from:Q", scale=x, axis=None),
            x2="to:Q",
            y=sheet.y("top"),
            y2="bottom:Q",
            fill=alt.Fill("fill:N", scale=None),
            stroke=alt.Stroke("edge:N", scale=None),
        ),
        alt.Chart(data([cell for cell in cells if cell["text"]]))
        .mark_text(fontSize=size)
        .encode(
            x=alt.X("middle:Q", scale=x, axis=None), y=sheet.y(), text="text:N", color=alt.Color("ink:N", scale=None)
        ),
    ]


def _group_heads(sheet: Sheet, groups: Sequence[dict[str, str]]) -> list[alt.Chart]:
    labels = [group["label"] for group in groups]
    legend = legend_of(labels, under_heads=True, shape="own")
    heads = [{"label": group["label"], "at": number + 1.5} for number, group in enumerate(groups)]
    return [
        alt.Chart(data(heads))
        .mark_point(filled=True, size=MARK_SIZE, opacity=1, stroke=SURFACE, strokeWidth=1)
        .encode(
            x=alt.X("at:Q", scale=sheet.scale(0, len(groups) + 1), axis=None),
            y=alt.value(-14),
            shape=alt.Shape(
                "label:N",
                scale=alt.Scale(domain=labels, range=[SHAPES[group["kind"]] for group in groups]),
                legend=legend,
            ),
            fill=alt.Fill(
                "label:N",
                scale=alt.Scale(domain=labels, range=[f"var(--{group['tone']})" for group in groups]),
                legend=legend,
            ),
        )
    ]


def draw_chances(figure: Figure) -> dict[str, Any]:
    """One column a rank: how often an initiative holds it."""
    places = figure.facts["places"]
    wide = max(24, min(60, 560 // max(places, 1)))
    sheet = Sheet(figure.records(), wide * places, figure.direction, row=30)
    cells = [
        _cell(one["place"], place - 1, _percent(one, place), step_of(one[f"rank_{place}"], LIKELY))
        for one in sheet.placed()
        for place in range(1, places + 1)
        if one[f"rank_{place}"] >= LIKELY[0][0]
    ]
    sheet.draw_rows()
    sheet.add(*_draw_cells(sheet, cells, places, 10))
    ticks = [{"at": place - 0.5, "text": str(place)} for place in range(1, places + 1)]
    sheet.add(
        alt.Chart(data(ticks), name="ticks")
        .mark_text(baseline="bottom", dy=-5, fontSize=11, color=INK_2)
        .encode(x=alt.X("at:Q", scale=sheet.scale(0, places), axis=None), y=alt.value(0), text="text:N")
    )
    sheet.draw_heads([(0, sheet.start, figure.words["axis"])])
    return configured(sheet.chart())


def _percent(one: dict[str, Any], place: int) -> str:
    return f"{100 * one[f'rank_{place}']:.0f}" if one[f"rank_{place}"] >= 0.05 else ""
