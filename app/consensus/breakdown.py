"""The figures of single groups: by helix, by region, and of a helix within a region, as far as they may be shown.

Of a region only the share of high ratings is told. Beside the whole histograms of the helices, more would let people be
found who are few in a region (decision 32).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from app.consensus.tally import Tally
from app.stats.disclosure import (
    Shown,
    columns_to_show,
    crossed_answers_are_told,
    crossing_is_told,
    may_show,
    merge_hidden,
)
from app.stats.edge import Real, as_value
from app.stats.histogram import bottom_box, share_in, top_box, total
from app.stats.intervals import wilson
from app.stats.spread import mean, median

HIDDEN: dict[str, Any] = {"n": None, "suppressed": True}
WOULD_TELL = "would_tell"
"""The reason where a breakdown beside those shown would tell of a group under the minimum."""


def helix_cell(counts: Real, asked: float, low: int) -> dict[str, Any]:
    """One helix on one item: its histogram, and how many of those `asked` could not judge."""
    levels = len(counts)
    return {
        "n": int(total(counts)),
        "suppressed": False,
        "share_high": as_value(share_in(counts, top_box(levels))),
        "share_low": as_value(share_in(counts, bottom_box(levels))),
        "wilson": _interval(counts[top_box(levels)].sum(), total(counts)),
        "mean": as_value(mean(counts, low)),
        "median": as_value(median(counts, low)),
        "counts": [int(count) for count in counts],
        "cannot_judge": int(asked - total(counts)),
    }


def by_region(tally: Tally, minimum: int, public: Real) -> list[list[dict[str, Any]]]:
    """For each initiative and criterion the keys `by_region`, `region_reason` and `by_both`.

    `public` are the histograms by helix as they may be shown, (initiatives, criteria, helices, levels). A helix within
    a region is shown where each of them has enough answers; then there is nothing to find.
    """
    high = np.stack([_high_and_not(tally.counts[..., place, :]) for place in range(len(tally.regions))], axis=-2)
    regions = high.sum(axis=2)
    # the board of the running survey showed how many of a helix in a region had answered, where that may be shown
    shown = may_show(total(regions), minimum) & columns_to_show(tally.answered, minimum)
    is_open: Shown = np.logical_and((total(high) >= minimum).all(axis=(-2, -1)), len(tally.regions) > 1)
    tells = crossing_is_told(_high_and_not(public), merge_hidden(regions, shown)) & ~is_open
    helices = may_show(total(tally.by_helix), minimum)
    for row, column in np.argwhere(shown.any(axis=-1) & ~tells & ~is_open):
        place = (row, column)
        # what an earlier round asked may rest on more people than answered this one
        people = np.maximum(tally.answered, total(high[place]))
        tells[place] = crossed_answers_are_told(high[place], people, helices[place], shown[place], minimum)
    return [
        [
            {
                "by_region": _cells(tally.regions, regions[at], shown[at] & ~tells[at]),
                "region_reason": WOULD_TELL if tells[at] else None,
                "by_both": {
                    helix: _cells(tally.regions, high[at][place], np.ones(len(tally.regions), dtype=np.bool_))
                    for place, helix in enumerate(tally.helices)
                }
                if is_open[at]
                else None,
            }
            for at in ((row, column) for column in range(len(tally.criteria)))
        ]
        for row in range(len(tally.initiatives))
    ]


def _cells(names: Sequence[str], counts: Real, shown: Shown) -> dict[str, dict[str, Any]]:
    return {
        name: {
            "n": int(total(counts[place])),
            "suppressed": False,
            "share_high": as_value(share_in(counts[place], slice(1, 2))),
            "wilson": _interval(counts[place][1], total(counts[place])),
        }
        if shown[place]
        else HIDDEN
        for place, name in enumerate(names)
    }


def _high_and_not(counts: Real) -> Real:
    box = top_box(counts.shape[-1])
    high = counts[..., box].sum(axis=-1)
    return np.stack([total(counts) - high, high], axis=-1)


def _interval(successes: Real, n: Real) -> list[float | None]:
    return [as_value(limit) for limit in wilson(successes, n)]
