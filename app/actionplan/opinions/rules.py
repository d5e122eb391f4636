"""From votes without names to opinion groups that may be shown. Pure."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.stats.disclosure import may_show
from app.stats.edge import Real, as_value, settle
from app.stats.histogram import MISSING, bottom_box, top_box
from app.stats.opinions import CLEAR, LEAST_PEOPLE, active, opinion_groups, opinion_space
from app.stats.statements import Votes, count_votes, group_informed_consensus, representative_statements, stance

FORMAT = "innaxe-opinions/1"
MOST_BRIDGES = 5


class Reason(StrEnum):
    """Why no groups are shown."""

    TOO_FEW_PEOPLE = "too_few_people"
    TOO_FEW_ITEMS = "too_few_items"
    NOT_CLEAR = "not_clear"
    SMALL_GROUP = "small_group"


def votes_from_ratings(ratings: NDArray[np.int16], low: int, high: int) -> Real:
    """Ratings (people, items) as votes: 1 in the box that counts as high, -1 in that which counts as low, 0 between.

    >>> votes_from_ratings(np.array([[5, 3, 1, MISSING]], dtype=np.int16), 1, 5).tolist()
    [[1.0, 0.0, -1.0, nan]]
    """
    points = np.arange(low, high + 1)
    high_box, low_box = points[top_box(len(points))], points[bottom_box(len(points))]
    votes = np.where(np.isin(ratings, high_box), 1.0, np.where(np.isin(ratings, low_box), -1.0, 0.0))
    return np.where(ratings == MISSING, np.nan, votes)


def find_groups(
    votes: Real,
    items: Sequence[str],
    *,
    minimum: int,
    seed: int,
    totals: Real | None = None,
    before: int | None = None,
) -> dict[str, Any]:
    """Groups that vote alike, what tells each apart and what bridges them, or the reason why none are shown.

    `votes` has shape (people, items) and holds 1, 0, -1 and nan, as do ratings and support and opposition alike.
    `totals`, of shape (items,), is how many votes on each item are published beside this; by default those given. What
    a group says of an item is left out where subtraction from them would tell of fewer than `minimum` people.
    `before` is how many groups were shown last.
    """
    taking_part = _taking_part(votes, minimum)
    people = int(taking_part.sum())
    found: dict[str, Any] = {
        "format": FORMAT,
        "people": people if people >= minimum else None,
        "least_people": LEAST_PEOPLE,
        "clear": CLEAR,
        "minimum_group": minimum,
        "seed": seed,
    }
    if people < LEAST_PEOPLE:
        return _nothing(found, Reason.TOO_FEW_PEOPLE)
    space = opinion_space(votes[taking_part])
    if space is None:
        return _nothing(found, Reason.TOO_FEW_ITEMS)
    grouping = opinion_groups(space.places, seed=seed, before=before)
    found |= {"silhouette": None if grouping.silhouette is None else as_value(grouping.silhouette)}
    if not grouping.is_clear:
        return settle(_nothing(found, Reason.NOT_CLEAR))
    sizes = np.bincount(grouping.labels)
    if sizes.min() < minimum:
        return settle(_nothing(found, Reason.SMALL_GROUP))
    counts = count_votes(votes[taking_part], grouping.labels)
    published = np.isfinite(votes).sum(axis=0).astype(np.float64) if totals is None else totals
    kept: list[int] = np.flatnonzero(_may_tell(counts.seen, published, minimum)).tolist()
    if not kept:
        return settle(_nothing(found, Reason.TOO_FEW_ITEMS))
    found |= {"reason": None, "groups": grouping.groups, "sizes": sizes.tolist()}
    return settle(found | _describe(Votes(*(side[:, kept] for side in counts)), [items[place] for place in kept]))


def _nothing(found: dict[str, Any], reason: Reason) -> dict[str, Any]:
    return {"silhouette": None} | found | {"reason": reason.value, "groups": None, "sizes": [], "items": []}


def _taking_part(votes: Real, minimum: int) -> NDArray[np.bool_]:
    """Who voted enough; if only few are left over, they take part too, or subtraction would show them."""
    found = active(votes) & np.isfinite(votes).any(axis=1)
    left = ~found & np.isfinite(votes).any(axis=1)
    return found | left if left.sum() < minimum else found


def _may_tell(seen: Real, totals: Real, minimum: int) -> NDArray[np.bool_]:
    """On which items all groups may speak: those outside of them, if there are any, count as one group more."""
    outside = totals - seen.sum(axis=0)
    inside = may_show(seen.T, minimum).all(axis=1)
    with_others = may_show(np.vstack([seen, outside]).T, minimum)[:, :-1].all(axis=1)
    return np.where(outside == 0, inside, with_others)


def _describe(counts: Votes, items: Sequence[str]) -> dict[str, Any]:
    found = stance(counts)
    bridging = group_informed_consensus(found.share_agree)
    agree, disagree = counts.agreed / counts.seen, counts.disagreed / counts.seen
    lines = [
        {
            "item": item,
            "bridging": float(bridging[place]),
            "groups": [
                {
                    "n": int(counts.seen[group, place]),
                    "agreed": int(counts.agreed[group, place]),
                    "disagreed": int(counts.disagreed[group, place]),
                    "share_agree": float(agree[group, place]),
                    "share_disagree": float(disagree[group, place]),
                }
                for group in range(len(agree))
            ],
        }
        for place, item in enumerate(items)
    ]
    order = sorted(range(len(items)), key=lambda place: (-bridging[place], place))
    return {
        "items": lines,
        "bridges": [items[place] for place in order if (agree[:, place] > 1 / 2).all()][:MOST_BRIDGES],
        "apart": [
            [
                {"item": items[line.statement], "agrees": line.agrees, "share": line.successes / line.seen}
                for line in representative_statements(counts, found, group)
            ]
            for group in range(len(agree))
        ],
    }
