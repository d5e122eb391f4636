"""What the page of a profile shows: numbers in the places where its drawings stand."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from app.core.catalogues import translate
from app.indicators.models import IndicatorVersion
from app.indicators.profiles.queries import Mark, RegionProfile
from app.indicators.profiles.rules import (
    Composite,
    Line,
    Scale,
    Unscored,
    composites,
    dimension_mean,
    equal_by_dimension,
    strengths,
    weaknesses,
    within,
)
from app.indicators.rules import DIRECTION_WORDS, STATUS_WORDS, TERRITORY_WORDS, Territory

SEED = 2026
MOST_NAMED = 5
HEAT_STEPS = (0.2, 0.4, 0.6, 0.8)
MOST_ROWS = 60
TRACK, HIGH, EDGE = 100.0, 40.0, 4.0
TREND_WORDS = {
    "better": "getting better",
    "worse": "getting worse",
    "rising": "rising",
    "falling": "falling",
    "steady": "steady",
}
UNSCORED_WORDS = {
    "context": "context only, never scored",
    "no_values": "no values in the reference set",
    "no_spread": "all values are the same",
}


def profile_view(
    found: RegionProfile, marks: Mapping[tuple[str, int], Mark], language: str, *, with_figure: bool
) -> dict[str, Any]:
    """Everything the page shows of a profile."""
    versions = {one.indicator.code: one.version for one in found.entries}
    rows = [_row(found, line, versions[line.code], marks, language) for line in found.lines]
    dimensions = list(dict.fromkeys(row["dimension"] for row in rows))
    by_code = {row["code"]: row for row in rows}
    return {
        "region": found.region,
        "name": found.values.name(found.region),
        "groups": [(name, [row for row in rows if row["dimension"] == name]) for name in dimensions],
        "strengths": [by_code[line.code] for line in strengths(found.lines)[:MOST_NAMED]],
        "weaknesses": [by_code[line.code] for line in weaknesses(found.lines)[:MOST_NAMED]],
        "small": [small for line in found.lines if (small := _small(found, line, by_code[line.code]))],
        "heat": _heat(found, dimensions),
        "alike": [
            {
                "name": found.values.name(one.region),
                "region": one.region,
                "distance": one.distance,
                "shared": one.shared,
            }
            for one in found.alike[:MOST_NAMED]
        ],
        "figures": [_figure(found, one) for one in _composites(found)] if with_figure else None,
    }


def _row(
    found: RegionProfile,
    line: Line,
    version: IndicatorVersion,
    marks: Mapping[tuple[str, int], Mark],
    language: str,
) -> dict[str, Any]:
    scale = found.profile.scales[line.code]
    mark = marks[line.code, line.newest.year] if line.newest else None
    remarks = [translate(language, STATUS_WORDS[mark.status])] if mark and mark.status != "published" else []
    if mark and mark.territory != Territory.OWN:
        remarks.append(f"{translate(language, TERRITORY_WORDS[mark.territory])}: {mark.nuts_code}")
    return {
        "code": line.code,
        "name": version.name,
        "unit": version.unit,
        "dimension": version.dimension,
        "direction": translate(language, DIRECTION_WORDS[version.direction]),
        "newest": line.newest,
        "remarks": ", ".join(remarks),
        "score": line.score,
        "middle": line.middle,
        "gap": line.gap,
        "dumbbell": _dumbbell(line),
        "trend": line.trend and translate(language, TREND_WORDS[line.trend]),
        "slope": line.slope,
        "scale": scale if isinstance(scale, Scale) else None,
        "unscored": translate(language, UNSCORED_WORDS[scale]) if isinstance(scale, Unscored) else "",
    }


def _dumbbell(line: Line) -> dict[str, float] | None:
    """Where the ends of a dumbbell stand on its track; what lies outside the reference set stands at its edge."""
    if line.score is None:
        return None
    own = _place(line.score)
    middle = own if line.middle is None else _place(line.middle)
    return {"own": own, "middle": middle, "left": min(own, middle), "width": abs(own - middle)}


def _place(score: float) -> float:
    return round(EDGE + min(max(score, 0.0), 1.0) * (TRACK - 2 * EDGE), 3)


def _small(found: RegionProfile, line: Line, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """One of the small multiples: the region's values over the years, and the median of those beside it."""
    years = found.setting.years
    own = within(found.values.series[line.code].get(found.region, {}), years)
    beside = [within(found.values.series[line.code].get(one, {}), years) for one in found.beside]
    middles = {year: median(values) for year in years if (values := [one[year] for one in beside if year in one])}
    drawn = [*own.values(), *middles.values()]
    if not own:
        return None
    low, high = min(drawn), max(drawn)
    first, last = min([*own, *middles]), max([*own, *middles])

    def points(series: Mapping[int, float]) -> str:
        return " ".join(f"{x},{y}" for x, y in _dots(series, first, last, low, high))

    ends = _dots(own, first, last, low, high)
    return {
        **row,
        "own": points(own),
        "middle_line": points(middles),
        "dot": ends[-1],
        "first": first,
        "last": last,
        "from": own[min(own)],
        "from_year": min(own),
    }


def _dots(series: Mapping[int, float], first: int, last: int, low: float, high: float) -> list[tuple[float, float]]:
    wide, tall = max(last - first, 1), (high - low) or 1.0
    return [
        (
            round(EDGE + (year - first) / wide * (TRACK - 2 * EDGE), 2),
            round(HIGH - EDGE - (value - low) / tall * (HIGH - 2 * EDGE), 2),
        )
        for year, value in series.items()
    ]


def _heat(found: RegionProfile, dimensions: Sequence[str]) -> dict[str, Any]:
    """Mean scores by region and dimension, with how many indicators each rests on; regions by name, not by score."""
    scores = found.profile.scores
    codes = {
        name: [
            one.indicator.code for one in found.entries if one.version.dimension == name and scores[one.indicator.code]
        ]
        for name in dimensions
    }
    shown = [name for name in dimensions if codes[name]]
    regions = sorted({found.region, *found.setting.reference}, key=found.values.name)
    rows = [
        {
            "region": region,
            "name": found.values.name(region),
            "is_own": region == found.region,
            "cells": [_cell(found, codes[name], region) for name in shown],
        }
        for region in regions
        if region == found.region or len(regions) <= MOST_ROWS
    ]
    return {"dimensions": shown, "rows": rows, "left_out": len(regions) - len(rows)}


def _cell(found: RegionProfile, codes: Sequence[str], region: str) -> dict[str, Any]:
    mean = dimension_mean(found.profile.scores, codes, region)
    known = sum(region in found.profile.scores[code] for code in codes)
    step = sum(mean >= edge for edge in HEAT_STEPS) if mean is not None else None
    return {"mean": mean, "known": known, "of": len(codes), "step": step}


def _composites(found: RegionProfile) -> list[Composite]:
    scored = {
        one.indicator.code: one.version.dimension for one in found.entries if found.profile.scores[one.indicator.code]
    }
    return composites(found.profile.scores, equal_by_dimension(scored), found.setting.reference, seed=SEED)


def _figure(found: RegionProfile, one: Composite) -> dict[str, Any]:
    return {"one": one, "name": found.values.name(one.region), "is_own": one.region == found.region}
