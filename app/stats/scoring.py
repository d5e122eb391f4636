"""Many criteria into one score, and scores into ranks (methods.md sections 0.6 and 11)."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.stats import rankdata  # pyright: ignore[reportUnknownVariableType] -- SciPy has no types

from app.stats.edge import Real

RANK_DIGITS = 12


def normalise(weights: Mapping[str, float], criteria: Sequence[str]) -> Real:
    """Weights in the order of the criteria, summing to 1; a criterion without weight counts 0.

    Raises ValueError for an unknown criterion, a weight that is negative or no number, no weight above 0, or weights
    whose sum is no number any more.

    >>> normalise({"impact": 3, "urgency": 1}, ["urgency", "impact"]).tolist()
    [0.25, 0.75]
    """
    unknown = [name for name in weights if name not in criteria]
    if unknown:
        raise ValueError(f"there is no criterion {unknown[0]}")
    given = np.array([weights.get(name, 0) for name in criteria], dtype=np.float64)
    with np.errstate(over="ignore"):
        whole = given.sum()
    if not np.isfinite(whole) or (given < 0).any() or not whole:
        raise ValueError("weights are at least 0 and one is above 0")
    return given / whole


def composite(means: Real, weights: Real) -> Real:
    """The weighted sum of means, shape `(..., criteria)` to `(...)`, in units of the scale.

    Undefined when a criterion that has weight has no mean.

    >>> float(composite(np.array([4.0, 2.0]), np.array([0.75, 0.25])))
    3.5
    """
    counted = weights > 0
    return (means[..., counted] * weights[counted]).sum(axis=-1)


def rank(scores: Real) -> Real:
    """Ranks along the last axis: 1 is the highest score, ties share the average; undefined stays undefined.

    Scores are rounded to 12 decimals first, so that float noise makes no order.

    >>> rank(np.array([3.0, 5.0, 3.0, np.nan])).tolist()
    [2.5, 1.0, 2.5, nan]
    """
    rounded = -np.round(scores, RANK_DIGITS)
    ranks: Real = rankdata(rounded, axis=-1, nan_policy="omit")
    return ranks if scores.size else scores
