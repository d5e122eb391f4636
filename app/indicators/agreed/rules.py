"""When a survey has agreed an indicator. Pure."""

from collections.abc import Mapping
from typing import Any

from app.stats.verdict import Verdict

LEAST_ROUNDS = 2
"""Nobody agrees to a set before having seen what the others think of it."""


def is_final(number: int, planned: int) -> bool:
    """Whether the verdicts of a round decide: it is the last planned, and not the first.

    >>> is_final(1, 1), is_final(2, 2), is_final(2, 3), is_final(3, 2)
    (False, True, False, True)
    """
    return number >= max(planned, LEAST_ROUNDS)


def verdicts_in(findings: Mapping[str, Any]) -> dict[str, Verdict]:
    """What a round said of each item: consensus where it is by every criterion with a weight, else what is not.

    >>> line = {"initiative": "A", "verdict": "consensus"}
    >>> verdicts_in({"weights": {"belongs": 1.0, "aside": 0}, "items": {"belongs": [line]}})
    {'A': <Verdict.CONSENSUS: 'consensus'>}
    """
    found: dict[str, Verdict] = {}
    for criterion, weight in findings["weights"].items():
        for line in findings["items"][criterion] if weight else ():
            verdict = Verdict(line["verdict"])
            if found.get(line["initiative"], Verdict.CONSENSUS) is Verdict.CONSENSUS:
                found[line["initiative"]] = verdict
    return found
