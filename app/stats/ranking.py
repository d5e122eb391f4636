"""How sure ranks are, from estimates and their covariance (methods.md section 10). Rank 1 is the highest."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from app.stats.edge import Real

NODES = 4001
WIDTH = 9.0
SIGNIFICANT = 1e-12


class RankSet(NamedTuple):
    """The lowest and the highest rank that each item may plausibly hold, both of shape `(items,)`."""

    low: NDArray[np.int64]
    high: NDArray[np.int64]


def confidence_sets(
    estimates: Real,
    covariance: Real,
    *,
    draws: int,
    seed: int,
    confidence: float = 0.95,
    step_down: bool = True,
) -> RankSet:
    """Simultaneous confidence sets for all ranks (Mogstad, Romano, Shaikh and Wilhelm, Rev. Econ. Stud. 91, 2024).

    `estimates` has shape (items,), `covariance` (items, items). Critical values are quantiles of the largest
    centred difference over its standard error in `draws` normal draws; with `step_down`, pairs already told
    apart are left out and the rest is tested again. Pairs without error compare exactly.

    >>> found = confidence_sets(np.array([3.0, 2.0, 2.0]), np.diag([0.01, 0.01, 0.01]), draws=2000, seed=1)
    >>> found.low.tolist(), found.high.tolist()
    ([1, 2, 2], [1, 3, 3])
    """
    items = len(estimates)
    if covariance.shape != (items, items):
        raise ValueError("covariance has one row and column an item")
    if items < 2:
        return RankSet(np.ones(items, dtype=np.int64), np.ones(items, dtype=np.int64))
    variance = np.diag(covariance)[:, np.newaxis] + np.diag(covariance) - 2 * covariance
    error = np.sqrt(np.maximum(variance, 0))
    is_exact = error <= SIGNIFICANT
    gap = estimates[:, np.newaxis] - estimates
    better = is_exact & (gap > SIGNIFICANT)
    open_pairs = ~is_exact & ~np.eye(items, dtype=np.bool_)
    noise = normal_draws(covariance, draws, seed)
    ratio = np.where(open_pairs, gap / np.where(is_exact, 1, error), 0)
    while open_pairs.any():
        critical = _critical(noise, error, open_pairs, confidence)
        rejected = open_pairs & (ratio > critical)
        if not rejected.any():
            break
        better |= rejected
        open_pairs &= ~rejected
        if not step_down:
            break
    return RankSet(1 + better.sum(axis=0), items - better.sum(axis=1))


def normal_draws(covariance: Real, draws: int, seed: int) -> Real:
    """Normal draws around 0 with this covariance, shape `(draws, items)`; the same seed gives the same draws.

    >>> normal_draws(np.zeros((2, 2)), 1, 1).tolist()
    [[0.0, 0.0]]
    """
    values, vectors = np.linalg.eigh(covariance)
    # libraries choose signs as they like: the largest entry is positive
    largest = np.take_along_axis(vectors, np.argmax(np.abs(vectors), axis=0)[np.newaxis], axis=0)
    vectors = vectors * np.where(largest < 0, -1, 1)
    root = vectors * np.sqrt(np.maximum(values, 0))
    return np.random.default_rng(seed).standard_normal((draws, len(covariance))) @ root.T


def _critical(noise: Real, error: Real, pairs: NDArray[np.bool_], confidence: float) -> float:
    largest = np.full(len(noise), -np.inf)
    for one in range(len(error)):
        others = np.flatnonzero(pairs[one])
        if len(others):
            over = (noise[:, [one]] - noise[:, others]) / error[one, others]
            largest = np.maximum(largest, over.max(axis=1))
    return float(np.quantile(largest, confidence))


def rank_probabilities(estimates: Real, errors: Real) -> Real:
    """The chance of each rank when estimates are independent and normal, shape `(items, ranks)`.

    By quadrature over the law of how many others are better (Poisson-binomial). Errors are above 0.

    >>> rank_probabilities(np.array([1.0, 0.0]), np.array([1.0, 1.0])).round(4).tolist()
    [[0.7602, 0.2398], [0.2398, 0.7602]]
    """
    if (errors <= 0).any():
        raise ValueError("errors are above 0")
    node = np.linspace(-WIDTH, WIDTH, NODES)
    weight = np.exp(-(node**2) / 2)
    weight /= weight.sum()
    found = np.zeros((len(estimates), len(estimates)))
    for one in range(len(estimates)):
        at = estimates[one] + errors[one] * node
        ahead = np.zeros((len(estimates), NODES))
        ahead[0] = 1
        for other in range(len(estimates)):
            if other != one:
                chance = special.ndtr((estimates[other] - at) / errors[other])
                ahead[1:] = ahead[1:] * (1 - chance) + ahead[:-1] * chance
                ahead[0] *= 1 - chance
        found[one] = ahead @ weight
    return found
