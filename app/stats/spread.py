"""Location and spread from histograms (methods.md section 2)."""

import numpy as np
from numpy.typing import NDArray

from app.stats.edge import Real, count_from, divide
from app.stats.histogram import cumulate, total

TINY = 1e-12
SLACK = 1e-9


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


def quantile(counts: Real, share: float, low: int = 1, kind: int = 7) -> Real:
    """The quantile of answers in units of the scale (Hyndman and Fan, Am. Stat. 50, 1996), shape `(...)`.

    `share` is between 0 and 1. `kind` is the type of the paper: 1 is always a level, 2 is the rule of SAS,
    6 that of SPSS, 7 that of R, NumPy and Excel and the product's own. Undefined without answers.

    >>> [float(quantile(np.array([1.0, 1.0, 1.0, 1.0]), 0.25, kind=kind)) for kind in (1, 2, 6, 7)]
    [1.0, 1.5, 1.25, 1.75]
    """
    if not 0 <= share <= 1:
        raise ValueError("share is between 0 and 1")
    if kind == 2:
        return weighted_quantile(counts, share, low)
    n = total(counts)
    if kind == 1:
        place = np.maximum(np.ceil(n * share - SLACK), 1) - 1
    elif kind == 6:
        place = np.clip((n + 1) * share, 1, np.maximum(n, 1)) - 1
    elif kind == 7:
        place = np.maximum((n - 1) * share, 0)
    else:
        raise ValueError("kind is 1, 2, 6 or 7")
    below = np.floor(place + TINY)
    last, reached = counts.shape[-1] - 1, cumulate(counts)
    first = np.minimum(_ordered(reached, below), last)
    second = np.minimum(_ordered(reached, below + 1), last)
    # one past the last answer there is nothing: the last answer itself
    second = np.where(below + 1 < n, second, first)
    between = np.clip(place - below, 0, 1)
    return np.where(n > 0, low + first + between * (second - first), np.nan)


def interquartile_range(counts: Real, kind: int = 7) -> Real:
    """The distance of the quartiles in steps of the scale, 0 to levels - 1; undefined without answers.

    >>> float(interquartile_range(np.array([1.0, 1.0, 1.0, 1.0])))
    1.5
    """
    return quantile(counts, 0.75, kind=kind) - quantile(counts, 0.25, kind=kind)


def variation(counts: Real, low: int = 1) -> Real:
    """The coefficient of variation, standard deviation over mean; undefined below two answers or at mean 0.

    It depends on where the scale starts: do not compare scales.

    >>> round(float(variation(np.array([1.0, 0.0, 1.0]))), 4)
    0.7071
    """
    return divide(standard_deviation(counts), mean(counts, low))


def absolute_deviation(counts: Real) -> Real:
    """The median distance from the median, unscaled, in steps of the scale; undefined without answers.

    >>> float(absolute_deviation(np.array([1.0, 2.0, 0.0, 1.0])))
    0.5
    """
    distance = np.abs(points_of(counts, 1) - median(counts)[..., np.newaxis])
    order = np.argsort(distance, axis=-1, kind="stable")
    distance = np.take_along_axis(distance, order, axis=-1)
    counts = np.take_along_axis(counts, order, axis=-1)
    n = total(counts)
    last = counts.shape[-1] - 1
    # the two answers in the middle, by their distance
    reached = cumulate(counts)
    middle = [np.minimum(_ordered(reached, np.maximum(place, 0)), last) for place in ((n - 1) / 2, n / 2)]
    ends = [np.take_along_axis(distance, place.astype(np.int64)[..., np.newaxis], axis=-1)[..., 0] for place in middle]
    return np.where(n > 0, (ends[0] + ends[1]) / 2, np.nan)


def median(counts: Real, low: int = 1) -> Real:
    """The median, shape `(...)`; undefined without answers.

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
    cumulated = divide(cumulate(weights), total(weights)[..., np.newaxis])
    reached = (cumulated >= share - TINY) & (cumulated > 0)
    level = np.argmax(reached, axis=-1)
    at = np.take_along_axis(cumulated, level[..., np.newaxis], axis=-1)[..., 0]
    later: NDArray[np.bool_] = (weights > 0) & (count_from(0, weights.shape[-1]) > level[..., np.newaxis])
    following = np.asarray(np.where(later.any(axis=-1), np.argmax(later, axis=-1), level), dtype=np.float64)
    is_exact = np.abs(at - share) <= TINY
    step = np.where(is_exact, (following - level) / 2, 0.0)
    return np.where(total(weights) > 0, low + level + step, np.nan)


def _ordered(reached: Real, place: Real) -> Real:
    """The level of the answer at this place (from 0) in order, by cumulated counts; one past the end gives `levels`."""
    found = np.zeros_like(place)
    for level in range(reached.shape[-1]):
        found += reached[..., level] <= place
    return found
