"""What the board of a running survey may show, and what more answers would bring. Pure (decision 23)."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from datetime import datetime
from functools import lru_cache
from itertools import islice, permutations
from typing import NamedTuple

import numpy as np

from app.stats.disclosure import may_show
from app.stats.spread import median

Z95 = 1.96
LONGEST_SITTING = 60
"""Minutes; whoever takes longer has had a break, and how long they took says nothing about the questions."""
MOST_CALLS = 3
QUIET_FROM, QUIET_UNTIL = 20, 6
MOST_ROWS = 1000
"""So many ways to fill a row are tried; where none is found by then, more is hidden."""

Row = tuple[int, ...]


class ShownTable(NamedTuple):
    """Which numbers of a table of helices by regions may be shown: the total of each row, and each cell."""

    rows: tuple[bool, ...]
    cells: tuple[tuple[bool, ...], ...]


def shown_table(counts: Sequence[Sequence[int]], reach: Sequence[Sequence[int]], minimum: int) -> ShownTable:
    """Which counts may be shown beside the total of all and `reach`: of how many each can be, as everybody here knows.

    Cells of a row whose own total is hidden are hidden too. There are no totals by region: with two margins a
    hidden cell could be solved for over several rows.

    >>> shown_table([[9, 3, 8], [2, 1, 1]], [[12, 9, 9], [4, 4, 4]], 5)
    ShownTable(rows=(False, False), cells=((False, False, False), (False, False, False)))
    >>> shown_table([[9, 3, 8], [6, 7, 9]], [[12, 9, 9], [9, 9, 9]], 5)
    ShownTable(rows=(True, True), cells=((True, False, False), (True, True, True)))
    """
    rows = shown_in_row([sum(row) for row in counts], [sum(row) for row in reach], minimum)
    cells = [
        shown_in_row(row, asked, minimum) if is_shown else [False] * len(row)
        for row, asked, is_shown in zip(counts, reach, rows, strict=True)
    ]
    return ShownTable(tuple(rows), tuple(map(tuple, cells)))


def shown_in_row(counts: Sequence[int], reach: Sequence[int], minimum: int) -> list[bool]:
    """Which counts of a row may be shown beside its total: as for results, and more hidden until nothing follows.

    Everybody here knows this rule, and of how many in a cell answers can have come. So each hidden cell keeps at least
    two values that agree with all that is shown, with `reach`, and with just these cells being hidden; if it has one
    only, the smallest shown cell is hidden too. A cell that nobody can answer for hides nothing. Where more have
    answered than could, by the open address, `reach` bounds nothing.

    >>> shown_in_row([4, 6, 20], [9, 9, 30], 5), shown_in_row([4, 9, 20], [5, 9, 30], 5)
    ([False, False, True], [False, False, False])
    >>> shown_in_row([0, 6, 20], [0, 9, 30], 5), shown_in_row([0, 6, 20], [0, 0, 0], 5)
    ([False, True, True], [False, False, True])
    """
    is_bound = all(count <= most for count, most in zip(counts, reach, strict=True))
    counting = [cell for cell, most in enumerate(reach) if most or counts[cell] or not any(reach)]
    row = tuple(counts[cell] for cell in counting)
    limits = tuple(reach[cell] if is_bound else sum(row) for cell in counting)
    hidden = _hidden_cells(row, limits, minimum)
    shown = {cell for place, cell in enumerate(counting) if place not in hidden}
    return [cell in shown for cell in range(len(counts))]


Hidden = frozenset[int]
Seen = tuple[int | None, ...]
"""A row as it is shown: None for what is hidden."""


def _hidden_cells(row: Row, limits: Row, minimum: int) -> Hidden:
    hidden = _walk(row, limits, minimum, len(row))
    return _everything(row) if _seen(row, hidden) in _hidden_for_others(sum(row), limits, minimum) else hidden


def _walk(row: Row, limits: Row, minimum: int, most: int) -> Hidden:
    """The cells of a row that are hidden, followed until so many are: one more as long as what is seen gives one away.

    Which one is next follows from what is seen alone, so all rows that look alike go the same way.
    """
    hidden = _few(row, minimum)
    while len(hidden) < most and not _is_open(_seen(row, hidden), sum(row), limits, minimum):
        hidden |= {min((count, cell) for cell, count in enumerate(row) if cell not in hidden)[1]}
    return hidden


@lru_cache(maxsize=20_000)
def _few(row: Row, minimum: int) -> Hidden:
    if not row:
        return frozenset()
    return frozenset(np.flatnonzero(~may_show(np.array(row, float), minimum)).tolist())


@lru_cache(maxsize=20_000)
def _is_open(seen: Seen, total: int, limits: Row, minimum: int) -> bool:
    """Whether each hidden cell has at least two values in the rows that would be seen just so."""
    hidden = frozenset(cell for cell, count in enumerate(seen) if count is None)
    values = {cell: set[int]() for cell in hidden}
    rest = total - sum(count or 0 for count in seen)
    places = sorted(hidden)
    for filling in _fillings(rest, [limits[cell] for cell in places], minimum):
        found = dict(zip(places, filling, strict=True))
        row = tuple(found.get(cell, count or 0) for cell, count in enumerate(seen))
        if all(len(values[cell] | {found[cell]}) == len(values[cell]) for cell in places):
            continue
        if _walk(row, limits, minimum, len(hidden)) == hidden:
            for cell in places:
                values[cell].add(found[cell])
        if all(len(known) > 1 for known in values.values()):
            return True
    return not hidden


def _fillings(rest: int, limits: Sequence[int], minimum: int) -> Iterator[Row]:
    """Ways to spread the hidden rest: first some that are likely to be seen alike, then all, to a limit."""
    cells = range(len(limits))
    for large in cells:
        filling = [0] * len(limits)
        left = rest
        for level in range(minimum - 1):
            for cell in cells:
                if cell != large and left and limits[cell] > level:
                    filling[cell], left = filling[cell] + 1, left - 1
        filling[large] = left
        moves = [(large, large), *permutations(cells, 2)]
        for giver, taker in moves:
            moved = [count - (cell == giver) + (cell == taker) for cell, count in enumerate(filling)]
            if all(0 <= count <= most for count, most in zip(moved, limits, strict=True)):
                yield tuple(moved)
    yield from islice(_spread(rest, limits), MOST_ROWS)


def _spread(rest: int, limits: Sequence[int]) -> Iterator[Row]:
    """All ways to spread so many over cells that hold so many at most."""
    if not limits:
        yield ()
        return
    for first in range(max(0, rest - sum(limits[1:])), min(rest, limits[0]) + 1):
        for others in _spread(rest - first, limits[1:]):
            yield (first, *others)


@lru_cache(maxsize=2_000)
def _hidden_for_others(total: int, limits: Row, minimum: int) -> Set[Seen]:
    """The looks that are hidden altogether, so that a row of which everything must be is not known by that.

    Where there are too many rows to try them all, those with nothing to show are many as well.
    """
    rows = list(islice(_spread(total, limits), MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        return frozenset()
    looks: dict[Seen, list[Row]] = {}
    for row in rows:
        looks.setdefault(_seen(row, _walk(row, limits, minimum, len(row))), []).append(row)
    together = looks.pop((None,) * len(limits), [])
    taken: set[Seen] = set()
    for look in sorted(looks, key=lambda one: (len(looks[one]), [-1 if count is None else count for count in one])):
        if not together or _vary(together) == _vary(rows):
            break
        together += looks[look]
        taken.add(look)
    return taken


def _vary(rows: Sequence[Row]) -> list[bool]:
    return [len(set(values)) > 1 for values in zip(*rows, strict=True)]


def _seen(row: Row, hidden: Hidden) -> Seen:
    return tuple(None if cell in hidden else count for cell, count in enumerate(row))


def _everything(row: Row) -> Hidden:
    return frozenset(range(len(row)))


def both_shown(one: ShownTable, other: ShownTable) -> ShownTable:
    """What two tables of the same cells allow to be shown; the other may have rows and columns the one lacks.

    >>> both_shown(ShownTable((True,), ((True, True),)), ShownTable((True, False), ((True, False), (False, False))))
    ShownTable(rows=(True,), cells=((True, False),))
    """
    rows = tuple(mine and its for mine, its in zip(one.rows, other.rows, strict=False))
    cells = tuple(
        tuple(mine and its for mine, its in zip(row, others, strict=False))
        for row, others in zip(one.cells, other.cells, strict=False)
    )
    return ShownTable(rows, cells)


def groups_to_remind(
    shown: ShownTable, due: Sequence[Sequence[int]], minimum: int
) -> list[tuple[tuple[int, int], ...]]:
    """The cells that are reminded together, each as (row, column), so that the number of mails gives nothing away.

    The number of mails of a cell is the number of those who could be mailed today without those who have finished. So
    where the count of those may not be shown, the cells hidden with it are reminded together, in their row or of all
    hidden rows; and so are cells in which fewer than the minimum group are `due`: of whom nobody knows who is finished.

    >>> shown = ShownTable((True, False), ((True, False, False), (False, False, False)))
    >>> groups_to_remind(shown, [[9, 9, 9], [9, 9, 9]], 5)
    [((0, 0),), ((0, 1), (0, 2)), ((1, 0), (1, 1), (1, 2))]
    >>> groups_to_remind(shown, [[9, 2, 2], [9, 9, 9]], 5)
    [((0, 0),), ((0, 1), (0, 2), (1, 0), (1, 1), (1, 2))]
    """
    groups: list[tuple[tuple[int, int], ...]] = []
    pooled: list[tuple[int, int]] = []
    for row, cells in enumerate(shown.cells):
        alone = [
            column for column, is_shown in enumerate(cells)
            if is_shown and shown.rows[row] and due[row][column] >= minimum
        ]  # fmt: skip
        rest = [(row, column) for column in range(len(cells)) if column not in alone]
        groups += [((row, column),) for column in alone]
        if shown.rows[row] and sum(due[row][column] for _, column in rest) >= minimum:
            groups.append(tuple(rest))
        else:
            pooled += rest
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
