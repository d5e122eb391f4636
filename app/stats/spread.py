"""Location and spread from histograms (methods.md section 2)."""

import numpy as np
from numpy.typing import NDArray

from app.stats.edge import Real, count_from, divide
from app.stats.histogram import total

TINY = 1e-12


def points_of(counts: Real, low: int) -> Real:
    """The values of the levels, from `low` on, shape `(levels,)`."""
    return count_from(low, counts.shape[-1])


def mean(counts: Real, low: int = 1) -> Real:
    """The mean in units of the scale, shape `(...)`; undefined without answers.

    >>> float(mean(np.array([0.0, 1.0, 1.0])))
    2.5
    """
    return divide((counts * points_of(counts, low)).sum(axis=-1), total(counts))


def variance(counts: Real) -> Real:
    """The variance with n - 1, in squared units of the scale; undefined below two answers."""
    n = total(counts)
    centred = points_of(counts, 0) - mean(counts, 0)[..., np.newaxis]
    squares = (counts * centred**2).sum(axis=-1)
    return divide(squares, np.where(n > 1, n - 1, 0))


def standard_deviation(counts: Real) -> Real:
    """The standard deviation with n - 1; undefined below two answers.

    >>> round(float(standard_deviation(np.array([1.0, 0.0, 1.0]))), 4)
    1.4142
    """
    return np.sqrt(variance(counts))


def quantile(counts: Real, share: float, low: int = 1) -> Real:
    """The quantile of type 7 of whole counts (Hyndman and Fan, Am. Stat. 50, 1996), shape `(...)`.

    `share` is between 0 and 1. Undefined without answers.

    >>> float(quantile(np.array([1.0, 1.0, 1.0, 1.0]), 0.25))
    1.75
    """
    n = total(counts)
    place = np.where(n > 0, (n - 1) * share, 0)
    below = np.floor(place + TINY)
    first, second = _ordered(counts, below), _ordered(counts, below + 1)
    between = np.clip(place - below, 0, 1)
    return np.where(n > 0, low + first + between * (np.minimum(second, counts.shape[-1] - 1) - first), np.nan)


def median(counts: Real, low: int = 1) -> Real:
    """The median of whole counts, shape `(...)`; undefined without answers.

    >>> float(median(np.array([2.0, 2.0, 0.0])))
    1.5
    """
    return quantile(counts, 0.5, low)


def weighted_quantile(weights: Real, share: float, low: int = 1) -> Real:
    """The quantile of weighted counts by the "school" rule (R survey, `svyquantile(qrule="school")`).

    The smallest level whose cumulative share reaches `share`; met exactly, the mean of it and the
    next level that has weight. Reduces to type 2 for whole counts. Undefined without weight.

    >>> float(weighted_quantile(np.array([0.5, 0.5, 0.0, 1.0]), 0.5))
    3.0
    """
    cumulated = divide(np.cumsum(weights, axis=-1), total(weights)[..., np.newaxis])
    reached = cumulated >= share - TINY
    level = np.argmax(reached, axis=-1)
    at = np.take_along_axis(cumulated, level[..., np.newaxis], axis=-1)[..., 0]
    later: NDArray[np.bool_] = (weights > 0) & (count_from(0, weights.shape[-1]) > level[..., np.newaxis])
    following = np.asarray(np.where(later.any(axis=-1), np.argmax(later, axis=-1), level), dtype=np.float64)
    is_exact = np.abs(at - share) <= TINY
    step = np.where(is_exact, (following - level) / 2, 0.0)
    return np.where(total(weights) > 0, low + level + step, np.nan)


def _ordered(counts: Real, place: Real) -> Real:
    """The level of the answer at this place (from 0) in order; one past the end gives `levels`."""
    return (np.cumsum(counts, axis=-1) <= place[..., np.newaxis]).sum(axis=-1).astype(np.float64)
