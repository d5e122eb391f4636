"""Whether agreement may be false: who left, and whether order, language or the shown middle move answers.

Each check tells of the whole panel only, never of a group or a person (methods.md section 7; ours).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.consensus.panel import Panel, Rated, add_up
from app.stats.edge import Real, as_value, divide
from app.stats.groups import compare_pairs, delta_interval, kruskal_wallis
from app.stats.histogram import MISSING, count_ratings, top_box
from app.stats.intervals import wilson
from app.stats.spread import quantile

STEPS = 20
"""How finely dissent between 0 and 1 is counted before two groups of people are compared."""
LEAST_RATINGS = 20
MANY = 20_000
"""Means of single people are compared to the sixth digit, and to the second of more people than this."""
TOO_FEW, FIRST_ROUND, ONE_ORDER, ONE_LANGUAGE = "too_few", "first_round", "one_order", "one_language"


def describe_checks(
    panel: Rated, minimum: int, languages: Mapping[str, str], orders: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """The four checks of a panel's last round, each with a `reason` where it cannot be made.

    `languages` and `orders` tell, by respondent, in which language they answered and in which order they were asked.
    """
    return {
        "retention": _retention(panel, minimum),
        "order": _order(panel, minimum, orders),
        "language": _language(panel, minimum, languages),
        "anchoring": _anchoring(panel, minimum),
    }


def _count_layer(panel: Rated, layer: int) -> Real:
    return add_up(panel, lambda part: count_ratings(part.ratings[layer], part.low, part.high))


def _retention(panel: Rated, minimum: int) -> dict[str, Any]:
    """Whether those who left had disagreed more in the round before than those who stayed, by Cliff's delta.

    Dissent is the share of a person's ratings that lie outside the middle half of all. `depends` counts items whose
    share of high ratings crosses a half when those who left are counted with what they said.
    """
    nothing = dict.fromkeys(("stayed", "left", "delta", "interval", "depends", "items"))
    if len(panel.rounds) < 2:
        return {**nothing, "reason": FIRST_ROUND}

    def sizes(part: Panel) -> Real:
        stays, leaves = _who_stays(part)
        return np.array([stays.sum(), leaves.sum()], dtype=np.float64)

    stayed, left = (int(size) for size in add_up(panel, sizes))
    if min(stayed, left) < minimum:
        return {**nothing, "reason": TOO_FEW}
    all_before = _count_layer(panel, -2)
    lower, upper = quantile(all_before, 0.25, panel.low), quantile(all_before, 0.75, panel.low)

    def dissent(part: Panel) -> Real:
        outside = _outside(part.ratings[-2], lower, upper)
        return np.stack([_spread_over(outside[group]) for group in _who_stays(part)])

    def with_leavers(part: Panel) -> Real:
        ratings, (_, leaves) = part.ratings[-1].copy(), _who_stays(part)
        ratings[leaves] = part.ratings[-2][leaves]
        return count_ratings(ratings, part.low, part.high)

    counts = add_up(panel, dissent)
    low, high = delta_interval(counts)
    majorities = [_majority(found) for found in (_count_layer(panel, -1), add_up(panel, with_leavers))]
    return {
        "stayed": stayed,
        "left": left,
        # positive: those who left had disagreed more
        "delta": as_value(-compare_pairs(counts).delta[0]),
        "interval": [as_value(-high[0]), as_value(-low[0])],
        "depends": int((majorities[0] != majorities[1]).sum()),
        "items": int(majorities[0].size),
        "reason": None,
    }


def _who_stays(part: Panel) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Of those who took part in the round before, who did in the last, and who did not."""
    was, stays = part.took_part[-2], part.took_part[-2] & part.took_part[-1]
    return stays, was & ~stays


def _outside(ratings: NDArray[np.int16], lower: Real, upper: Real) -> Real:
    said = ratings != MISSING
    outside = said & ((ratings < lower) | (ratings > upper))
    n = said.sum(axis=(1, 2))
    return np.where(n > 0, outside.sum(axis=(1, 2)) / np.maximum(n, 1), np.nan)


def _spread_over(shares: Real) -> Real:
    known = shares[np.isfinite(shares)]
    return np.bincount(np.rint(known * STEPS).astype(np.int64), minlength=STEPS + 1).astype(np.float64)


def _majority(counts: Real) -> NDArray[np.bool_]:
    high = counts[..., top_box(counts.shape[-1])].sum(axis=-1)
    return np.asarray(2 * high > counts.sum(axis=-1))


def _order(panel: Rated, minimum: int, orders: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """By how much of a point a rating differs between the first and the last place of a person's own order.

    The slope of deviations from the mean of each item over places from 0 to 1, within people, with a 95 % interval
    that takes people as the units.
    """
    nothing = dict.fromkeys(("people", "points", "interval"))
    seen: set[tuple[str, ...]] = set()
    for part in panel.parts():
        seen.update(tuple(order) for _, order in _ordered(part, orders))
        if len(seen) > 1:
            break
    if len(seen) < 2:
        return {**nothing, "reason": ONE_ORDER}
    means = _means(panel)
    # of `up` and `across` of each person: how many, the sums, and the sums of products
    n, ups, acrosses, up_up, up_across, across_across = add_up(panel, lambda part: _slopes(part, means, orders))
    if n < max(minimum, LEAST_RATINGS):
        return {**nothing, "reason": TOO_FEW}
    slope = ups / acrosses
    error = np.sqrt(max(0.0, up_up - 2 * slope * up_across + slope**2 * across_across)) / acrosses
    return {
        "people": int(n),
        "points": as_value(slope),
        "interval": [as_value(slope + side * 1.96 * error) for side in (-1, 1)],
        "reason": None,
    }


def _ordered(part: Panel, orders: Mapping[str, Sequence[str]]) -> list[tuple[int, Sequence[str]]]:
    """Those who took part and were asked in an order of their own, by row."""
    own = [orders.get(code) or part.orders.get(code) for code in part.respondents]
    return [(row, order) for row, order in enumerate(own) if order and part.took_part[-1][row]]


def _slopes(part: Panel, means: Real, orders: Mapping[str, Sequence[str]]) -> Real:
    deviations = _deviations(part, means).mean(axis=2)
    found: list[tuple[float, float]] = []
    for row, own in _ordered(part, orders):
        order = {code: place for place, code in enumerate(own)}
        places = np.array([order.get(code, np.nan) for code in part.initiatives], dtype=float) / max(1, len(order) - 1)
        known = np.isfinite(places) & np.isfinite(deviations[row])
        if known.sum() > 2:
            x = places[known] - places[known].mean()
            found.append((float(x @ deviations[row][known]), float(x @ x)))
    up, across = np.array(found).reshape(-1, 2).T
    sums = [len(found), up.sum(), across.sum(), up @ up, up @ across, across @ across]
    return np.array(sums, dtype=np.float64)


def _means(panel: Rated) -> Real:
    """The mean of each item of the last round, 0 where nobody said anything."""
    counts = _count_layer(panel, -1)
    points = np.arange(panel.low, panel.high + 1, dtype=np.float64)
    return counts @ points / np.maximum(counts.sum(axis=-1), 1)


def _deviations(part: Panel, means: Real) -> Real:
    """How far each rating of the last round lies from the mean of its item, nan where nothing was said."""
    ratings = part.ratings[-1].astype(np.float64)
    ratings[ratings == MISSING] = np.nan
    return ratings - means


def _language(panel: Rated, minimum: int, languages: Mapping[str, str]) -> dict[str, Any]:
    """Whether people of different languages use the scale differently: Kruskal and Wallis' test over people.

    A difference may as well come from region or helix, which go with the language; nothing is told of any language.
    """
    nothing = dict.fromkeys(("languages", "epsilon2", "p"))
    means = _means(panel)
    people = int(add_up(panel, lambda part: np.array([part.took_part[-1].sum()], dtype=np.float64))[0])
    groups: dict[str, Counter[float]] = {}
    for part in panel.parts():
        own = _person_means(part, means, 6 if people <= MANY else 2)
        for row, code in enumerate(part.respondents):
            if np.isfinite(own[row]):
                language = languages.get(code) or part.languages.get(code, "")
                groups.setdefault(language, Counter())[float(own[row])] += 1
    large = [values for language, values in sorted(groups.items()) if language and values.total() >= minimum]
    if len(large) < 2:
        return {**nothing, "reason": ONE_LANGUAGE if len(groups) < 2 else TOO_FEW}
    levels = sorted({value for values in large for value in values})
    counts = np.array([[values[level] for level in levels] for values in large], dtype=float)
    if len(levels) < 2:
        return {**nothing, "reason": TOO_FEW}
    found = kruskal_wallis(counts)
    return {
        "languages": len(large),
        "epsilon2": as_value(found.epsilon2),
        "p": as_value(found.p),
        "reason": None,
    }


def _person_means(part: Panel, means: Real, digits: int) -> Real:
    deviations = _deviations(part, means)
    said = np.isfinite(deviations).sum(axis=(1, 2))
    sums = np.nansum(deviations, axis=(1, 2))
    # so many digits that equal answers make equal means
    return divide(sums, said).round(digits)


def _anchoring(panel: Rated, minimum: int) -> dict[str, Any]:
    """Of the ratings that lay outside the middle half and changed, the share that moved towards the middle answer.

    A half would be chance. People who learn from reasons move there too: it tells that the shown answers pull, not why.
    """
    nothing = dict.fromkeys(("people", "kept", "changed", "towards", "interval"))
    if len(panel.rounds) < 2:
        return {**nothing, "reason": FIRST_ROUND}
    counts = _count_layer(panel, -2)
    lower, upper, middle = (quantile(counts, share, panel.low) for share in (0.25, 0.75, 0.5))

    def count(part: Panel) -> Real:
        before, now = part.ratings[-2], part.ratings[-1]
        both = (before != MISSING) & (now != MISSING)
        moved = both & ((before < lower) | (before > upper)) & (now != before)
        towards = moved & (np.abs(now - middle) < np.abs(before - middle))
        found = [moved.any(axis=(1, 2)).sum(), moved.sum(), towards.sum(), ((now == before) & both).sum(), both.sum()]
        return np.array(found, dtype=np.float64)

    people, n, k, kept, both = (int(number) for number in add_up(panel, count))
    if people < minimum or n < LEAST_RATINGS:
        return {**nothing, "reason": TOO_FEW}
    return {
        "people": people,
        "kept": as_value(kept / both),
        "changed": n,
        "towards": as_value(k / n),
        "interval": [as_value(limit) for limit in wilson(np.asarray(float(k)), np.asarray(float(n)))],
        "reason": None,
    }
