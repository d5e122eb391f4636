"""Intervals of shares and of the median."""

from functools import partial

import numpy as np
from scipy import special, stats

from app.stats.edge import Real, by_distinct, divide
from app.stats.histogram import cumulate, total


def wilson(successes: Real, n: Real, confidence: float = 0.95) -> tuple[Real, Real]:
    """The Wilson interval of a share without continuity correction (Wilson 1927), each limit 0 to 1.

    `successes` and `n` have one shape. Undefined for n = 0.

    >>> [round(float(limit), 4) for limit in wilson(np.array(15.0), np.array(20.0))]
    [0.5313, 0.8881]
    """
    z = special.ndtri((1 + confidence) / 2)
    share = divide(successes, n)
    spread = 1 + divide(np.full_like(n, z**2), n)
    middle = (share + divide(np.full_like(n, z**2 / 2), n)) / spread
    half = z / spread * np.sqrt(divide(share * (1 - share), n) + divide(np.full_like(n, z**2 / 4), n**2))
    return np.maximum(middle - half, 0), np.minimum(middle + half, 1)


def clopper_pearson(successes: Real, n: Real, confidence: float = 0.95) -> tuple[Real, Real]:
    """The exact interval of a share (Clopper and Pearson 1934), each limit 0 to 1; undefined for n = 0.

    >>> [round(float(limit), 4) for limit in clopper_pearson(np.array(0.0), np.array(1.0))]
    [0.0, 0.975]
    """
    tail = (1 - confidence) / 2

    def limit(n: Real, successes: Real, end: int) -> Real:
        return _beta_limits(successes, n - successes + 1, successes + 1, n - successes, tail, n)[end]

    return by_distinct(partial(limit, end=0), n, successes), by_distinct(partial(limit, end=1), n, successes)


def jeffreys(successes: Real, n: Real, confidence: float = 0.95) -> tuple[Real, Real]:
    """The interval of a share with Jeffreys' prior; 0 and 1 where nobody or everybody agrees; undefined for n = 0.

    Source: Brown, Cai and DasGupta, Stat. Sci. 16 (2001).

    >>> [round(float(limit), 4) for limit in jeffreys(np.array(0.0), np.array(1.0))]
    [0.0, 0.8533]
    """
    tail = (1 - confidence) / 2

    def limit(n: Real, successes: Real, end: int) -> Real:
        half = successes + 0.5, n - successes + 0.5
        return _beta_limits(*half, *half, tail, n)[end]

    return by_distinct(partial(limit, end=0), n, successes), by_distinct(partial(limit, end=1), n, successes)


def median_interval(counts: Real, low: int = 1, confidence: float = 0.95) -> tuple[Real, Real]:
    """The interval of the median by order statistics (Conover), whole counts; undefined for n of 5 or less.

    >>> [float(limit) for limit in median_interval(np.array([1.0, 2.0, 4.0, 2.0, 1.0]))]
    [2.0, 4.0]
    """
    n = total(counts)

    def order(n: Real, _: Real) -> Real:
        return np.asarray(stats.binom.ppf((1 - confidence) / 2, n, 0.5), dtype=np.float64)

    k = by_distinct(order, n, np.zeros_like(n))
    cumulated = cumulate(counts)
    is_defined = k >= 1
    limits = [
        np.where(is_defined, low + (cumulated < np.where(is_defined, place, 1)[..., np.newaxis]).sum(axis=-1), np.nan)
        for place in (k, n + 1 - k)
    ]
    return limits[0], limits[1]


def _beta_limits(a: Real, b: Real, c: Real, d: Real, tail: float, n: Real) -> tuple[Real, Real]:
    """The lower limit from Beta(a, b), the upper from Beta(c, d), at the ends the end itself."""
    lower = np.where(a < 1, 0, special.betaincinv(np.maximum(a, 0.5), np.maximum(b, 0.5), tail))
    upper = np.where(d < 1, 1, special.betaincinv(np.maximum(c, 0.5), np.maximum(d, 0.5), 1 - tail))
    empty = n <= 0
    return np.where(empty, np.nan, lower), np.where(empty, np.nan, upper)
