"""Who disagrees on each item, by how much and how surely, from the histograms that may be shown."""

from typing import Any

import numpy as np

from app.consensus.tally import Tally
from app.stats.camps import find_camps, opposes
from app.stats.disclosure import Shown
from app.stats.edge import Real, as_value
from app.stats.groups import adjust_benjamini_hochberg, compare_pairs, delta_interval, kruskal_wallis
from app.stats.histogram import bottom_box, share_in, top_box, total


def describe_dissent(tally: Tally, public: Real, shown: Shown, minimum: int) -> list[list[dict[str, Any] | None]]:
    """The `dissent` of each initiative and criterion; None where too few answered or fewer than two helices speak.

    `public` has shape (initiatives, criteria, helices, levels), hidden helices merged. Each helix that may be shown is
    set against all other answers together (Cliff's delta with its interval); p is Kruskal and Wallis' over the groups
    that may be shown, adjusted over all items of the round by Benjamini and Hochberg.
    """
    found = kruskal_wallis(public)
    adjusted = adjust_benjamini_hochberg(found.p.ravel()).reshape(found.p.shape)
    return [
        [
            _line(tally, public[row, column], shown[row, column], adjusted[row, column])
            if total(public[row, column]).sum() >= minimum and shown[row, column].sum() > 1
            else None
            for column in range(len(tally.criteria))
        ]
        for row in range(len(tally.initiatives))
    ]


def _line(tally: Tally, counts: Real, shown: Shown, p: Real) -> dict[str, Any]:
    camps = find_camps(counts, shown.tolist())
    box, low_box = top_box(counts.shape[-1]), bottom_box(counts.shape[-1])
    groups: list[dict[str, Any]] = []
    for place, name in enumerate(tally.helices):
        if not shown[place]:
            continue
        against = np.stack([counts[place], counts.sum(axis=0) - counts[place]])
        low, high = delta_interval(against)
        does_oppose, is_sure = opposes(counts[place], low_box)
        groups.append(
            {
                "group": name,
                "n": int(total(counts[place])),
                "delta": as_value(compare_pairs(against).delta[0]),
                "interval": [as_value(low[0]), as_value(high[0])],
                "share_high": as_value(share_in(counts[place], box)),
                "share_low": as_value(share_in(counts[place], low_box)),
                "opposes": does_oppose,
                "opposes_for_sure": is_sure,
            }
        )
    return {
        "pattern": camps.pattern.value,
        "apart": [tally.helices[place] for place in camps.apart],
        "delta": camps.delta,
        "interval": None if camps.interval is None else list(camps.interval),
        "is_sure": camps.is_sure,
        "p_adjusted": as_value(p),
        "groups": groups,
    }
