"""Which items another round should ask about, and whether there should be one. Pure."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np

from app.stats.stability import recommend_stop
from app.stats.verdict import Standing, Verdict


class Reason(StrEnum):
    """Why an item returns, the gravest first."""

    DIVIDED = "divided"
    TOO_FEW = "too_few"
    MOVING = "moving"
    UNCERTAIN = "uncertain"


class Said(NamedTuple):
    """What the last round says of one item by one criterion; `is_stable` is None where nothing can be compared."""

    verdict: str
    standing: str
    is_stable: bool | None


def reason_to_return(said: Sequence[Said]) -> Reason | None:
    """Why an item should be asked about again, from what is said of it by each criterion; None when it is decided.

    >>> reason_to_return([Said("consensus", "agreed", None)]), reason_to_return([Said("leaning", "cannot_tell", None)])
    (None, <Reason.UNCERTAIN: 'uncertain'>)
    """
    holds = {
        Reason.DIVIDED: any(one.verdict == Verdict.DIVIDED for one in said),
        Reason.TOO_FEW: any(one.verdict == Verdict.TOO_FEW for one in said),
        Reason.MOVING: any(one.is_stable is False for one in said),
        Reason.UNCERTAIN: any(one.standing == Standing.CANNOT_TELL for one in said),
    }
    return next((reason for reason, does_hold in holds.items() if does_hold), None)


def weightiest(findings: Mapping[str, Any]) -> str:
    """The criterion of findings that weighs most; of several the first.

    >>> weightiest({"criteria": ["impact", "urgency"], "weights": {"impact": 0.5, "urgency": 0.5}})
    'impact'
    """
    return max(findings["criteria"], key=lambda name: findings["weights"][name])


class Grounds(StrEnum):
    """Why another round is recommended or not."""

    NOTHING_RETURNS = "nothing_returns"
    PLANNED = "planned"
    DECIDED = "decided"
    GO_ON = "go_on"


class Advice(NamedTuple):
    """Whether to stop: on which grounds, and how many of the items are decided."""

    grounds: Grounds
    decided: int
    items: int

    @property
    def is_to_stop(self) -> bool:
        """Whether no further round is recommended."""
        return self.grounds is not Grounds.GO_ON


def advise(reasons: Sequence[Reason | None], *, closed: int, planned: int) -> Advice:
    """What the protocol's rule recommends after `closed` rounds, from each item's reason to return.

    >>> advise([None] * 4 + [Reason.DIVIDED], closed=1, planned=3)
    Advice(grounds=<Grounds.DECIDED: 'decided'>, decided=4, items=5)
    """
    still = np.array([reason is not Reason.MOVING for reason in reasons], dtype=np.bool_)
    judged = np.array([reason is None or reason is Reason.MOVING for reason in reasons], dtype=np.bool_)
    stop = recommend_stop(still, judged)
    if stop.settled == stop.items:
        grounds = Grounds.NOTHING_RETURNS
    elif closed >= planned:
        grounds = Grounds.PLANNED
    else:
        grounds = Grounds.DECIDED if stop.may_stop else Grounds.GO_ON
    return Advice(grounds, stop.settled, stop.items)


def returning(reasons: Mapping[str, Reason | None], mode: str, against: Collection[str] = ()) -> list[str]:
    """The items the next round asks about: those with a reason, or all, but for those decided against the rule.

    >>> returning({"I1": None, "I2": Reason.DIVIDED}, "undecided"), returning({"I1": None}, "all")
    (['I2'], ['I1'])
    >>> returning({"I1": None, "I2": Reason.DIVIDED, "I3": None}, "undecided", against=["I1", "I2"])
    ['I1']
    """
    return [code for code, reason in reasons.items() if (mode == "all" or reason is not None) != (code in against)]
