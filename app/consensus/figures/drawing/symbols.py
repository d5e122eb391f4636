"""Figures made of marks on a line: gaps between groups, ranks, spread; and the groups' marks."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from app.consensus.figures.drawing.sheet import (
    BRAND,
    CTRL,
    INK,
    INK_2,
    SHAPES,
    SURFACE,
    TITLE_WIDTH,
    Align,
    Sheet,
    configured,
    data,
    legend_of,
)
from app.consensus.figures.model import Figure, shown

Group = Mapping[str, str]
MARK_SIZE = 120
LIFTS = (0.0, -0.28, 0.28)


def group_points(sheet: Sheet, groups: Sequence[Group], low: float, high: float) -> list[alt.Chart]:
    """Each group's mark at its value, the ones that would touch moved apart upwards and downwards."""
    if not groups:
        return []
    reach = 17 / sheet.width * (high - low)
    x = sheet.scale(low, high)
    rows: list[dict[str, Any]] = []
    for one in sheet.placed():
        placed: list[tuple[float, float]] = []
        known = [(one[f"by_{group['code']}"], group) for group in groups if one[f"by_{group['code']}"] is not None]
        for value, group in sorted(known, key=lambda pair: (pair[0], pair[1]["code"])):
            taken = [lift for other, lift in placed if abs(other - value) < reach]
            lift = next((lift for lift in LIFTS if lift not in taken), 0.0)
            placed.append((value, lift))
            rows.append({"at": one["place"] + lift, "value": value, "group": group["label"]})
    labels = [group["label"] for group in groups]
    legend = legend_of(labels, shape="own")
    return [
        alt.Chart(data(rows), name="points")
        .mark_point(filled=True, size=MARK_SIZE, opacity=1, stroke=SURFACE, strokeWidth=1.5)
        .encode(
            x=alt.X("value:Q", scale=x, axis=None),
            y=sheet.y("at"),
            shape=alt.Shape(
                "group:N",
                scale=alt.Scale(domain=labels, range=[SHAPES[group["kind"]] for group in groups]),
                legend=legend,
            ),
            fill=alt.Fill(
                "group:N",
                scale=alt.Scale(domain=labels, range=[f"var(--{group['tone']})" for group in groups]),
                legend=legend,
            ),
        )
    ]


def draw_gaps(figure: Figure) -> dict[str, Any]:
    """Each group's share on one line, the ends labelled, the gap at the end of the row."""
    records = figure.records()
    groups: Sequence[Group] = figure.facts["groups"]
    sheet = Sheet(records, 430, figure.direction, row=40)
    x = sheet.scale(-0.09, 1.09)
    sheet.draw_rows(after=50)
    sheet.draw_grid([(n / 4, shown(n / 4, "share", figure.language)) for n in range(5)], -0.09, 1.09)
    sheet.draw_heads([(sheet.width + 48, sheet.end, figure.words["gap"])])
    ends = [
        {
            "place": one["place"],
            "least": min(values)[0],
            "most": max(values)[0],
            "low": min(values)[1],
            "high": max(values)[1],
        }
        for one in sheet.placed()
        if (
            values := [
                (one[f"by_{g['code']}"], one[f"by_{g['code']}_text"])
                for g in groups
                if one[f"by_{g['code']}"] is not None
            ]
        )
    ]
    sides: tuple[tuple[str, str, Align, float], ...] = (
        ("least", "low", sheet.end, -11),
        ("most", "high", sheet.start, 11),
    )
    sheet.add(
        alt.Chart(data(ends))
        .mark_rule(color=CTRL, strokeWidth=2)
        .encode(x=alt.X("least:Q", scale=x, axis=None), x2="most:Q", y=sheet.y()),
        *group_points(sheet, groups, -0.09, 1.09),
        *(
            alt.Chart(data(ends))
            .mark_text(align=side, dx=sheet.away(away), color=INK)
            .encode(x=alt.X(f"{end}:Q", scale=x, axis=None), y=sheet.y(), text=f"{text}:N")
            for end, text, side, away in sides
        ),
        alt.Chart(data([{"place": one["place"], "text": one["gap_text"]} for one in sheet.placed()]))
        .mark_text(align=sheet.end, fontWeight=700, fontSize=14)
        .encode(x=sheet.at(sheet.width + 48), y=sheet.y(), text="text:N"),
    )
    return configured(sheet.chart())


def draw_ranks(figure: Figure) -> dict[str, Any]:
    """Nine in ten of the re-samples as a light bar, half as a dark one, a ring where the rank is now."""
    records = figure.records()
    places, k = figure.facts["places"], figure.facts["k"]
    sheet = Sheet(records, 430, figure.direction, row=30)
    low, high = 0.2, places + 0.8
    x = sheet.scale(low, high)
    ticks = [1, *range(5, places, 5), places] if places > 1 else [1]
    ticks = [tick for tick in ticks if tick == places or places - tick > 1]
    sheet.draw_rows(after=60)
    sheet.draw_grid([(tick, shown(tick, "rank", figure.language)) for tick in ticks], low, high)
    words = [figure.words["most"], figure.words["half"]]
    ranges = [
        {
            "top": one["place"] - half,
            "bottom": one["place"] + half,
            "from": one[a] - half,
            "to": one[b] + half,
            "word": word,
        }
        for word, a, b, half in ((words[0], "from", "to", 0.3), (words[1], "half_from", "half_to", 0.18))
        for one in sheet.placed()
    ]
    legend = legend_of(words)
    sheet.add(
        alt.Chart(data(ranges), name="ranges")
        .mark_rect(cornerRadius=4, strokeWidth=1)
        .encode(
            x=alt.X("from:Q", scale=x, axis=None),
            x2="to:Q",
            y=sheet.y("top"),
            y2="bottom:Q",
            fill=alt.Fill("word:N", scale=alt.Scale(domain=words, range=["var(--tint)", "var(--q3)"]), legend=legend),
            stroke=alt.Stroke("word:N", scale=alt.Scale(domain=words, range=["var(--q3)"] * 2), legend=legend),
        ),
        alt.Chart(data(sheet.placed()), name="points")
        .mark_point(filled=True, size=70, fill=SURFACE, stroke=BRAND, strokeWidth=2.6, opacity=1)
        .encode(x=alt.X("rank:Q", scale=x, axis=None), y=sheet.y()),
        alt.Chart(data([{"place": one["place"], "text": _range(one)} for one in sheet.placed()]))
        .mark_text(align=sheet.end, color=INK_2)
        .encode(x=sheet.at(sheet.width + 58), y=sheet.y(), text="text:N"),
    )
    if k < len(records):
        sheet.add(
            alt.Chart(data([{"edge": k - 0.5}]))
            .mark_rule(color=BRAND, strokeWidth=2)
            .encode(y=sheet.y("edge"), x=sheet.at(-TITLE_WIDTH - 8), x2=sheet.at(sheet.width + 60))
        )
    return configured(sheet.chart())


def _range(one: Mapping[str, Any]) -> str:
    return one["from_text"] if one["from_text"] == one["to_text"] else f"{one['from_text']}–{one['to_text']}"


def draw_settled(figure: Figure) -> dict[str, Any]:
    """The spread before as a ring, now as a disc, an arrow between them."""
    records = figure.records()
    sheet = Sheet(records, 430, figure.direction, row=30)
    span = figure.facts["span"]
    widest = max([1.0, *(one[key] for one in records for key in ("before", "after"))])
    last = min(span, -(-widest // 1))
    low, high = -0.03 * last, 1.03 * last
    x = sheet.scale(low, high)
    sheet.draw_rows(after=96)
    sheet.draw_grid([(tick, shown(tick, "rank", figure.language)) for tick in range(int(last) + 1)], low, high)
    words = [figure.words["before"], figure.words["after"]]
    ends = [
        {"place": one["place"], "value": one[key], "word": figure.words[key]}
        for one in sheet.placed()
        for key in ("before", "after")
    ]
    legend = legend_of(words, shape="circle")
    sheet.add(
        alt.Chart(data(sheet.placed()))
        .mark_rule(strokeWidth=2.4)
        .encode(
            x=alt.X("before:Q", scale=x, axis=None),
            x2="after:Q",
            y=sheet.y(),
            color=alt.condition("datum.after > datum.before", alt.value("var(--l1)"), alt.value(BRAND)),
        ),
        alt.Chart(data(ends), name="points")
        .mark_point(filled=True, size=80, opacity=1, stroke=BRAND, strokeWidth=2)
        .encode(
            x=alt.X("value:Q", scale=x, axis=None),
            y=sheet.y(),
            fill=alt.Fill("word:N", scale=alt.Scale(domain=words, range=[SURFACE, BRAND]), legend=legend),
        ),
        alt.Chart(
            data([{"place": o["place"], "text": f"{o['before_text']} → {o['after_text']}"} for o in sheet.placed()])
        )
        .mark_text(align=sheet.end, color=INK_2)
        .encode(x=sheet.at(sheet.width + 92), y=sheet.y(), text="text:N"),
    )
    return configured(sheet.chart())
