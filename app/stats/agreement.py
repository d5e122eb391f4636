"""How far the answers to one item agree (methods.md sections 3 and 4)."""

from functools import cache
from typing import NamedTuple

import numpy as np

from app.stats.edge import Real, count_from, divide
from app.stats.histogram import bottom_box, cumulate, shares, top_box, total
from app.stats.spread import mean, median, quantile

SLACK = 1e-9
MOST_LEVELS = 16


def leik_dissent(counts: Real) -> Real:
    """Leik's D, 0 (one level) to 1 (half at each end), shape `(...)` (Leik, Pac. Sociol. Rev. 9, 1966).

    >>> float(leik_dissent(np.array([5.0, 0.0, 5.0])))
    1.0
    """
    cumulated = cumulate(shares(counts))[..., :-1]
    return 2 * np.minimum(cumulated, 1 - cumulated).sum(axis=-1) / (counts.shape[-1] - 1)


def consensus(counts: Real) -> Real:
    """Tastle and Wierman's consensus, 0 to 1 (Int. J. Approx. Reason. 45, 2007); undefined without answers.

    >>> float(consensus(np.array([6.0, 0.0, 0.0, 0.0, 6.0]))), float(consensus(np.array([0.0, 3.0, 0.0])))
    (0.0, 1.0)
    """
    share = shares(counts)
    levels = counts.shape[-1]
    distance = np.abs(count_from(0, levels) - mean(counts, 0)[..., np.newaxis]) / (levels - 1)
    nearness = np.where(share > 0, 1 - distance, 1)
    return 1 + (share * np.log2(nearness)).sum(axis=-1)


def agreement(counts: Real) -> Real:
    """Van der Eijk's A, -1 (half at each end) over 0 (uniform) to 1 (one level), shape `(...)`.

    Quality & Quantity 35 (2001), eq. 2: the histogram is peeled into layers. Needs 3 to 16 levels.

    >>> float(agreement(np.array([1.0, 1.0, 1.0]))), float(agreement(np.array([2.0, 0.0, 2.0])))
    (0.0, -1.0)
    """
    levels = counts.shape[-1]
    if not 3 <= levels <= MOST_LEVELS:
        raise ValueError("counts need three levels for van der Eijk's A, and 16 at most")
    of_pattern = _agreement_of_layers(levels)
    n = total(counts)
    ordered = np.sort(counts, axis=-1)
    found, below = np.zeros_like(n), np.zeros_like(n)
    for layer in range(levels):
        height = ordered[..., layer] - below
        # the levels that reach into this layer, as the bits of a number
        pattern = np.zeros(n.shape, dtype=np.int64)
        for level in range(levels):
            pattern += (counts[..., level] > below) * (1 << level)
        found += height * of_pattern[pattern]
        below = ordered[..., layer]
    return divide(found, n)


@cache
def _agreement_of_layers(levels: int) -> Real:
    """For every pattern of used levels, its agreement times the number of levels used; shape `(2**levels,)`."""
    place = count_from(0, levels)
    pattern: Real = np.floor(count_from(0, 2**levels)[:, np.newaxis] / 2**place) % 2
    used = pattern.sum(axis=-1)
    left = cumulate(pattern) - pattern
    right = used[:, np.newaxis] - left - pattern
    gaps_left, gaps_right = place - left, levels - 1 - place - right
    unimodal = (pattern * (left * gaps_right + gaps_left * right)).sum(axis=-1)
    bimodal = ((1 - pattern) * left * right).sum(axis=-1)
    triples = unimodal + bimodal
    weighted = (levels - 2) * unimodal - (levels - 1) * bimodal
    peak = divide(weighted, (levels - 2) * triples)
    found = np.where(triples > 0, peak, 0) * (1 - (used - 1) / (levels - 1))
    return np.where(used == 1, 1, found) * used


def entropy(counts: Real) -> Real:
    """Shannon's entropy in bits, 0 (one level) to log2 of the levels; ignores their order; undefined without answers.

    >>> float(entropy(np.array([2.0, 2.0, 2.0, 2.0])))
    2.0
    """
    share = shares(counts)
    return -(share * np.log2(np.where(share > 0, share, 1))).sum(axis=-1)


def ordinal_variation(counts: Real) -> Real:
    """Berry and Mielke's index of ordinal variation, 0 to 1 (Berry and Mielke 1992); undefined below two answers.

    >>> float(ordinal_variation(np.array([5.0, 0.0, 5.0])))
    1.0
    """
    n, levels = total(counts), counts.shape[-1]
    below = cumulate(counts)[..., :-1]
    # pairs of answers times the steps between them: each step is crossed by those below times those above
    crossed = (below * (n[..., np.newaxis] - below)).sum(axis=-1)
    most = (levels - 1) / 4 * (n**2 - (np.mod(n, 2) == 1))
    return np.where(n >= 2, divide(crossed, np.where(n >= 2, most, 0)), np.nan)


def disagreement_index(counts: Real, kind: int = 7, *, rescaled: bool = False) -> dict[str, Real]:
    """The RAND/UCLA disagreement index of a 9-point scale (Fitch et al., RAND MR-1269, 2001).

    Gives `p30`, `p70`, `ipras` and `di` = IPR / IPRAS, at least 0; above 1 there is disagreement. `kind` is the type
    of the quantiles. Its constants hold for nine points: another scale is stretched to 1-9 only when `rescaled` says
    so, and must be labelled. Undefined without answers.

    >>> float(disagreement_index(np.array([4.0, 0, 0, 0, 0, 0, 0, 0, 4.0]))["di"])  # doctest: +ELLIPSIS
    3.404...
    """
    if not rescaled:
        _nine(counts)
    stretch = 8 / (counts.shape[-1] - 1)
    p30, p70 = (1 + stretch * quantile(counts, share, 0, kind) for share in (0.3, 0.7))
    ipras = 2.35 + 1.5 * np.abs(5 - (p30 + p70) / 2)
    return {"p30": p30, "p70": p70, "ipras": ipras, "di": (p70 - p30) / ipras}


def has_split_thirds(counts: Real) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Whether at least a third of a 9-point panel lies in each outer third, 1-3 and 7-9 (after RAND MR-1269).

    >>> bool(has_split_thirds(np.array([2.0, 0, 0, 0, 2, 0, 0, 0, 2])))
    True
    """
    n = _nine(counts)
    lower, upper = counts[..., :3].sum(axis=-1), counts[..., 6:].sum(axis=-1)
    return (3 * lower >= n - SLACK) & (3 * upper >= n - SLACK) & (n > 0)


def comet(counts: Real, *, analogue: bool = False) -> np.ndarray[tuple[int, ...], np.dtype[np.int8]]:
    """The COMET 70/15 class of a 9-point item: 1 in, -1 out, 0 none (Williamson et al., Trials 18 S3, 2017).

    In: at least 70 % in 7-9 and under 15 % in 1-3; out is the mirror image. Whole counts are compared as such.
    `analogue` allows other scales, by their top and bottom box (ours: label it).

    >>> comet(np.array([[0, 0, 1, 0, 1, 1, 7, 0, 0], [1, 0, 0, 0, 0, 0, 2, 0, 0.0]])).tolist()
    [1, 0]
    """
    n = total(counts) if analogue else _nine(counts)
    levels = counts.shape[-1]
    lower, upper = counts[..., bottom_box(levels)].sum(axis=-1), counts[..., top_box(levels)].sum(axis=-1)
    is_in = (10 * upper >= 7 * n - SLACK) & (100 * lower < 15 * n - SLACK)
    is_out = (10 * lower >= 7 * n - SLACK) & (100 * upper < 15 * n - SLACK)
    return np.where(is_in & (n > 0), 1, np.where(is_out & (n > 0), -1, 0)).astype(np.int8)


def polarisation(counts: Real) -> Real:
    """(1 - A) / 2 of van der Eijk's A, 0 to 1."""
    return (1 - agreement(counts)) / 2


def squared_concentration(counts: Real) -> Real:
    """Blair and Lacy's l squared, 0 (half at each end) to 1 (one level) (Sociol. Methods Res. 28, 2000).

    >>> float(squared_concentration(np.array([5.0, 0.0, 5.0])))
    0.0
    """
    cumulated = cumulate(shares(counts))[..., :-1]
    return 4 * ((cumulated - 0.5) ** 2).sum(axis=-1) / (counts.shape[-1] - 1)


class PanelCounts(NamedTuple):
    """The count rules of the RAND/UCLA manual for panels of 8 to 16 on nine points; each of shape `(...)`."""

    k: Real
    disagrees: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    agrees: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def panel_counts(counts: Real) -> PanelCounts:
    """Whether a 9-point panel agrees or disagrees by counts (RAND MR-1269, 2001); a median of 3.5 or 6.5 goes up.

    k is floor((n + 1) / 3). Disagreement: k or more in each outer third. Agreement: k - 1 or fewer outside the
    third that holds the median. Published for 8 to 16 panellists.

    >>> found = panel_counts(np.array([0.0, 0, 0, 0, 0, 1, 3, 3, 2]))
    >>> float(found.k), bool(found.disagrees), bool(found.agrees)
    (3.0, False, True)
    """
    n = _nine(counts)
    thirds = counts.reshape(*counts.shape[:-1], 3, 3).sum(axis=-1)
    k = np.floor((n + 1) / 3)
    holds = _third_of(median(counts))
    inside = np.take_along_axis(thirds, holds[..., np.newaxis], axis=-1)[..., 0]
    some = n > 0
    return PanelCounts(k, (thirds[..., 0] >= k) & (thirds[..., 2] >= k) & some, (n - inside <= k - 1) & some)


def appropriateness(counts: Real) -> np.ndarray[tuple[int, ...], np.dtype[np.int8]]:
    """The RAND/UCLA class of a 9-point item: 1 appropriate, -1 inappropriate, 0 uncertain (or no answers).

    Uncertain where the disagreement index is above 1; else by the median, 3.5 and 6.5 going up.

    >>> appropriateness(np.array([[0, 0, 0, 0, 0, 0, 3, 2, 2], [3, 0, 0, 0, 0, 0, 0, 0, 3.0]])).tolist()
    [1, 0]
    """
    is_split = np.nan_to_num(disagreement_index(counts)["di"]) > 1 + SLACK
    found = _third_of(median(counts)) - 1
    return np.where((total(counts) > 0) & ~is_split, found, 0).astype(np.int8)


def _nine(counts: Real) -> Real:
    """The number of answers on nine points: thirds and constants of the RAND/UCLA manual hold for no other scale."""
    if counts.shape[-1] != 9:
        raise ValueError("counts have nine levels")
    return total(counts)


def _third_of(middle: Real) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.where(middle >= 6.5, 2, np.where(middle < 3.5, 0, 1)).astype(np.int64)


def comet_in_every_group(counts: Real) -> np.ndarray[tuple[int, ...], np.dtype[np.int8]]:
    """The COMET class over groups, shape `(..., groups, 9)`: in or out only when every group that answered says so.

    >>> comet_in_every_group(np.array([[0, 0, 0, 0, 0, 0, 3, 0, 0], [0, 0, 0, 0, 2, 0, 0, 0, 1.0]])).tolist()
    0
    """
    classes = comet(counts)
    empty = total(counts) == 0
    some = ~empty.all(axis=-1)
    is_in, is_out = (((classes == wanted) | empty).all(axis=-1) & some for wanted in (1, -1))
    return (is_in.astype(np.int8) - is_out.astype(np.int8)).astype(np.int8)
