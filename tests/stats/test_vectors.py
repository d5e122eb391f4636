"""Our figures against those of other people's programs, case by case."""

from typing import Any

import numpy as np
import pytest

from app.stats.agreement import (
    agreement,
    comet,
    consensus,
    disagreement_index,
    has_split_thirds,
    leik_dissent,
    polarisation,
)
from app.stats.edge import as_value
from app.stats.histogram import share_in
from app.stats.intervals import wilson
from app.stats.spread import mean, median, quantile, standard_deviation
from tests.vectors import cases

TOLERANCE = 1e-9


def same(ours: Any, theirs: float | None) -> bool:
    """Whether both are undefined, or equal within the tolerance."""
    value = as_value(ours)
    if value is None or theirs is None:
        return value is theirs is None
    return value == pytest.approx(theirs, rel=TOLERANCE, abs=TOLERANCE)


def counts_of(case: dict[str, Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array(case["input"]["counts"], dtype=np.float64)


@pytest.mark.parametrize("case", cases("quantiles.json"), ids=lambda case: case["id"])
def test_location_and_spread(case: dict[str, Any]) -> None:
    counts, low, expected = counts_of(case), case["input"]["levels"][0], case["expected"]
    assert same(median(counts, low), expected["median"])
    assert same(mean(counts, low), expected["mean"])
    assert same(standard_deviation(counts), expected["sd"])
    for name, value in expected["quantiles"]["type7"].items():
        assert same(quantile(counts, int(name[1:]) / 100, low), value)


@pytest.mark.parametrize("case", cases("proportions.json"), ids=lambda case: case["id"])
def test_wilson(case: dict[str, Any]) -> None:
    x, n = (np.array(float(case["input"][name])) for name in ("x", "n"))
    expected = case["expected"]["wilson95"] or (None, None)
    assert all(same(ours, theirs) for ours, theirs in zip(wilson(x, n), expected, strict=True))


@pytest.mark.parametrize("case", cases("ordinal_agreement.json"), ids=lambda case: case["id"])
def test_ordinal_agreement(case: dict[str, Any]) -> None:
    counts, expected = counts_of(case), case["expected"]
    assert same(agreement(counts), expected["agreement"])
    assert same(polarisation(counts), expected["polarization"])
    assert same(consensus(counts), expected["consensus"])
    assert same(leik_dissent(counts), expected["leik_D"])


@pytest.mark.parametrize("case", cases("rand_ucla.json"), ids=lambda case: case["id"])
def test_disagreement_index(case: dict[str, Any]) -> None:
    counts, expected = counts_of(case), case["expected"]
    found = disagreement_index(counts)
    assert all(same(found[name], expected[name]) for name in ("p30", "p70", "ipras", "di"))
    assert bool(has_split_thirds(counts)) == expected["disagreement_thirds"]
    assert same(100 * share_in(counts, slice(6, 9)), expected["pct_7_9"])


@pytest.mark.parametrize("case", cases("comet.json"), ids=lambda case: case["id"])
def test_comet(case: dict[str, Any]) -> None:
    words = {1: "in", -1: "out", 0: "none"}
    groups = {name: np.array(row, dtype=np.float64) for name, row in case["input"]["groups"].items()}
    expected = case["expected"]
    pooled = np.sum(list(groups.values()), axis=0)
    assert words[int(comet(pooled))] == (expected["pooled"] or {"status": "none"})["status"]
    for name, counts in groups.items():
        if counts.sum():
            assert words[int(comet(counts))] == expected["by_group"][name]["status"]
