"""Making groups count as they should: every helix equally, or margins met by raking."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from app.stats.edge import Real, divide
from app.stats.histogram import shares, total
from app.stats.spread import mean, variance, weighted_quantile

TRIM = (0.2, 5.0)
SETTLED = 1e-10
MOST_PASSES = 200
SWEEPS = 10


class Balanced(NamedTuple):
    """Figures in which every helix that answered has the same weight; each of shape `(...)`."""

    mean: Real
    standard_error: Real
    effective_n: Real
    median: Real
    shares: Real


def balance(counts: Real, low: int = 1) -> Balanced:
    """Balance histograms by helix, shape `(..., helices, levels)`, over the helices that answered.

    The mean is the plain mean of the helix means; its standard error sqrt(sum s_h^2 / n_h) / H is undefined
    when a helix has a single answer; the effective n is Kish's (1965), H^2 / sum(1 / n_h); the median is
    weighted by the "school" rule. Source: post-stratification, R survey 4.1.1. Undefined without answers.

    >>> balanced = balance(np.array([[2.0, 0.0, 0.0], [0.0, 0.0, 8.0]]))
    >>> float(balanced.mean), float(balanced.effective_n)
    (2.0, 6.4)
    """
    n = total(counts)
    has_answered = n > 0
    helices = has_answered.sum(axis=-1).astype(np.float64)
    inverse = np.where(has_answered, divide(np.ones_like(n), n), 0)
    means = np.where(has_answered, mean(counts, low), 0)
    # a helix of one answer has no variance, and then neither has the whole a standard error
    of_means = np.where(has_answered, variance(counts) * inverse, 0)
    cell_shares = np.where(has_answered[..., np.newaxis], shares(counts), 0)
    balanced_shares = divide(cell_shares.sum(axis=-2), helices[..., np.newaxis])
    return Balanced(
        mean=divide(means.sum(axis=-1), helices),
        standard_error=divide(np.sqrt(of_means.sum(axis=-1)), helices),
        effective_n=divide(helices**2, inverse.sum(axis=-1)),
        median=weighted_quantile(np.nan_to_num(balanced_shares), 0.5, low),
        shares=balanced_shares,
    )


class Raked(NamedTuple):
    """Weights of cells after raking, shape of the cells, and the share of people whose weight was trimmed."""

    weights: Real
    trimmed: float


def rake(cells: Real, targets: Sequence[Real], *, trim: tuple[float, float] = TRIM) -> Raked:
    """One weight for the people of each cell, so that the margins become `targets` (Deming and Stephan 1940).

    `cells` holds how many people are in each cell, one axis a factor; `targets` one array of shares a factor. A
    category without people is dropped from its target. The weights average 1 over people, stay within `trim` times
    the mean, and are undefined in empty cells. Raises ValueError naming a factor whose margin cannot be met.

    >>> rake(np.array([[1.0, 3.0], [3.0, 1.0]]), [np.array([0.5, 0.5]), np.array([0.5, 0.5])]).weights.tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    if (cells < 0).any() or not np.isfinite(cells).all():
        raise ValueError("cells are counts of people")
    if len(targets) != cells.ndim or any(
        len(target) != size for target, size in zip(targets, cells.shape, strict=True)
    ):
        raise ValueError("targets has one array of shares for each axis of cells")
    if not cells.sum():
        return Raked(np.full(cells.shape, np.nan), 0.0)
    weights = _raked(cells, cells, targets)
    factor = divide(weights, cells)
    low, high = trim
    kept = np.clip(factor, low, high)
    is_trimmed = np.isfinite(factor) & (np.abs(kept - factor) > SETTLED)
    if is_trimmed.any():
        kept = divide(_raked(cells, np.nan_to_num(kept) * cells, targets), cells)
        return Raked(kept, float(cells[is_trimmed].sum() / cells.sum()))
    return Raked(factor, 0.0)


def _raked(cells: Real, start: Real, targets: Sequence[Real]) -> Real:
    n, weights = cells.sum(), start.copy()
    axes = range(cells.ndim)
    wanted: list[Real] = []
    for axis, target in enumerate(targets):
        others = tuple(other for other in axes if other != axis)
        shares = np.where(cells.sum(axis=others) > 0, target, 0)
        if (shares < 0).any() or not shares.sum():
            raise ValueError(f"targets of factor {axis} leave nobody")
        wanted.append(np.expand_dims(shares / shares.sum() * n, others))
    worst = 0
    for _ in range(MOST_PASSES):
        largest = 0.0
        for axis, goal in enumerate(wanted):
            others = tuple(other for other in axes if other != axis)
            step = np.nan_to_num(divide(goal, weights.sum(axis=others, keepdims=True)))
            moved = float(np.abs(np.where(goal > 0, step, 1) - 1).max())
            if moved >= largest:
                largest, worst = moved, axis
            weights = weights * step
        if largest < SETTLED:
            return weights
    raise ValueError(f"the margin of factor {worst} cannot be met together with the others")


def effective_n(weights: Real, people: Real) -> float:
    """Kish's effective n, (sum w)^2 / sum w^2 (Kish 1965); undefined (nan) when all weights are 0.

    `weights` are those of one person in a group, `people` how many the group has.

    >>> effective_n(np.array([1.0, 1.0]), np.array([3.0, 1.0]))
    4.0
    """
    used = np.nan_to_num(weights)
    return float(divide((used * people).sum() ** 2, (used**2 * people).sum()))


def raked_error(counts: Real, weights: Real, low: int = 1) -> float:
    """The standard error of the raked mean, in units of the scale; undefined (nan) below two people.

    `counts` has shape (first factor, second factor, levels), `weights` that of its cells. Linearised as in R survey:
    what the margins explain is taken out of each person's part of the mean, in ten sweeps.

    >>> round(raked_error(np.array([[[1.0, 1.0]], [[1.0, 1.0]]]), np.ones((2, 1))), 4)
    0.2887
    """
    people = total(counts)
    n = float(people.sum())
    if n < 2:
        return np.nan
    weight = np.nan_to_num(weights)[..., np.newaxis]
    whole = float((weight * counts).sum())
    points = low + np.arange(counts.shape[-1], dtype=np.float64)
    away = points - float((weight * counts * points).sum()) / whole
    # per unit of weight: each person's distance from the mean, swept by one margin after the other
    left = np.broadcast_to(away, counts.shape)
    for axis in (1, 0) * SWEEPS:
        margin = divide((left * counts).sum(axis=(axis, 2)), people.sum(axis=axis))
        left = left - np.expand_dims(np.nan_to_num(margin), (axis, 2))
    parts = left * weight / whole
    middle = float((parts * counts).sum()) / n
    return float(np.sqrt(n / (n - 1) * ((parts - middle) ** 2 * counts).sum()))
