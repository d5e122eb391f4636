"""How a profile of a region comes about: scores, gaps, trends, peers and a composite with its doubts. Pure.

A score says where a value lies between the lowest and the highest of a stated reference set, over stated years. A
region outside that set changes nobody's score; its own may lie outside 0 and 1. Nothing missing is filled in.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import fsum
from statistics import median
from typing import NamedTuple

import numpy as np

from app.indicators.rules import Direction

STRONGLY_SKEWED = 1.0
"""From this skewness of the reference values on, square roots are taken before anything is compared."""
FEWEST_FOR_SKEW, FEWEST_FOR_TREND, FEWEST_SHARED = 8, 3, 0.5
CLEAR_GAP = 0.15
"""From this distance to the peers' median on, in parts of the range, a score counts as a strength or weakness."""
STEADY = 0.05
"""Under this share of the range over the years, a trend is steady."""
LEAST_COVERAGE = 2 / 3
DRAWS = 2000

Series = Mapping[int, float]
"""Values by year; a year without a value is not in it."""


class Unscored(StrEnum):
    """Why an indicator has no scores."""

    CONTEXT = "context"
    NO_VALUES = "no_values"
    NO_SPREAD = "no_spread"


class Trend(StrEnum):
    """How values moved over the years, seen in the indicator's direction where it has one."""

    BETTER = "better"
    WORSE = "worse"
    RISING = "rising"
    FALLING = "falling"
    STEADY = "steady"


class Newest(NamedTuple):
    """A value with its year."""

    year: int
    value: float


@dataclass(frozen=True)
class Scale:
    """What an indicator's values are compared with: the ends of the reference values, and whether roots are taken."""

    low: float
    high: float
    is_rooted: bool
    skewness: float | None
    count: int

    def score(self, value: float, direction: Direction) -> float | None:
        """Where a value lies between the ends, reversed where lower is better; None for one without a root."""
        if self.is_rooted and value < 0:
            return None
        share = (_rooted(value, self) - self.low) / (self.high - self.low)
        return 1 - share if direction is Direction.LOWER else share


def skewness_of(values: Sequence[float]) -> float | None:
    """The adjusted skewness of a sample; None for fewer than three values or without spread.

    >>> round(skewness_of([1, 2, 3, 4, 20]), 3), skewness_of([2, 2, 2]), skewness_of([1, 2])
    (2.125, None, None)
    """
    n = len(values)
    if n < FEWEST_FOR_TREND:
        return None
    middle = fsum(values) / n
    second = fsum((value - middle) ** 2 for value in values) / n
    if second <= 0:
        return None
    third = fsum((value - middle) ** 3 for value in values) / n
    return float((n * (n - 1)) ** 0.5 / (n - 2) * third / second**1.5)


def scale_of(direction: Direction, reference: Sequence[float]) -> Scale | Unscored:
    """The scale that the values of a reference set make, over all its years.

    >>> scale_of(Direction.HIGHER, [2.0, 4.0])
    Scale(low=2.0, high=4.0, is_rooted=False, skewness=None, count=2)
    >>> scale_of(Direction.HIGHER, [2.0, 2.0])
    <Unscored.NO_SPREAD: 'no_spread'>
    """
    if direction is Direction.CONTEXT:
        return Unscored.CONTEXT
    if not reference:
        return Unscored.NO_VALUES
    low, high = min(reference), max(reference)
    if low == high:
        return Unscored.NO_SPREAD
    skewness = skewness_of(reference)
    is_skewed = len(reference) >= FEWEST_FOR_SKEW and skewness is not None and skewness > STRONGLY_SKEWED
    if is_skewed and low >= 0:
        return Scale(low**0.5, high**0.5, True, skewness, len(reference))
    return Scale(low, high, False, skewness, len(reference))


def within(series: Series, years: Collection[int]) -> dict[int, float]:
    """The values of the years asked for, in their order."""
    return {year: series[year] for year in sorted(series) if year in years}


def newest(series: Series, years: Collection[int]) -> Newest | None:
    """The newest value within the years; None when there is none.

    >>> newest({2020: 1.0, 2022: 3.0}, range(2020, 2022)), newest({}, range(2020, 2022))
    (Newest(year=2020, value=1.0), None)
    """
    inside = within(series, years)
    return Newest(max(inside), inside[max(inside)]) if inside else None


def slope_of(series: Series) -> float | None:
    """The change a year by least squares; None for fewer than three years."""
    if len(series) < FEWEST_FOR_TREND:
        return None
    years, values = list(series), list(series.values())
    year, value = sum(years) / len(years), sum(values) / len(values)
    spread = sum((one - year) ** 2 for one in years)
    return sum((one - year) * (other - value) for one, other in zip(years, values, strict=True)) / spread


def trend_of(series: Series, direction: Direction, spread: float) -> Trend | None:
    """Which way values went, seen in the indicator's direction; None for fewer than three years or without spread.

    >>> trend_of({2020: 1.0, 2021: 2.0, 2022: 3.0}, Direction.LOWER, 10)
    <Trend.WORSE: 'worse'>
    """
    slope = slope_of(series)
    if slope is None or spread <= 0:
        return None
    change = slope * (max(series) - min(series)) / spread
    if abs(change) < STEADY:
        return Trend.STEADY
    if direction is Direction.CONTEXT:
        return Trend.RISING if change > 0 else Trend.FALLING
    return Trend.BETTER if (change > 0) == (direction is Direction.HIGHER) else Trend.WORSE


@dataclass(frozen=True)
class Line:
    """One indicator of a region's profile.

    `score` and `middle`, the median score of the peers, are None where there is none; so is their difference, the gap.
    """

    code: str
    newest: Newest | None
    score: float | None
    middle: float | None
    trend: Trend | None
    slope: float | None

    @property
    def gap(self) -> float | None:
        """How far the region lies above its peers' median, in parts of the range; better is above."""
        return None if self.score is None or self.middle is None else self.score - self.middle


@dataclass(frozen=True)
class Profile:
    """Scores of every region by indicator, each on its scale or with the reason why there is none.

    `spreads` are the ranges of the reference values, in the indicator's unit.
    """

    scales: Mapping[str, Scale | Unscored]
    scores: Mapping[str, Mapping[str, float]]
    newest: Mapping[str, Mapping[str, Newest]]
    spreads: Mapping[str, float]


def make_profile(
    directions: Mapping[str, Direction],
    values: Mapping[str, Mapping[str, Series]],
    reference: Collection[str],
    years: Collection[int],
) -> Profile:
    """The scores of all regions, from values by indicator and region, on scales of the reference set and the years."""
    scales: dict[str, Scale | Unscored] = {}
    scores: dict[str, dict[str, float]] = {}
    latest: dict[str, dict[str, Newest]] = {}
    spreads: dict[str, float] = {}
    for code, direction in directions.items():
        series = values.get(code, {})
        pool = [value for region, one in series.items() if region in reference for value in within(one, years).values()]
        scale = scale_of(direction, pool)
        scales[code] = scale
        spreads[code] = max(pool) - min(pool) if pool else 0.0
        latest[code] = {region: found for region, one in series.items() if (found := newest(one, years))}
        scores[code] = {}
        if isinstance(scale, Scale):
            placed = {region: scale.score(found.value, direction) for region, found in latest[code].items()}
            scores[code] = {region: score for region, score in placed.items() if score is not None}
    return Profile(scales, scores, latest, spreads)


def line_of(
    profile: Profile,
    code: str,
    direction: Direction,
    series: Series,
    region: str,
    peers: Collection[str],
    years: Collection[int],
) -> Line:
    """What a profile says of one region by one indicator, beside the median of its peers."""
    scores, inside = profile.scores[code], within(series, years)
    beside = [scores[one] for one in peers if one in scores and one != region]
    return Line(
        code=code,
        newest=profile.newest[code].get(region),
        score=scores.get(region),
        middle=median(beside) if beside else None,
        trend=trend_of(inside, direction, profile.spreads[code]),
        slope=slope_of(inside),
    )


def strengths(lines: Sequence[Line]) -> list[Line]:
    """The lines clearly above the peers' median, the widest gap first."""
    return sorted((one for one in lines if (one.gap or 0) >= CLEAR_GAP), key=lambda one: (-(one.gap or 0), one.code))


def weaknesses(lines: Sequence[Line]) -> list[Line]:
    """The lines clearly below the peers' median, the widest gap first."""
    return sorted((one for one in lines if (one.gap or 0) <= -CLEAR_GAP), key=lambda one: (one.gap or 0, one.code))


class Peer(NamedTuple):
    """How far a region is from another in what they are like, and by how many indicators that is known."""

    region: str
    distance: float
    shared: int


def structural_peers(
    latest: Mapping[str, Mapping[str, Newest]], structure: Sequence[str], region: str, reference: Collection[str]
) -> list[Peer]:
    """The reference regions by structural distance, the most alike first.

    The distance is the root mean square difference in standard deviations of the reference set, over the structural
    indicators that both have; regions that share less than half of them are left out, as there is nothing to say.
    """
    columns: dict[str, tuple[dict[str, float], float]] = {}
    for code in structure:
        values = {one: found.value for one, found in latest.get(code, {}).items()}
        pool = [values[one] for one in reference if one in values]
        deviation = float(np.std(pool)) if pool else 0.0
        if deviation > 0:
            columns[code] = (values, deviation)
    found: list[Peer] = []
    for other in sorted(set(reference) - {region}):
        steps = [
            (values[region] - values[other]) / deviation
            for values, deviation in columns.values()
            if region in values and other in values
        ]
        if steps and len(steps) >= FEWEST_SHARED * len(columns):
            distance = (fsum(step * step for step in steps) / len(steps)) ** 0.5
            found.append(Peer(other, distance, len(steps)))
    return sorted(found, key=lambda one: (one.distance, one.region))


@dataclass(frozen=True)
class Composite:
    """A region's weighted mean of scores, what it covers, and the ranks it takes as weights vary.

    `low` and `high` hold the ranks of 90 % of the draws; `least` and `most` those of all.
    """

    region: str
    score: float
    coverage: float
    rank: int
    low: int
    high: int
    least: int
    most: int


def composites(
    scores: Mapping[str, Mapping[str, float]], weights: Mapping[str, float], regions: Collection[str], *, seed: int
) -> list[Composite]:
    """The composites of the regions that enough is known of, in their order, with ranks under other weights.

    Missing scores are left out and the other weights made to sum to 1; a region with under two thirds of the weight
    covered has no composite. Other weights are drawn evenly from all that sum to 1. Weights must not be negative.
    """
    codes = [code for code in weights if weights[code] > 0]
    total = sum(weights[code] for code in codes)
    if not codes:
        return []
    given = np.array([weights[code] / total for code in codes])
    names = sorted(regions)
    table = np.array([[scores.get(code, {}).get(name, np.nan) for code in codes] for name in names]).reshape(
        -1, len(codes)
    )
    known = ~np.isnan(table)
    coverage = known @ given
    kept = [place for place in range(len(names)) if coverage[place] >= LEAST_COVERAGE - 1e-12]
    if not kept:
        return []
    filled, known = np.nan_to_num(table[kept]), known[kept].astype(float)
    draws = np.random.default_rng(seed).dirichlet(np.ones(len(codes)), DRAWS)
    own = (filled @ given) / (known @ given)
    drawn = (filled @ draws.T) / np.maximum(known @ draws.T, np.finfo(float).tiny)
    ranks = np.array([_ranks(drawn[:, place]) for place in range(DRAWS)])
    order = _ranks(own)
    low, high = np.quantile(ranks, [0.05, 0.95], axis=0, method="nearest")
    found = [
        Composite(
            region=names[place],
            score=float(own[row]),
            coverage=float(coverage[place]),
            rank=int(order[row]),
            low=int(low[row]),
            high=int(high[row]),
            least=int(ranks[:, row].min()),
            most=int(ranks[:, row].max()),
        )
        for row, place in enumerate(kept)
    ]
    return sorted(found, key=lambda one: (one.rank, one.region))


def _ranks(scores: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """The rank of each score, the highest first; equal ones share the better rank."""
    return 1 + len(scores) - np.searchsorted(np.sort(scores), scores, side="right")


def _rooted(value: float, scale: Scale) -> float:
    return value**0.5 if scale.is_rooted else value


def equal_by_dimension(dimensions: Mapping[str, str]) -> dict[str, float]:
    """Weights by indicator that give every dimension the same, whatever the number of its indicators.

    >>> equal_by_dimension({"a": "x", "b": "x", "c": "y"})
    {'a': 0.25, 'b': 0.25, 'c': 0.5}
    """
    groups = list(dimensions.values())
    return {code: 1 / len(set(groups)) / groups.count(one) for code, one in dimensions.items()}


def dimension_mean(scores: Mapping[str, Mapping[str, float]], codes: Sequence[str], region: str) -> float | None:
    """The mean score of a region over some indicators, of those it has; None for none.

    >>> dimension_mean({"a": {"X": 0.5}, "b": {}}, ["a", "b"], "X"), dimension_mean({}, ["a"], "X")
    (0.5, None)
    """
    found = [scores[code][region] for code in codes if region in scores.get(code, {})]
    return fsum(found) / len(found) if found else None
