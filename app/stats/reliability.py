"""Whether a panel uses the same scores for the same items (methods.md section 5).

All but Kendall's W and the ICC need only counts: one histogram a unit, `(units, levels)`, missing answers allowed.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from app.stats.edge import Real, count_from, divide
from app.stats.histogram import total

Metric = Literal["nominal", "ordinal", "interval", "ratio"]
Weights = Literal["unweighted", "linear", "quadratic", "ordinal"]


class Coefficient(NamedTuple):
    """A coefficient of agreement beyond chance: itself, its standard error over units, and the two agreements."""

    value: float
    standard_error: float
    observed: float
    expected: float


TINY = 1e-12
UNDEFINED = Coefficient(np.nan, np.nan, np.nan, np.nan)


def krippendorff_alpha(counts: Real, metric: Metric = "ordinal", points: Real | None = None) -> float:
    """Krippendorff's alpha, (-1, 1]: 1 perfect, 0 chance (Krippendorff, Computing alpha, 2011).

    `counts` has shape (units, levels); units with fewer than two answers are left out. `points` are the values
    of the levels, by default 1, 2, …; nominal and ordinal do not look at them. Undefined (nan) without variation
    or without a unit of two answers. In opinion surveys it is low: it is no measure of consensus.

    >>> round(krippendorff_alpha(np.array([[2.0, 0.0], [0.0, 2.0], [1.0, 1.0]]), "nominal"), 4)
    0.4444
    """
    used = counts[total(counts) >= 2]
    if not len(used):
        return np.nan
    pairs = used / (total(used) - 1)[:, np.newaxis]
    observed = pairs.T @ used - np.diag(pairs.sum(axis=0))
    margin = used.sum(axis=0)
    distance = _distance(metric, margin, points)
    expected = float((np.outer(margin, margin) * distance).sum())
    if expected <= 0:
        return np.nan
    return 1 - float((margin.sum() - 1) * (observed * distance).sum()) / expected


def _distance(metric: Metric, margin: Real, points: Real | None) -> Real:
    point = count_from(1, len(margin)) if points is None else points
    gap = np.abs(point[:, np.newaxis] - point)
    if metric == "nominal":
        return (gap > 0).astype(np.float64)
    if metric == "interval":
        return gap**2
    if metric == "ratio":
        return np.nan_to_num(divide(gap, point[:, np.newaxis] + point)) ** 2
    # answers on the way from one level to the other, half of those at its ends
    reached = np.cumsum(margin) - margin / 2
    return (reached[:, np.newaxis] - reached) ** 2


def agreement_weights(levels: int, kind: Weights) -> Real:
    """How much two levels agree, 0 to 1, shape `(levels, levels)`; `ordinal` is Gwet's 1 - C(d + 1, 2) / C(L, 2).

    >>> agreement_weights(3, "quadratic").tolist()[0]
    [1.0, 0.75, 0.0]
    """
    gap = np.abs(count_from(0, levels)[:, np.newaxis] - count_from(0, levels))
    if kind == "unweighted":
        return (gap == 0).astype(np.float64)
    if kind == "linear":
        return 1 - gap / (levels - 1)
    if kind == "quadratic":
        return 1 - (gap / (levels - 1)) ** 2
    return 1 - gap * (gap + 1) / (levels * (levels - 1))


def gwet(counts: Real, kind: Weights = "quadratic") -> Coefficient:
    """Gwet's AC2, AC1 when unweighted (Handbook of Inter-Rater Reliability, 4th ed. 2014, ch. 5).

    `counts` has shape (units, levels) over the whole scale. Stable where answers pile up at one end.
    Undefined without a unit of two answers; 1 where all answers are equal.

    >>> round(gwet(np.array([[2.0, 0.0], [2.0, 0.0], [1.0, 1.0]]), "unweighted").value, 4)
    0.5385
    """
    weights = agreement_weights(counts.shape[1], kind)
    factor = weights.sum() / (len(weights) * (len(weights) - 1))
    return _beyond_chance(counts, weights, lambda share: factor * (1 - share), 2)


def fleiss_kappa(counts: Real, kind: Weights = "unweighted") -> Coefficient:
    """Fleiss' kappa for any number of raters a unit, with weights (Gwet 2014, ch. 2 and 3).

    Undefined without a unit of two answers or without variation.

    >>> round(fleiss_kappa(np.array([[2.0, 0.0], [0.0, 2.0], [1.0, 1.0]])).value, 4)
    0.3333
    """
    weights = agreement_weights(counts.shape[1], kind)
    return _beyond_chance(counts, weights, lambda share: weights @ share, 2)


def brennan_prediger(counts: Real, kind: Weights = "quadratic") -> Coefficient:
    """Brennan and Prediger's coefficient, chance being the same for every level (Gwet 2014, ch. 4).

    >>> brennan_prediger(np.array([[2.0, 0.0], [1.0, 1.0]]), "unweighted").value
    0.0
    """
    weights = agreement_weights(counts.shape[1], kind)
    expected = weights.sum() / len(weights) ** 2
    return _beyond_chance(counts, weights, lambda share: np.full_like(share, expected), 0)


def weighted_alpha(counts: Real, kind: Weights = "quadratic") -> Coefficient:
    """Krippendorff's alpha in Gwet's weighted form with its standard error (Gwet 2014, ch. 6).

    Unweighted it is the nominal alpha, quadratic the interval alpha of `krippendorff_alpha`.

    >>> round(weighted_alpha(np.array([[2.0, 0.0], [0.0, 2.0], [1.0, 1.0]]), "unweighted").value, 4)
    0.4444
    """
    used = counts[total(counts) >= 2]
    if not len(used):
        return UNDEFINED
    weights = agreement_weights(counts.shape[1], kind)
    n, units = total(used), len(used)
    usual = n.mean()
    agreeing = (used * (used @ weights - 1)).sum(axis=1) / (usual * (n - 1))
    correction = 1 / n.sum()
    observed = float((1 - correction) * agreeing.mean() + correction)
    by_level = weights @ (used.mean(axis=0) / usual)
    expected = float(used.mean(axis=0) / usual @ by_level)
    if expected >= 1 - TINY:
        return UNDEFINED
    value = (observed - expected) / (1 - expected)
    # the variance is that of the coefficient without its small-sample correction
    plain = (agreeing.mean() - expected) / (1 - expected)
    excess = (n - usual) / usual
    of_units = (agreeing - observed * excess - expected) / (1 - expected)
    expected_of_units = used @ by_level / usual - expected * excess
    of_units = of_units - 2 * (1 - plain) * (expected_of_units - expected) / (1 - expected)
    error = np.sqrt(((of_units - plain) ** 2).sum() / (units * (units - 1))) if units > 1 else np.nan
    return Coefficient(value, float(error), observed, expected)


def _beyond_chance(counts: Real, weights: Real, chance: Callable[[Real], Real], influence: int) -> Coefficient:
    """A coefficient whose expected agreement is `share @ chance(share)`, with the variance of Gwet 2014."""
    used = counts[total(counts) > 0]
    n, units = total(used), len(used)
    is_pair = n >= 2
    if not is_pair.any():
        return UNDEFINED
    pairs = np.where(is_pair, n * (n - 1), 1)
    agreeing = np.where(is_pair, (used * (used @ weights - 1)).sum(axis=1) / pairs, 0)
    observed = float(agreeing[is_pair].mean())
    share = (used / n[:, np.newaxis]).mean(axis=0)
    by_level = chance(share)
    expected = float(share @ by_level)
    if expected >= 1 - TINY:
        return UNDEFINED
    value = (observed - expected) / (1 - expected)
    of_units = units / is_pair.sum() * (agreeing - expected * is_pair) / (1 - expected)
    expected_of_units = used @ by_level / n
    of_units = of_units - influence * (1 - value) * (expected_of_units - expected) / (1 - expected)
    error = np.sqrt(((of_units - value) ** 2).sum() / (units * (units - 1))) if units > 1 else np.nan
    return Coefficient(value, float(error), observed, expected)
