"""What the findings of a round say of a programme, or why nothing can be said. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.stats.verdict import Verdict


class Unrated(StrEnum):
    """Why it is not known whether a programme meets what stakeholders expect of it."""

    NOT_ASKED = "not_asked"
    OTHER_VERSION = "other_version"
    STILL_OPEN = "still_open"
    NOT_YOURS = "not_yours"
    TOO_FEW = "too_few"


UNRATED_WORDS = {
    "not_asked": "not known: stakeholders were not asked",
    "other_version": "not known: stakeholders were asked about another version",
    "still_open": "not known yet: no round has closed",
    "not_yours": "not shown: only those who may read results see it",
    "too_few": "not shown: too few answers",
}


@dataclass(frozen=True)
class Share:
    """The share who say that a programme meets what they expect of it, with its 95 % interval, of how many."""

    share: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Said:
    """What a round said of a programme: the share of all, the verdict and its standing, and the shares by helix.

    A helix that is None may not be shown. `cannot_judge` are apart from those in the share; `round` is the one that
    asked last.
    """

    share: Share
    cannot_judge: int
    verdict: Verdict
    standing: str
    by_helix: Mapping[str, Share | None]
    round: int


def said_in(findings: Mapping[str, Any], criterion: str, item: str) -> Said | Unrated:
    """What findings say of an item by a criterion, only what has passed disclosure control.

    >>> said_in({"items": {"meets": []}}, "meets", "P1")
    <Unrated.NOT_ASKED: 'not_asked'>
    >>> said_in({"items": {"meets": [{"initiative": "P1", "suppressed": True}]}}, "meets", "P1")
    <Unrated.TOO_FEW: 'too_few'>
    """
    line = next((one for one in findings["items"].get(criterion, ()) if one["initiative"] == item), None)
    if line is None:
        return Unrated.NOT_ASKED
    if line["suppressed"]:
        return Unrated.TOO_FEW
    return Said(
        share=_share(line["box_share"], line),
        cannot_judge=line["cannot_judge"],
        verdict=Verdict(line["verdict"]),
        standing=line.get("standing") or "",
        by_helix={
            helix: None if cell["suppressed"] else _share(cell["share_high"], cell)
            for helix, cell in line["by_helix"].items()
        },
        round=line.get("round") or findings["round"],
    )


def _share(value: float, cell: Mapping[str, Any]) -> Share:
    low, high = cell["wilson"]
    return Share(value, low, high, cell["n"])
