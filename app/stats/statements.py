"""What groups say of statements, from counts of votes (methods.md section 12, steps 5 to 8; the Polis server's rules).

Counts have shape `(groups, statements)`; groups may be found ones or the helices.
"""

from typing import Any, NamedTuple

import numpy as np
from scipy import special

from app.stats.edge import Real

SIGNIFICANT = float(special.ndtri(0.9))
MOST_SHOWN = 5


class Votes(NamedTuple):
    """How many of each group agreed, disagreed and saw a statement at all."""

    agreed: Real
    disagreed: Real
    seen: Real


class Stance(NamedTuple):
    """Where groups stand, each of shape (groups, statements), for agreeing and for disagreeing.

    `share` is smoothed, above 0 and below 1; `z` tests it against a half; `ratio` is the share over that of the
    other groups and `ratio_z` tests the two.
    """

    share_agree: Real
    share_disagree: Real
    z_agree: Real
    z_disagree: Real
    ratio_agree: Real
    ratio_disagree: Real
    ratio_z_agree: Real
    ratio_z_disagree: Real


def count_votes(votes: Real, labels: np.ndarray[Any, np.dtype[np.int64]]) -> Votes:
    """Votes (people, statements) of 1, 0, -1 and nan, counted by group.

    >>> count_votes(np.array([[1.0], [np.nan], [-1.0]]), np.array([0, 0, 1])).agreed.tolist()
    [[1.0], [0.0]]
    """
    groups = range(int(labels.max()) + 1)

    def count(which: np.ndarray[Any, np.dtype[np.bool_]]) -> Real:
        return np.array([which[labels == group].sum(axis=0) for group in groups], dtype=np.float64)

    return Votes(count(votes == 1), count(votes == -1), count(np.isfinite(votes)))


def smoothed_share(successes: Real, n: Real) -> Real:
    """(successes + 1) / (n + 2), above 0 and below 1.

    >>> float(smoothed_share(np.array(0.0), np.array(0.0)))
    0.5
    """
    return (successes + 1) / (n + 2)


def share_z(successes: Real, n: Real) -> Real:
    """How far a share is from a half: 2 sqrt(n + 1) ((successes + 1) / (n + 1) - 1/2).

    >>> float(share_z(np.array(7.0), np.array(15.0)))
    0.0
    """
    return 2 * np.sqrt(n + 1) * ((successes + 1) / (n + 1) - 0.5)


def two_shares_z(one: Real, n: Real, other: Real, m: Real) -> Real:
    """How far two shares are apart, all counts incremented by 1; 0 where everybody did it.

    >>> float(two_shares_z(np.array(5.0), np.array(10.0), np.array(5.0), np.array(10.0)))
    0.0
    """
    first, second = (one + 1) / (n + 1), (other + 1) / (m + 1)
    pooled = (one + other + 2) / (n + m + 2)
    variance = pooled * (1 - pooled) * (1 / (n + 1) + 1 / (m + 1))
    return np.where(variance > 0, (first - second) / np.sqrt(np.where(variance > 0, variance, 1)), 0)


def stance(votes: Votes) -> Stance:
    """Where each group stands on each statement, by itself and beside all others.

    >>> found = stance(Votes(np.array([[8.0], [1.0]]), np.array([[0.0], [7.0]]), np.array([[8.0], [8.0]])))
    >>> found.share_agree.tolist()
    [[0.9], [0.2]]
    """
    seen, rest = votes.seen, votes.seen.sum(axis=0) - votes.seen
    found: list[tuple[Real, Real, Real, Real]] = []
    for side in (votes.agreed, votes.disagreed):
        others = side.sum(axis=0) - side
        share = smoothed_share(side, seen)
        ratio = share / smoothed_share(others, rest)
        found.append((share, share_z(side, seen), ratio, two_shares_z(side, seen, others, rest)))
    agree, disagree = found
    return Stance(agree[0], disagree[0], agree[1], disagree[1], agree[2], disagree[2], agree[3], disagree[3])


def group_informed_consensus(share: Real) -> Real:
    """What all groups share: the product of their smoothed shares, 0 to 1, shape (statements,).

    It shrinks with the number of groups: compare only within one number. With the helices as groups it is the best
    single score of what bridges them.

    >>> group_informed_consensus(np.array([[0.5], [0.5]])).tolist()
    [0.25]
    """
    return share.prod(axis=0)


class Representative(NamedTuple):
    """A statement that tells a group apart, by its place; `agrees` says which way the group leans."""

    statement: int
    agrees: bool
    successes: int
    seen: int
    share: float
    z: float
    ratio: float
    ratio_z: float
    is_best_agreed: bool


def representative_statements(votes: Votes, found: Stance, group: int) -> list[Representative]:
    """Up to five statements that tell one group apart: the best agreed first, agreements before the rest.

    Those significant both by themselves and beside the others (one-sided, 90 %), by the product of both figures;
    if there is none, the best there is, so that no group is left without.
    """
    lines = [_representative(votes, found, group, place) for place in range(votes.seen.shape[1])]
    sufficient = [line for line in lines if line.z > SIGNIFICANT and line.ratio_z > SIGNIFICANT]
    sufficient.sort(key=lambda line: -line.ratio * line.ratio_z * line.share * line.z)
    head = _best_agreed(votes, found, group)
    if head is None and not sufficient:
        voted = [line for line in lines if line.seen]
        return [max(voted, key=lambda line: line.ratio_z)] if voted else []
    first = [head] if head else []
    rest = [line for line in sufficient if not head or line.statement != head.statement]
    return sorted((first + rest)[:MOST_SHOWN], key=lambda line: not line.agrees)


def _representative(votes: Votes, found: Stance, group: int, place: int, agrees: bool | None = None) -> Representative:
    at = group, place
    leans = bool(found.ratio_z_agree[at] > found.ratio_z_disagree[at]) if agrees is None else agrees
    parts = (
        (votes.agreed, found.share_agree, found.z_agree, found.ratio_agree, found.ratio_z_agree)
        if leans
        else (votes.disagreed, found.share_disagree, found.z_disagree, found.ratio_disagree, found.ratio_z_disagree)
    )
    successes, share, z, ratio, ratio_z = (float(part[at]) for part in parts)
    return Representative(
        place, leans, int(successes), int(votes.seen[at]), share, z, ratio, ratio_z, is_best_agreed=agrees is True
    )


def _best_agreed(votes: Votes, found: Stance, group: int) -> Representative | None:
    best: Representative | None = None
    for place in range(votes.seen.shape[1]):
        if not votes.agreed[group, place] + votes.disagreed[group, place]:
            continue
        line = _representative(votes, found, group, place, agrees=True)
        if best is None:
            is_better = line.z > SIGNIFICANT or (line.ratio > 1 and line.share > 0.5)
        elif best.ratio > 1:
            is_better = (
                line.ratio * line.ratio_z * line.share * line.z > best.ratio * best.ratio_z * best.share * best.z
            )
        else:
            is_better = line.share * line.z > best.share * best.z
        best = line if is_better else best
    return best


class Shared(NamedTuple):
    """A statement on which all people together lean one way."""

    statement: int
    successes: int
    seen: int
    share: float
    z: float


def shared_statements(votes: Votes) -> tuple[list[Shared], list[Shared]]:
    """Up to five statements most agree with and up to five most reject, significantly, over all groups.

    >>> votes = Votes(np.array([[9.0, 0.0]]), np.array([[0.0, 9.0]]), np.array([[9.0, 9.0]]))
    >>> [[line.statement for line in side] for side in shared_statements(votes)]
    [[0], [1]]
    """
    seen = votes.seen.sum(axis=0)
    sides: list[list[Shared]] = []
    for counts in (votes.agreed.sum(axis=0), votes.disagreed.sum(axis=0)):
        share, z = smoothed_share(counts, seen), share_z(counts, seen)
        lines = [
            Shared(place, int(counts[place]), int(seen[place]), float(share[place]), float(z[place]))
            for place in np.flatnonzero((share > 0.5) & (z > SIGNIFICANT)).tolist()
        ]
        sides.append(sorted(lines, key=lambda line: -line.share * line.z)[:MOST_SHOWN])
    return sides[0], sides[1]


def importance(votes: Votes, extremity: Real) -> Real:
    """How much there is to learn of a statement: passes lower it, agreement and extremity raise it; (statements,)."""
    seen, agreed = votes.seen.sum(axis=0), votes.agreed.sum(axis=0)
    passed = seen - agreed - votes.disagreed.sum(axis=0)
    return (1 - (passed + 1) / (seen + 2)) * (1 + extremity) * (agreed + 1) / (seen + 2)


def priority(votes: Votes, extremity: Real) -> Real:
    """How soon a statement should be shown to the next person: its importance, more while few have seen it.

    >>> votes = Votes(np.array([[0.0, 9.0]]), np.array([[0.0, 0.0]]), np.array([[0.0, 9.0]]))
    >>> priority(votes, np.zeros(2)).round(2).tolist()
    [5.06, 7.43]
    """
    seen = votes.seen.sum(axis=0)
    return (importance(votes, extremity) * (1 + 8 * 2 ** (-seen / 5))) ** 2
