"""Figures made of bars: opinion, who could not judge, who answered."""

from typing import Any

import altair as alt

from app.consensus.figures.drawing.sheet import (
    CTRL,
    INK,
    INK_2,
    INK_3,
    Align,
    Sheet,
    configured,
    data,
    legend_of,
    tokens,
)
from app.consensus.figures.drawing.symbols import group_points
from app.consensus.figures.model import Figure, shown

LEVELS = ("lowest", "lower", "middle", "higher", "highest")
FILLS = ("l1", "l2", "l3", "l4", "l5")
EDGES = ("l1", "l2-edge", "ctrl", "l4-edge", "l5")
STEP = 0.25
HALF = 0.27
MIDDLE_AT, MIDDLE_WIDTH = 456, 74


def draw_opinion(figure: Figure) -> dict[str, Any]:
    """Low to the left of the axis, high to its right, the middle in a column of its own."""
    records = figure.records()
    sheet = Sheet(records, 400, figure.direction, row=30)
    low = max([STEP, *(-(-one["low"] // STEP) * STEP for one in records if one["low"] is not None)])
    # room for the totals beyond both ends
    first, last = -low - 0.09, 1.0 + 0.09
    per_share = sheet.width / (last - first)
    headings = {column.key: column.heading for column in figure.columns}
    words = [headings[level] for level in LEVELS]
    parts = [
        {"place": place, "top": place - HALF, "bottom": place + HALF, "level": headings[level], "from": a, "to": b}
        for place, one in enumerate(records)
        if one["n"] is not None
        for level, a, b in _pieces(one)
    ]
    middles = [
        {
            "place": place,
            "top": place - HALF,
            "bottom": place + HALF,
            "level": headings["middle"],
            "from": (MIDDLE_AT / per_share) + first,
            "to": (MIDDLE_AT + MIDDLE_WIDTH * one["middle"]) / per_share + first,
            "text": one["middle_text"],
        }
        for place, one in enumerate(records)
        if one["n"] is not None
    ]
    x = sheet.scale(first, last)
    sheet.draw_rows(after=MIDDLE_AT + MIDDLE_WIDTH + 40 - sheet.width)
    steps = int(low / STEP + 0.5)
    sheet.draw_grid(
        [(n * STEP, shown(abs(n * STEP), "share", figure.language)) for n in range(-steps, 5)], first, last, strong=0.0
    )
    zero = (0 - first) * per_share
    sheet.draw_heads(
        [
            (zero - 10, sheet.end, f"← {headings['low']}" if not sheet.is_mirrored else f"{headings['low']} →"),
            (zero + 10, sheet.start, f"{headings['high']} →" if not sheet.is_mirrored else f"← {headings['high']}"),
            (MIDDLE_AT, sheet.start, headings["middle"]),
        ]
    )
    legend = legend_of(words, under_heads=True)
    sheet.add(
        alt.Chart(data(parts + middles), name="bars")
        .mark_rect(strokeWidth=1)
        .encode(
            x=alt.X("from:Q", scale=x, axis=None),
            x2="to:Q",
            y=sheet.y("top"),
            y2="bottom:Q",
            fill=alt.Fill(**tokens("level", words, FILLS, legend=legend)),
            stroke=alt.Stroke(**tokens("level", words, EDGES, legend=legend)),
        ),
        _rule_at_zero(sheet, x),
        _totals(sheet, x, _ends(sheet, "low", -1), sheet.end, -5),
        _totals(sheet, x, _ends(sheet, "high", 1), sheet.start, 5),
        _totals(sheet, x, [one | {"at": one["to"]} for one in middles], sheet.start, 5, INK_2),
        alt.Chart(data([one | {"text": figure.words["few"]} for one in sheet.placed() if one["n"] is None]))
        .mark_text(align=sheet.start, color=INK_2, fontStyle="italic")
        .encode(x=alt.X("zero:Q", scale=x, axis=None), y=sheet.y(), text="text:N")
        .transform_calculate(zero="0.02"),
    )
    return configured(sheet.chart())


def _known(sheet: Sheet) -> list[dict[str, Any]]:
    return [one for one in sheet.placed() if one["n"] is not None]


def _ends(sheet: Sheet, key: str, sign: int) -> list[dict[str, Any]]:
    """Where a total is written: beyond the end of its bar, and nowhere without one."""
    return [one | {"at": sign * one[key], "text": one[f"{key}_text"]} for one in _known(sheet) if one[key] > 0]


def _pieces(one: dict[str, Any]) -> list[tuple[str, float, float]]:
    """The levels of a row from the axis outwards: the strongest view lies farthest out."""
    pieces = [
        ("lower", -one["lower"], 0.0),
        ("lowest", -one["low"], -one["lower"]),
        ("higher", 0.0, one["higher"]),
        ("highest", one["higher"], one["high"]),
    ]
    return [piece for piece in pieces if piece[2] - piece[1] > 0]


def _rule_at_zero(sheet: Sheet, x: alt.Scale) -> alt.Chart:
    return (
        alt.Chart(data([{"zero": 0}]))
        .mark_rule(color=INK_3, strokeWidth=1.4)
        .encode(x=alt.X("zero:Q", scale=x, axis=None), y=alt.value(0), y2=alt.value(sheet.height))
    )


def _totals(
    sheet: Sheet, x: alt.Scale, rows: list[dict[str, Any]], side: Align, away: float, color: str = INK
) -> alt.Chart:
    return (
        alt.Chart(data([{key: one[key] for key in ("place", "at", "text")} for one in rows]))
        .mark_text(align=side, dx=sheet.away(away), fontWeight=600 if color == INK else "normal", color=color)
        .encode(x=alt.X("at:Q", scale=x, axis=None), y=sheet.y(), text="text:N")
    )


def draw_unsure(figure: Figure) -> dict[str, Any]:
    """A bar for all, and each group's mark on the same scale where it may be said."""
    records = figure.records()
    sheet = Sheet(records, 420, figure.direction)
    groups = [
        group for group in figure.facts["groups"] if any(one[f"by_{group['code']}"] is not None for one in records)
    ]
    largest = max(one[key] or 0 for one in records for key in ("share", *(f"by_{g['code']}" for g in groups)))
    top = next(step for step in (0.1, 0.2, 0.3, 0.5, 1.0) if largest <= step)
    ticks = [(top * n / 5, shown(top * n / 5, "share", figure.language)) for n in range(6)]
    sheet.draw_rows(after=52)
    sheet.draw_grid(ticks, 0, top, strong=0.0)
    x = sheet.scale(0, top)
    bars = [{"top": one["place"] - HALF, "bottom": one["place"] + HALF, "from": 0, **one} for one in sheet.placed()]
    sheet.add(
        alt.Chart(data(bars), name="bars")
        .mark_rect(fill="var(--l3)", stroke=CTRL, strokeWidth=0.8)
        .encode(x=alt.X("from:Q", scale=x, axis=None), x2="share:Q", y=sheet.y("top"), y2="bottom:Q"),
        _rule_at_zero(sheet, x),
        *group_points(sheet, groups, 0, top),
        alt.Chart(data([{"place": one["place"], "text": one["share_text"]} for one in sheet.placed()]))
        .mark_text(align=sheet.end, fontWeight=600)
        .encode(x=sheet.at(sheet.width + 50), y=sheet.y(), text="text:N"),
    )
    return configured(sheet.chart())


def draw_response(figure: Figure) -> dict[str, Any]:
    """How many answered, within how many were invited."""
    records = [one | {"title": one["group"]} for one in figure.records()]
    sheet = Sheet(records, 420, figure.direction, row=36)
    largest = max(one[key] or 0 for one in records for key in ("invited", "answered")) or 1
    step = next(
        size for size in (1, 2, 5, 10, 20, 25, 50, 100, 250, 500, 1000, 5000, 10**5, 10**7) if largest <= size * 6
    )
    last = step * -(-largest // step)
    sheet.draw_rows(after=130)
    sheet.draw_grid(
        [(tick, shown(tick, "count", figure.language)) for tick in range(0, int(last) + 1, step)], 0, last, strong=0
    )
    x = sheet.scale(0, last)
    sizes = (("invited", 0.32, "surface", "ctrl"), ("answered", 0.2, "l5", "l5"))
    words = [figure.words[key] for key, *_ in sizes]
    bars = [
        {
            "top": one["place"] - half,
            "bottom": one["place"] + half,
            "from": 0,
            "to": one[key],
            "word": figure.words[key],
        }
        for key, half, _, _ in sizes
        for one in sheet.placed()
        if one[key] is not None
    ]
    legend = legend_of(words)
    sheet.add(
        alt.Chart(data(bars), name="bars")
        .mark_rect(strokeWidth=1)
        .encode(
            x=alt.X("from:Q", scale=x, axis=None),
            x2="to:Q",
            y=sheet.y("top"),
            y2="bottom:Q",
            fill=alt.Fill(**tokens("word", words, [fill for *_, fill, _ in sizes], legend=legend)),
            stroke=alt.Stroke(**tokens("word", words, [edge for *_, edge in sizes], legend=legend)),
        ),
        _rule_at_zero(sheet, x),
        alt.Chart(data([{"place": one["place"], "text": _said(one, figure)} for one in sheet.placed()]))
        .mark_text(align=sheet.start, fontWeight=600)
        .encode(x=sheet.at(sheet.width + 10), y=sheet.y(), text="text:N"),
    )
    return configured(sheet.chart())


def _said(one: dict[str, Any], figure: Figure) -> str:
    if one["answered"] is None:
        return figure.words["few"]
    if one["invited"] is None:
        return one["answered_text"]
    return f"{one['answered_text']} / {one['invited_text']} · {one['share_text']}"
