"""How sure the order of initiatives is: against chance, against unknown weights, against another way of adding up."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from app.consensus.panel import Rated
from app.stats.acceptability import Acceptability, acceptability
from app.stats.aggregation import closeness_to_ideal, outranking_flows
from app.stats.edge import Real, as_value, as_values, count_from
from app.stats.ranking import confidence_sets
from app.stats.scoring import rank

RANK_DRAWS, WEIGHT_DRAWS = 20_000, 40_000


def describe_rank_sets(scores: Real, resampled: Real, *, seed: int) -> dict[str, Any]:
    """Simultaneous 95 % confidence sets of all ranks, from scores (initiatives,) and re-samples (draws, initiatives).

    Initiatives without an estimate have None and leave the others' ranks alone.
    """
    rated = _rated(scores) & np.isfinite(resampled).all(axis=0)
    covariance = np.full((len(scores), len(scores)), np.nan)
    low, high = np.full(len(scores), np.nan), np.full(len(scores), np.nan)
    if rated.any():
        covariance[np.ix_(rated, rated)] = np.atleast_2d(np.cov(resampled[:, rated], rowvar=False))
        part = covariance[np.ix_(rated, rated)]
        found = confidence_sets(scores[rated], part, draws=RANK_DRAWS, seed=seed)
        low[rated], high[rated] = found
    return {
        "draws": RANK_DRAWS,
        "seed": seed,
        "confidence": 0.95,
        "covariance": [as_values(row) for row in covariance],
        "L": [_whole(limit) for limit in low],
        "U": [_whole(limit) for limit in high],
    }


def describe_unknown_weights(panel: Rated, means: Real, weights: Real, *, seed: int) -> dict[str, Any] | None:
    """SMAA-2 on the balanced means of shape (initiatives, criteria): any weights, and any in the order of `weights`.

    Exact for few initiatives (`draws` 0), else drawn. None without a criterion to weigh against another.
    """
    rated = _rated(means)
    rows = [name for name, has in zip(panel.initiatives, rated, strict=True) if has]
    if len(panel.criteria) < 2 or not rows:
        return None
    values = (means[rated] - panel.low) / (panel.high - panel.low)
    order: list[int] = np.argsort(-weights, kind="stable").tolist()
    free = acceptability(values, draws=WEIGHT_DRAWS, seed=seed)
    ordered = acceptability(values[:, order], ordered=True, draws=WEIGHT_DRAWS, seed=seed)
    return {
        "value": f"(balanced mean - {panel.low})/{panel.high - panel.low}",
        "rows": rows,
        "draws": free.draws,
        "seed": seed,
        "uniform": {
            **_acceptable(free),
            "central_weights": [as_values(row) if np.isfinite(row).all() else None for row in free.central],
        },
        "ordered": {"constraint": ">=".join(panel.criteria[index] for index in order), **_acceptable(ordered)},
    }


def describe_other_methods(panel: Rated, means: Real, weights: Real, k: int) -> dict[str, Any]:
    """TOPSIS and PROMETHEE II beside the weighted sum; an initiative that only some of them put first is named.

    Both can turn ranks around when an initiative is added, so they are second opinions.
    """
    rated = _rated(means)
    rows = [name for name, has in zip(panel.initiatives, rated, strict=True) if has]
    matrix = means[rated]
    topsis = closeness_to_ideal(matrix, weights) if rows else np.empty(0)
    net = outranking_flows(matrix, weights).net if rows else np.empty(0)
    orders = [rank(scores) for scores in (matrix @ weights, topsis, net)]
    first = np.array([ranks <= k for ranks in orders])
    return {
        "rows": rows,
        "topsis_vector": as_values(topsis),
        "topsis_rank": as_values(orders[1]),
        "promethee2_usual_net": as_values(net),
        "promethee_rank": as_values(orders[2]),
        "method_sensitive": [name for name, some, every in _compared(rows, first) if some and not every],
    }


def _compared(rows: Sequence[str], first: Any) -> list[tuple[str, bool, bool]]:
    return [(name, bool(column.any()), bool(column.all())) for name, column in zip(rows, first.T, strict=True)]


def _acceptable(found: Acceptability) -> dict[str, Any]:
    places = count_from(1, len(found.ranks))
    return {
        "rank_acceptability": [as_values(row) for row in found.ranks],
        "expected_rank": as_values(found.ranks @ places),
    }


def _rated(values: Real) -> Any:
    return np.isfinite(values) if values.ndim == 1 else np.isfinite(values).all(axis=1)


def _whole(limit: float) -> int | None:
    value = as_value(limit)
    return None if value is None else int(value)
