"""A panel: who rated what in which round, without names. Built alike from files and from the database."""

import operator
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from app.stats.edge import Real
from app.stats.histogram import MISSING, count_pairs

Rating = tuple[int, str, str, Sequence[int | None]]
"""One line of the ratings table: round, respondent, initiative, and a point or None for each criterion."""


@dataclass(frozen=True)
class Panel:
    """Everything an analysis needs to know of a consultation.

    `ratings` has shape (rounds, respondents, initiatives, criteria) and holds points of the scale or MISSING;
    `took_part` has shape (rounds, respondents). `looked_at`, of shape (rounds, respondents, initiatives), tells who
    answered at all about what: only they can have said that they cannot judge it. Parts of a large panel bring the
    languages of their people in the last round along, and the orders in which they were asked.
    """

    low: int
    high: int
    rounds: tuple[int, ...]
    respondents: tuple[str, ...]
    helices: tuple[str, ...]
    regions: tuple[str, ...]
    initiatives: tuple[str, ...]
    criteria: tuple[str, ...]
    ratings: NDArray[np.int16]
    took_part: NDArray[np.bool_]
    looked_at: NDArray[np.bool_]
    languages: Mapping[str, str] = field(default_factory=dict[str, str])
    orders: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])

    @property
    def helix_names(self) -> tuple[str, ...]:
        """The helices that respondents belong to, by name."""
        return tuple(sorted(set(self.helices)))

    @property
    def region_names(self) -> tuple[str, ...]:
        """The regions that respondents belong to, by name; last, those who named none."""
        return in_order_of_regions(self.regions)

    def parts(self) -> Iterator["Panel"]:
        """The panel in one part."""
        yield self

    def changed(self, change: Callable[["Panel"], "Panel"]) -> "Panel":
        """The panel with something else said of the same people."""
        return change(self)


@dataclass(frozen=True)
class Parts:
    """A panel of more people than are held at once: what is the same for all, and how to read it in parts, again."""

    low: int
    high: int
    rounds: tuple[int, ...]
    helix_names: tuple[str, ...]
    region_names: tuple[str, ...]
    initiatives: tuple[str, ...]
    criteria: tuple[str, ...]
    parts: Callable[[], Iterator[Panel]]

    def changed(self, change: Callable[[Panel], Panel]) -> "Parts":
        """The panel with something else said of the same people."""
        parts = self.parts
        names: set[str] = set()
        for part in parts():
            names.update(change(part).helices)
        return replace(self, helix_names=tuple(sorted(names)), parts=lambda: map(change, parts()))


Rated = Panel | Parts


def add_up(panel: Rated, count: Callable[[Panel], Real]) -> Real:
    """The sum over the parts of a panel of what is counted in each."""
    return reduce(operator.add, map(count, panel.parts()))


def count_moves(panel: Rated, layer: int) -> Real:
    """How many went from which level to which between a round, by its place, and the one before it.

    The shape is (initiatives, criteria, levels, levels), the level of the round before first.
    """
    return add_up(panel, lambda part: count_pairs(part.ratings[layer - 1], part.ratings[layer], part.low, part.high))


def in_order_of_regions(names: Iterable[str]) -> tuple[str, ...]:
    """Each region once, by name; last, the one without a name.

    >>> in_order_of_regions(["West", "", "East", "West"])
    ('East', 'West', '')
    """
    return tuple(sorted(set(names), key=lambda name: (not name, name)))


def build_panel(
    *,
    low: int,
    high: int,
    criteria: Sequence[str],
    respondents: Mapping[str, tuple[str, str]],
    ratings: Iterable[Rating],
    initiatives: Iterable[str] = (),
) -> Panel:
    """A panel from respondents (code to helix and region) and lines of ratings.

    Respondents come in the order of their codes and initiatives as people count, so that the same content
    gives the same panel wherever it comes from. `initiatives` adds those nobody rated.
    """
    lines = list(ratings)
    rounds = tuple(sorted({line[0] for line in lines}))
    codes = tuple(sorted(respondents))
    items = tuple(sorted({line[2] for line in lines} | set(initiatives), key=natural_order))
    row = {code: index for index, code in enumerate(codes)}
    column = {item: index for index, item in enumerate(items)}
    table = np.full((len(rounds), len(codes), len(items), len(criteria)), MISSING, dtype=np.int16)
    took_part = np.zeros((len(rounds), len(codes)), dtype=np.bool_)
    looked_at = np.zeros((len(rounds), len(codes), len(items)), dtype=np.bool_)
    for number, respondent, initiative, points in lines:
        layer = rounds.index(number)
        took_part[layer, row[respondent]] = True
        looked_at[layer, row[respondent], column[initiative]] = True
        table[layer, row[respondent], column[initiative]] = [MISSING if p is None else p for p in points]
    return Panel(
        low=low,
        high=high,
        rounds=rounds,
        respondents=codes,
        helices=tuple(respondents[code][0] for code in codes),
        regions=tuple(respondents[code][1] for code in codes),
        initiatives=items,
        criteria=tuple(criteria),
        ratings=table,
        took_part=took_part,
        looked_at=looked_at,
    )


Asked = Mapping[int, Collection[str] | None]
"""Which initiatives each round asked about, by its number; None, or a round not in it, stands for all."""


def last_asked(panel: Rated, asked: Asked) -> list[int]:
    """The number of the last round that asked about each initiative."""
    numbers: list[int] = []
    for initiative in panel.initiatives:
        asking = [n for n in panel.rounds if (named := asked.get(n)) is None or initiative in named]
        numbers.append(asking[-1] if asking else panel.rounds[-1])
    return numbers


def carry_forward(panel: Panel, asked: Asked) -> Panel:
    """The panel whose last round also holds, for what it did not ask about, the ratings of the round that last did.

    Whoever gave those ratings counts as taking part, so that re-samples draw them too.
    """
    ratings, looked_at, took_part = panel.ratings.copy(), panel.looked_at.copy(), panel.took_part.copy()
    for column, number in enumerate(last_asked(panel, asked)):
        layer = panel.rounds.index(number)
        ratings[-1, :, column] = panel.ratings[layer, :, column]
        looked_at[-1, :, column] = panel.looked_at[layer, :, column]
        took_part[-1] |= panel.looked_at[layer, :, column]
    return replace(panel, ratings=ratings, looked_at=looked_at, took_part=took_part)


def natural_order(code: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts codes as people count: I2 before I10."""
    parts = re.findall(r"[0-9]+|[^0-9]+", code)
    return tuple((int(part), "") if part[0] in "0123456789" else (-1, part) for part in parts)
