"""Do groups answer differently (methods.md section 8); from counts by group, shape `(..., groups, levels)`."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from app.stats.edge import Real, divide
from app.stats.histogram import cumulate, total


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


class Pairs(NamedTuple):
    """Every two groups compared, (0, 1), (0, 2), … (1, 2), …; figures of shape `(..., pairs)`.

    `first` and `second` are the groups of each pair. Positive figures: the first group answers higher. `u` is Mann
    and Whitney's U of the first group with its two-sided `p` (normal, ties and continuity corrected), `delta` Cliff's
    delta, -1 to 1 (0.147 small, 0.33 medium, 0.474 large), `z` and `dunn_p` Dunn's test (two-sided).
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    u: Real
    p: Real
    p_without_continuity: Real
    delta: Real
    z: Real
    dunn_p: Real


def compare_pairs(counts: Real) -> Pairs:
    """Every pair of groups (Mann and Whitney 1947, Cliff 1993, Dunn 1964), undefined where a group has no answer.

    >>> pairs = compare_pairs(np.array([[0.0, 0.0, 4.0], [4.0, 0.0, 0.0]]))
    >>> float(pairs.u[0]), float(pairs.delta[0])
    (16.0, 1.0)
    """
    n_groups, ranks = total(counts), _mid_ranks(counts)
    n = n_groups.sum(axis=-1)
    means = divide((counts * ranks[..., np.newaxis, :]).sum(axis=-1), n_groups)
    base = n * (n + 1) / 12 * _tie_factor(counts.sum(axis=-2))
    first, second = np.triu_indices(counts.shape[-2], 1)
    table = np.ascontiguousarray(counts)
    n_a, n_b = n_groups[..., first], n_groups[..., second]
    both = n_a * n_b
    half_below = cumulate(table) - table / 2
    u = np.where(both > 0, (table @ np.swapaxes(half_below, -1, -2))[..., first, second], np.nan)
    error = np.sqrt(both * (n_a + n_b + 1) / 12 * _tie_factor_of_pairs(table, n_a + n_b, first, second))
    away = np.abs(u - both / 2)
    inverse = divide(np.ones_like(n_groups), n_groups)
    spread = np.sqrt(base[..., np.newaxis] * (inverse[..., first] + inverse[..., second]))
    z = divide(means[..., first] - means[..., second], spread)
    return Pairs(
        first,
        second,
        u,
        _two_sided(divide(np.maximum(away - 0.5, 0), error)),
        _two_sided(divide(away, error)),
        2 * divide(u, both) - 1,
        z,
        _two_sided(z),
    )


def delta_interval(counts: Real, confidence: float = 0.95) -> tuple[Real, Real]:
    """The interval of Cliff's delta of every two groups, in the order of `compare_pairs`; each limit `(..., pairs)`.

    Cliff's consistent variance with the limits of Feng and Cliff (J. Mod. Appl. Stat. Methods 3, 2004), which never
    leave -1 to 1. Where all of one group lie above the other, that variance is 0: the limit is then Wilson's for the
    smaller group. Undefined below two answers in either group.

    >>> low, high = delta_interval(np.array([[0.0, 1.0, 4.0], [4.0, 1.0, 0.0]]))
    >>> round(float(low[0]), 3), round(float(high[0]), 3)
    (0.659, 0.996)
    """
    first, second = np.triu_indices(counts.shape[-2], 1)
    a, b = counts[..., first, :], counts[..., second, :]
    n, m = total(a), total(b)
    over_b = divide(2 * cumulate(b) - b - m[..., np.newaxis], m[..., np.newaxis])
    over_a = -divide(2 * cumulate(a) - a - n[..., np.newaxis], n[..., np.newaxis])
    delta = divide((a * over_b).sum(axis=-1), n)
    of_a = (a * (over_b - delta[..., np.newaxis]) ** 2).sum(axis=-1)
    of_b = (b * (over_a - delta[..., np.newaxis]) ** 2).sum(axis=-1)
    untied = n * m - (a * b).sum(axis=-1)
    of_all = untied - n * m * delta**2
    spread = divide(m**2 * of_a + n**2 * of_b - of_all, n * m * (n - 1) * (m - 1))
    least = divide(1 - delta**2, n * m - 1)
    z = float(special.ndtri((1 + confidence) / 2))
    square = z**2 * np.maximum(spread, least)
    half = np.sqrt(square * ((1 - delta**2) ** 2 + square))
    below, above = (divide(delta - delta**3 + side * half, 1 - delta**2 + square) for side in (-1, 1))
    smaller = np.minimum(n, m)
    limit = (smaller - z**2) / (smaller + z**2)
    is_apart, is_defined = np.abs(delta) > 1 - 1e-12, smaller >= 2
    low = np.where(is_apart, np.where(delta > 0, limit, -1), below)
    high = np.where(is_apart, np.where(delta > 0, 1, -limit), above)
    return np.where(is_defined, low, np.nan), np.where(is_defined, high, np.nan)


def _tie_factor_of_pairs(table: Real, n: Real, first: NDArray[np.int64], second: NDArray[np.int64]) -> Real:
    """`_tie_factor` of every two groups without putting them together: (a + b)^3 = a^3 + 3a^2b + 3ab^2 + b^3."""
    turned = np.swapaxes(table, -1, -2)
    cubes = _cube(table).sum(axis=-1)
    mixed = table**2 @ turned
    together = cubes[..., first] + cubes[..., second] + 3 * (mixed[..., first, second] + mixed[..., second, first])
    used = (table > 0).astype(np.float64)
    levels = used.sum(axis=-1)
    levels_of_pair = levels[..., first] + levels[..., second] - (used @ np.swapaxes(used, -1, -2))[..., first, second]
    return np.where(levels_of_pair > 1, 1 - divide(together - n, _cube(n) - n), 0)


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
    return cumulate(together) - together + (together + 1) / 2


def _tie_factor(together: Real) -> Real:
    """What ties leave of a variance, 0 (all equal) to 1."""
    n = total(together)
    left = 1 - divide((_cube(together) - together).sum(axis=-1), _cube(n) - n)
    # of equal answers only rounding is left
    return np.where((together > 0).sum(axis=-1) > 1, left, 0)


def _cube(values: Real) -> Real:
    # a general power is many times as dear
    return values * values * values


def _two_sided(z: Real) -> Real:
    return 2 * special.ndtr(-np.abs(z))
