"""What a result chain is, and what changed beside a programme: an association, never a proof. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from app.indicators.profiles.rules import Newest, Series
from app.indicators.rules import Direction

DIMENSION_WORDS = {
    "connections": "Connections",
    "acceleration": "Acceleration",
    "scaling_up": "Scaling up",
    "talent": "Talent",
    "competitiveness": "Competitiveness",
}
LINKS = ("output", "outcome", "dimension")
"""The ends of the links of a chain, each with its evidence: programme to output, to outcome, to dimension."""
LEVELS = ("none", "self_reported", "external_evaluation")
"""Levels of evidence, the weakest first."""
FEWEST_PEERS = 2
ASSOCIATION = "This is what changed at the same time: an association, never a proof that the programme caused it."


class NoChange(StrEnum):
    """Why there is no change to show."""

    INDICATOR = "indicator"
    UNKNOWN = "unknown"
    YEAR = "year"
    REGION = "region"
    BEFORE = "before"
    AFTER = "after"
    PEERS = "peers"


NO_CHANGE_WORDS = {
    "indicator": "not known: no indicator is linked",
    "unknown": "not known: the linked indicator is not in the catalogue",
    "year": "not known: the year in which it began is not stated",
    "region": "not known: there are no readings of the partner's region",
    "before": "not known: there is no value of the year in which it began",
    "after": "not known: there is no value of a later year",
    "peers": "not known: fewer than two other partners have values of both years",
}


class Seen(StrEnum):
    """A change seen in the direction of its indicator."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    OPEN = "open"


SEEN_WORDS = {
    "better": "got better",
    "worse": "got worse",
    "same": "stayed the same",
    "open": "changed; neither way is better",
}


@dataclass(frozen=True)
class Change:
    """The value of the year in which something began, and the newest later one."""

    first: Newest
    last: Newest

    @property
    def difference(self) -> float:
        """By how much the value changed, in the indicator's unit."""
        return self.last.value - self.first.value


@dataclass(frozen=True)
class Association:
    """A region's change beside that of its peers over the same two years.

    `middle` is the median of the peers' changes, None where too few are known; `beyond` how far the own one lies off.
    """

    own: Change
    peers: Mapping[str, float]
    middle: float | None

    @property
    def beyond(self) -> float | None:
        """How much more the own value changed than the median of the peers."""
        return None if self.middle is None else self.own.difference - self.middle


def change_of(series: Series, begun: int) -> Change | NoChange:
    """The change from the year something began to the newest later year; why there is none, where one is missing.

    >>> change_of({2020: 1.0, 2023: 4.0}, 2020)
    Change(first=Newest(year=2020, value=1.0), last=Newest(year=2023, value=4.0))
    >>> change_of({2019: 1.0, 2023: 4.0}, 2020), change_of({2020: 1.0}, 2020)
    (<NoChange.BEFORE: 'before'>, <NoChange.AFTER: 'after'>)
    """
    if begun not in series:
        return NoChange.BEFORE
    last = max(series)
    if last <= begun:
        return NoChange.AFTER
    return Change(Newest(begun, series[begun]), Newest(last, series[last]))


def associate(
    values: Mapping[str, Mapping[str, Series]], indicator: str, region: str, begun: int | None, peers: Collection[str]
) -> Association | NoChange:
    """A region's change since a year beside the median change of its peers, from values by indicator and region.

    >>> one = {"A": {2020: 1.0, 2022: 3.0}, "B": {2020: 1.0, 2022: 2.0}, "C": {2020: 5.0, 2022: 5.0}}
    >>> found = associate({"I": one}, "I", "A", 2020, ["A", "B", "C"])
    >>> found.middle, found.beyond
    (0.5, 1.5)
    >>> associate({"I": one}, "I", "A", 2020, ["A", "B"]).beyond, associate({"I": one}, "I", "A", None, [])
    (None, <NoChange.YEAR: 'year'>)
    >>> [associate({"I": one}, *asked, 2020, []).value for asked in (("", "A"), ("J", "A"), ("I", "D"))]
    ['indicator', 'unknown', 'region']
    >>> associate({"I": one}, "I", "A", 2019, [])
    <NoChange.BEFORE: 'before'>
    """
    if not indicator:
        return NoChange.INDICATOR
    if indicator not in values:
        return NoChange.UNKNOWN
    if begun is None:
        return NoChange.YEAR
    series = values[indicator]
    if not series.get(region):
        return NoChange.REGION
    own = change_of(series[region], begun)
    if isinstance(own, NoChange):
        return own
    first, last = own.first.year, own.last.year
    others = {
        one: series[one][last] - series[one][first]
        for one in sorted(set(peers) - {region})
        if one in series and first in series[one] and last in series[one]
    }
    return Association(own, others, median(others.values()) if len(others) >= FEWEST_PEERS else None)


def seen(difference: float, direction: Direction) -> Seen:
    """A change seen in the indicator's direction.

    >>> seen(1.0, Direction.LOWER), seen(-1.0, Direction.LOWER), seen(0.0, Direction.HIGHER), seen(1, Direction.CONTEXT)
    (<Seen.WORSE: 'worse'>, <Seen.BETTER: 'better'>, <Seen.SAME: 'same'>, <Seen.OPEN: 'open'>)
    """
    if difference == 0:
        return Seen.SAME
    if direction is Direction.CONTEXT:
        return Seen.OPEN
    return Seen.BETTER if (difference > 0) == (direction is Direction.HIGHER) else Seen.WORSE


def weakest(levels: Sequence[str]) -> str:
    """The weakest level of evidence: a chain is as good as its weakest link.

    >>> weakest(["external_evaluation", "self_reported", "none"])
    'none'
    """
    return min(levels, key=LEVELS.index)
