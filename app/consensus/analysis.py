"""The complete analysis of a panel, in the form of the file `innaxe-analysis/1`."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app import __version__
from app.consensus.analysis_items import describe_items
from app.consensus.panel import Panel
from app.stats.bootstrap import (
    Draws,
    draw_again,
    percentile_intervals,
    rank_uncertainty,
    standard_errors,
)
from app.stats.edge import Real, as_value, as_values
from app.stats.histogram import MISSING, count_ratings
from app.stats.scoring import composite, normalise, rank
from app.stats.weighting import balance

FORMAT = "innaxe-analysis/1"
SEED, DRAWS = 20_261_123, 2000
"""Where nobody says otherwise, so that the same data give the same file wherever it is made."""


def analyse(
    panel: Panel,
    *,
    weights: Mapping[str, float] | None = None,
    seed: int = SEED,
    draws: int = DRAWS,
    inputs: Mapping[str, str],
) -> dict[str, Any]:
    """Every figure of a consultation, undefined ones as None.

    `weights` by criterion, equal when not given; `inputs` names each source with its SHA-256. The composite is
    of the last round. Raises ValueError for weights that cannot be.
    """
    order = normalise(weights or dict.fromkeys(panel.criteria, 1.0), panel.criteria)
    histograms = count_by_helix(panel)
    means = balance(histograms[-1], panel.low).mean
    return {
        "format": FORMAT,
        "version": __version__,
        "inputs": dict(sorted(inputs.items())),
        "seed": seed,
        "scale": {"low": panel.low, "high": panel.high},
        "helices": list(panel.helix_names),
        "items": [
            line
            for layer, number in enumerate(panel.rounds)
            for line in describe_items(panel, number, histograms[layer])
        ],
        "participation": _participation(panel),
        "composite": _composite(panel, means, order),
        "bootstrap": _bootstrap(panel, order, seed, draws),
    }


def to_bytes(analysis: Mapping[str, Any]) -> bytes:
    """The analysis as JSON: the same analysis gives the same bytes, and nothing undefined slips through."""
    return (json.dumps(analysis, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def count_by_helix(panel: Panel, names: Sequence[str] | None = None) -> Real:
    """Histograms of shape (rounds, initiatives, criteria, helices, levels), by default of the helices present."""
    helices = np.array(panel.helices)
    names = panel.helix_names if names is None else names
    return np.stack(
        [
            np.stack(
                [count_ratings(layer[helices == helix], panel.low, panel.high) for helix in names],
                axis=-2,
            )
            for layer in panel.ratings
        ]
    )


def draw_panel(panel: Panel, *, seed: int, draws: int) -> Draws:
    """The re-samples of the last round: those who took part, drawn again within their helix."""
    present = panel.took_part[-1]
    ratings = panel.ratings[-1][present].astype(np.float64)
    ratings[ratings == MISSING] = np.nan
    names = panel.helix_names
    groups = np.array([names.index(helix) for helix in np.array(panel.helices)[present]])
    return draw_again(ratings, groups, draws=draws, seed=seed)


def _participation(panel: Panel) -> dict[str, Any]:
    helices = np.array(panel.helices)
    counts = {f"round{number}": int(layer.sum()) for number, layer in zip(panel.rounds, panel.took_part, strict=True)}
    last = panel.took_part[-1]
    by_helix = {helix: int(last[helices == helix].sum()) for helix in panel.helix_names}
    found: dict[str, Any] = {**counts, f"by_helix_round{panel.rounds[-1]}": by_helix}
    if len(panel.rounds) > 1:
        first = panel.took_part[0]
        both = int((first & last).sum())
        found |= {"both": both, "retention_pct": 100 * both / int(first.sum()) if first.any() else None}
    return found


def _composite(panel: Panel, means: Real, weights: Real) -> dict[str, Any]:
    scores = composite(means, weights)
    ranks = rank(scores)
    return {
        "weights": dict(zip(panel.criteria, weights.tolist(), strict=True)),
        "balanced_means": {
            initiative: dict(zip(panel.criteria, as_values(row), strict=True))
            for initiative, row in zip(panel.initiatives, means, strict=True)
        },
        "score": dict(zip(panel.initiatives, as_values(scores), strict=True)),
        "rank": dict(zip(panel.initiatives, map(_rank_number, ranks), strict=True)),
    }


def _rank_number(place: float) -> float | int | None:
    value = as_value(place)
    return int(value) if value is not None and value.is_integer() else value


def _bootstrap(panel: Panel, weights: Real, seed: int, draws: int) -> dict[str, Any]:
    scores = draw_panel(panel, seed=seed, draws=draws).scores(weights)
    uncertainty = rank_uncertainty(scores)
    intervals = percentile_intervals(scores)
    return {
        "draws": draws,
        "seed": seed,
        "strata": "helix",
        "se": dict(zip(panel.initiatives, as_values(standard_errors(scores)), strict=True)),
        "percentile95": {
            initiative: as_values(row) for initiative, row in zip(panel.initiatives, intervals, strict=True)
        },
        "rank_probability": [as_values(row) for row in uncertainty.probability],
        "rank_order_of_rows": list(panel.initiatives),
    }
