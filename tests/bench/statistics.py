"""How much the statistics of many histograms cost: against a plain loop, and against one bare pass over the array.

Run it: `make bench`. Times are the least of several paired runs; what counts are their ratios.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.stats import agreement, bootstrap, chnri, groups, histogram, intervals, reliability, spread, weighting
from app.stats.edge import Real
from tests.bench.scalar import LEVELS, compare_one, describe_one

ITEMS, GROUPS = 10_000, 30
BLOCK = 500
RUNS = 5
LEAST_SPEEDUP, MOST_PASSES = 50, 100
TOP = histogram.top_box(LEVELS)


def make_counts(items: int, groups: int = GROUPS, seed: int = 1) -> Real:
    """Counts of 0 to 6 on nine points, shape (items, groups, levels); every group answers."""
    return np.random.default_rng(seed).integers(0, 7, (items, groups, LEVELS)).astype(np.float64)


def describe_all(counts: Real) -> dict[str, Real]:
    """Every measure of tables T1 and T2 of methods.md, block by block, from (items, groups, levels)."""
    blocks = [
        _describe(histogram.levels_first(counts[start : start + BLOCK])) for start in range(0, len(counts), BLOCK)
    ]
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def _describe(counts: Real) -> dict[str, Real]:
    n, high = histogram.total(counts), counts[..., TOP].sum(axis=-1)
    wilson, exact, prior = (
        interval(high, n) for interval in (intervals.wilson, intervals.clopper_pearson, intervals.jeffreys)
    )
    around = intervals.median_interval(counts)
    again = bootstrap.exact_mean(counts, TOP)
    of_panel = agreement.panel_counts(counts)
    differ, pairs, balanced = groups.kruskal_wallis(counts), groups.compare_pairs(counts), weighting.balance(counts)
    pooled = counts.sum(axis=-2)
    return {
        "n": n,
        "mean": spread.mean(counts),
        "sd": spread.standard_deviation(counts),
        "variation": spread.variation(counts),
        "median": spread.median(counts),
        "iqr": spread.interquartile_range(counts),
        "q1_type2": spread.quantile(counts, 0.25, kind=2),
        "mad": spread.absolute_deviation(counts),
        "share": histogram.share_in(counts, TOP),
        "wilson_low": wilson[0],
        "wilson_high": wilson[1],
        "exact_low": exact[0],
        "exact_high": exact[1],
        "prior_low": prior[0],
        "median_low": around[0],
        "median_high": around[1],
        "bootstrap_error": again.standard_error,
        "di": agreement.disagreement_index(counts)["di"],
        "split": agreement.has_split_thirds(counts).astype(np.float64),
        "panel_disagrees": of_panel.disagrees.astype(np.float64),
        "class": agreement.appropriateness(counts).astype(np.float64),
        "comet": agreement.comet(counts).astype(np.float64),
        "comet_in_every_group": agreement.comet_in_every_group(counts).astype(np.float64),
        "entropy": agreement.entropy(counts),
        "agreement": agreement.agreement(counts),
        "consensus": agreement.consensus(counts),
        "leik": agreement.leik_dissent(counts),
        "ordinal_variation": agreement.ordinal_variation(counts),
        "concentration": agreement.squared_concentration(counts),
        "research": chnri.research_priority(chnri.thirds_as_answers(counts), 1).scores,
        "h": differ.h,
        "h_p": differ.p,
        "u": pairs.u.sum(axis=-1),
        "u_p": pairs.p.sum(axis=-1),
        "dunn_p": pairs.dunn_p.sum(axis=-1),
        "balanced_mean": balanced.mean,
        "balanced_median": balanced.median,
        "alpha": np.array([reliability.krippendorff_alpha(pooled)]),
        "ac2": np.array([reliability.gwet(pooled).value]),
    }


@dataclass(frozen=True)
class Timing:
    """Seconds for all figures of one histogram each, and how often a bare pass would fit into the engine's."""

    engine: float
    bare_pass: float
    loop: float

    @property
    def speedup(self) -> float:
        """How many times as long the plain loop takes."""
        return self.loop / self.engine

    @property
    def passes(self) -> float:
        """How many bare passes take as long as the engine."""
        return self.engine / self.bare_pass


def measure(items: int, *, runs: int = RUNS, sample: int = 4) -> Timing:
    """Time the engine, `np.cumsum` over the levels of the same array, and the plain loop over a sample of items.

    The loop's time is that of the sample, times items over sample: it is the same work again and again.
    """
    counts = make_counts(items)
    engine, bare = np.inf, np.inf
    for _ in range(runs):
        engine = min(engine, _seconds(lambda: describe_all(counts)))
        bare = min(bare, min(_seconds(lambda: np.cumsum(counts, axis=-1)) for _ in range(5)))
    loop = _seconds(lambda: _loop(counts[:sample])) * items / sample
    return Timing(engine, bare, loop)


def _loop(counts: Real) -> None:
    for item in counts.tolist():
        for row in item:
            describe_one(row)
        compare_one(item)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> int:
    """Print the ratios; 1 when one of them is not what was promised."""
    found = measure(ITEMS)
    size = f"{ITEMS:,} items x {GROUPS} groups x {LEVELS} levels"
    lines = (
        f"All statistics of tables T1 and T2 for {size}, the least of {RUNS} runs",
        f"  engine         {found.engine:10.3f} s",
        f"  one bare pass  {found.bare_pass:10.4f} s, fits {found.passes:.0f} times into it ({MOST_PASSES} at most)",
        f"  plain loop     {found.loop:10.0f} s, {found.speedup:.0f} times as long ({LEAST_SPEEDUP} at least)",
    )
    sys.stdout.write("\n".join(lines) + "\n")
    return int(found.passes > MOST_PASSES or found.speedup < LEAST_SPEEDUP)


if __name__ == "__main__":
    sys.exit(main())
