"""Many criteria into one order (methods.md section 11); `matrix` has shape (items, criteria), more is better."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from app.stats.edge import Real, divide
from app.stats.scoring import rank

RANDOM_INDEX = {3: 0.52, 4: 0.89, 5: 1.11, 6: 1.25, 7: 1.35, 8: 1.40, 9: 1.45, 10: 1.49}
"""Saaty 2005, the consistency of random judgements by their number."""
RECIPROCAL = 1e-6


def rank_order_weights(criteria: int, kind: Literal["centroid", "sum", "reciprocal"] = "centroid") -> Real:
    """Weights from an order of criteria alone, the most important first (Barron and Barrett 1996: the centroid).

    >>> rank_order_weights(3).round(4).tolist()
    [0.6111, 0.2778, 0.1111]
    """
    if criteria < 1:
        raise ValueError("criteria is at least 1")
    place = np.arange(1, criteria + 1, dtype=np.float64)
    if kind == "centroid":
        return np.cumsum((1 / place)[::-1])[::-1] / criteria
    raw = criteria + 1 - place if kind == "sum" else 1 / place
    return raw / raw.sum()


def swing_weights(points: Sequence[float]) -> Real:
    """Weights from swing points (von Winterfeldt and Edwards 1986): each over their sum.

    >>> swing_weights([100, 60, 40]).tolist()
    [0.5, 0.3, 0.2]
    """
    given = np.asarray(points, dtype=np.float64)
    if not np.isfinite(given).all() or (given < 0).any() or not given.sum():
        raise ValueError("points are at least 0 and one is above 0")
    return given / given.sum()


class Hierarchy(NamedTuple):
    """Weights from pairwise judgements; `consistency` is Saaty's ratio, to be at most 0.10."""

    weights: Real
    by_geometric_mean: Real
    lambda_max: float
    inconsistency: float
    consistency: float


def pairwise_weights(judgements: Real) -> Hierarchy:
    """AHP weights by the principal eigenvector (Saaty 1980), from a reciprocal matrix of up to ten criteria.

    Raises ValueError for a matrix that is not square, positive or reciprocal.

    >>> found = pairwise_weights(np.array([[1.0, 3.0], [1 / 3, 1.0]]))
    >>> found.weights.round(4).tolist(), found.consistency
    ([0.75, 0.25], 0.0)
    """
    n = len(judgements)
    if judgements.shape != (n, n) or not 1 <= n <= 10:
        raise ValueError("judgements is a square matrix of up to ten criteria")
    if not np.isfinite(judgements).all() or (judgements <= 0).any():
        raise ValueError("judgements are above 0")
    if np.abs(judgements * judgements.T - 1).max() > RECIPROCAL:
        raise ValueError("judgements are reciprocal: each is 1 over its mirror image")
    found = np.linalg.eig(judgements)
    values: Real = np.real(np.asarray(found[0], dtype=np.complex128))
    place = int(np.argmax(values))
    vector: Real = np.abs(np.real(np.asarray(found[1], dtype=np.complex128)[:, place]))
    largest = float(values[place])
    index = (largest - n) / (n - 1) if n > 2 else 0.0
    geometric = np.exp(np.log(judgements).mean(axis=1))
    return Hierarchy(
        vector / vector.sum(),
        geometric / geometric.sum(),
        largest,
        index,
        index / RANDOM_INDEX[n] if n > 2 else 0.0,
    )


def weighted_sum(matrix: Real, weights: Real, low: float, high: float) -> Real:
    """The weighted sum, 0 to 1, on the scale's own ends `low` and `high`, not on the data's: shape `(items,)`.

    >>> weighted_sum(np.array([[5.0, 3.0]]), np.array([0.5, 0.5]), 1, 5).tolist()
    [0.75]
    """
    if not high > low:
        raise ValueError("high is above low")
    return (matrix - low) / (high - low) @ weights


def closeness_to_ideal(
    matrix: Real,
    weights: Real,
    benefits: Sequence[bool] | None = None,
    *,
    scaling: Literal["vector", "range"] = "vector",
) -> Real:
    """TOPSIS (Hwang and Yoon 1981): closeness to the best of all, 0 to 1, shape `(items,)`.

    Vector normalisation, or each criterion's range. A criterion that is a cost has its least value as ideal.
    Undefined (nan) when all items are equal.

    >>> closeness_to_ideal(np.array([[1.0, 2.0], [2.0, 4.0]]), np.array([0.5, 0.5])).tolist()
    [0.0, 1.0]
    """
    is_benefit = np.asarray([True] * matrix.shape[1] if benefits is None else benefits, dtype=np.bool_)
    if scaling == "vector":
        scaled = np.nan_to_num(divide(matrix, np.sqrt((matrix**2).sum(axis=0))))
    else:
        least = matrix.min(axis=0)
        scaled = np.nan_to_num(divide(matrix - least, matrix.max(axis=0) - least))
    scaled = scaled * weights
    best, worst = scaled.max(axis=0), scaled.min(axis=0)
    ideal = best * is_benefit + worst * ~is_benefit
    opposite = worst * is_benefit + best * ~is_benefit
    near, far = np.sqrt(((scaled - opposite) ** 2).sum(axis=1)), np.sqrt(((scaled - ideal) ** 2).sum(axis=1))
    return divide(near, near + far)


class Flows(NamedTuple):
    """Outranking flows, each of shape `(items,)`: `plus` and `minus` 0 to 1, `net` -1 to 1."""

    plus: Real
    minus: Real
    net: Real


def outranking_flows(
    matrix: Real,
    weights: Real,
    benefits: Sequence[bool] | None = None,
    *,
    indifference: Real | None = None,
    preference: Real | None = None,
) -> Flows:
    """PROMETHEE II (Brans and Vincke 1985). Without thresholds any difference is full preference ("usual").

    With `preference` it grows from 0 (V-shape), or from `indifference` on; both of shape (criteria,).

    >>> outranking_flows(np.array([[1.0], [2.0]]), np.array([1.0])).net.tolist()
    [-1.0, 1.0]
    """
    sign = np.ones(matrix.shape[1]) if benefits is None else np.where(np.asarray(benefits), 1, -1)
    ahead = (matrix[:, np.newaxis] - matrix) * sign
    if preference is None:
        preferred = (ahead > 0).astype(np.float64)
    else:
        start = np.zeros_like(preference) if indifference is None else indifference
        if (preference <= start).any():
            raise ValueError("preference is above indifference")
        preferred = np.clip((ahead - start) / (preference - start), 0, 1)
    strength = preferred @ weights
    others = max(len(matrix) - 1, 1)
    plus, minus = strength.sum(axis=1) / others, strength.sum(axis=0) / others
    return Flows(plus, minus, plus - minus)


def borda(matrix: Real, weights: Real) -> Real:
    """Borda's points, n minus the average rank, weighted over criteria (or ballots); shape `(items,)`.

    >>> borda(np.array([[3.0, 1.0], [2.0, 2.0]]), np.array([1.0, 1.0])).tolist()
    [1.0, 1.0]
    """
    return (len(matrix) - rank(matrix.T)).T @ weights


def rank_agreement(one: Real, other: Real) -> float:
    """Kendall's tau-b between two orders of the same items, -1 to 1, ties counted as such (Kendall 1945).

    Undefined (nan) when one of them ties all items.

    >>> rank_agreement(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0])).__round__(4)
    0.3333
    """
    before, after = (np.sign(ranks[:, np.newaxis] - ranks) for ranks in (one, other))
    return float(divide(np.asarray((before * after).sum()), np.sqrt((before**2).sum() * (after**2).sum())))
