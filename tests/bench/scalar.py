"""The statistics of one histogram as one writes them without arrays of histograms: SciPy, NumPy and plain loops.

What the engine is measured against, and one more check on it: both must give the same figures.
"""

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from scipy import stats

LEVELS = 9
POINTS = np.array(range(1, LEVELS + 1))


def describe_one(counts: Sequence[float]) -> dict[str, float]:
    """Every measure of one histogram of whole counts on nine points, at least six answers."""
    answers: Any = np.repeat(POINTS, np.array(counts, dtype=np.int64))
    n, high, low = len(answers), sum(counts[6:]), sum(counts[:3])
    interval: Any = stats.binomtest(int(high), n).proportion_ci(method="wilson")
    exact: Any = stats.binomtest(int(high), n).proportion_ci(method="exact")
    share = [count / n for count in counts]
    mean, middle = float(answers.mean()), float(np.median(answers))
    p30, p70 = np.quantile(answers, [0.3, 0.7])
    ipras = 2.35 + 1.5 * abs(5 - (p30 + p70) / 2)
    cumulated = np.cumsum(share)[:-1]
    k = int(stats.binom.ppf(0.025, n, 0.5))
    return {
        "n": n,
        "mean": mean,
        "sd": float(np.std(answers, ddof=1)),
        "variation": float(np.std(answers, ddof=1)) / mean,
        "median": middle,
        "iqr": float(np.quantile(answers, 0.75) - np.quantile(answers, 0.25)),
        "q1_type2": float(np.quantile(answers, 0.25, method="averaged_inverted_cdf")),
        "mad": float(stats.median_abs_deviation(answers)),
        "share": high / n,
        "wilson_low": interval.low,
        "wilson_high": interval.high,
        "exact_low": exact.low,
        "exact_high": exact.high,
        "median_low": float(np.sort(answers)[k - 1]),
        "median_high": float(np.sort(answers)[n - k]),
        "di": float((p70 - p30) / ipras),
        "comet": float(10 * high >= 7 * n and 100 * low < 15 * n) - float(10 * low >= 7 * n and 100 * high < 15 * n),
        "entropy": float(stats.entropy(share, base=2)),
        "agreement": agreement_of(counts),
        "consensus": 1 + sum(p * math.log2(1 - abs(x - mean) / 8) for x, p in enumerate(share, 1) if p),
        "leik": 2 * sum(min(f, 1 - f) for f in cumulated) / (LEVELS - 1),
        "concentration": 4 * sum((f - 0.5) ** 2 for f in cumulated) / (LEVELS - 1),
        "research": 100 * (high + sum(counts[3:6]) / 2) / n,
    }


def agreement_of(counts: Sequence[float]) -> float:
    """Van der Eijk's A as the paper says it: layer after layer, triple after triple."""
    left, n, found = list(counts), sum(counts), 0.0
    while any(left):
        pattern = [count > 0 for count in left]
        height = min(count for count in left if count > 0)
        used = sum(pattern)
        found += used * height / n * _agreement_of_layer(pattern, used)
        left = [count - height if is_used else 0 for count, is_used in zip(left, pattern, strict=True)]
    return found


def _agreement_of_layer(pattern: Sequence[bool], used: int) -> float:
    if used == 1:
        return 1
    peaked = hollow = 0
    for i, j, k in combinations(range(LEVELS), 3):
        triple = pattern[i], pattern[j], pattern[k]
        peaked += triple in ((True, True, False), (False, True, True))
        hollow += triple == (True, False, True)
    if not peaked + hollow:
        return 0
    peak = ((LEVELS - 2) * peaked - (LEVELS - 1) * hollow) / ((LEVELS - 2) * (peaked + hollow))
    return peak * (1 - (used - 1) / (LEVELS - 1))


def compare_one(counts: Sequence[Sequence[float]]) -> dict[str, float]:
    """The figures of one item over its groups: Kruskal and Wallis, and every two groups by Mann and Whitney."""
    groups: list[Any] = [np.repeat(POINTS, np.array(row, dtype=np.int64)) for row in counts]
    test: Any = stats.kruskal(*groups)
    means = [float(group.mean()) for group in groups]
    pairs: list[Any] = [stats.mannwhitneyu(one, other, method="asymptotic") for one, other in combinations(groups, 2)]
    return {
        "h": float(test.statistic),
        "h_p": float(test.pvalue),
        "balanced_mean": sum(means) / len(means),
        "u": sum(float(pair.statistic) for pair in pairs),
        "u_p": sum(float(pair.pvalue) for pair in pairs),
    }
