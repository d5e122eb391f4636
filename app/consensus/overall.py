"""One order over all criteria, under the weights fixed with a survey."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from app.consensus.analysis import count_by_helix, draw_panel
from app.consensus.panel import Panel, Rated
from app.consensus.tally import Tally
from app.stats.bootstrap import Draws, in_shortlist_shares, percentile_intervals, rank_uncertainty
from app.stats.edge import Real, as_value, as_values
from app.stats.scoring import rank
from app.stats.weighting import balance

HIDDEN_TOGETHER = "·"
SAME = 1e-8
"""Means that differ by less are the same: those of findings are rounded."""
OVERALL_FIGURES = ("n", "score", "score95", "rank", "rank50", "rank90", "topk")


def draw_shown(
    panel: Rated, helices: Sequence[str], hidden: Sequence[str], means: Real, *, seed: int, draws: int
) -> Draws:
    """Re-samples around the balanced means as shown, (initiatives, criteria), that tell nothing of hidden helices.

    Helices hidden anywhere are drawn and counted as one: drawn singly, the width of an interval would tell how the
    answers they have together are parted among them. With none hidden, they are the re-samples of the panel, moved
    where a mean was kept from before somebody withdrew.
    """
    if not hidden:
        drawn = draw_panel(panel, seed=seed, draws=draws)
        away = means - balance(count_by_helix(panel, helices)[-1], panel.low).mean
        return Draws(drawn.means + np.where(np.abs(away) > SAME, away, 0), seed)
    apart = set(helices) - set(hidden)

    def merge(part: Panel) -> Panel:
        return replace(part, helices=tuple(name if name in apart else HIDDEN_TOGETHER for name in part.helices))

    drawn = draw_panel(panel.changed(merge), seed=seed, draws=draws)
    heard = np.isfinite(drawn.means).any(axis=0)
    middle = np.nanmean(np.where(heard, drawn.means, 0), axis=0)
    return Draws(drawn.means - middle + means, seed)


def overall_of(
    tally: Tally, scores: Real, draws: Draws, weights: Real, k: int, items: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Each initiative over all criteria: score, rank and its ranges, and the weightiest criterion's verdict.

    What may not be shown takes no rank: a gap in the ranks would tell where it stands.
    """
    used = [criterion for criterion, weight in zip(tally.criteria, weights, strict=True) if weight > 0]
    hidden = np.array(
        [any(items[criterion][row]["suppressed"] for criterion in used) for row in range(len(tally.initiatives))],
        dtype=np.bool_,
    )
    resampled = np.where(hidden, np.nan, draws.scores(weights))
    uncertainty = rank_uncertainty(resampled)
    first = in_shortlist_shares(resampled, k)
    intervals = percentile_intervals(resampled)
    places = rank(np.where(hidden, np.nan, scores))
    leading = tally.criteria[int(np.argmax(weights))]
    return [
        hidden_line(initiative)
        if hidden[row]
        else {
            "initiative": initiative,
            "suppressed": False,
            "n": items[leading][row]["n"],
            "score": as_value(scores[row]),
            "score95": as_values(intervals[row]),
            "rank": as_value(places[row]),
            "rank50": as_values(uncertainty.half[row]),
            "rank90": as_values(uncertainty.nine_in_ten[row]),
            "topk": as_value(first[row]),
            "verdict": items[leading][row]["verdict"],
            "standing": items[leading][row]["standing"],
        }
        for row, initiative in enumerate(tally.initiatives)
    ]


def hidden_line(initiative: str) -> dict[str, Any]:
    """The line of an initiative too few rated to show."""
    return {
        "initiative": initiative,
        "suppressed": True,
        "verdict": "too_few",
        "standing": "cannot_tell",
        **dict.fromkeys(OVERALL_FIGURES),
    }
