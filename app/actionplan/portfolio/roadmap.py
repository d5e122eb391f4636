"""When each initiative of a plan does what: phases, the point where it goes on or stops, and its quarters. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.actionplan.portfolio.modelling import QUARTERS, Item

DESIGN_SHARE, PILOT_SHARE = 1 / 6, 1 / 4
KINDS = ("design", "pilot", "operate")


@dataclass(frozen=True)
class Phase:
    """A part of an initiative's time; quarters count from 0 at the first of its start, `until` is not in it any more.

    `name` is what its sheet calls it; empty for one that only follows from the length. `kind` is how it is drawn.
    """

    kind: str
    name: str
    since: int
    until: int


def phases_of(item: Item, named: Sequence[Mapping[str, Any]], proposed: tuple[int, int]) -> list[Phase]:
    """The phases of an item, from the quarter it starts: those its sheet names, shifted with it; else three by length.

    `proposed` are the year and quarter in which its sheet begins. A sixth of the time is for design, a quarter for a
    pilot, each a quarter of a year at least; what takes less than three quarters is one phase.

    >>> [(one.kind, one.since, one.until) for one in phases_of(Item("A", 1, {}, 0, 0, 2027, 1, 36), [], (2027, 1))]
    [('design', 0, 2), ('pilot', 2, 5), ('operate', 5, 12)]
    """
    whole = item.quarters
    found = [_shifted(one, proposed) for one in named]
    inside = [(name, max(0, since), min(whole, until)) for name, since, until in found]
    inside = [one for one in sorted(inside, key=lambda one: one[1]) if one[1] < one[2]]
    if inside:
        last = len(inside) - 1
        return [
            Phase(KINDS[2] if place == last else KINDS[min(place, 1)], name, since, until)
            for place, (name, since, until) in enumerate(inside)
        ]
    if whole < len(KINDS):
        return [Phase(KINDS[2], "", 0, whole)]
    design = max(1, round(whole * DESIGN_SHARE))
    pilot = max(1, round(whole * PILOT_SHARE))
    return [
        Phase(KINDS[0], "", 0, design),
        Phase(KINDS[1], "", design, design + pilot),
        Phase(KINDS[2], "", design + pilot, whole),
    ]


def gate_of(phases: Sequence[Phase]) -> int | None:
    """The quarter in which it goes on or stops: before its last phase; None where there is but one."""
    return phases[-1].since if len(phases) > 1 else None


def quarter_at(year: int, quarter: int, later: int) -> tuple[int, int]:
    """The year and quarter so many quarters later.

    >>> quarter_at(2027, 3, 2)
    (2028, 1)
    """
    place = year * QUARTERS + quarter - 1 + later
    return place // QUARTERS, place % QUARTERS + 1


def _shifted(phase: Mapping[str, Any], proposed: tuple[int, int]) -> tuple[str, int, int]:
    zero = proposed[0] * QUARTERS + proposed[1] - 1
    return phase["text"], _place(phase["start"]) - zero, _place(phase["end"]) - zero + 1


def _place(quarter: str) -> int:
    year, _, number = quarter.partition("-Q")
    return int(year) * QUARTERS + int(number) - 1
