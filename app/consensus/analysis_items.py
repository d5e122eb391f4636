"""The figures of single items: one initiative by one criterion in one round."""

from typing import Any

import numpy as np

from app.consensus.analysis_differences import describe_changes, describe_differences
from app.consensus.panel import Rated
from app.stats.agreement import (
    SLACK,
    agreement,
    comet,
    consensus,
    disagreement_index,
    has_split_thirds,
    leik_dissent,
    polarisation,
)
from app.stats.edge import Real, as_value, as_values
from app.stats.histogram import share_in, top_box, total
from app.stats.intervals import wilson
from app.stats.reasons import Reason, why_no_figure
from app.stats.spread import mean, median, quantile, standard_deviation
from app.stats.stability import Stop
from app.stats.weighting import balance

NINE_POINTS = (1, 9)
COMET_WORDS = {1: "in", -1: "out", 0: "none"}
UPPER_THIRD, LOWER_THIRD = slice(6, 9), slice(0, 3)


def describe_items(panel: Rated, layer: int, histograms: Real) -> tuple[list[dict[str, Any]], Stop | None]:
    """The lines of one round, by its place, from histograms (rounds, initiatives, criteria, helices, levels).

    With them whether the round may be the last, None for the first. `undefined` says why a figure is None.
    """
    by_helix = histograms[layer]
    counts = by_helix.sum(axis=-2)
    differences = describe_differences(panel, by_helix)
    changes, stop = describe_changes(panel, layer, histograms.sum(axis=-2))
    columns = _general(panel, counts, by_helix)
    is_nine = (panel.low, panel.high) == NINE_POINTS
    thirds = _of_nine_points(counts, by_helix) if is_nine else None
    names = panel.helix_names
    lines: list[dict[str, Any]] = []
    for row, initiative in enumerate(panel.initiatives):
        for column, criterion in enumerate(panel.criteria):
            at = (row, column)
            (different, not_different), (changed, not_changed) = differences[len(lines)], changes[len(lines)]
            lines.append(
                {
                    "round": panel.rounds[layer],
                    "initiative": initiative,
                    "criterion": criterion,
                    "counts": _whole(counts[at]),
                    "counts_by_helix": {name: _whole(by_helix[at][i]) for i, name in enumerate(names)},
                    **_line(columns, at, names),
                    **(_nine_line(thirds, at, names) if thirds else dict.fromkeys(NINE_KEYS)),
                    **different,
                    **changed,
                    "undefined": _reasons(by_helix[at], is_nine) | not_different | not_changed,
                }
            )
    return lines, stop


def _reasons(by_helix: Real, is_nine: bool) -> dict[str, str]:
    """Why figures of one item are None, by their key."""
    counts = by_helix.sum(axis=0)
    needed: tuple[str, ...] = (*NEED_AN_ANSWER, *(NINE_NUMBERS if is_nine else ()))
    reasons: dict[str, Reason | None] = dict.fromkeys(needed, why_no_figure(counts))
    reasons["sd"] = why_no_figure(counts, least=2)
    single = any(0 < n < 2 for n in total(by_helix))
    reasons["balanced_se"] = why_no_figure(counts) or (Reason.ONE_ANSWER if single else None)
    found = {key: reason.value for key, reason in reasons.items() if reason}
    return found if is_nine else found | dict.fromkeys(NINE_KEYS, OTHER_SCALE)


def _general(panel: Rated, counts: Real, by_helix: Real) -> dict[str, Any]:
    box = top_box(counts.shape[-1])
    lower, upper = wilson(counts[..., box].sum(axis=-1), total(counts))
    return {
        "n": total(counts),
        "mean": mean(counts, panel.low),
        "sd": standard_deviation(counts),
        "median": median(counts, panel.low),
        "q1_type7": quantile(counts, 0.25, panel.low),
        "q3_type7": quantile(counts, 0.75, panel.low),
        "box": list(range(panel.low, panel.high + 1))[box],
        "share_box": share_in(counts, box),
        "wilson95_box": np.stack([lower, upper], axis=-1),
        "agreement_A": agreement(counts),
        "polarization": polarisation(counts),
        "consensus_cns": consensus(counts),
        "leik_D": leik_dissent(counts),
        "helix_n": total(by_helix),
        "helix_mean": mean(by_helix, panel.low),
        "helix_median": median(by_helix, panel.low),
        "balanced": balance(by_helix, panel.low),
    }


def _line(columns: dict[str, Any], at: tuple[int, int], names: tuple[str, ...]) -> dict[str, Any]:
    balanced = columns["balanced"]
    q1, q3 = columns["q1_type7"][at], columns["q3_type7"][at]
    sizes = columns["helix_n"][at]
    return {
        "n": int(columns["n"][at]),
        **{key: as_value(columns[key][at]) for key in ("mean", "sd", "median", "q1_type7", "q3_type7")},
        "iqr_type7": as_value(q3 - q1),
        "box": [int(level) for level in columns["box"]],
        "share_box": as_value(columns["share_box"][at]),
        "wilson95_box": as_values(columns["wilson95_box"][at]),
        **{key: as_value(columns[key][at]) for key in ("agreement_A", "polarization", "consensus_cns", "leik_D")},
        "helix_n": {name: int(sizes[i]) for i, name in enumerate(names)},
        "helix_mean": {name: as_value(columns["helix_mean"][at][i]) for i, name in enumerate(names)},
        "helix_median": {name: as_value(columns["helix_median"][at][i]) for i, name in enumerate(names)},
        "helices_missing": [name for i, name in enumerate(names) if not sizes[i]],
        "balanced_mean": as_value(balanced.mean[at]),
        "balanced_se": as_value(balanced.standard_error[at]),
        "balanced_neff": as_value(balanced.effective_n[at]),
        "balanced_median_school": as_value(balanced.median[at]),
    }


NEED_AN_ANSWER = (
    "mean",
    "median",
    "q1_type7",
    "q3_type7",
    "iqr_type7",
    "share_box",
    "wilson95_box",
    "agreement_A",
    "polarization",
    "consensus_cns",
    "leik_D",
    "balanced_mean",
    "balanced_neff",
    "balanced_median_school",
)
OTHER_SCALE = "other_scale"
"""The reason of ours beside those of methods.md: the measure is defined for 1-9 only."""
NINE_NUMBERS = (
    "pct_7_9",
    "pct_1_3",
    "wilson95_7_9",
    "p30",
    "p70",
    "ipras",
    "di",
    "disagreement_ipras",
    "ram_class",
)
NINE_KEYS = (*NINE_NUMBERS, "disagreement_thirds", "comet", "comet_by_helix")


def _of_nine_points(counts: Real, by_helix: Real) -> dict[str, Any]:
    lower, upper = wilson(counts[..., UPPER_THIRD].sum(axis=-1), total(counts))
    return {
        "n": total(counts),
        "median": median(counts),
        "pct_7_9": 100 * share_in(counts, UPPER_THIRD),
        "pct_1_3": 100 * share_in(counts, LOWER_THIRD),
        "wilson95_7_9": np.stack([lower, upper], axis=-1),
        **disagreement_index(counts),
        "disagreement_thirds": has_split_thirds(counts),
        "comet": comet(counts),
        "comet_by_helix": comet(by_helix),
        "helix_n": total(by_helix),
    }


def _nine_line(thirds: dict[str, Any], at: tuple[int, int], names: tuple[str, ...]) -> dict[str, Any]:
    di = as_value(thirds["di"][at])
    sizes = thirds["helix_n"][at]
    return {
        **{key: as_value(thirds[key][at]) for key in ("pct_7_9", "pct_1_3", "p30", "p70", "ipras")},
        "wilson95_7_9": as_values(thirds["wilson95_7_9"][at]),
        "di": di,
        "disagreement_ipras": None if di is None else di > 1 + SLACK,
        "disagreement_thirds": bool(thirds["disagreement_thirds"][at]),
        "ram_class": _appropriateness(di, as_value(thirds["median"][at])),
        "comet": COMET_WORDS[int(thirds["comet"][at])],
        "comet_by_helix": {
            name: COMET_WORDS[int(thirds["comet_by_helix"][at][i])] if sizes[i] else None
            for i, name in enumerate(names)
        },
    }


def _appropriateness(di: float | None, middle: float | None) -> str | None:
    if di is None or middle is None:
        return None
    if di > 1 + SLACK:
        return "uncertain"
    return "appropriate" if middle >= 6.5 else "inappropriate" if middle < 3.5 else "uncertain"


def _whole(counts: Real) -> list[int]:
    return [int(count) for count in counts]
