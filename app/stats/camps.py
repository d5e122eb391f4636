"""How groups stand to one another on one item: one of them apart, two camps, or each split within itself (ours)."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from app.stats.agreement import agreement
from app.stats.edge import Real
from app.stats.groups import compare_pairs, delta_interval
from app.stats.histogram import total
from app.stats.intervals import wilson
from app.stats.spread import mean

WIDE = 0.33
"""From here on Cliff's delta counts as of middle size."""


class Pattern(StrEnum):
    """Who disagrees with whom."""

    NONE = "none"
    ONE_APART = "one_apart"
    TWO_CAMPS = "two_camps"
    SPLIT_WITHIN = "split_within"


class Camps(NamedTuple):
    """The pattern of one item and the groups of the side that is smaller or rates lower, by their places.

    `delta` is Cliff's delta of the two groups that are closest across the two sides, at least 0, with its `interval`;
    both are undefined (None) without two sides. `is_sure` says that every interval across the sides leaves 0 out.
    """

    pattern: Pattern
    apart: tuple[int, ...]
    delta: float | None
    interval: tuple[float, float] | None
    is_sure: bool


def find_camps(counts: Real, may_speak: Sequence[bool]) -> Camps:
    """Where the groups that may speak part, from histograms of shape `(groups, levels)`.

    Groups are ordered by their mean and parted where the two closest across the cut lie farthest apart, if that is by a
    Cliff's delta of 0.33 or more. One against several is one apart, several against several (or one against one) two
    camps. Without such a cut the answers of all may still have two peaks: then van der Eijk's A is below 0.

    >>> high, low = [0.0, 0, 0, 4, 6], [5.0, 4, 1, 0, 0]
    >>> find_camps(np.array([high, low, high]), [True] * 3)[:2], find_camps(np.array([high, high]), [True] * 2)[:2]
    ((<Pattern.ONE_APART: 'one_apart'>, (1,)), (<Pattern.NONE: 'none'>, ()))
    >>> find_camps(np.array([[6.0, 0, 0, 0, 6]] * 2), [True] * 2).pattern
    <Pattern.SPLIT_WITHIN: 'split_within'>
    """
    heard = [place for place, speaks in enumerate(may_speak) if speaks and total(counts[place]) > 1]
    order = sorted(heard, key=lambda place: (float(mean(counts[place])), place))
    best: tuple[float, int] = (0.0, 0)
    if len(order) > 1:
        ordered = counts[order]
        pairs, (low, high) = compare_pairs(ordered), delta_interval(ordered)
        # the later of a pair has the higher mean
        gaps = {
            (int(one), int(other)): place
            for place, (one, other) in enumerate(zip(pairs.first, pairs.second, strict=True))
        }
        across = {
            cut: [gaps[one, other] for one in range(cut) for other in range(cut, len(order))]
            for cut in range(1, len(order))
        }
        best = max((min(float(-pairs.delta[place]) for place in across[cut]), -cut) for cut in across)
        if best[0] >= WIDE:
            cut = -best[1]
            closest = min(across[cut], key=lambda place: float(-pairs.delta[place]))
            lower, upper = order[:cut], order[cut:]
            is_one = len(order) > 2 and min(len(lower), len(upper)) == 1
            return Camps(
                Pattern.ONE_APART if is_one else Pattern.TWO_CAMPS,
                tuple(sorted(upper if is_one and len(upper) == 1 else lower)),
                best[0],
                (float(-high[closest]), float(-low[closest])),
                all(float(high[place]) < 0 for place in across[cut]),
            )
    together = counts.sum(axis=0)
    is_split = bool(total(together)) and counts.shape[-1] > 2 and float(agreement(together)) < 0
    return Camps(Pattern.SPLIT_WITHIN if is_split else Pattern.NONE, (), None, None, False)


def opposes(counts: Real, low_box: slice) -> tuple[bool, bool]:
    """Whether more than half of a group rates low, and whether that is sure: Wilson's lower limit is above a half.

    >>> opposes(np.array([9.0, 1.0, 0.0]), slice(0, 1)), opposes(np.array([3.0, 2.0, 0.0]), slice(0, 1))
    ((True, True), (True, False))
    """
    n, rejecting = total(counts), counts[low_box].sum()
    lower, _ = wilson(np.asarray(rejecting), n)
    return bool(2 * rejecting > n), bool(n > 0 and lower > 0.5)
