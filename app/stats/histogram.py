"""Histograms: counts on an ordered scale, shape `(..., levels)`, the first level first."""

import numpy as np
from numpy.typing import NDArray

from app.stats.edge import Real, divide

MISSING = -32768
"""What stands for an answer that is not there, among whole numbers."""


def count_ratings(ratings: NDArray[np.int16], low: int, high: int) -> Real:
    """Histograms of ratings over the first axis: `(respondents, ...)` to `(..., levels)`.

    `MISSING` is no rating. Raises ValueError for a rating outside `low`..`high`, or fewer than two levels.

    >>> count_ratings(np.array([[1], [3], [3], [MISSING]], dtype=np.int16), 1, 3).tolist()
    [[1.0, 0.0, 2.0]]
    """
    if high <= low:
        raise ValueError("high is above low: a scale has two levels or more")
    if ((ratings != MISSING) & ((ratings < low) | (ratings > high))).any():
        raise ValueError("ratings lie between low and high")
    counts = np.stack([(ratings == point).sum(axis=0) for point in range(low, high + 1)])
    return np.moveaxis(counts.astype(np.float64), 0, -1)


def levels_first(counts: Real) -> Real:
    """The same histograms with each level's counts side by side in memory, in which many are computed the fastest.

    >>> levels_first(np.array([[1.0, 2.0]])).tolist()
    [[1.0, 2.0]]
    """
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(counts, -1, 0)), 0, -1)


def count_pairs(before: NDArray[np.int16], after: NDArray[np.int16], low: int, high: int) -> Real:
    """How many went from which level to which, over the first axis: `(respondents, ...)` to `(..., levels, levels)`.

    Row is the earlier answer; only those who answered both times are counted.

    >>> count_pairs(np.array([1, 2, 2], dtype=np.int16), np.array([2, 2, MISSING], dtype=np.int16), 1, 2).tolist()
    [[0.0, 1.0], [0.0, 1.0]]
    """
    levels = np.array(range(low, high + 1))
    earlier, later = ((ratings[..., np.newaxis] == levels).astype(np.float64) for ratings in (before, after))
    return np.einsum("r...a,r...b->...ab", earlier, later)


def total(counts: Real) -> Real:
    """The number of answers, shape `(...)`; may be fractional.

    Raises ValueError for counts that are negative or no numbers, or of fewer than two levels.

    >>> float(total(np.array([1.0, 2.5])))
    3.5
    """
    if counts.shape[-1] < 2:
        raise ValueError("counts have two levels or more")
    if counts.size and not (counts.min() >= 0 and counts.max() < np.inf):
        raise ValueError("counts are numbers of at least 0")
    return counts.sum(axis=-1)


def cumulate(counts: Real) -> Real:
    """How many answers are at a level or below it, shape `(..., levels)`.

    >>> cumulate(np.array([1.0, 0.0, 2.0])).tolist()
    [1.0, 1.0, 3.0]
    """
    # level by level is several times as fast as NumPy's own when each level lies together, and adds in the same order
    reached = np.copy(counts, order="K")
    for level in range(1, counts.shape[-1]):
        reached[..., level] += reached[..., level - 1]
    return reached


def shares(counts: Real) -> Real:
    """Each level's share of the answers, 0 to 1, shape `(..., levels)`; undefined without answers."""
    return divide(counts, total(counts)[..., np.newaxis])


def share_in(counts: Real, levels: slice) -> Real:
    """The share of answers in a run of levels, 0 to 1, shape `(...)`; undefined without answers.

    >>> float(share_in(np.array([1.0, 1.0, 2.0]), slice(1, 3)))
    0.75
    """
    return divide(counts[..., levels].sum(axis=-1), total(counts))


def top_box(levels: int) -> slice:
    """The levels that count as agreement: 4-5 of 5, 7-9 of 9, otherwise the upper third, rounded up (ours).

    >>> top_box(5), top_box(9), top_box(2), top_box(11)
    (slice(3, 5, None), slice(6, 9, None), slice(1, 2, None), slice(7, 11, None))
    """
    return slice(levels - -(-levels // 3), levels)


def bottom_box(levels: int) -> slice:
    """The levels that count as rejection, as many as `top_box` has.

    >>> bottom_box(5), bottom_box(9)
    (slice(0, 2, None), slice(0, 3, None))
    """
    return slice(0, -(-levels // 3))
