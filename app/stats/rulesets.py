"""Rules of consensus as data, and what each initiative's fate would be under the rules others have published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from app.stats.agreement import agreement, consensus, disagreement_index
from app.stats.edge import Real
from app.stats.histogram import bottom_box, share_in, shares, top_box, total
from app.stats.spread import median, quantile, variation

SLACK = 1e-9
Mask = NDArray[np.bool_]
Over = Literal["pooled", "balanced", "every_group"]


class Measure(StrEnum):
    """What a rule may look at. Shares, 0 to 1, are of answers; the interquartile range is a share of the scale."""

    SHARE_TOP = "share_top"
    SHARE_BOTTOM = "share_bottom"
    MEDIAN_IN_TOP = "median_in_top"
    IQR_OF_SCALE = "iqr_of_scale"
    VARIATION = "variation"
    DISAGREEMENT_INDEX = "disagreement_index"
    AGREEMENT = "agreement"
    CONSENSUS = "consensus"
    ANSWERS = "answers"


@dataclass(frozen=True)
class Condition:
    """One measure against one limit; exactly one of the limits is given.

    `over` says whose answers: all together, all with every group counting equally, or each group by itself.
    """

    measure: Measure
    at_least: float | None = None
    at_most: float | None = None
    below: float | None = None
    over: Over = "pooled"

    def __post_init__(self) -> None:
        given = [limit for limit in (self.at_least, self.at_most, self.below) if limit is not None]
        if len(given) != 1 or not np.isfinite(given[0]):
            raise ValueError(f"condition on {self.measure} has one limit: at_least, at_most or below")


@dataclass(frozen=True)
class RuleSet:
    """When an item counts as agreed: all of the conditions, or any of them; `source` says who published it."""

    code: str
    source: str
    conditions: tuple[Condition, ...]
    joined: Literal["all", "any"] = "all"

    def __post_init__(self) -> None:
        if not self.conditions:
            raise ValueError(f"rule {self.code} has no conditions")

    def as_data(self) -> dict[str, Any]:
        """The rule as it is stored and published; `read_rule_set` reads it."""
        conditions = [
            {key: value for key, value in vars(condition).items() if value is not None}
            | {"measure": condition.measure.value}
            for condition in self.conditions
        ]
        return {"code": self.code, "source": self.source, "joined": self.joined, "conditions": conditions}


def read_rule_set(data: Mapping[str, Any]) -> RuleSet:
    """A rule from data. Raises ValueError naming what is wrong with it.

    >>> rule = read_rule_set({"code": "ours", "conditions": [{"measure": "share_top", "at_least": 0.7}]})
    >>> rule.conditions[0].at_least, read_rule_set(rule.as_data()) == rule
    (0.7, True)
    """
    try:
        conditions = tuple(
            Condition(**cast(dict[str, Any], {**line, "measure": Measure(line["measure"])}))
            for line in cast(Sequence[Mapping[str, Any]], data["conditions"])
        )
        code, joined = str(data["code"]), data.get("joined", "all")
    except (KeyError, TypeError) as error:
        raise ValueError(f"rule is not complete: {error}") from error
    if joined not in ("all", "any") or any(
        line.over not in ("pooled", "balanced", "every_group") for line in conditions
    ):
        raise ValueError(f"rule {code} is joined by all or any, over pooled, balanced or every_group")
    return RuleSet(code, str(data.get("source", "")), conditions, joined)


def _share(code: str, share: float, source: str) -> RuleSet:
    return RuleSet(code, source, (Condition(Measure.SHARE_TOP, at_least=share),))


def _comet(code: str, over: Over, source: str) -> RuleSet:
    return RuleSet(
        code,
        source,
        (
            Condition(Measure.SHARE_TOP, at_least=0.70, over=over),
            Condition(Measure.SHARE_BOTTOM, below=0.15, over=over),
        ),
    )


IN_TOP = Condition(Measure.MEDIAN_IN_TOP, at_least=1)
PUBLISHED = (
    _comet("comet_pooled", "pooled", "Williamson et al., Trials 18 (S3), 2017: 70/15, all together"),
    _comet("comet_every_group", "every_group", "Williamson et al., Trials 18 (S3), 2017: 70/15 in every group"),
    _share("majority_51", 0.51, "Loughlin and Moore 1979, after Keeney et al., J. Adv. Nurs. 53, 2006: 51 %"),
    _share("share_70", 0.70, "Sumsion 1998, after Keeney et al., J. Adv. Nurs. 53, 2006: 70 %"),
    _share("share_75", 0.75, "Diamond et al., J. Clin. Epidemiol. 67, 2014: 75 %, the median of 25 Delphi studies"),
    _share("share_80", 0.80, "Green et al. 1999, after Keeney et al., J. Adv. Nurs. 53, 2006: 80 %"),
    RuleSet(
        "iqr",
        "von der Gracht, TFSC 79, 2012: IQR at most 1 of 1-5 or 2 of 1-9; median in the top box",
        (IN_TOP, Condition(Measure.IQR_OF_SCALE, at_most=0.25)),
    ),
    RuleSet(
        "variation",
        "English and Keran, TFSC 9, 1976: CV at most 0.5; median in the top box",
        (IN_TOP, Condition(Measure.VARIATION, at_most=0.5)),
    ),
    RuleSet(
        "rand_counts",
        "Fitch et al., RAND MR-1269, 2001: median in the top third, under a third in the lowest third",
        (IN_TOP, Condition(Measure.SHARE_BOTTOM, below=1 / 3)),
    ),
    RuleSet(
        "rand_ucla",
        "Fitch et al., RAND MR-1269, 2001: median in the top third, disagreement index at most 1",
        (IN_TOP, Condition(Measure.DISAGREEMENT_INDEX, at_most=1)),
    ),
)
"""Rules in use, the lenient beside the strict; on scales other than 1-9 with the boxes of that scale (ours).

TFSC is the journal Technological Forecasting and Social Change.
"""


def fulfils(rule: RuleSet, counts: Real, *, minimum: float = 1) -> Mask:
    """Whether items are agreed under a rule, from counts of shape `(..., groups, levels)`; result `(...)`.

    A group without answers never yields agreement. In conditions over every group, one of fewer than `minimum`
    answers cannot speak, and so the condition is not met.

    >>> counts = np.array([[[0, 0, 0, 4, 6], [0, 0, 1, 5, 4.0]], [[0, 0, 0, 4, 6], [3, 3, 2, 2, 0.0]]])
    >>> [fulfils(rule, counts).tolist() for rule in PUBLISHED[:3]]
    [[True, False], [True, False], [True, True]]
    """
    met = [_meets(condition, counts, minimum) for condition in rule.conditions]
    stacked = np.stack(met)
    found = stacked.all(axis=0) if rule.joined == "all" else stacked.any(axis=0)
    return np.asarray(found & (total(counts) > 0).all(axis=-1))


def _meets(condition: Condition, counts: Real, minimum: float) -> Mask:
    if condition.over == "every_group":
        speaks = total(counts) >= minimum
        return np.asarray((_compare(condition, _measure(condition.measure, counts)) & speaks).all(axis=-1))
    n = counts.sum(axis=(-2, -1))
    if condition.over == "pooled":
        return _compare(condition, _measure(condition.measure, counts.sum(axis=-2)))
    heard = np.maximum((total(counts) > 0).sum(axis=-1), 1)
    balanced = np.nan_to_num(shares(counts)).sum(axis=-2) / heard[..., np.newaxis] * n[..., np.newaxis]
    return _compare(condition, _measure(condition.measure, balanced))


def _compare(condition: Condition, values: Real) -> Mask:
    # what is undefined meets no condition: comparing with nan is False
    if condition.at_least is not None:
        return values >= condition.at_least - SLACK
    if condition.at_most is not None:
        return values <= condition.at_most + SLACK
    return values < cast(float, condition.below) - SLACK


def _measure(measure: Measure, counts: Real) -> Real:
    levels = counts.shape[-1]
    top = top_box(levels)
    found: Real
    if measure is Measure.SHARE_TOP:
        found = share_in(counts, top)
    elif measure is Measure.SHARE_BOTTOM:
        found = share_in(counts, bottom_box(levels))
    elif measure is Measure.MEDIAN_IN_TOP:
        # a median between the last level below the box and its first counts as in it (RAND/UCLA: 6.5 goes up)
        found = (median(counts, 0) >= top.start - 0.5).astype(np.float64)
    elif measure is Measure.IQR_OF_SCALE:
        found = (quantile(counts, 0.75) - quantile(counts, 0.25)) / (levels - 1)
    elif measure is Measure.VARIATION:
        found = variation(counts)
    elif measure is Measure.DISAGREEMENT_INDEX:
        found = disagreement_index(counts, rescaled=levels != 9)["di"]
    elif measure is Measure.AGREEMENT:
        found = agreement(counts)
    elif measure is Measure.CONSENSUS:
        found = consensus(counts)
    else:
        found = total(counts)
    return found


@dataclass(frozen=True)
class Sensitivity:
    """The fate of items under rules, shape (rules, ...), and whether all rules say the same, shape `(...)`."""

    fates: Mask
    is_robust: Mask


def compare_rules(counts: Real, rules: Sequence[RuleSet] = PUBLISHED, *, minimum: float = 1) -> Sensitivity:
    """Each item under each rule, from counts `(..., groups, levels)`: robust when every rule agrees, else fragile.

    >>> compare_rules(np.array([[[0, 0, 0, 1, 9.0]], [[0, 1, 2, 4, 3.0]]])).is_robust.tolist()
    [True, False]
    """
    fates = np.stack([fulfils(rule, counts, minimum=minimum) for rule in rules])
    return Sensitivity(fates, np.asarray(fates.all(axis=0) | ~fates.any(axis=0)))
