"""The panel as a whole: how far it agrees over initiatives, and what raking to equal margins would say."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from app.consensus.panel import Panel, Rated, add_up
from app.stats.edge import Real, as_value
from app.stats.histogram import MISSING
from app.stats.raters import RankSums, concordance, rank_sums
from app.stats.reliability import krippendorff_alpha
from app.stats.spread import mean, points_of, weighted_quantile
from app.stats.weighting import effective_n, rake

MOST_LISTED = 20_000
"""So many people are listed with their weights; a list of millions would be no figure any more."""


def describe_concordance(panel: Rated) -> dict[str, Any]:
    """Kendall's W of the last round for each criterion, from respondents who rated every initiative."""
    sums: dict[int, RankSums] = {}
    for part in panel.parts():
        ratings = part.ratings[-1].astype(np.float64)
        ratings[ratings == MISSING] = np.nan
        for column in range(len(panel.criteria)):
            own = rank_sums(ratings[:, :, column].T)
            sums[column] = sums[column].plus(own) if column in sums else own
    lines: dict[str, Any] = {}
    for column, criterion in enumerate(panel.criteria):
        found = concordance(sums[column])
        lines[criterion] = {
            "raters": found.raters,
            "objects": found.objects,
            "W": as_value(found.w),
            "chi2": as_value(found.chi2),
            "p": as_value(found.p),
        }
    return lines


def describe_alpha(panel: Rated, histograms: Real) -> dict[str, Any]:
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


def describe_raking(panel: Rated) -> dict[str, Any]:
    """Everybody of the last round weighted so that helices count equally and regions too, where that can be done.

    Respondents whose region is not known are weighted by their helix alone: as a category of its own, they keep
    their share. `reason` names the margin that could not be met. Of more than `MOST_LISTED` people, `respondent` and
    `weight` list the helices with a region, and the weight of each of their people.
    """
    every = add_up(panel, partial(_places, panel.helix_names, panel.region_names))
    rows, columns = (np.flatnonzero(every.sum(axis=axis)) for axis in (1, 0))
    cells: Real = every[np.ix_(rows, columns)]
    helices = [panel.helix_names[row] for row in rows]
    # by name, as they were always raked
    order = np.argsort([panel.region_names[column] for column in columns], kind="stable")
    cells, regions = cells[:, order], [panel.region_names[columns[place]] for place in order]
    people = int(cells.sum())
    unknown = float(cells[:, [name == "" for name in regions]].sum())
    of_regions = [
        unknown / cells.sum() if name == "" else (1 - unknown / cells.sum()) / len(list(filter(None, regions)))
        for name in regions
    ]
    listed = _groups(helices, regions, cells) if people > MOST_LISTED else _everybody(panel, helices, regions)
    base = {
        "respondent": [name for name, _ in listed],
        "margins": ["helix", "region"],
        "without_region": int(unknown),
    }
    try:
        raked = rake(cells, [np.full(len(helices), 1 / len(helices)), np.array(of_regions)])
    except ValueError as error:
        return {**base, "weight": None, "kish_neff": None, "trimmed": None, "items": None, "reason": str(error)}
    n_eff = as_value(effective_n(raked.weights.ravel(), cells.ravel()))
    return {
        **base,
        "weight": [float(raked.weights[place]) for _, place in listed],
        "kish_neff": n_eff,
        "trimmed": raked.trimmed,
        "is_thin": n_eff is not None and n_eff < people / 3,
        "items": _weighted(panel, helices, regions, raked.weights),
    }


def _places(helices: Sequence[str], regions: Sequence[str], part: Panel) -> Real:
    """How many took part in the last round, (helices, regions)."""
    found = np.zeros((len(helices), len(regions)))
    rows, columns = ({name: place for place, name in enumerate(names)} for names in (helices, regions))
    for helix, region, is_in in zip(part.helices, part.regions, part.took_part[-1], strict=True):
        if is_in:
            found[rows[helix], columns[region]] += 1
    return found


def _everybody(panel: Rated, helices: Sequence[str], regions: Sequence[str]) -> list[tuple[str, tuple[int, int]]]:
    return [
        (code, (helices.index(helix), regions.index(region)))
        for part in panel.parts()
        for code, helix, region, is_in in zip(
            part.respondents, part.helices, part.regions, part.took_part[-1], strict=True
        )
        if is_in
    ]


def _groups(helices: Sequence[str], regions: Sequence[str], cells: Real) -> list[tuple[str, tuple[int, int]]]:
    return [
        (f"{helix}/{region}", (row, column))
        for row, helix in enumerate(helices)
        for column, region in enumerate(regions)
        if cells[row, column]
    ]


def _weighted(panel: Rated, helices: Sequence[str], regions: Sequence[str], weights: Real) -> dict[str, Any]:
    """Mean and median of weighted answers, each by its initiative and criterion."""
    levels = range(panel.low, panel.high + 1)

    def count(part: Panel) -> Real:
        present = part.took_part[-1]
        own = np.array(
            [
                weights[helices.index(helix), regions.index(region)]
                for helix, region, is_in in zip(part.helices, part.regions, present, strict=True)
                if is_in
            ],
            dtype=np.float64,
        )
        ratings = part.ratings[-1][present]
        return np.stack(
            [np.einsum("r,r...->...", own, (ratings == level).astype(np.float64)) for level in levels], axis=-1
        )

    counts = add_up(panel, count)
    means, medians = mean(counts, panel.low), weighted_quantile(counts, 0.5, panel.low)
    return {
        initiative: {
            criterion: {"mean": as_value(means[place, index]), "median": as_value(medians[place, index])}
            for index, criterion in enumerate(panel.criteria)
        }
        for place, initiative in enumerate(panel.initiatives)
    }
