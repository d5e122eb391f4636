"""From invited to counted, by helix and by region, as far as it may be shown."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app.consensus.tally import Tally
from app.stats.disclosure import Shown, columns_to_show, may_show
from app.stats.edge import Real

STAGES = ("invited", "begun", "sent", "counted")
Course = Mapping[tuple[str, str], tuple[int, int, int]]
"""How many are invited, began and sent in this round, by helix and region."""


def describe_flow(tally: Tally, course: Course, minimum: int) -> dict[str, Any]:
    """How many were invited, began, sent and are counted: of all, by helix and by region.

    Who began and did not send may still have rated, and is counted. Groups of which any stage is too small are hidden
    whole, and regions whose totals would complete what the board of the running survey showed.
    """
    reached = np.array(
        [[course.get((helix, region), (0, 0, 0)) for region in tally.regions] for helix in tally.helices], dtype=float
    )
    table = np.concatenate([reached, tally.answered[..., np.newaxis]], axis=-1)
    strays = np.array([stages for place, stages in course.items() if not _is_in(tally, place)], dtype=float)
    whole = table.sum(axis=(0, 1)) + np.append(strays.sum(axis=0) if len(strays) else np.zeros(3), 0)
    helices = _all_shown(table.sum(axis=1), minimum)
    regions = np.all([columns_to_show(table[..., stage], minimum) for stage in range(1, len(STAGES))], axis=0)
    return {
        "stages": list(STAGES),
        "all": _stages(whole),
        "by_helix": _groups(tally.helices, table.sum(axis=1), helices),
        "by_region": _groups(tally.regions, table.sum(axis=0), regions),
    }


def _is_in(tally: Tally, place: tuple[str, str]) -> bool:
    return place[0] in tally.helices and place[1] in tally.regions


def _all_shown(table: Real, minimum: int) -> Shown:
    """Which groups may be shown at every stage at which people answered."""
    return np.all([may_show(table[:, stage], minimum) for stage in range(1, len(STAGES))], axis=0)


def _groups(names: Sequence[str], table: Real, shown: Shown) -> dict[str, Any]:
    return {
        name: {**_stages(table[place]), "suppressed": False}
        if shown[place]
        else {**dict.fromkeys(STAGES), "invited": int(table[place, 0]), "suppressed": True}
        for place, name in enumerate(names)
    }


def _stages(row: Real) -> dict[str, Any]:
    return dict(zip(STAGES, (int(count) for count in row), strict=True))
