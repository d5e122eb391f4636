"""What of an analysis may be shown, with verdicts and ranges of ranks. Pages, files and the API read only this.

Every breakdown has passed disclosure control here, once, so nothing downstream can show too much.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import numpy as np

from app import __version__
from app.consensus.analysis import count_by_helix
from app.consensus.overall import draw_shown, overall_of
from app.consensus.panel import Asked, Panel, carry_forward, last_asked
from app.stats.bootstrap import rank_uncertainty, same_shortlist_share
from app.stats.disclosure import may_show, merge_hidden
from app.stats.edge import Real, as_value, as_values, settle
from app.stats.histogram import bottom_box, share_in, top_box, total
from app.stats.intervals import wilson
from app.stats.rulesets import PUBLISHED, Mask, compare_rules
from app.stats.scoring import composite, normalise, rank
from app.stats.spread import mean, median, quantile, standard_deviation
from app.stats.verdict import Judgement, Rule, judge
from app.stats.weighting import Balanced, balance

FORMAT = "innaxe-findings/1"
DRAWS = 2000
EVERYTHING: Asked = MappingProxyType({})


def make_findings(
    panel: Panel,
    *,
    survey: str,
    helices: Sequence[str],
    closed_at: datetime,
    weights: Mapping[str, float],
    rule: Mapping[str, Any],
    minimum: int,
    seed: int,
    invited: Mapping[str, int],
    asked: Asked = EVERYTHING,
) -> dict[str, Any]:
    """The findings of a panel's last round, over the helices that the survey asks for, present or not.

    What that round did not ask about keeps the figures of the round that last did; each line names its `round`.
    """
    answering = panel.took_part[-1]
    numbers = dict(zip(panel.initiatives, last_asked(panel, asked), strict=True))
    panel = carry_forward(panel, asked)
    by_helix = count_by_helix(panel, helices)[-1]
    shown = may_show(total(by_helix), minimum)
    public = merge_hidden(by_helix, shown)
    levels = by_helix.shape[-1]
    order = normalise(weights, panel.criteria)
    enough = total(by_helix).sum(axis=-1) >= minimum
    hidden = [name for row, name in enumerate(helices) if not shown[..., row][enough].all()]
    draws = draw_shown(panel, helices, hidden, balance(public, panel.low).mean, seed=seed, draws=DRAWS)
    judging = Rule(
        **{key: rule[key] for key in ("agree_share", "helix_share", "divided_gap", "low_share")},
        minimum_group=minimum,
    )
    k = min(int(rule["shortlist"]), len(panel.initiatives))
    items = {
        criterion: [
            {**line, "round": numbers[line["initiative"]]}
            for line in _items(panel, helices, by_helix[:, column], draws.means[:, :, column], judging)
        ]
        for column, criterion in enumerate(panel.criteria)
    }
    gaps = [line["gap"] for lines in items.values() for line in lines if line["gap"] is not None]
    scores = composite(balance(public, panel.low).mean, order)
    answered = np.array([float((answering & (np.array(panel.helices) == helix)).sum()) for helix in helices])
    points = range(panel.low, panel.high + 1)
    found = {
        "format": FORMAT,
        "survey": survey,
        "round": panel.rounds[-1],
        "closed_at": closed_at.isoformat(),
        "scale": {"low": panel.low, "high": panel.high},
        "box": list(points[top_box(levels)]),
        "low_box": list(points[bottom_box(levels)]),
        "helices": list(helices),
        "criteria": list(panel.criteria),
        "weights": dict(zip(panel.criteria, order.tolist(), strict=True)),
        "rule": {**rule, "minimum_group": minimum},
        "rules": [one.as_data() for one in PUBLISHED],
        "seed": seed,
        "draws": DRAWS,
        "engine": __version__,
        "answered": _answered(answered, helices, minimum),
        "invited": {"all": sum(invited.values()) or None, "by_helix": dict(invited)},
        "items": items,
        "overall": overall_of(panel, scores, draws, order, k, items),
        "shortlist": shortlist_of(panel, scores, draws.scores(order), k),
        "by_criterion_shortlist": {
            criterion: shortlist_of(panel, balance(public[:, column], panel.low).mean, draws.means[:, :, column], k)
            for column, criterion in enumerate(panel.criteria)
        },
        "mean_gap": float(np.mean(gaps)) if gaps else None,
    }
    return settle(found)


def shortlist_of(panel: Panel, scores: Real, resampled: Real, k: int) -> dict[str, Any]:
    """The first k by score, and in how many re-samples they are the same."""
    members = [int(row) for row in np.argsort(rank(scores), kind="stable")[:k]]
    return {
        "k": k,
        "members": [panel.initiatives[row] for row in members],
        "same_share": as_value(same_shortlist_share(resampled, members)),
    }


def _answered(sizes: Real, names: Sequence[str], minimum: int) -> dict[str, Any]:
    shown = may_show(sizes, minimum)
    return {
        "all": int(sizes.sum()),
        "by_helix": {
            name: {"n": int(sizes[row]), "suppressed": False} if shown[row] else {"n": None, "suppressed": True}
            for row, name in enumerate(names)
        },
    }


def _items(panel: Panel, helices: Sequence[str], by_helix: Real, resampled: Real, rule: Rule) -> list[dict[str, Any]]:
    counts = by_helix.sum(axis=-2)
    box = top_box(counts.shape[-1])
    shown = may_show(total(by_helix), rule.minimum_group)
    public = merge_hidden(by_helix, shown)
    balanced = balance(public, panel.low)
    compared = compare_rules(by_helix, minimum=rule.minimum_group)
    places, uncertainty = rank(balanced.mean), rank_uncertainty(resampled)
    asked = panel.looked_at[-1].sum(axis=0)
    lines: list[dict[str, Any]] = []
    for row, initiative in enumerate(panel.initiatives):
        n = int(total(counts)[row])
        # judged by what may be shown: else a verdict could tell of a hidden group
        judgement = judge(rule, total(public[row]).tolist(), public[row][:, box].sum(axis=-1).tolist())
        lines.append(
            {
                "initiative": initiative,
                **_judged(judgement, helices, shown[row]),
                "agreed_under": _agreed_under(compared.fates[:, row]) if n >= rule.minimum_group else None,
                **(
                    _figures(panel, counts[row], balanced, row, int(asked[row]))
                    | {
                        "rank": as_value(places[row]),
                        "rank50": as_values(uncertainty.half[row]),
                        "rank90": as_values(uncertainty.nine_in_ten[row]),
                    }
                    if n >= rule.minimum_group
                    else {"n": None, "suppressed": True, **dict.fromkeys(FIGURES)}
                ),
                "by_helix": {
                    name: _cell(by_helix[row, index], panel.low) if shown[row, index] else HIDDEN
                    for index, name in enumerate(helices)
                },
            }
        )
    return lines


HIDDEN: dict[str, Any] = {"n": None, "suppressed": True}
FIGURES = (
    "rank",
    "rank50",
    "rank90",
    "cannot_judge",
    "counts",
    "shares",
    "share_low",
    "share_middle",
    "share_high",
    "mean",
    "sd",
    "median",
    "q1",
    "q3",
    "iqr",
    "box_share",
    "wilson",
    "balanced_mean",
    "balanced_se",
)


def _figures(panel: Panel, counts: Real, balanced: Balanced, row: int, asked: int) -> dict[str, Any]:
    levels, n = len(counts), int(total(counts))
    box, low_box = top_box(levels), bottom_box(levels)
    share = balanced.shares[row]
    high, low = float(share[box].sum()), float(share[low_box].sum())
    q1, q3 = quantile(counts, 0.25, panel.low), quantile(counts, 0.75, panel.low)
    return {
        "n": n,
        "suppressed": False,
        "cannot_judge": asked - n,
        "counts": [int(count) for count in counts],
        "shares": as_values(share),
        "share_low": low,
        "share_middle": max(0.0, 1 - high - low),
        "share_high": high,
        "mean": as_value(mean(counts, panel.low)),
        "sd": as_value(standard_deviation(counts)),
        "median": as_value(median(counts, panel.low)),
        "q1": as_value(q1),
        "q3": as_value(q3),
        "iqr": as_value(q3 - q1),
        "box_share": as_value(share_in(counts, box)),
        "wilson": [as_value(limit) for limit in wilson(counts[box].sum(), total(counts))],
        "balanced_mean": as_value(balanced.mean[row]),
        "balanced_se": as_value(balanced.standard_error[row]),
    }


def _cell(counts: Real, low: int) -> dict[str, Any]:
    return {
        "n": int(total(counts)),
        "suppressed": False,
        "share_high": as_value(share_in(counts, top_box(len(counts)))),
        "mean": as_value(mean(counts, low)),
        "median": as_value(median(counts, low)),
        "counts": [int(count) for count in counts],
    }


def _agreed_under(fates: Mask) -> list[str]:
    return [rule.code for rule, is_agreed in zip(PUBLISHED, fates, strict=True) if is_agreed]


def _judged(judgement: Judgement, names: Sequence[str], shown: Any) -> dict[str, Any]:
    ends = (judgement.gap_low, judgement.gap_high)
    # a gap that ends at a hidden helix would give its share away
    may_name = all(end is not None and shown[end] for end in ends)
    return {
        "verdict": judgement.verdict.value,
        "reason": judgement.reason,
        "standing": judgement.standing.value,
        "gap": judgement.gap if may_name else None,
        "gap_low": names[ends[0]] if may_name and ends[0] is not None else None,
        "gap_high": names[ends[1]] if may_name and ends[1] is not None else None,
    }
