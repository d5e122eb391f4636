"""From figures to a verdict, by a rule fixed before the first round. Shares are compared with a slack of 1e-9."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

SLACK = 1e-9


class Verdict(StrEnum):
    """What a round says of one item."""

    CONSENSUS = "consensus"
    LEANING = "leaning"
    DIVIDED = "divided"
    LOW_SUPPORT = "low_support"
    TOO_FEW = "too_few"


@dataclass(frozen=True)
class Rule:
    """When stakeholders agree. Shares, 0 to 1, are of answers in the top box."""

    agree_share: float = 0.70
    helix_share: float = 0.60
    divided_gap: float = 0.35
    low_share: float = 0.40
    minimum_group: int = 5


@dataclass(frozen=True)
class Judgement:
    """A verdict with its grounds: `reason` is a code, and the gap lies between two helices by index."""

    verdict: Verdict
    reason: str
    gap: float | None = None
    gap_low: int | None = None
    gap_high: int | None = None


def judge(rule: Rule, sizes: Sequence[float], agreeing: Sequence[float]) -> Judgement:
    """Judge one item from the answers and the agreeing answers of each helix of the survey.

    In this order: too few answers in all; divided, when two helices with enough answers lie far apart;
    consensus, when enough agree in all (each helix counting equally) and in every helix, each large enough
    to be heard; low support; else leaning.

    >>> judge(Rule(), [20, 20], [18, 15]).verdict, judge(Rule(), [20, 20], [19, 8]).verdict
    (<Verdict.CONSENSUS: 'consensus'>, <Verdict.DIVIDED: 'divided'>)
    >>> judge(Rule(), [20, 3], [18, 3]).reason
    'helix_too_small'
    """
    if sum(sizes) < rule.minimum_group:
        return Judgement(Verdict.TOO_FEW, "under_minimum")
    heard = [index for index, size in enumerate(sizes) if size > 0]
    large = [index for index in heard if sizes[index] >= rule.minimum_group]
    shares = {index: agreeing[index] / sizes[index] for index in heard}
    balanced = sum(shares.values()) / len(shares)
    gap = low = high = None
    if len(large) > 1:
        low = min(large, key=lambda index: shares[index])
        high = max(large, key=lambda index: shares[index])
        gap = shares[high] - shares[low]
    is_agreed = balanced >= rule.agree_share - SLACK
    if gap is not None and gap >= rule.divided_gap - SLACK:
        return Judgement(Verdict.DIVIDED, "gap", gap, low, high)
    if is_agreed and len(large) < len(sizes):
        return Judgement(Verdict.LEANING, "helix_too_small", gap, low, high)
    if is_agreed and all(shares[index] >= rule.helix_share - SLACK for index in large):
        return Judgement(Verdict.CONSENSUS, "agreed", gap, low, high)
    if balanced < rule.low_share - SLACK:
        return Judgement(Verdict.LOW_SUPPORT, "low_share", gap, low, high)
    return Judgement(Verdict.LEANING, "helix_below" if is_agreed else "below_share", gap, low, high)
