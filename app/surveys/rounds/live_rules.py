"""What the board of a running survey may show, and what more answers would bring. Pure (decision 23)."""

import math
from collections.abc import Collection, Mapping, Sequence, Set
from datetime import datetime
from typing import NamedTuple

import numpy as np

from app.stats.disclosure import may_show
from app.stats.spread import median

Z95 = 1.96
HALF_POINT = 0.5
LONGEST_SITTING = 60
"""Minutes; whoever takes longer has had a break, and how long they took says nothing about the questions."""
MOST_CALLS = 3
QUIET_FROM, QUIET_UNTIL = 20, 6


class ShownTable(NamedTuple):
    """Which numbers of a table of helices by regions may be shown: the total of each row, and each cell."""

    rows: tuple[bool, ...]
    cells: tuple[tuple[bool, ...], ...]


def shown_table(counts: Sequence[Sequence[int]], invited: Sequence[Sequence[int]], minimum: int) -> ShownTable:
    """Which counts may be shown beside the total of all and the numbers invited, which everybody here knows.

    Cells of a row whose own total is hidden are hidden too. There are no totals by region: with two margins a
    hidden cell could be solved for over several rows.

    >>> shown_table([[9, 3, 8], [2, 1, 1]], [[12, 9, 9], [4, 4, 4]], 5)
    ShownTable(rows=(False, False), cells=((False, False, False), (False, False, False)))
    >>> shown_table([[9, 3, 8], [6, 7, 9]], [[12, 9, 9], [9, 9, 9]], 5)
    ShownTable(rows=(True, True), cells=((True, False, False), (True, True, True)))
    """
    rows = shown_in_row([sum(row) for row in counts], [sum(row) for row in invited], minimum)
    cells = [
        shown_in_row(row, asked, minimum) if is_shown else [False] * len(row)
        for row, asked, is_shown in zip(counts, invited, rows, strict=True)
    ]
    return ShownTable(tuple(rows), tuple(map(tuple, cells)))


def shown_in_row(counts: Sequence[int], invited: Sequence[int], minimum: int) -> list[bool]:
    """Which counts of a row may be shown beside its total: as for results, and nothing that the numbers invited tell.

    If just everybody invited in the hidden cells had answered, each would be known, so the smallest shown one is
    hidden with them. An empty cell in which nobody is invited hides nothing. Where all come by the open address, the
    numbers invited bound nothing and empty cells are like others.

    >>> shown_in_row([4, 6, 20], [9, 9, 30], 5), shown_in_row([4, 6, 20], [4, 6, 30], 5)
    ([False, False, True], [False, False, False])
    >>> shown_in_row([0, 6, 20], [0, 9, 30], 5), shown_in_row([0, 6, 20], [0, 0, 0], 5)
    ([False, True, True], [False, False, True])
    """
    sizes, asked = np.array(counts, float), np.array(invited, float)
    counting = (sizes + asked > 0) if asked.any() else np.ones(len(sizes), dtype=np.bool_)
    shown = np.zeros(len(sizes), dtype=np.bool_)
    shown[counting] = may_show(sizes[counting], minimum)
    for cell in np.argsort(sizes, kind="stable"):
        hidden = counting & ~shown
        if not hidden.any() or sizes[hidden].sum() != asked[hidden].sum():
            break
        shown[cell] = False
    return [bool(one) for one in shown]


def groups_to_remind(shown: ShownTable) -> list[tuple[tuple[int, int], ...]]:
    """The cells that are reminded together, each as (row, column), so that the number of mails gives no count away.

    The number of mails of a cell is the number invited without those who have finished. So where the count of those
    may not be shown, the cells hidden with it are reminded together: in their row, or of all hidden rows.

    >>> groups_to_remind(ShownTable((True, False), ((True, False, False), (False, False, False))))
    [((0, 0),), ((0, 1), (0, 2)), ((1, 0), (1, 1), (1, 2))]
    """
    groups: list[tuple[tuple[int, int], ...]] = []
    pooled: list[tuple[int, int]] = []
    for row, cells in enumerate(shown.cells):
        if not shown.rows[row]:
            pooled += [(row, column) for column in range(len(cells))]
            continue
        groups += [((row, column),) for column, is_shown in enumerate(cells) if is_shown]
        groups.append(tuple((row, column) for column, is_shown in enumerate(cells) if not is_shown))
    return [group for group in (*groups, tuple(pooled)) if group]


class Stretch(NamedTuple):
    """Neighbouring places put together, the first and the last of them, with the number of people."""

    first: int
    last: int
    people: int


def stretches(counts: Sequence[int], minimum: int) -> list[Stretch]:
    """Counts along pages or days, neighbours put together until each stretch holds the minimum group.

    None when all together hold fewer. What is left at the end joins the last stretch; so nothing is hidden that
    could be found by subtraction.

    >>> stretches([3, 0, 2, 6, 1, 0], 5)
    [Stretch(first=0, last=2, people=5), Stretch(first=3, last=5, people=7)]
    >>> stretches([2, 2], 5)
    []
    """
    found: list[Stretch] = []
    first = held = 0
    for place, count in enumerate(counts):
        held += count
        if held >= minimum:
            found.append(Stretch(first, place, held))
            first, held = place + 1, 0
    if found and first < len(counts):
        last = found.pop()
        found.append(Stretch(last.first, len(counts) - 1, last.people + held))
    return found


def furthest_page(pages: Sequence[Collection[str]], answered: Set[str]) -> int:
    """The last page that holds an answer, counted from 1; 0 for somebody who has answered nothing.

    >>> furthest_page([{"size"}, {"I1"}, {"I2"}, {"ideas"}], {"I1", "size"}), furthest_page([{"I1"}], set())
    (2, 0)
    """
    return max((place for place, page in enumerate(pages, start=1) if not answered.isdisjoint(page)), default=0)


def median_minutes(counts: Mapping[int, int], minimum: int) -> int | None:
    """The median of the minutes people took in one sitting; None with fewer than the minimum group of them.

    >>> median_minutes({7: 2, 9: 2, 12: 1}, 5), median_minutes({7: 4}, 5)
    (9, None)
    """
    if sum(counts.values()) < minimum:
        return None
    histogram = np.zeros(LONGEST_SITTING + 1)
    for minutes, count in counts.items():
        histogram[minutes] += count
    return round(float(median(histogram, 0)))


def half_width(levels: int, answers: int) -> float:
    """To ± how many points the mean of a group of so many is known, 19 times of 20, as `answers_needed` reckons.

    >>> round(half_width(5, 16), 2), round(half_width(5, 4), 2)
    (0.49, 0.98)
    """
    return Z95 * (levels - 1) / 4 / math.sqrt(answers)


class Target(NamedTuple):
    """How a helix stands: invited, and what has been sent if that may be shown."""

    code: str
    invited: int
    done: int | None


class Call(NamedTuple):
    """What more answers of a helix would bring: to be shown at all, with `more` None, or so many more to be precise."""

    code: str
    more: int | None


def calls(targets: Sequence[Target], needed: int, minimum: int) -> list[Call]:
    """The three helices in which answers would change most: first those not yet shown, then those nearest to precision.

    Nothing is said of a hidden helix but that it is hidden: not how many it lacks, and not by the order either, which
    follows the number invited. A helix of which too few are invited to get there is left out.

    >>> calls([Target("a", 40, 9), Target("b", 30, 14), Target("c", 9, None), Target("d", 3, None)], 16, 5)
    [Call(code='c', more=None), Call(code='b', more=2), Call(code='a', more=7)]
    """
    hidden = sorted((one for one in targets if one.done is None and one.invited >= minimum), key=_by_invited)
    near = sorted((needed - one.done, one.code) for one in targets if one.done is not None and one.done < needed)
    reach = {one.code: one.invited - (one.done or 0) for one in targets}
    found = [Call(one.code, None) for one in hidden]
    return [*found, *(Call(code, more) for more, code in near if more <= reach[code])][:MOST_CALLS]


def _by_invited(target: Target) -> tuple[int, str]:
    return -target.invited, target.code


def shade(done: int, invited: int) -> int:
    """How dark a cell is, from 0 for nobody to 4 for more than three quarters of those invited.

    >>> [shade(done, 12) for done in (0, 1, 4, 7, 12)], shade(2, 0)
    ([0, 1, 2, 3, 4], 4)
    """
    if not done:
        return 0
    return 1 + min(3, int(4 * done / invited)) if invited else 4


def is_quiet(moment: datetime) -> bool:
    """Whether a mail sent now (UTC) would arrive at night.

    >>> is_quiet(datetime(2027, 3, 1, 21)), is_quiet(datetime(2027, 3, 1, 9))
    (True, False)
    """
    return moment.hour >= QUIET_FROM or moment.hour < QUIET_UNTIL
