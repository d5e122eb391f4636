"""Whether agreement may be false: who left, and whether order, language or the shown middle move answers.

Each check tells of the whole panel only, never of a group or a person (methods.md section 7; ours).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.consensus.panel import Panel
from app.stats.edge import Real, as_value, divide
from app.stats.groups import compare_pairs, delta_interval, kruskal_wallis
from app.stats.histogram import MISSING, count_ratings, top_box
from app.stats.intervals import wilson
from app.stats.spread import quantile

STEPS = 20
"""How finely dissent between 0 and 1 is counted before two groups of people are compared."""
LEAST_RATINGS = 20
TOO_FEW, FIRST_ROUND, ONE_ORDER, ONE_LANGUAGE = "too_few", "first_round", "one_order", "one_language"


def describe_checks(
    panel: Panel, minimum: int, languages: Mapping[str, str], orders: Mapping[str, Sequence[str]]
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


def _retention(panel: Panel, minimum: int) -> dict[str, Any]:
    """Whether those who left had disagreed more in the round before than those who stayed, by Cliff's delta.

    Dissent is the share of a person's ratings that lie outside the middle half of all. `depends` counts items whose
    share of high ratings crosses a half when those who left are counted with what they said.
    """
    nothing = dict.fromkeys(("stayed", "left", "delta", "interval", "depends", "items"))
    if len(panel.rounds) < 2:
        return {**nothing, "reason": FIRST_ROUND}
    before, now = panel.ratings[-2], panel.ratings[-1]
    was, stays = panel.took_part[-2], panel.took_part[-2] & panel.took_part[-1]
    leaves = was & ~stays
    if min(stays.sum(), leaves.sum()) < minimum:
        return {**nothing, "reason": TOO_FEW}
    outside = _outside(panel, before)
    counts = np.stack([_spread_over(outside[group]) for group in (stays, leaves)])
    low, high = delta_interval(counts)
    with_leavers = now.copy()
    with_leavers[leaves] = before[leaves]
    majorities = [_majority(panel, ratings) for ratings in (now, with_leavers)]
    return {
        "stayed": int(stays.sum()),
        "left": int(leaves.sum()),
        # positive: those who left had disagreed more
        "delta": as_value(-compare_pairs(counts).delta[0]),
        "interval": [as_value(-high[0]), as_value(-low[0])],
        "depends": int((majorities[0] != majorities[1]).sum()),
        "items": int(majorities[0].size),
        "reason": None,
    }


def _outside(panel: Panel, ratings: NDArray[np.int16]) -> Real:
    counts = count_ratings(ratings, panel.low, panel.high)
    lower, upper = quantile(counts, 0.25, panel.low), quantile(counts, 0.75, panel.low)
    said = ratings != MISSING
    outside = said & ((ratings < lower) | (ratings > upper))
    n = said.sum(axis=(1, 2))
    return np.where(n > 0, outside.sum(axis=(1, 2)) / np.maximum(n, 1), np.nan)


def _spread_over(shares: Real) -> Real:
    known = shares[np.isfinite(shares)]
    return np.bincount(np.rint(known * STEPS).astype(np.int64), minlength=STEPS + 1).astype(np.float64)


def _majority(panel: Panel, ratings: NDArray[np.int16]) -> NDArray[np.bool_]:
    counts = count_ratings(ratings, panel.low, panel.high)
    high = counts[..., top_box(counts.shape[-1])].sum(axis=-1)
    return np.asarray(2 * high > counts.sum(axis=-1))


def _order(panel: Panel, minimum: int, orders: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """By how much of a point a rating differs between the first and the last place of a person's own order.

    The slope of deviations from the mean of each item over places from 0 to 1, within people, with a 95 % interval
    that takes people as the units.
    """
    nothing = dict.fromkeys(("people", "points", "interval"))
    rows = [row for row, code in enumerate(panel.respondents) if panel.took_part[-1][row] and orders.get(code)]
    if len({tuple(orders[panel.respondents[row]]) for row in rows}) < 2:
        return {**nothing, "reason": ONE_ORDER}
    deviations = _deviations(panel).mean(axis=2)
    slopes: list[tuple[float, float]] = []
    for row in rows:
        order = {code: place for place, code in enumerate(orders[panel.respondents[row]])}
        places = np.array([order.get(code, np.nan) for code in panel.initiatives], dtype=float) / max(1, len(order) - 1)
        known = np.isfinite(places) & np.isfinite(deviations[row])
        if known.sum() > 2:
            x = places[known] - places[known].mean()
            slopes.append((float(x @ deviations[row][known]), float(x @ x)))
    if len(slopes) < max(minimum, LEAST_RATINGS):
        return {**nothing, "reason": TOO_FEW}
    up, across = np.array(slopes).T
    slope = up.sum() / across.sum()
    error = np.sqrt(((up - slope * across) ** 2).sum()) / across.sum()
    return {
        "people": len(slopes),
        "points": as_value(slope),
        "interval": [as_value(slope + side * 1.96 * error) for side in (-1, 1)],
        "reason": None,
    }


def _deviations(panel: Panel) -> Real:
    """How far each rating of the last round lies from the mean of its item, nan where nothing was said."""
    ratings = panel.ratings[-1].astype(np.float64)
    ratings[ratings == MISSING] = np.nan
    said = np.isfinite(ratings)
    means = np.nansum(ratings, axis=0) / np.maximum(said.sum(axis=0), 1)
    return ratings - means


def _language(panel: Panel, minimum: int, languages: Mapping[str, str]) -> dict[str, Any]:
    """Whether people of different languages use the scale differently: Kruskal and Wallis' test over people.

    A difference may as well come from region or helix, which go with the language; nothing is told of any language.
    """
    nothing = dict.fromkeys(("languages", "epsilon2", "p"))
    own = _person_means(panel)
    groups: dict[str, list[float]] = {}
    for row, code in enumerate(panel.respondents):
        if np.isfinite(own[row]):
            groups.setdefault(languages.get(code, ""), []).append(float(own[row]))
    large = [values for language, values in sorted(groups.items()) if language and len(values) >= minimum]
    if len(large) < 2:
        return {**nothing, "reason": ONE_LANGUAGE if len(groups) < 2 else TOO_FEW}
    levels = sorted({value for values in large for value in values})
    counts = np.array([[values.count(level) for level in levels] for values in large], dtype=float)
    if len(levels) < 2:
        return {**nothing, "reason": TOO_FEW}
    found = kruskal_wallis(counts)
    return {
        "languages": len(large),
        "epsilon2": as_value(found.epsilon2),
        "p": as_value(found.p),
        "reason": None,
    }


def _person_means(panel: Panel) -> Real:
    deviations = _deviations(panel)
    said = np.isfinite(deviations).sum(axis=(1, 2))
    sums = np.nansum(deviations, axis=(1, 2))
    # so many digits that equal answers make equal means
    return divide(sums, said).round(6)


def _anchoring(panel: Panel, minimum: int) -> dict[str, Any]:
    """Of the ratings that lay outside the middle half and changed, the share that moved towards the middle answer.

    A half would be chance. People who learn from reasons move there too: it tells that the shown answers pull, not why.
    """
    nothing = dict.fromkeys(("people", "kept", "changed", "towards", "interval"))
    if len(panel.rounds) < 2:
        return {**nothing, "reason": FIRST_ROUND}
    before, now = panel.ratings[-2], panel.ratings[-1]
    counts = count_ratings(before, panel.low, panel.high)
    lower, upper, middle = (quantile(counts, share, panel.low) for share in (0.25, 0.75, 0.5))
    both = (before != MISSING) & (now != MISSING)
    outside = both & ((before < lower) | (before > upper))
    moved = outside & (now != before)
    towards = moved & (np.abs(now - middle) < np.abs(before - middle))
    people = int(moved.any(axis=(1, 2)).sum())
    if people < minimum or moved.sum() < LEAST_RATINGS:
        return {**nothing, "reason": TOO_FEW}
    n, k = int(moved.sum()), int(towards.sum())
    return {
        "people": people,
        "kept": as_value(((now == before) & both).sum() / both.sum()),
        "changed": n,
        "towards": as_value(k / n),
        "interval": [as_value(limit) for limit in wilson(np.asarray(float(k)), np.asarray(float(n)))],
        "reason": None,
    }
