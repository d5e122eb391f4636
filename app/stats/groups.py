"""Do groups answer differently (methods.md section 8); from counts by group, shape `(..., groups, levels)`."""

from itertools import combinations
from typing import NamedTuple

import numpy as np
from scipy import special, stats

from app.stats.edge import Real, divide
from app.stats.histogram import total


class Difference(NamedTuple):
    """Kruskal and Wallis' test over the groups that answered; each of shape `(...)`.

    `epsilon2`, 0 to 1, is the size of the difference: 0.01 small, 0.08 medium, 0.26 large.
    """

    h: Real
    df: Real
    p: Real
    epsilon2: Real


def kruskal_wallis(counts: Real) -> Difference:
    """Kruskal and Wallis' H with ties (1952). Undefined with one group, or when all answers are equal.

    >>> found = kruskal_wallis(np.array([[3.0, 1.0, 0.0], [0.0, 1.0, 3.0]]))
    >>> round(float(found.h), 4), int(found.df)
    (5.25, 1)
    """
    n_groups, ranks = total(counts), _mid_ranks(counts)
    n = n_groups.sum(axis=-1)
    sums = (counts * ranks[..., np.newaxis, :]).sum(axis=-1)
    spread = np.where(n_groups > 0, divide(sums**2, n_groups), 0).sum(axis=-1)
    df = (n_groups > 0).sum(axis=-1) - 1.0
    h = 12 * divide(spread, n * (n + 1)) - 3 * (n + 1)
    h = divide(h, _tie_factor(counts.sum(axis=-2)))
    # what is left of the cancellation is no difference
    h = np.where(df > 0, np.where(np.abs(h) < 1e-9, 0, h), np.nan)
    return Difference(h, df, special.chdtrc(np.maximum(df, 1), h), divide(h * (n + 1), n**2 - 1))


class Pair(NamedTuple):
    """Two groups compared; each of shape `(...)`. Positive figures: the first group answers higher.

    `u` is Mann and Whitney's U of the first group with its two-sided `p` (normal, ties and continuity corrected),
    `delta` Cliff's delta, -1 to 1 (0.147 small, 0.33 medium, 0.474 large), `z` and `dunn_p` Dunn's test (two-sided).
    """

    first: int
    second: int
    u: Real
    p: Real
    p_without_continuity: Real
    delta: Real
    z: Real
    dunn_p: Real


def compare_pairs(counts: Real) -> list[Pair]:
    """Every pair of groups (Mann and Whitney 1947, Cliff 1993, Dunn 1964), undefined where a group has no answer.

    >>> pair, = compare_pairs(np.array([[0.0, 0.0, 4.0], [4.0, 0.0, 0.0]]))
    >>> float(pair.u), float(pair.delta)
    (16.0, 1.0)
    """
    n_groups, ranks = total(counts), _mid_ranks(counts)
    n = n_groups.sum(axis=-1)
    means = divide((counts * ranks[..., np.newaxis, :]).sum(axis=-1), n_groups)
    base = n * (n + 1) / 12 * _tie_factor(counts.sum(axis=-2))
    pairs: list[Pair] = []
    for one, other in combinations(range(counts.shape[-2]), 2):
        a, b = counts[..., one, :], counts[..., other, :]
        n_a, n_b = n_groups[..., one], n_groups[..., other]
        both = n_a * n_b
        u = np.where(both > 0, (a * (np.cumsum(b, axis=-1) - b / 2)).sum(axis=-1), np.nan)
        error = np.sqrt(both * (n_a + n_b + 1) / 12 * _tie_factor(a + b))
        away = np.abs(u - both / 2)
        z = divide(
            means[..., one] - means[..., other], np.sqrt(base * (divide(n_a * 0 + 1, n_a) + divide(n_b * 0 + 1, n_b)))
        )
        pairs.append(
            Pair(
                one,
                other,
                u,
                _two_sided(divide(np.maximum(away - 0.5, 0), error)),
                _two_sided(divide(away, error)),
                2 * divide(u, both) - 1,
                z,
                _two_sided(z),
            )
        )
    return pairs


def adjust_holm(p: Real) -> Real:
    """Holm's adjusted p-values over one family, shape `(tests,)` (1979); undefined tests leave the family.

    >>> adjust_holm(np.array([0.01, 0.04, np.nan])).tolist()
    [0.02, 0.04, nan]
    """
    found = np.full_like(p, np.nan)
    defined = np.flatnonzero(np.isfinite(p))
    order = defined[np.argsort(p[defined], kind="stable")]
    times = np.arange(len(order), 0, -1)
    found[order] = np.minimum(np.maximum.accumulate(p[order] * times), 1) if len(order) else []
    return found


def adjust_benjamini_hochberg(p: Real) -> Real:
    """Benjamini and Hochberg's adjusted p-values over one family (1995); undefined tests leave the family.

    >>> adjust_benjamini_hochberg(np.array([0.01, 0.04, np.nan])).tolist()
    [0.02, 0.04, nan]
    """
    found = np.full_like(p, np.nan)
    defined = np.isfinite(p)
    if defined.any():
        found[defined] = stats.false_discovery_control(p[defined], method="bh")
    return found


def _mid_ranks(counts: Real) -> Real:
    """The rank that answers of each level share, over all groups, shape `(..., levels)`."""
    together = counts.sum(axis=-2)
    return np.cumsum(together, axis=-1) - together + (together + 1) / 2


def _tie_factor(together: Real) -> Real:
    """What ties leave of a variance, 0 (all equal) to 1."""
    n = total(together)
    left = 1 - divide((together**3 - together).sum(axis=-1), n**3 - n)
    # of equal answers only rounding is left
    return np.where((together > 0).sum(axis=-1) > 1, left, 0)


def _two_sided(z: Real) -> Real:
    return 2 * special.ndtr(-np.abs(z))
