"""From invited to counted, by helix and by region, as far as it may be shown."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app.consensus.breakdown import may_name_regions
from app.consensus.tally import Tally
from app.stats.disclosure import cells_are_told, may_show
from app.stats.edge import Real

STAGES = ("invited", "begun", "sent", "counted")
Course = Mapping[tuple[str, str], tuple[int, int, int]]
"""How many are invited, began and sent in this round, by helix and region."""


def describe_flow(tally: Tally, course: Course, minimum: int) -> dict[str, Any]:
    """How many were invited, began, sent and are counted: of all, by helix and by region.

    Who began and did not send may still have rated, and is counted. Groups of which any stage is too small are hidden
    whole. Nobody is named by region where the totals would complete what the running survey showed.
    """
    reached = np.array(
        [[course.get((helix, region), (0, 0, 0)) for region in tally.regions] for helix in tally.helices], dtype=float
    )
    table = np.concatenate([reached, tally.answered[..., np.newaxis]], axis=-1)
    strays = np.array([stages for place, stages in course.items() if not _is_in(tally, place)], dtype=float)
    whole = table.sum(axis=(0, 1)) + np.append(strays.sum(axis=0) if len(strays) else np.zeros(3), 0)
    is_named = may_name_regions(tally, minimum) and not any(_completes(table[..., stage], minimum) for stage in (1, 2))
    return {
        "stages": list(STAGES),
        "all": _stages(whole),
        "by_helix": _groups(tally.helices, table.sum(axis=1), minimum, is_named=True),
        "by_region": _groups(tally.regions, table.sum(axis=0), minimum, is_named=is_named),
    }


def _is_in(tally: Tally, place: tuple[str, str]) -> bool:
    return place[0] in tally.helices and place[1] in tally.regions


def _completes(counts: Real, minimum: int) -> bool:
    rows, columns = may_show(counts.sum(axis=1), minimum), may_show(counts.sum(axis=0), minimum)
    return cells_are_told(counts, may_show(counts, minimum), rows, columns)


def _groups(names: Sequence[str], table: Real, minimum: int, *, is_named: bool) -> dict[str, Any]:
    """The stages of each group; those of people who answered are hidden where any of them must be."""
    shown = np.all([may_show(table[:, stage], minimum) for stage in range(1, len(STAGES))], axis=0) & is_named
    return {
        name: {**_stages(table[place]), "suppressed": False}
        if shown[place]
        else {**dict.fromkeys(STAGES), "invited": int(table[place, 0]), "suppressed": True}
        for place, name in enumerate(names)
    }


def _stages(row: Real) -> dict[str, Any]:
    return dict(zip(STAGES, (int(count) for count in row), strict=True))
