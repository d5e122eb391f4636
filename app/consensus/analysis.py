"""The complete analysis of a panel, in the form of the file `innaxe-analysis/1`."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app import __version__
from app.consensus.analysis_items import describe_items
from app.consensus.analysis_panel import describe_alpha, describe_concordance, describe_raking
from app.consensus.analysis_ranks import describe_other_methods, describe_rank_sets, describe_unknown_weights
from app.consensus.analysis_rules import describe_rules
from app.consensus.panel import Panel, Rated, add_up
from app.stats.bootstrap import (
    Draws,
    draw_parts,
    percentile_intervals,
    rank_uncertainty,
    standard_errors,
)
from app.stats.edge import Real, as_value, as_values, settle
from app.stats.histogram import MISSING, count_ratings
from app.stats.scoring import composite, normalise, rank
from app.stats.weighting import balance

FORMAT = "innaxe-analysis/1"
SEED, DRAWS = 20_261_123, 2000
"""Where nobody says otherwise, so that the same data give the same file wherever it is made."""
SHORTLIST = 8
"""How many initiatives count as first when methods of adding up are compared."""
CONVENTIONS = (
    "Differences between rounds rest on the pairs that answered both; all other figures on every answer of the round.",
    "Undefined is null; each item's `undefined` gives the reason by field.",
    "Kruskal-Wallis over the helices that answered; p_BH and p_holm over all defined tests of one round; "
    "Dunn's test (two-sided) only where p_BH < 0.05.",
    "balanced_mean is the plain mean of the means of the helices that answered; helices_missing lists the others; "
    "balanced_se is null if a helix has a single answer.",
    "box names the points that count as agreement; the fields of the 1-9 scale are null on other scales.",
    "comet: in if 70 % or more are in 7-9 and under 15 % in 1-3; out is the mirror image.",
    "cv_change compares all answers of the two rounds; scheibe_net_change_pct the histograms of the pairs.",
    "stable: net change under 15 % and median of changes at most one step of nine; settled: stable and of a class.",
    "Raking: helices count equally and regions too; weights average 1 and stay within 0.2 to 5.",
    "bootstrap: respondents drawn again within their helix; csranks: from the bootstrap's covariance, simultaneous.",
    "smaa_weights_only: scores taken as certain, weights uniform; draws 0 means exact.",
)


def analyse(
    panel: Rated,
    *,
    weights: Mapping[str, float] | None = None,
    seed: int = SEED,
    draws: int = DRAWS,
    inputs: Mapping[str, str],
) -> dict[str, Any]:
    """Every figure of a consultation to ten significant digits, undefined ones as None.

    `weights` by criterion, equal when not given; `inputs` names each source with its SHA-256. The composite is
    of the last round. Raises ValueError for weights that cannot be.
    """
    order = normalise(weights or dict.fromkeys(panel.criteria, 1.0), panel.criteria)
    histograms = count_by_helix(panel)
    means = balance(histograms[-1], panel.low).mean
    scores = composite(means, order)
    resampled = draw_panel(panel, seed=seed, draws=draws).scores(order)
    items: list[dict[str, Any]] = []
    stops: dict[str, Any] = {}
    for layer, number in enumerate(panel.rounds):
        lines, stop = describe_items(panel, layer, histograms)
        items += lines
        if stop:
            stops[f"round{number}"] = stop._asdict()
    found = {
        "format": FORMAT,
        "version": __version__,
        "inputs": dict(sorted(inputs.items())),
        "seed": seed,
        "scale": {"low": panel.low, "high": panel.high},
        "helices": list(panel.helix_names),
        "conventions": list(CONVENTIONS),
        "items": items,
        "participation": _participation(panel),
        "stop": stops,
        "composite": _composite(panel, means, scores, order),
        "raking": describe_raking(panel),
        "bootstrap": _bootstrap(panel, resampled, seed),
        "csranks": describe_rank_sets(scores, resampled, seed=seed),
        "kendall_w_complete_raters": describe_concordance(panel),
        "krippendorff_alpha": describe_alpha(panel, histograms),
        "smaa_weights_only": describe_unknown_weights(panel, means, order, seed=seed),
        "mcda": describe_other_methods(panel, means, order, SHORTLIST),
        "rule_sensitivity": describe_rules(panel, histograms[-1]),
    }
    return settle(found)


def to_bytes(analysis: Mapping[str, Any]) -> bytes:
    """The analysis as JSON: the same analysis gives the same bytes, and nothing undefined slips through."""
    return (json.dumps(analysis, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def count_by_helix(panel: Rated, names: Sequence[str] | None = None) -> Real:
    """Histograms of shape (rounds, initiatives, criteria, helices, levels), by default of the helices present."""
    wanted = panel.helix_names if names is None else names

    def count(part: Panel) -> Real:
        helices = np.array(part.helices)
        return np.stack(
            [
                np.stack([count_ratings(layer[helices == helix], part.low, part.high) for helix in wanted], axis=-2)
                for layer in part.ratings
            ]
        )

    return add_up(panel, count)


def draw_panel(panel: Rated, *, seed: int, draws: int) -> Draws:
    """The re-samples of the last round: those who took part, drawn again within their helix."""
    place = {helix: number for number, helix in enumerate(panel.helix_names)}

    def present(part: Panel) -> tuple[Real, NDArray[np.int64]]:
        ratings = part.ratings[-1][part.took_part[-1]].astype(np.float64)
        ratings[ratings == MISSING] = np.nan
        groups = [place[helix] for helix, is_in in zip(part.helices, part.took_part[-1], strict=True) if is_in]
        return ratings, np.array(groups, dtype=np.int64)

    return draw_parts(map(present, panel.parts()), draws=draws, seed=seed)


def _participation(panel: Rated) -> dict[str, Any]:
    names, several = panel.helix_names, len(panel.rounds) > 1

    def count(part: Panel) -> Real:
        helices, first, last = np.array(part.helices), part.took_part[0], part.took_part[-1]
        by_helix = [last[helices == helix].sum() for helix in names]
        return np.array([(first & last).sum(), *part.took_part.sum(axis=1), *by_helix], dtype=np.float64)

    both, *counts = (int(number) for number in add_up(panel, count))
    rounds, by_helix = counts[: len(panel.rounds)], counts[len(panel.rounds) :]
    found: dict[str, Any] = {f"round{number}": n for number, n in zip(panel.rounds, rounds, strict=True)}
    found[f"by_helix_round{panel.rounds[-1]}"] = dict(zip(names, by_helix, strict=True))
    if several:
        found |= {"both": both, "retention_pct": 100 * both / rounds[0] if rounds[0] else None}
    return found


def _composite(panel: Rated, means: Real, scores: Real, weights: Real) -> dict[str, Any]:
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


def _bootstrap(panel: Rated, scores: Real, seed: int) -> dict[str, Any]:
    uncertainty = rank_uncertainty(scores)
    intervals = percentile_intervals(scores)
    return {
        "draws": len(scores),
        "seed": seed,
        "strata": "helix",
        "se": dict(zip(panel.initiatives, as_values(standard_errors(scores)), strict=True)),
        "percentile95": {
            initiative: as_values(row) for initiative, row in zip(panel.initiatives, intervals, strict=True)
        },
        "rank_probability": [as_values(row) for row in uncertainty.probability],
        "rank_order_of_rows": list(panel.initiatives),
    }
