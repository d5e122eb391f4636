"""Figures on a plane: what changed between two rounds, and two criteria beside each other."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from app.consensus.figures.drawing.sheet import BRAND, CTRL, INK, INK_2, INK_3, LINE, SURFACE, Align, configured, data
from app.consensus.figures.model import Figure, shown

LOW_TONE = "var(--l1)"
SLOPE_WIDTH, SLOPE_HEIGHT = 300, 460
PLANE = 520
LABEL_STEP = 34


def draw_change(figure: Figure) -> dict[str, Any]:
    """A line an initiative from round to round; the largest rises and falls carry names."""
    records = figure.records()
    named: Mapping[str, str] = figure.facts["named"]
    is_mirrored = figure.direction == "rtl"
    lines = [{**one, "kind": named.get(one["initiative"], "quiet"), "left": 0, "right": 1} for one in records]
    x = alt.Scale(domain=[0, 1], nice=False, zero=False, reverse=is_mirrored)
    values = [one[key] for one in records for key in ("before", "after")]
    bottom, top = _steps(min(values), max(values))
    y = alt.Scale(domain=[bottom, top], nice=False, zero=False)

    def rule(kind: str, color: str, width: float, dash: list[int]) -> alt.Chart:
        return (
            alt.Chart(data([one for one in lines if one["kind"] == kind]), name=f"slopes_{kind}")
            .mark_rule(color=color, strokeWidth=width, strokeDash=dash)
            .encode(
                x=alt.X("left:Q", scale=x, axis=None),
                x2="right:Q",
                y=alt.Y("before:Q", scale=y, axis=None),
                y2="after:Q",
            )
        )

    ends = [
        {"at": at, "value": one[key], "kind": one["kind"]}
        for one in lines
        if one["kind"] != "quiet"
        for at, key in ((0, "before"), (1, "after"))
    ]
    side: Align = "right" if is_mirrored else "left"
    return configured(
        alt.layer(
            *_slope_frame(figure, x, y, bottom, top),
            rule("quiet", CTRL, 1, []),
            rule("rise", BRAND, 2.2, []),
            rule("fall", LOW_TONE, 2.2, [6, 3]),
            alt.Chart(data(ends), name="points")
            .mark_point(filled=True, size=70, opacity=1)
            .encode(
                x=alt.X("at:Q", scale=x, axis=None),
                y=alt.Y("value:Q", scale=y, axis=None),
                color=alt.condition("datum.kind == 'fall'", alt.value(LOW_TONE), alt.value(BRAND)),
            ),
            *_slope_labels(lines, y_pixels=(bottom, top), side=side, is_mirrored=is_mirrored),
            width=SLOPE_WIDTH,
            height=SLOPE_HEIGHT,
        )
    )


def _steps(least: float, most: float) -> tuple[float, float]:
    bottom, top = max(0.0, least // 0.1 * 0.1), min(1.0, -(-most // 0.1) * 0.1)
    return (bottom, top) if top > bottom else (max(0.0, top - 0.1), max(0.1, top))


def _slope_frame(figure: Figure, x: alt.Scale, y: alt.Scale, bottom: float, top: float) -> list[alt.Chart]:
    heads = [{"at": at, "text": figure.words[key]} for at, key in ((0, "before"), (1, "after"))]
    count = round((top - bottom) / 0.1)
    every = 2 if count > 6 else 1
    ticks = [
        {"value": bottom + n * 0.1, "text": shown(bottom + n * 0.1, "share", figure.language)}
        for n in range(0, count + 1, every)
    ]
    side: Align = "left" if figure.direction == "rtl" else "right"
    edge = SLOPE_WIDTH + 10 if figure.direction == "rtl" else -10
    return [
        alt.Chart(data(ticks))
        .mark_rule(color=LINE)
        .encode(x=alt.value(0), x2=alt.value(SLOPE_WIDTH), y=alt.Y("value:Q", scale=y, axis=None)),
        alt.Chart(data(ticks), name="ticks_y")
        .mark_text(align=side, color=INK_2)
        .encode(x=alt.value(edge), y=alt.Y("value:Q", scale=y, axis=None), text="text:N"),
        alt.Chart(data(heads))
        .mark_rule(color=CTRL)
        .encode(x=alt.X("at:Q", scale=x, axis=None), y=alt.value(0), y2=alt.value(SLOPE_HEIGHT)),
        alt.Chart(data(heads))
        .mark_text(baseline="bottom", dy=-8, fontWeight=600, color=INK_2)
        .encode(x=alt.X("at:Q", scale=x, axis=None), y=alt.value(0), text="text:N"),
    ]


def _slope_labels(
    lines: Sequence[Mapping[str, Any]], *, y_pixels: tuple[float, float], side: Align, is_mirrored: bool
) -> list[alt.Chart]:
    bottom, top = y_pixels
    named = sorted((one for one in lines if one["kind"] != "quiet"), key=lambda one: -one["after"])
    wanted = [SLOPE_HEIGHT * (top - one["after"]) / (top - bottom) for one in named]
    heights = spread(wanted, LABEL_STEP, SLOPE_HEIGHT)
    rows: list[tuple[float, dict[str, str]]] = [
        (
            height,
            {
                "text": f"{one['before_text']} → {one['after_text']} ({one['change_text']})",
                "title": textwrap.shorten(one["title"], 44, placeholder="…"),
            },
        )
        for one, height in zip(named, heights, strict=True)
    ]
    return [
        alt.Chart(data([row]))
        .mark_text(align=side, fontWeight=600 if key == "text" else "normal", color=INK if key == "text" else INK_2)
        .encode(x=alt.value(-16 if is_mirrored else SLOPE_WIDTH + 16), y=alt.value(height + dy), text=f"{key}:N")
        for height, row in rows
        for key, dy in (("text", -7), ("title", 8))
    ]


def spread(wanted: Sequence[float], step: float, height: float) -> list[float]:
    """Places from the top down, each at least a step below the one before, and none below the end while there is room.

    >>> spread([10, 12, 95], 20, 100)
    [10, 30, 95]
    """
    placed: list[float] = []
    for place in wanted:
        placed.append(max(place, placed[-1] + step) if placed else place)
    limit = height
    for number in range(len(placed) - 1, -1, -1):
        placed[number] = min(placed[number], limit)
        limit = placed[number] - step
    return placed


def draw_two_criteria(figure: Figure) -> dict[str, Any]:
    """A dot an initiative with its code; the lines are the averages of all."""
    records = figure.records()
    is_mirrored = figure.direction == "rtl"
    xs, ys = ([one[key] for one in records] for key in ("x", "y"))
    x_ends, y_ends = _around(xs), _around(ys)
    x = alt.Scale(domain=list(x_ends), nice=False, zero=False, reverse=is_mirrored)
    y = alt.Scale(domain=list(y_ends), nice=False, zero=False)
    to_x, to_y = alt.X("x:Q", scale=x, axis=None), alt.Y("y:Q", scale=y, axis=None)
    points = _with_labels(records, x_ends, y_ends, is_mirrored=is_mirrored)
    middle = [{"x": figure.facts["middle"][0], "y": figure.facts["middle"][1]}]
    return configured(
        alt.layer(
            *_plane_frame(figure, x_ends, y_ends, x, y),
            alt.Chart(data(middle))
            .mark_rule(color=INK_3, strokeDash=[4, 3])
            .encode(x=to_x, y=alt.value(0), y2=alt.value(PLANE)),
            alt.Chart(data(middle))
            .mark_rule(color=INK_3, strokeDash=[4, 3])
            .encode(y=to_y, x=alt.value(0), x2=alt.value(PLANE)),
            alt.Chart(data(points), name="points")
            .mark_point(filled=True, size=90, opacity=1, fill=BRAND, stroke=SURFACE, strokeWidth=1.2)
            .encode(x=to_x, y=to_y),
            *(
                alt.Chart(data([point for point in points if point["side"] == side]))
                .mark_text(align=align, dx=dx, dy=dy, fontSize=12)
                .encode(x=to_x, y=to_y, text="initiative:N")
                for side, (align, dx, dy) in SIDES.items()
                if any(point["side"] == side for point in points)
            ),
            width=PLANE,
            height=PLANE,
        )
    )


SIDES: dict[str, tuple[Align, float, float]] = {
    "right": ("left", 8, 0),
    "left": ("right", -8, 0),
    "above": ("center", 0, -13),
    "below": ("center", 0, 13),
}
PLACES = {"right": (20, 0), "left": (-20, 0), "above": (0, 13), "below": (0, -13)}


def _around(values: Sequence[float]) -> tuple[float, float]:
    # the words in the corners stand where no dot is
    room = 0.12 * (max(values) - min(values)) or 0.5
    return min(values) - room, max(values) + room


def _with_labels(
    records: Sequence[Mapping[str, Any]], xs: tuple[float, float], ys: tuple[float, float], *, is_mirrored: bool
) -> list[dict[str, Any]]:
    """Each point with the side on which its label meets the fewest others."""

    def pixels(one: Mapping[str, Any]) -> tuple[float, float]:
        along = (one["x"] - xs[0]) / (xs[1] - xs[0]) * PLANE
        return (PLANE - along if is_mirrored else along), (one["y"] - ys[0]) / (ys[1] - ys[0]) * PLANE

    dots = [pixels(one) for one in records]
    taken: list[tuple[float, float]] = []
    found: list[dict[str, Any]] = []
    for one, (px, py) in zip(records, dots, strict=True):

        def crowd(side: str, px: float = px, py: float = py) -> int:
            lx, ly = px + PLACES[side][0], py + PLACES[side][1]
            near = sum(abs(lx - ox) < 19 and abs(ly - oy) < 11 for ox, oy in dots)
            return near + 2 * sum(abs(lx - ox) < 30 and abs(ly - oy) < 13 for ox, oy in taken)

        side = min(SIDES, key=crowd)
        taken.append((px + PLACES[side][0], py + PLACES[side][1]))
        found.append({"x": one["x"], "y": one["y"], "initiative": one["initiative"], "side": side})
    return found


def _plane_frame(
    figure: Figure, xs: tuple[float, float], ys: tuple[float, float], x: alt.Scale, y: alt.Scale
) -> list[alt.Chart]:
    words = figure.words
    is_mirrored = figure.direction == "rtl"
    near, far = (PLANE - 10, 10) if is_mirrored else (10, PLANE - 10)
    start: Align = "right" if is_mirrored else "left"
    end: Align = "left" if is_mirrored else "right"
    corners: tuple[tuple[int, int, Align, str], ...] = (
        (far, 14, end, words["both"]),
        (near, 14, start, words["other"]),
        (far, PLANE - 14, end, words["one"]),
        (near, PLANE - 14, start, words["neither"]),
    )
    ticks = [
        [{"value": v, "text": shown(v, "spread", figure.language)} for v in _ticks(*ends, figure.facts["scale"])]
        for ends in (xs, ys)
    ]
    edge = PLANE + 8 if is_mirrored else -8
    return [
        alt.Chart(data([{}]))
        .mark_rect(fill="none", stroke=LINE)
        .encode(x=alt.value(0), x2=alt.value(PLANE), y=alt.value(0), y2=alt.value(PLANE)),
        *(
            alt.Chart(data([{"text": text}]))
            .mark_text(align=side, color=INK_2, fontStyle="italic")
            .encode(x=alt.value(px), y=alt.value(py), text="text:N")
            for px, py, side, text in corners
        ),
        alt.Chart(data(ticks[0]), name="ticks")
        .mark_text(baseline="top", dy=8, color=INK_2)
        .encode(x=alt.X("value:Q", scale=x, axis=None), y=alt.value(PLANE), text="text:N"),
        alt.Chart(data(ticks[1]), name="ticks_y")
        .mark_text(align=end, color=INK_2)
        .encode(x=alt.value(edge), y=alt.Y("value:Q", scale=y, axis=None), text="text:N"),
        alt.Chart(data([{"text": words["x"]}]))
        .mark_text(baseline="top", dy=28, align=end, fontWeight=600, color=INK_2)
        .encode(x=alt.value(0 if is_mirrored else PLANE), y=alt.value(PLANE), text="text:N"),
        alt.Chart(data([{"text": words["y"].replace("→", "↑")}]))
        .mark_text(baseline="bottom", dy=-8, align=start, fontWeight=600, color=INK_2)
        .encode(x=alt.value(PLANE if is_mirrored else 0), y=alt.value(0), text="text:N"),
    ]


def _ticks(low: float, high: float, scale: Mapping[str, int]) -> list[float]:
    low, high = max(low, scale["low"]), min(high, scale["high"])
    step = next(size for size in (0.1, 0.2, 0.5, 1.0, 2.0) if (high - low) / size <= 7)
    first = -(-low // step)
    return [round((first + n) * step, 6) for n in range(int((high - first * step) // step) + 1)]
