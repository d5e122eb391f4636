"""What of an analysis may be shown, with verdicts and ranges of ranks. Pages, files and the API read only this.

Every breakdown has passed disclosure control here, once, so nothing downstream can show too much.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np

from app import __version__
from app.consensus.breakdown import HIDDEN, by_region, helix_cell
from app.consensus.checks import describe_checks
from app.consensus.dissent import describe_dissent
from app.consensus.flow import Course, describe_flow
from app.consensus.keeping import Kept, keep_in, kept_lines
from app.consensus.moved import describe_moves
from app.consensus.overall import draw_shown, overall_of
from app.consensus.panel import Asked, Rated, carry_forward
from app.consensus.tally import Tally, tally_panel
from app.stats.bootstrap import Draws, RankUncertainty, rank_uncertainty, same_shortlist_share
from app.stats.disclosure import Shown, may_show, merge_hidden
from app.stats.edge import Real, as_value, as_values, settle
from app.stats.histogram import bottom_box, share_in, top_box, total
from app.stats.intervals import wilson
from app.stats.rulesets import PUBLISHED, Mask, compare_rules
from app.stats.scoring import composite, normalise, rank
from app.stats.spread import mean, median, quantile, standard_deviation
from app.stats.verdict import Judgement, Rule, judge
from app.stats.weighting import Balanced, balance

FORMAT = "innaxe-findings/2"
DRAWS = 2000


@dataclass(frozen=True)
class Setting:
    """What was fixed before the first round, and how many were asked to come.

    `invited` counts by helix; `course` by helix and region, where it is known; `languages` and `orders` are those of
    each respondent. `before` are the findings frozen last.
    """

    survey: str
    helices: Sequence[str]
    weights: Mapping[str, float]
    rule: Mapping[str, Any]
    minimum: int
    seed: int
    invited: Mapping[str, int]
    asked: Asked = field(default_factory=dict[int, Collection[str] | None])
    course: Course | None = None
    languages: Mapping[str, str] = field(default_factory=dict[str, str])
    orders: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    before: Mapping[str, Any] | None = None


def make_findings(panel: Rated, setting: Setting, closed_at: datetime) -> dict[str, Any]:
    """The findings of a panel's last round, over the helices that the survey asks for, present or not.

    What that round did not ask about keeps the figures of the round that last did; each line names its `round`.
    """
    tally = tally_panel(panel, setting.helices, setting.asked)
    kept = kept_lines(setting.before, tally)
    means, _ = _means(tally, setting.minimum, kept)
    draws = draw_shown(
        panel.changed(partial(carry_forward, asked=setting.asked)),
        tally.helices,
        _hidden(tally, setting.minimum, kept),
        means,
        seed=setting.seed,
        draws=DRAWS,
    )
    checks = describe_checks(panel, setting.minimum, setting.languages, setting.orders)
    return find(tally, draws, setting, closed_at, checks)


def _public(tally: Tally, minimum: int) -> Real:
    return merge_hidden(tally.by_helix, may_show(total(tally.by_helix), minimum))


def _means(tally: Tally, minimum: int, kept: Kept) -> tuple[Real, Mask]:
    """The balanced means as they may be shown, (initiatives, criteria), and of which too few answered."""
    few = keep_in(total(tally.by_helix).sum(axis=-1) < minimum, kept, "suppressed")
    return keep_in(balance(_public(tally, minimum), tally.low).mean, kept, "balanced_mean"), few.astype(np.bool_)


def _hidden(tally: Tally, minimum: int, kept: Kept) -> list[str]:
    """The helices hidden on any item that may itself be shown."""
    sizes = total(tally.by_helix)
    shown, is_enough = may_show(sizes, minimum), sizes.sum(axis=-1) >= minimum
    for place, line in kept.items():
        is_enough[place] = not line["suppressed"]
        shown[place] = [not line["by_helix"][name]["suppressed"] for name in tally.helices]
    return [name for place, name in enumerate(tally.helices) if not shown[..., place][is_enough].all()]


def find(
    tally: Tally, draws: Draws, setting: Setting, closed_at: datetime, checks: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The findings of counts and re-samples, for panels of any size: nothing here costs more for more people."""
    by_helix, minimum = tally.by_helix, setting.minimum
    shown, public = may_show(total(by_helix), minimum), _public(tally, minimum)
    order = normalise(setting.weights, tally.criteria)
    rule = setting.rule
    k = min(int(rule["shortlist"]), len(tally.initiatives))
    kept = kept_lines(setting.before, tally)
    means, few = _means(tally, minimum, kept)
    items = _lines(tally, draws, setting, public, shown, (means, few, kept))
    gaps = [line["gap"] for lines in items.values() for line in lines if line["gap"] is not None]
    scores = composite(means, order)
    points, levels = range(tally.low, tally.high + 1), by_helix.shape[-1]
    found = {
        "format": FORMAT,
        "survey": setting.survey,
        "round": tally.round,
        "closed_at": closed_at.isoformat(),
        "scale": {"low": tally.low, "high": tally.high},
        "box": list(points[top_box(levels)]),
        "low_box": list(points[bottom_box(levels)]),
        "helices": list(tally.helices),
        "regions": list(tally.regions),
        "criteria": list(tally.criteria),
        "weights": dict(zip(tally.criteria, order.tolist(), strict=True)),
        "rule": {**rule, "minimum_group": minimum},
        "rules": [one.as_data() for one in PUBLISHED],
        "seed": setting.seed,
        "draws": len(draws.means),
        "engine": __version__,
        "answered": _answered(tally.answered.sum(axis=1), tally.helices, minimum),
        "invited": {"all": sum(setting.invited.values()) or None, "by_helix": dict(setting.invited)},
        "flow": None if setting.course is None else describe_flow(tally, setting.course, minimum),
        "checks": checks,
        "items": items,
        "overall": overall_of(tally, scores, draws, order, k, items),
        "shortlist": shortlist_of(tally, scores, draws.scores(order), k, np.asarray(few[:, order > 0].any(axis=1))),
        "by_criterion_shortlist": {
            criterion: shortlist_of(tally, means[:, column], draws.means[:, :, column], k, few[:, column])
            for column, criterion in enumerate(tally.criteria)
        },
        "mean_gap": float(np.mean(gaps)) if gaps else None,
    }
    return settle(found)


def _lines(
    tally: Tally, draws: Draws, setting: Setting, public: Real, shown: Shown, order: tuple[Real, Mask, Kept]
) -> dict[str, list[dict[str, Any]]]:
    means, few, kept = order
    rule, by_helix = setting.rule, tally.by_helix
    judging = Rule(
        **{key: rule[key] for key in ("agree_share", "helix_share", "divided_gap", "low_share")},
        minimum_group=setting.minimum,
    )
    regions = by_region(tally, setting.minimum, public)
    dissent = describe_dissent(tally, public, shown, setting.minimum)
    moves = describe_moves(tally, setting.minimum)
    return {
        criterion: [
            {
                **line,
                **regions[row][column],
                "dissent": dissent[row][column],
                **kept.get((row, column), {}),
                **_ranked(places, uncertainty, row),
                "change": moves[row][column],
                "round": tally.numbers[row],
            }
            for row, line in enumerate(_items(tally, by_helix[:, column], judging))
        ]
        for column, criterion in enumerate(tally.criteria)
        for places, uncertainty in [_order(means[:, column], draws.means[:, :, column], few[:, column])]
    }


def _order(means: Real, resampled: Real, few: Mask) -> tuple[Real, RankUncertainty]:
    # what may not be shown takes no rank: a gap in the ranks would tell where it stands
    return rank(np.where(few, np.nan, means)), rank_uncertainty(np.where(few, np.nan, resampled))


def _ranked(places: Real, uncertainty: RankUncertainty, row: int) -> dict[str, Any]:
    if not np.isfinite(places[row]):
        return dict.fromkeys(("rank", "rank50", "rank90"))
    return {
        "rank": as_value(places[row]),
        "rank50": as_values(uncertainty.half[row]),
        "rank90": as_values(uncertainty.nine_in_ten[row]),
    }


def shortlist_of(tally: Tally, scores: Real, resampled: Real, k: int, hidden: Mask) -> dict[str, Any]:
    """The first k by score among what may be shown, and in how many re-samples they are the same; None below k."""
    places = rank(np.where(hidden, np.nan, scores))
    members = [int(row) for row in np.argsort(places, kind="stable")[:k] if np.isfinite(places[row])]
    is_full = len(members) == k
    share = same_shortlist_share(np.where(hidden, np.nan, resampled), members) if is_full else None
    return {
        "k": k,
        "members": [tally.initiatives[row] for row in members],
        "same_share": None if share is None else as_value(share),
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


def _items(tally: Tally, by_helix: Real, rule: Rule) -> list[dict[str, Any]]:
    counts = by_helix.sum(axis=-2)
    box = top_box(counts.shape[-1])
    shown = may_show(total(by_helix), rule.minimum_group)
    public = merge_hidden(by_helix, shown)
    balanced = balance(public, tally.low)
    compared = compare_rules(by_helix, minimum=rule.minimum_group)
    helices, asked = tally.helices, tally.looked_at
    lines: list[dict[str, Any]] = []
    for row, initiative in enumerate(tally.initiatives):
        n = int(total(counts)[row])
        # judged by what may be shown: else a verdict could tell of a hidden group
        judgement = judge(rule, total(public[row]).tolist(), public[row][:, box].sum(axis=-1).tolist())
        lines.append(
            {
                "initiative": initiative,
                **judged(judgement, helices, shown[row]),
                "agreed_under": _agreed_under(compared.fates[:, row]) if n >= rule.minimum_group else None,
                **(
                    figures_of(tally.low, counts[row], balanced, row, int(asked[row].sum()))
                    if n >= rule.minimum_group
                    else {"n": None, "suppressed": True, **dict.fromkeys(FIGURES)}
                ),
                "by_helix": {
                    name: helix_cell(by_helix[row, index], asked[row, index], tally.low)
                    if shown[row, index]
                    else HIDDEN
                    for index, name in enumerate(helices)
                },
            }
        )
    return lines


FIGURES = (
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


def figures_of(low_point: int, counts: Real, balanced: Balanced, row: int, asked: int) -> dict[str, Any]:
    """The figures of one item from its counts and what is balanced over the groups; `asked` of how many."""
    levels, n = len(counts), int(total(counts))
    box, low_box = top_box(levels), bottom_box(levels)
    share = balanced.shares[row]
    high, low = float(share[box].sum()), float(share[low_box].sum())
    q1, q3 = quantile(counts, 0.25, low_point), quantile(counts, 0.75, low_point)
    return {
        "n": n,
        "suppressed": False,
        "cannot_judge": asked - n,
        "counts": [int(count) for count in counts],
        "shares": as_values(share),
        "share_low": low,
        "share_middle": max(0.0, 1 - high - low),
        "share_high": high,
        "mean": as_value(mean(counts, low_point)),
        "sd": as_value(standard_deviation(counts)),
        "median": as_value(median(counts, low_point)),
        "q1": as_value(q1),
        "q3": as_value(q3),
        "iqr": as_value(q3 - q1),
        "box_share": as_value(share_in(counts, box)),
        "wilson": [as_value(limit) for limit in wilson(counts[box].sum(), total(counts))],
        "balanced_mean": as_value(balanced.mean[row]),
        "balanced_se": as_value(balanced.standard_error[row]),
    }


def _agreed_under(fates: Mask) -> list[str]:
    return [rule.code for rule, is_agreed in zip(PUBLISHED, fates, strict=True) if is_agreed]


def judged(judgement: Judgement, names: Sequence[str], shown: Any) -> dict[str, Any]:
    """What a judgement says of an item, as far as it may be said."""
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
