"""How far the answers to one item agree (methods.md sections 3 and 4)."""

import numpy as np

from app.stats.edge import Real, count_from
from app.stats.histogram import shares, total
from app.stats.spread import mean, quantile

SLACK = 1e-9


def leik_dissent(counts: Real) -> Real:
    """Leik's D, 0 (one level) to 1 (half at each end), shape `(...)` (Leik, Pac. Sociol. Rev. 9, 1966).

    >>> float(leik_dissent(np.array([5.0, 0.0, 5.0])))
    1.0
    """
    cumulated = np.cumsum(shares(counts), axis=-1)[..., :-1]
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

    Quality & Quantity 35 (2001), eq. 2: the histogram is peeled into layers. Needs three levels.

    >>> float(agreement(np.array([1.0, 1.0, 1.0]))), float(agreement(np.array([2.0, 0.0, 2.0])))
    (0.0, -1.0)
    """
    flat = counts.reshape(-1, counts.shape[-1])
    return np.array([_agreement_of(row) for row in flat]).reshape(counts.shape[:-1])


def _agreement_of(counts: Real) -> float:
    n = counts.sum()
    if not n:
        return float("nan")
    rest, found = counts.copy(), 0.0
    while rest.sum() > 1e-12 * n:
        pattern = rest > 1e-12 * n
        height = rest[pattern].min()
        found += pattern.sum() * height / n * _agreement_of_layer(pattern)
        rest = np.where(pattern, rest - height, 0)
    return found


def _agreement_of_layer(pattern: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    levels, used = len(pattern), int(pattern.sum())
    if used == 1:
        return 1.0
    unimodal = bimodal = 0
    for middle in range(1, levels - 1):
        left, right = int(pattern[:middle].sum()), int(pattern[middle + 1 :].sum())
        gaps_left, gaps_right = middle - left, levels - 1 - middle - right
        if pattern[middle]:
            unimodal += left * gaps_right + gaps_left * right
        else:
            bimodal += left * right
    if not unimodal + bimodal:
        return 0.0
    weight = ((levels - 2) * unimodal - (levels - 1) * bimodal) / ((levels - 2) * (unimodal + bimodal))
    return weight * (1 - (used - 1) / (levels - 1))


def disagreement_index(counts: Real) -> dict[str, Real]:
    """The RAND/UCLA disagreement index of a 9-point scale (Fitch et al., RAND MR-1269, 2001).

    Gives `p30`, `p70`, `ipras` and `di` = IPR / IPRAS, at least 0; above 1 there is disagreement.
    Undefined without answers.

    >>> float(disagreement_index(np.array([4.0, 0, 0, 0, 0, 0, 0, 0, 4.0]))["di"])  # doctest: +ELLIPSIS
    3.404...
    """
    p30, p70 = quantile(counts, 0.3), quantile(counts, 0.7)
    ipras = 2.35 + 1.5 * np.abs(5 - (p30 + p70) / 2)
    return {"p30": p30, "p70": p70, "ipras": ipras, "di": (p70 - p30) / ipras}


def has_split_thirds(counts: Real) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Whether at least a third of a 9-point panel lies in each outer third, 1-3 and 7-9 (after RAND MR-1269).

    >>> bool(has_split_thirds(np.array([2.0, 0, 0, 0, 2, 0, 0, 0, 2])))
    True
    """
    n = total(counts)
    lower, upper = counts[..., :3].sum(axis=-1), counts[..., 6:].sum(axis=-1)
    return (3 * lower >= n - SLACK) & (3 * upper >= n - SLACK) & (n > 0)


def comet(counts: Real) -> np.ndarray[tuple[int, ...], np.dtype[np.int8]]:
    """The COMET 70/15 class of a 9-point item: 1 in, -1 out, 0 none (Williamson et al., Trials 18 S3, 2017).

    In: at least 70 % in 7-9 and under 15 % in 1-3; out is the mirror image. Whole counts are compared as such.

    >>> comet(np.array([[0, 0, 1, 0, 1, 1, 7, 0, 0], [1, 0, 0, 0, 0, 0, 2, 0, 0.0]])).tolist()
    [1, 0]
    """
    n = total(counts)
    lower, upper = counts[..., :3].sum(axis=-1), counts[..., 6:].sum(axis=-1)
    is_in = (10 * upper >= 7 * n - SLACK) & (100 * lower < 15 * n - SLACK)
    is_out = (10 * lower >= 7 * n - SLACK) & (100 * upper < 15 * n - SLACK)
    return np.where(is_in & (n > 0), 1, np.where(is_out & (n > 0), -1, 0)).astype(np.int8)


def polarisation(counts: Real) -> Real:
    """(1 - A) / 2 of van der Eijk's A, 0 to 1."""
    return (1 - agreement(counts)) / 2
