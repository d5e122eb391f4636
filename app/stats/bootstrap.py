"""How firm ranks are: respondents drawn again, whole and within their helix (methods.md sections 9 and 10)."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from app.stats.edge import Real, by_distinct, divide
from app.stats.histogram import total
from app.stats.moments import Moments, moments_of
from app.stats.scoring import composite, rank
from app.stats.spread import variance

LEAST_ANSWERS = 5
MOST_DRAWN = 5000
"""So many of one group are drawn singly; of more, a mean is normal to every digit that is shown."""


@dataclass(frozen=True)
class Draws:
    """Balanced means of re-samples, shape `(draws, initiatives, criteria)`, with their seed."""

    means: Real
    seed: int

    def scores(self, weights: Real) -> Real:
        """Composite scores, shape `(draws, initiatives)`."""
        return composite(self.means, weights)


@dataclass(frozen=True)
class RankUncertainty:
    """What re-samples say of the ranks of initiatives, each row one initiative.

    `probability` has shape (initiatives, ranks); a tie gives each of its ranks an equal part.
    `half` and `nine_in_ten` are the ranges that hold 50 % and 90 % of the re-samples.
    """

    probability: Real
    half: Real
    nine_in_ten: Real


class ExactMedian(NamedTuple):
    """The law of the bootstrap's median, without drawing.

    `points` are the values it can take, halves included, with their `probability`; `interval` is the 95 %
    percentile interval of type 1.
    """

    points: Real
    probability: Real
    interval: tuple[float, float]


def exact_median(counts: Real, low: int = 1) -> ExactMedian | None:
    """How often each value would be the median of n answers drawn again; one item, shape (levels,), whole counts.

    For odd n, P(M <= l) = P(Bin(n, F_l) >= (n + 1) / 2); for even n the two in the middle are followed together.
    None without answers.

    >>> found = exact_median(np.array([1.0, 1.0, 1.0]))
    >>> [round(float(chance), 4) for chance in found.probability]
    [0.2593, 0.0, 0.4815, 0.0, 0.2593]
    """
    n = int(counts.sum())
    if not n:
        return None
    below = np.concatenate([[0.0], np.cumsum(counts) / n])
    levels = len(counts)
    chance = np.zeros(2 * levels - 1)
    half = n // 2
    if n % 2:
        reached = stats.binom.sf(half, n, below)
        chance[::2] = np.diff(reached)
    else:
        for lower in range(levels):
            for upper in range(lower, levels):
                chance[lower + upper] += _middle_pair(n, below, lower, upper)
    points = low + np.arange(2 * levels - 1) / 2
    reached = np.cumsum(chance)
    ends = [float(points[int(np.argmax(reached >= share - 1e-12))]) for share in (0.025, 0.975)]
    return ExactMedian(points, chance, (ends[0], ends[1]))


def _middle_pair(n: int, below: Real, lower: int, upper: int) -> float:
    """The chance that of n draws (even) the n/2-th is at one level and the next at another, by index."""
    half = n // 2

    def both_at_most(one: int, other: int) -> float:
        # the n/2-th at most level `one` - 1 and the next at most `other` - 1, one <= other
        if one == other:
            return float(stats.binom.sf(half, n, below[one]))
        # exactly n/2 at or under `one`, and of the rest at least one in between, or more than n/2 under it
        p, q = below[one], below[other]
        more = float(stats.binom.sf(half, n, p))
        exactly = float(stats.binom.pmf(half, n, p))
        rest = 1 - ((1 - q) / (1 - p)) ** half if p < 1 else 1.0
        return more + exactly * rest

    if lower == upper:
        at, under = both_at_most(lower + 1, lower + 1), both_at_most(lower, lower)
        crossing = both_at_most(lower, lower + 1) - under
        return at - under - crossing
    return (both_at_most(lower + 1, upper + 1) - both_at_most(lower, upper + 1)) - (
        both_at_most(lower + 1, upper) - both_at_most(lower, upper)
    )


class ExactMean(NamedTuple):
    """What drawing again would say of mean and share: the standard error, and the share's percentile interval."""

    standard_error: Real
    share_low: Real
    share_high: Real


def exact_mean(counts: Real, top: slice) -> ExactMean:
    """The bootstrap's standard error of the mean and the interval of the share in `top`, exactly; each `(...)`.

    The share of n answers drawn again is Bin(n, x / n) / n. Undefined without answers.

    >>> found = exact_mean(np.array([2.0, 0.0, 2.0]), slice(2, 3))
    >>> float(found.standard_error), float(found.share_low), float(found.share_high)
    (0.5, 0.0, 1.0)
    """
    n = total(counts)

    def limit(n: Real, successes: Real, end: float) -> Real:
        share = np.nan_to_num(divide(successes, n))
        return divide(np.asarray(stats.binom.ppf(end, n, share), dtype=np.float64), n)

    limits = [by_distinct(partial(limit, end=end), n, counts[..., top].sum(axis=-1)) for end in (0.025, 0.975)]
    error = np.sqrt(divide(variance(counts) * np.maximum(n - 1, 0), n**2))
    return ExactMean(np.where(n == 1, 0, error), limits[0], limits[1])


def draw_counts(counts: Real, *, draws: int, seed: int) -> Real:
    """Histograms drawn again, shape (draws, ..., levels): n answers from the shares of each histogram, whole counts.

    >>> draw_counts(np.array([[3.0, 0.0], [1.0, 1.0]]), draws=5, seed=1)[:, 0].tolist()[0]
    [3.0, 0.0]
    """
    rng = np.random.default_rng(seed)
    n = total(counts)
    share = np.nan_to_num(divide(counts, n[..., np.newaxis]))
    # multinomial wants shares that add up; without answers it draws nothing
    share[..., -1] = np.maximum(0, 1 - share[..., :-1].sum(axis=-1))
    drawn = rng.multinomial(np.rint(n).astype(np.int64), share, size=(draws, *n.shape))
    return drawn.astype(np.float64)


def draw_again(ratings: Real, groups: NDArray[np.int64], *, draws: int, seed: int) -> Draws:
    """Draw respondents again within their group and average every group equally.

    `ratings` has shape (respondents, initiatives, criteria) with nan where nothing was said; `groups` numbers
    each respondent's group. Every draw keeps the sizes of the groups. The same seed gives the same draws,
    in whatever order respondents come.
    """
    return draw_parts([(ratings, groups)], draws=draws, seed=seed)


def draw_parts(parts: Iterable[tuple[Real, NDArray[np.int64]]], *, draws: int, seed: int) -> Draws:
    """The same for respondents who come in parts, each (ratings, groups), of whom no more than few are held at once.

    A group of more than `MOST_DRAWN` is drawn from the normal law that its re-samples approach (decision 50).
    """
    shape: tuple[int, ...] = ()
    moments: dict[int, Moments] = {}
    whole: dict[int, list[Real]] = {}
    for ratings, numbers in parts:
        shape = ratings.shape[1:]
        flat = ratings.reshape(len(ratings), math.prod(shape))
        for group in np.unique(numbers).tolist():
            own = flat[numbers == group]
            found = moments_of(own)
            moments[group] = moments[group].plus(found) if group in moments else found
            if moments[group].people > MOST_DRAWN:
                whole[group] = []
            else:
                whole.setdefault(group, []).append(own)
    rng = np.random.default_rng(seed)
    sums = np.zeros((draws, math.prod(shape)))
    groups_heard = np.zeros_like(sums)
    for group in sorted(moments):
        if whole[group]:
            means = _drawn_whole(np.concatenate(whole[group]), draws, rng)
        else:
            means = moments[group].draw(draws, rng)
        sums += np.nan_to_num(means)
        groups_heard += np.isfinite(means)
    return Draws(divide(sums, groups_heard).reshape(draws, *shape), seed)


def _drawn_whole(ratings: Real, draws: int, rng: np.random.Generator) -> Real:
    said = np.isfinite(ratings)
    # in the order of what they said: who stands first in a list must not change a figure
    order = np.lexsort(np.where(said, ratings, -1).T)
    values, heard = np.where(said, ratings, 0)[order], said[order].astype(np.float64)
    # how often each member is drawn, instead of who: one matrix product then averages all items
    times = rng.multinomial(len(order), np.full(len(order), 1 / len(order)), size=draws).astype(np.float64)
    return divide(times @ values, times @ heard)


def rank_uncertainty(scores: Real) -> RankUncertainty:
    """Ranks over re-samples, from scores of shape `(draws, initiatives)`."""
    ranks = rank(scores)
    draws, initiatives = scores.shape
    # a tied rank such as 2.5 stands for ranks 2 and 3; the last place gathers what has no rank
    halves = np.zeros((initiatives, initiatives + 1))
    rows: NDArray[np.int64] = np.tile(np.arange(initiatives, dtype=np.int64), (draws, 1))
    for places in (np.floor(ranks), np.ceil(ranks)):
        column = np.nan_to_num(places, nan=initiatives + 1).astype(np.int64) - 1
        np.add.at(halves, (rows, column), 0.5)
    probability = halves[:, :-1] / draws
    return RankUncertainty(probability, _range(ranks, 0.5), _range(ranks, 0.9))


def standard_errors(scores: Real) -> Real:
    """The bootstrap standard error of each initiative's score, from `(draws, initiatives)`."""
    return scores.std(axis=0, ddof=1)


def percentile_intervals(scores: Real) -> Real:
    """The 95 % percentile interval of each initiative's score, shape (initiatives, 2)."""
    return np.quantile(scores, [0.025, 0.975], axis=0).T


def same_shortlist_share(scores: Real, members: Sequence[int]) -> float:
    """The share of re-samples, 0 to 1, whose first k initiatives are exactly these k."""
    ranks = rank(scores)
    k = len(members)
    first = np.argsort(ranks, axis=1, kind="stable")[:, :k]
    return float((np.sort(first, axis=1) == np.sort(np.asarray(members))).all(axis=1).mean())


def in_shortlist_shares(scores: Real, k: int) -> Real:
    """The share of re-samples in which each initiative is among the first k, shape (initiatives,)."""
    return (rank(scores) <= k + 0.25).mean(axis=0)


def _range(ranks: Real, share: float) -> Real:
    tail = (1 - share) / 2
    limits = np.quantile(ranks, [tail, 1 - tail], axis=0, method="inverted_cdf").T
    return np.stack([np.floor(limits[:, 0]), np.ceil(limits[:, 1])], axis=-1)
