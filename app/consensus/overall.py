"""One order over all criteria, under the weights fixed with a survey."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from app.consensus.panel import Panel
from app.stats.bootstrap import Draws, in_shortlist_shares, percentile_intervals, rank_uncertainty
from app.stats.edge import Real, as_value, as_values
from app.stats.scoring import rank

OVERALL_FIGURES = ("n", "score", "score95", "rank", "rank50", "rank90", "topk")


def overall_of(
    panel: Panel, scores: Real, draws: Draws, weights: Real, k: int, items: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Each initiative over all criteria: score, rank and its ranges, and the weightiest criterion's verdict.

    What may not be shown takes no rank: a gap in the ranks would tell where it stands.
    """
    used = [criterion for criterion, weight in zip(panel.criteria, weights, strict=True) if weight > 0]
    hidden = np.array(
        [any(items[criterion][row]["suppressed"] for criterion in used) for row in range(len(panel.initiatives))],
        dtype=np.bool_,
    )
    resampled = np.where(hidden, np.nan, draws.scores(weights))
    uncertainty = rank_uncertainty(resampled)
    first = in_shortlist_shares(resampled, k)
    intervals = percentile_intervals(resampled)
    places = rank(np.where(hidden, np.nan, scores))
    leading = panel.criteria[int(np.argmax(weights))]
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
        for row, initiative in enumerate(panel.initiatives)
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
