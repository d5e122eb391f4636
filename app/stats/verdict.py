"""From figures to a verdict, by a rule fixed before the first round. Shares are compared with a slack of 1e-9.

A verdict says what the answers show; its standing says whether they are enough to be sure of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from app.stats.intervals import wilson

SLACK = 1e-9


class Verdict(StrEnum):
    """What a round says of one item."""

    CONSENSUS = "consensus"
    LEANING = "leaning"
    DIVIDED = "divided"
    LOW_SUPPORT = "low_support"
    TOO_FEW = "too_few"


class Standing(StrEnum):
    """What can be said at this number of answers of whether stakeholders agree by the rule."""

    AGREED = "agreed"
    NOT_AGREED = "not_agreed"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True)
class Rule:
    """When stakeholders agree. Shares, 0 to 1, are of answers in the top box."""

    agree_share: float = 0.70
    helix_share: float = 0.60
    divided_gap: float = 0.35
    low_share: float = 0.40
    minimum_group: int = 5
    confidence: float = 0.95


@dataclass(frozen=True)
class Judgement:
    """A verdict with its grounds: `reason` is a code, and the gap lies between two helices by index.

    `standing` is what the intervals leave of it.
    """

    verdict: Verdict
    reason: str
    gap: float | None = None
    gap_low: int | None = None
    gap_high: int | None = None
    standing: Standing = Standing.CANNOT_TELL


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
    standing = stand(rule, sizes, agreeing)
    found = _judge(rule, sizes, agreeing)
    # helices that lie too far apart are no consensus, however sure each of them is
    if standing is Standing.AGREED and found.verdict is not Verdict.CONSENSUS:
        standing = Standing.CANNOT_TELL
    return replace(found, standing=standing)


def stand(rule: Rule, sizes: Sequence[float], agreeing: Sequence[float]) -> Standing:
    """Whether the rule is met, is not, or cannot be told from so many answers.

    Met: the interval's lower limit reaches what is asked, of the balanced share and of every helix's, and every helix
    of the survey is large enough to be heard. Not met: one of the upper limits stays below. Intervals are Wilson's;
    the balanced share's has Kish's effective n, H^2 / sum(1 / n_h), and each helix's is widened to the
    confidence 1 - (1 - c) / H, so that one of H helices does not fall short by chance alone (Bonferroni).

    >>> stand(Rule(), [20, 20], [19, 20]), stand(Rule(), [20, 20], [15, 15])
    (<Standing.AGREED: 'agreed'>, <Standing.CANNOT_TELL: 'cannot_tell'>)
    >>> stand(Rule(), [20, 20], [5, 19])
    <Standing.NOT_AGREED: 'not_agreed'>
    """
    n, agreed = np.asarray(sizes, dtype=np.float64), np.asarray(agreeing, dtype=np.float64)
    heard = n > 0
    if n.sum() < rule.minimum_group:
        return Standing.CANNOT_TELL
    helices = int(heard.sum())
    effective = np.array(helices**2 / float((1 / n[heard]).sum()))
    share = float((agreed[heard] / n[heard]).mean())
    low, high = (float(limit) for limit in wilson(share * effective, effective, rule.confidence))
    large = n >= rule.minimum_group
    _, by_chance = wilson(agreed[large], n[large], 1 - (1 - rule.confidence) / max(helices, 1))
    if high < rule.agree_share - SLACK or (by_chance < rule.helix_share - SLACK).any():
        return Standing.NOT_AGREED
    at_least, _ = wilson(agreed[large], n[large], rule.confidence)
    is_met = low >= rule.agree_share - SLACK and (at_least >= rule.helix_share - SLACK).all()
    return Standing.AGREED if is_met and large.all() else Standing.CANNOT_TELL


def _judge(rule: Rule, sizes: Sequence[float], agreeing: Sequence[float]) -> Judgement:
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
