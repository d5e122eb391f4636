"""How firm ranks are: respondents drawn again, whole and within their helix (methods.md sections 9 and 10)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.stats.edge import Real, count_from, divide
from app.stats.scoring import composite, rank

LEAST_ANSWERS = 5


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


def draw_again(ratings: Real, groups: NDArray[np.int64], *, draws: int, seed: int) -> Draws:
    """Draw respondents again within their group and average every group equally.

    `ratings` has shape (respondents, initiatives, criteria) with nan where nothing was said; `groups` numbers
    each respondent's group. Every draw keeps the sizes of the groups. The same seed gives the same draws,
    in whatever order respondents come.
    """
    rng = np.random.default_rng(seed)
    said = np.isfinite(ratings)
    values = np.where(said, ratings, 0).reshape(len(ratings), -1)
    heard = said.astype(np.float64).reshape(len(ratings), -1)
    # in the order of what they said: who stands first in a list must not change a figure
    identity = np.where(said, ratings, -1).reshape(len(ratings), -1)
    sums = np.zeros((draws, values.shape[1]))
    groups_heard = np.zeros_like(sums)
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        members = members[np.lexsort(identity[members].T)]
        # how often each member is drawn, instead of who: one matrix product then averages all items
        times = rng.multinomial(len(members), np.full(len(members), 1 / len(members)), size=draws).astype(np.float64)
        means = divide(times @ values[members], times @ heard[members])
        sums += np.nan_to_num(means)
        groups_heard += np.isfinite(means)
    return Draws(divide(sums, groups_heard).reshape(draws, *ratings.shape[1:]), seed)


def rank_uncertainty(scores: Real) -> RankUncertainty:
    """Ranks over re-samples, from scores of shape `(draws, initiatives)`."""
    ranks = rank(scores)
    initiatives = scores.shape[1]
    places = count_from(1, initiatives)
    # a tied rank such as 2.5 stands for ranks 2 and 3
    probability = np.stack(
        [((np.floor(ranks) == place) * 0.5 + (np.ceil(ranks) == place) * 0.5).mean(axis=0) for place in places],
        axis=-1,
    )
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
