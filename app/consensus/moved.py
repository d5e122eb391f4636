"""What changed since the round before among the people who answered both times, as far as it may be shown."""

from typing import Any

import numpy as np

from app.consensus.tally import Tally
from app.stats.edge import Real, as_value
from app.stats.histogram import share_in, top_box, total
from app.stats.spread import interquartile_range
from app.stats.stability import change, is_stable

FIRST_ROUND, NOT_ASKED, TOO_FEW, WOULD_TELL = "first_round", "not_asked_again", "too_few", "would_tell"


def describe_moves(tally: Tally, minimum: int) -> list[list[dict[str, Any]]]:
    """The `change` of each initiative and criterion: shares high before and now of the same people, in points.

    None with a reason in a first round, where an initiative was not asked again, with fewer pairs than the minimum, or
    where those who answered one time only are fewer: beside the figures of the rounds they could be told apart. Where
    nearly nobody changed an answer, that holds for those of each helix and region.
    """
    return [
        [_line(tally, row, column, minimum) for column in range(len(tally.criteria))]
        for row in range(len(tally.initiatives))
    ]


def _line(tally: Tally, row: int, column: int, minimum: int) -> dict[str, Any]:
    nothing = dict.fromkeys(("n_pairs", "before", "after", "points", "changed", "up", "down", "iqr", "stable"))
    if tally.pairs is None or tally.earlier is None or tally.once is None:
        return {"from_round": None, **nothing, "reason": FIRST_ROUND}
    base: dict[str, Any] = {"from_round": tally.pairs_from, **nothing}
    if tally.numbers[row] != tally.round:
        return base | {"reason": NOT_ASKED}
    pairs = tally.pairs[row, column]
    reason = _why_not(pairs, tally.earlier[row, column], total(tally.counts[row, column]).sum(), minimum)
    if reason is None and _tells_of_groups(pairs, tally.once[row, column], minimum):
        reason = WOULD_TELL
    return base | ({"reason": reason} if reason else {**_figures(pairs), "reason": None})


def _why_not(pairs: Real, earlier: float, now: float, minimum: int) -> str | None:
    n = float(pairs.sum())
    if n < minimum:
        return TOO_FEW
    return WOULD_TELL if any(0 < once - n < minimum for once in (earlier, now)) else None


def _tells_of_groups(pairs: Real, once: Real, minimum: int) -> bool:
    # where all others said the same again, the difference of a group's histograms is what the few who left or came said
    return bool(pairs.sum() - np.trace(pairs) < minimum and ((once > 0) & (once < minimum)).any())


def _figures(pairs: Real) -> dict[str, Any]:
    levels = pairs.shape[-1]
    box = top_box(levels)
    before, after = pairs.sum(axis=-1), pairs.sum(axis=-2)
    found = change(pairs, box.start)
    shares = [as_value(share_in(counts, box)) for counts in (before, after)]
    return {
        "n_pairs": int(found.pairs),
        "before": shares[0],
        "after": shares[1],
        "points": as_value(100 * (share_in(after, box) - share_in(before, box))),
        "changed": as_value(found.changed / 100),
        "up": int(found.up),
        "down": int(found.down),
        "iqr": [as_value(interquartile_range(counts)) for counts in (before, after)],
        "stable": bool(is_stable(found.net_change, found.median, levels)),
    }
