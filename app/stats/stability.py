"""Did a round change minds (methods.md section 7): from counts of pairs, shape `(..., levels, levels)`.

Row is the answer in the earlier round, column in the later; only people who answered both times are pairs.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from app.stats.edge import Real, count_from, divide
from app.stats.spread import median

EXACT_UP_TO = 25
STABLE_BELOW = 15.0
SETTLED_FROM = 80
Mask = NDArray[np.bool_]


class Change(NamedTuple):
    """How much pairs moved; each of shape `(...)`. Shares and net change in percent, the rest in steps.

    `net_change` is Scheibe, Skutsch and Schofer's (1975): half the distance of the two histograms of the pairs.
    `gained` and `lost` count who moved into the top box and out of it, with McNemar's exact `p`.
    """

    pairs: Real
    changed: Real
    changed_by_more: Real
    mean_absolute: Real
    mean: Real
    median: Real
    up: Real
    down: Real
    net_change: Real
    sign_p: Real
    gained: Real
    lost: Real
    mcnemar_p: Real


def change(pairs: Real, top: int) -> Change:
    """How pairs moved between two rounds; `top` is the index of the lowest level of the top box.

    Undefined without pairs; without anyone crossing, McNemar's p is 1. The exact tests need whole counts.

    >>> found = change(np.array([[1.0, 1.0], [0.0, 2.0]]), 1)
    >>> float(found.changed), float(found.net_change), float(found.gained)
    (25.0, 25.0, 1.0)
    """
    levels = pairs.shape[-1]
    n = _total(pairs)
    step = _steps(levels)
    moves = _moves(pairs)
    up, down = ((pairs * np.where(side, 1, 0)).sum(axis=(-2, -1)) for side in (step > 0, step < 0))
    gained, lost = pairs[..., :top, top:].sum(axis=(-2, -1)), pairs[..., top:, :top].sum(axis=(-2, -1))
    return Change(
        pairs=n,
        changed=100 * divide(up + down, n),
        changed_by_more=100 * divide((pairs * (np.abs(step) > 1)).sum(axis=(-2, -1)), n),
        mean_absolute=divide((pairs * np.abs(step)).sum(axis=(-2, -1)), n),
        mean=divide((pairs * step).sum(axis=(-2, -1)), n),
        median=median(moves, 1 - levels),
        up=up,
        down=down,
        net_change=50 * divide(np.abs(pairs.sum(axis=-1) - pairs.sum(axis=-2)).sum(axis=-1), n),
        sign_p=np.where(up + down > 0, _binomial_p(up, down), np.nan),
        gained=gained,
        lost=lost,
        mcnemar_p=_binomial_p(gained, lost),
    )


class SignedRank(NamedTuple):
    """Wilcoxon's test with zeros ranked (Pratt) and with zeros dropped; undefined without a change."""

    z: Real
    p: Real
    z_without_zeros: Real
    p_without_zeros: Real


def signed_rank(pairs: Real) -> SignedRank:
    """Wilcoxon's signed rank test with Pratt's zeros (1959) and, for comparison, without them; each `(...)`.

    Two-sided, normal, ties corrected, no continuity correction; positive where answers rose.

    >>> found = signed_rank(np.array([[0.0, 3.0], [1.0, 4.0]]))
    >>> round(float(found.z), 4), round(float(found.z_without_zeros), 4)
    (1.0, 1.0)
    """
    by_step, zeros = _by_size(pairs)
    pratt, plain = _signed_rank_z(by_step, zeros), _signed_rank_z(by_step, np.zeros_like(zeros))
    return SignedRank(pratt, 2 * special.ndtr(-np.abs(pratt)), plain, 2 * special.ndtr(-np.abs(plain)))


def signed_rank_exact_p(pairs: Real, *, zeros_ranked: bool = True) -> float | None:
    """Wilcoxon's exact two-sided p for one item, `(levels, levels)`, whole counts: every sign as likely as the other.

    By Pratt's ranks, or without zeros. None without a change or with more than 25 changes.

    >>> signed_rank_exact_p(np.array([[0.0, 3.0], [0.0, 4.0]]))
    0.25
    """
    by_step, zeros = _by_size(pairs)
    sizes = by_step.sum(axis=-1)
    changed = int(sizes.sum())
    if not 0 < changed <= EXACT_UP_TO:
        return None
    ranks = np.cumsum(sizes) - sizes + (sizes + 1) / 2 + (zeros if zeros_ranked else 0)
    # ranks are halves of whole numbers: count the ways to each doubled sum
    doubled = np.repeat(np.rint(2 * ranks), sizes.astype(np.int64)).astype(np.int64)
    ways = np.zeros(int(doubled.sum()) + 1)
    ways[0] = 1
    for rank in doubled:
        ways[rank:] = ways[rank:] + ways[: len(ways) - rank]
    reached = float((2 * ranks * by_step[..., 0]).sum())
    middle = doubled.sum() / 2
    sums = np.arange(len(ways))
    extreme = np.abs(sums - middle) >= abs(reached - middle) - 1e-9
    return float(ways[extreme].sum() / 2.0**changed)


class Association(NamedTuple):
    """How the two answers of people go together; each of shape `(...)`."""

    kappa: Real
    kappa_linear: Real
    kappa_unweighted: Real
    pearson: Real
    spearman: Real
    icc_agreement: Real
    icc_consistency: Real


def association(pairs: Real) -> Association:
    """Cohen's kappa (quadratic, linear, plain weights over the full scale), correlations, ICC(2,1) and ICC(3,1).

    Undefined without pairs or without variation.

    >>> round(float(association(np.array([[2.0, 0.0], [1.0, 2.0]])).kappa), 4)
    0.6154
    """
    levels = pairs.shape[-1]
    n = _total(pairs)
    step = np.abs(_steps(levels))
    before, after = pairs.sum(axis=-1), pairs.sum(axis=-2)
    expected = before[..., :, np.newaxis] * after[..., np.newaxis, :]
    kappas: list[Real] = []
    for weight in (step**2, step, (step > 0).astype(np.float64)):
        apart = (pairs * weight).sum(axis=(-2, -1)) * n
        by_chance = (expected * weight).sum(axis=(-2, -1))
        kappas.append(1 - divide(apart, by_chance))
    point = count_from(0, levels)
    ranks = [np.cumsum(side, axis=-1) - side / 2 for side in (before, after)]
    one, other = (np.broadcast_to(point, side.shape) for side in (before, after))
    moments = _moments(pairs, one, other)
    return Association(
        *kappas,
        pearson=_correlation(pairs, one, other),
        spearman=_correlation(pairs, *ranks),
        icc_agreement=_icc(moments, n, absolute=True),
        icc_consistency=_icc(moments, n, absolute=False),
    )


def is_stable(net_change: Real, median_change: Real, levels: int) -> Mask:
    """Whether an item has settled down: net change under 15 %, and the median moved at most 1 of 9, or 0.5 of 5.

    Undefined figures are not stable. In between and beyond, the limit grows with the scale (ours).

    >>> is_stable(np.array([10.0, 20.0]), np.array([1.0, 0.0]), 9).tolist()
    [True, False]
    """
    limit = (levels - 1) / 8
    return (np.nan_to_num(net_change, nan=np.inf) < STABLE_BELOW) & (
        np.abs(np.nan_to_num(median_change, nan=np.inf)) <= limit
    )


class Stop(NamedTuple):
    """Whether a consultation may end: how many items there are, are stable, and are settled."""

    items: int
    stable: int
    settled: int
    may_stop: bool


def recommend_stop(is_stable: Mask, has_class: Mask) -> Stop:
    """Recommend to end the rounds when at least 80 % of the items are settled: stable and of a consensus class.

    Both of shape `(items,)`. A recommendation (methods.md section 7); the announced maximum ends them anyway.

    >>> recommend_stop(np.array([True] * 9 + [False]), np.array([True] * 8 + [False, True]))
    Stop(items=10, stable=9, settled=8, may_stop=True)
    """
    settled, items = int((is_stable & has_class).sum()), len(is_stable)
    return Stop(items, int(is_stable.sum()), settled, items > 0 and 100 * settled >= SETTLED_FROM * items)


def _total(pairs: Real) -> Real:
    """The number of pairs, shape `(...)`; may be fractional."""
    if pairs.ndim < 2 or pairs.shape[-1] != pairs.shape[-2]:
        raise ValueError("pairs have as many later as earlier levels")
    if pairs.size and not (pairs.min() >= 0 and pairs.max() < np.inf):
        raise ValueError("pairs are counts of at least 0")
    return pairs.sum(axis=(-2, -1))


def _steps(levels: int) -> Real:
    point = count_from(0, levels)
    return point - point[:, np.newaxis]


def _moves(pairs: Real) -> Real:
    """How many moved by how much, from -(levels - 1) to levels - 1, shape `(..., 2 * levels - 1)`."""
    levels = pairs.shape[-1]
    return np.stack([np.diagonal(pairs, offset, -2, -1).sum(axis=-1) for offset in range(1 - levels, levels)], axis=-1)


def _by_size(pairs: Real) -> tuple[Real, Real]:
    """Who moved up and down by 1, 2, … steps, shape `(..., levels - 1, 2)`, and who did not move."""
    _total(pairs)
    moves, levels = _moves(pairs), pairs.shape[-1]
    up, down = moves[..., levels:], moves[..., levels - 2 :: -1]
    return np.stack([up, down], axis=-1), moves[..., levels - 1]


def _signed_rank_z(by_step: Real, zeros: Real) -> Real:
    sizes = by_step.sum(axis=-1)
    n = sizes.sum(axis=-1) + zeros
    ranks = np.cumsum(sizes, axis=-1) - sizes + (sizes + 1) / 2 + zeros[..., np.newaxis]
    reached = (ranks * by_step[..., 0]).sum(axis=-1)
    middle = (n * (n + 1) - zeros * (zeros + 1)) / 4
    variance = (n * (n + 1) * (2 * n + 1) - zeros * (zeros + 1) * (2 * zeros + 1)) / 24
    variance = variance - (sizes**3 - sizes).sum(axis=-1) / 48
    is_moved = sizes.sum(axis=-1) > 0
    return np.where(is_moved, divide(reached - middle, np.sqrt(np.where(is_moved, np.maximum(variance, 0), 0))), np.nan)


def _binomial_p(one: Real, other: Real) -> Real:
    """The exact two-sided p of two counts as likely as each other; 1 when both are 0, undefined for parts of people."""
    is_whole = (one == np.floor(one)) & (other == np.floor(other))
    cumulated: Real = np.asarray(stats.binom.cdf(np.minimum(one, other), one + other, 0.5), dtype=np.float64)
    return np.where(is_whole, np.minimum(1, 2 * cumulated), np.nan)


def _moments(pairs: Real, one: Real, other: Real) -> tuple[Real, Real, Real, Real]:
    """Mean difference squared, the two variances and the covariance of pairs (divided by n)."""
    n = pairs.sum(axis=(-2, -1))
    before, after = pairs.sum(axis=-1), pairs.sum(axis=-2)
    mean_one, mean_other = divide((before * one).sum(axis=-1), n), divide((after * other).sum(axis=-1), n)
    left, right = one - mean_one[..., np.newaxis], other - mean_other[..., np.newaxis]
    variance_one = divide((before * left**2).sum(axis=-1), n)
    variance_other = divide((after * right**2).sum(axis=-1), n)
    both = divide((pairs * left[..., :, np.newaxis] * right[..., np.newaxis, :]).sum(axis=(-2, -1)), n)
    return (mean_one - mean_other) ** 2, variance_one, variance_other, both


def _correlation(pairs: Real, one: Real, other: Real) -> Real:
    _, variance_one, variance_other, both = _moments(pairs, one, other)
    return divide(both, np.sqrt(variance_one * variance_other))


def _icc(moments: tuple[Real, Real, Real, Real], n: Real, *, absolute: bool) -> Real:
    """ICC(2,1) or ICC(3,1) of two raters from moments (McGraw and Wong 1996)."""
    between, one, other, both = moments
    of_people = divide(n, np.maximum(n - 1, 0)) * (one + other + 2 * both) / 2
    error = divide(n, np.maximum(n - 1, 0)) * (one + other - 2 * both) / 2
    of_rounds = n * between / 2
    extra = 2 * divide(of_rounds - error, n) if absolute else 0
    return divide(of_people - error, of_people + error + extra)
