"""The panel as a whole: how far it agrees over initiatives, and what raking to equal margins would say."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.consensus.panel import Panel
from app.stats.edge import Real, as_value
from app.stats.histogram import MISSING
from app.stats.raters import kendall_w
from app.stats.reliability import krippendorff_alpha
from app.stats.spread import mean, points_of, weighted_quantile
from app.stats.weighting import effective_n, rake


def describe_concordance(panel: Panel) -> dict[str, Any]:
    """Kendall's W of the last round for each criterion, from respondents who rated every initiative."""
    ratings = panel.ratings[-1].astype(np.float64)
    ratings[ratings == MISSING] = np.nan
    lines: dict[str, Any] = {}
    for column, criterion in enumerate(panel.criteria):
        found = kendall_w(ratings[:, :, column].T)
        lines[criterion] = {
            "raters": found.raters,
            "objects": found.objects,
            "W": as_value(found.w),
            "chi2": as_value(found.chi2),
            "p": as_value(found.p),
        }
    return lines


def describe_alpha(panel: Panel, histograms: Real) -> dict[str, Any]:
    """Krippendorff's alpha by round and criterion, from (rounds, initiatives, criteria, helices, levels)."""
    points = points_of(histograms, panel.low)
    pooled = histograms.sum(axis=-2)

    def line(layer: int, column: int) -> dict[str, Any]:
        table = pooled[layer, :, column]
        return {
            "ordinal": as_value(krippendorff_alpha(table)),
            "interval": as_value(krippendorff_alpha(table, "interval", points)),
            "ordinal_by_helix": {
                name: as_value(krippendorff_alpha(histograms[layer, :, column, index]))
                for index, name in enumerate(panel.helix_names)
            },
        }

    return {
        f"round{number}": {criterion: line(layer, column) for column, criterion in enumerate(panel.criteria)}
        for layer, number in enumerate(panel.rounds)
    }


def describe_raking(panel: Panel) -> dict[str, Any]:
    """Everybody of the last round weighted so that helices count equally and regions too, where that can be done.

    Respondents whose region is not known are weighted by their helix alone: as a category of its own, they keep
    their share. `reason` names the margin that could not be met.
    """
    present = np.flatnonzero(panel.took_part[-1])
    helices, row = _codes(panel.helices, present)
    regions, column = _codes(panel.regions, present)
    cells = np.zeros((len(helices), len(regions)))
    np.add.at(cells, (row, column), 1)
    unknown = float(cells[:, [name == "" for name in regions]].sum())
    of_regions = [
        unknown / cells.sum() if name == "" else (1 - unknown / cells.sum()) / len(list(filter(None, regions)))
        for name in regions
    ]
    base = {
        "respondent": [panel.respondents[int(index)] for index in present],
        "margins": ["helix", "region"],
        "without_region": int(unknown),
    }
    try:
        raked = rake(cells, [np.full(len(helices), 1 / len(helices)), np.array(of_regions)])
    except ValueError as error:
        return {**base, "weight": None, "kish_neff": None, "trimmed": None, "items": None, "reason": str(error)}
    weights = raked.weights[row, column]
    n_eff = as_value(effective_n(weights, np.ones_like(weights)))
    return {
        **base,
        "weight": weights.tolist(),
        "kish_neff": n_eff,
        "trimmed": raked.trimmed,
        "is_thin": n_eff is not None and n_eff < len(present) / 3,
        "items": _weighted(panel, present, weights),
    }


def _weighted(panel: Panel, present: NDArray[np.int64], weights: Real) -> dict[str, Any]:
    """Mean and median of weighted answers, each by its initiative and criterion."""
    ratings = panel.ratings[-1][present]
    levels = range(panel.low, panel.high + 1)
    columns = [np.einsum("r,r...->...", weights, (ratings == level).astype(np.float64)) for level in levels]
    counts: Real = np.stack(columns, axis=-1)
    means, medians = mean(counts, panel.low), weighted_quantile(counts, 0.5, panel.low)
    return {
        initiative: {
            criterion: {"mean": as_value(means[place, index]), "median": as_value(medians[place, index])}
            for index, criterion in enumerate(panel.criteria)
        }
        for place, initiative in enumerate(panel.initiatives)
    }


def _codes(names: Sequence[str], present: NDArray[np.int64]) -> tuple[list[str], list[int]]:
    used = [names[int(index)] for index in present]
    every = sorted(set(used))
    return every, [every.index(name) for name in used]
