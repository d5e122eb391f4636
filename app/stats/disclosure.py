"""What may be shown: a minimum group, and nothing that subtraction would reveal (methods.md section 1)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from app.stats.edge import Real

Shown = NDArray[np.bool_]
HALF = 0.5
"""Whole numbers that differ by less are the same."""


def may_show(sizes: Real, minimum: int) -> Shown:
    """Which cells of a breakdown may be shown beside its total; sizes and result have shape `(..., cells)`.

    A cell under the minimum is hidden, an empty one too. If all hidden cells together hold fewer than the
    minimum, they could be found by taking the shown ones from the total, so the smallest shown cell is hidden
    as well, until what is hidden holds enough and is more than one cell. Under the minimum in all, nothing is shown.

    >>> may_show(np.array([30.0, 3.0, 8.0, 12.0]), 5).tolist()
    [True, False, False, True]
    >>> may_show(np.array([30.0, 9.0, 8.0]), 5).tolist()
    [True, True, True]
    >>> may_show(np.array([30.0, 0.0, 8.0, 9.0]), 5).tolist()
    [True, False, False, True]
    """
    flat = sizes.reshape(-1, sizes.shape[-1])
    return np.array([_one(row, minimum) for row in flat], dtype=np.bool_).reshape(sizes.shape)


def merge_hidden(counts: Real, shown: Shown) -> Real:
    """Histograms `(..., groups, levels)` with all hidden groups put together into the first hidden one's place.

    What is balanced over these groups says nothing that the total and the shown groups do not say already:
    balanced over the hidden ones singly, it would give their shares away to whoever solves the two equations.

    >>> counts = np.array([[4.0, 9.0], [2.0, 1.0], [0.0, 3.0]])
    >>> merge_hidden(counts, np.array([True, False, False])).tolist()
    [[4.0, 9.0], [2.0, 4.0], [0.0, 0.0]]
    """
    hidden = np.where(shown[..., np.newaxis], 0, counts)
    is_first = ~shown & (np.cumsum(~shown, axis=-1) == 1)
    together = hidden.sum(axis=-2, keepdims=True) * is_first[..., np.newaxis]
    return np.where(shown[..., np.newaxis], counts, together)


def crossing_is_told(by_group: Real, by_other: Real) -> Shown:
    """Whether two breakdowns of the same answers tell what groups of both hold, counts `(..., groups, levels)`.

    When all answers at a level come from one group, how they spread over the other breakdown is how that group's do,
    and each cell of the two together is known, however small. With a single group on either side there is no crossing.

    >>> by_helix, by_region = np.array([[3.0, 9.0], [0.0, 8.0]]), np.array([[1.0, 7.0], [2.0, 10.0]])
    >>> bool(crossing_is_told(by_helix, by_region)), bool(crossing_is_told(by_helix + 1, by_region + 1))
    (True, False)
    """
    tells = np.zeros(by_group.shape[:-2], dtype=np.bool_)
    is_crossing = np.ones(by_group.shape[:-2], dtype=np.bool_)
    for counts in (by_group, by_other):
        at_level = counts.sum(axis=-2)
        tells |= ((counts.max(axis=-2) >= at_level) & (at_level > 0)).any(axis=-1)
        is_crossing &= (counts.sum(axis=-1) > 0).sum(axis=-1) > 1
    return tells & is_crossing


def columns_to_show(counts: Real, minimum: int) -> Shown:
    """Which column totals of a table `(rows, columns)` may stand beside its row totals and the cells shown in each row.

    Rows and cells are shown as `may_show` says. Two margins may fix a cell that each alone leaves open, so columns are
    added, the largest first, that may themselves be shown and leave every small cell open.

    >>> counts = np.array([[9.0, 2.0, 6.0], [8.0, 7.0, 7.0], [9.0, 6.0, 6.0]])
    >>> columns_to_show(counts, 5).tolist(), columns_to_show(counts + 5, 5).tolist()
    ([True, False, False], [True, True, True])
    """
    cells, rows = may_show(counts, minimum), may_show(counts.sum(axis=1), minimum)
    sizes = counts.sum(axis=0)
    shown = np.zeros(len(sizes), dtype=np.bool_)
    for column in np.argsort(-sizes, kind="stable")[: int(may_show(sizes, minimum).sum())]:
        shown[column] = True
        shown[column] = not cells_are_told(counts, cells, rows, shown, minimum)
    return shown


def cells_are_told(counts: Real, shown: Shown, shown_rows: Shown, shown_columns: Shown, minimum: int) -> bool:
    """Whether the totals of shown rows and columns beside shown cells fix a small cell of a table `(rows, columns)`.

    Small is under the minimum and not empty: nobody is given away by an empty one. The grand total is known. Tables of
    whole numbers with given margins form a polytope with whole corners, so linear programming finds the least and the
    most a cell can hold.

    >>> counts, none = np.array([[9.0, 2.0], [7.0, 6.0]]), np.zeros((2, 2), dtype=np.bool_)
    >>> both = np.ones(2, dtype=np.bool_)
    >>> cells_are_told(counts, none, both, both, 5), cells_are_told(counts, counts > 5, both, both, 5)
    (False, True)
    """
    place = np.indices(counts.shape).reshape(2, -1)
    lines = [place[0] == row for row, is_shown in enumerate(shown_rows.tolist()) if is_shown]
    lines += [place[1] == column for column, is_shown in enumerate(shown_columns.tolist()) if is_shown]
    matrix = np.array([np.ones(counts.size), *lines], dtype=np.float64)
    values = matrix @ counts.ravel()
    bounds = [
        (value, value) if is_shown else (0, None) for value, is_shown in zip(counts.flat, shown.flat, strict=True)
    ]
    # SciPy's types are partial
    solver: Any = optimize
    for cell in np.flatnonzero(~shown.ravel() & (counts.ravel() > 0) & (counts.ravel() < minimum)):
        goal = np.zeros(counts.size)
        goal[cell] = 1
        least, most = (
            sign * solver.linprog(sign * goal, A_eq=matrix, b_eq=values, bounds=bounds, method="highs").fun
            for sign in (1, -1)
        )
        if most - least < HALF:
            return True
    return False


def crossed_answers_are_told(counts: Real, people: Real, shown_rows: Shown, shown_columns: Shown, minimum: int) -> bool:
    """Whether histograms by row and by column tell answers of a small cell, `counts` of shape (rows, columns, levels).

    Of `people` (rows, columns) who answered anything, cells and rows as `may_show` says and the shown columns are
    known, and nobody gives an answer twice. A cell where nobody is can make a column tell all of a row; it need not be
    shown, as here: all of the second column are of the first row.

    >>> counts = np.array([[[4.0, 0], [3, 2], [2, 0]], [[2, 1], [0, 0], [3, 3]]])
    >>> both, all_three = np.ones(2, dtype=np.bool_), np.ones(3, dtype=np.bool_)
    >>> crossed_answers_are_told(counts, counts.sum(axis=-1), both, all_three, 5)
    True
    >>> crossed_answers_are_told(counts, counts.sum(axis=-1), both, ~all_three, 5)
    False
    """
    sizes, is_free = counts.sum(axis=-1), ~may_show(people, minimum)
    values, facts = np.concatenate([counts.ravel(), people.ravel()]), None
    places = np.arange(counts.size).reshape(counts.shape)
    for row, column in np.argwhere((sizes > 0) & (sizes < minimum)):
        moves = _moves(counts, is_free, int(row), int(column))
        for own, can_move in zip((*places[row, column], places[row, column]), moves, strict=True):
            # a swap that leaves all that is known alone proves a cell open; it is found much faster
            if can_move or not values[own].sum():
                continue
            facts = facts or _facts(counts, people, shown_rows, shown_columns, minimum)
            if _is_fixed(own, *facts, values):
                return True
    return False


def _facts(counts: Real, people: Real, shown_rows: Shown, shown_columns: Shown, minimum: int) -> tuple[Real, Real]:
    """What is known of answers and people as sums that are told, and as differences that are at most 0."""
    levels = counts.shape[-1]
    answers = np.arange(counts.size).reshape(counts.shape)
    persons = np.arange(people.size).reshape(people.shape) + counts.size
    size = counts.size + people.size
    # whatever is hidden of the rows is known together
    groups = [np.flatnonzero(~shown_rows), *np.flatnonzero(shown_rows)[:, np.newaxis]]
    told = [answers[group, :, level] for group in groups for level in range(levels)]
    told += [answers[:, column, level] for column in np.flatnonzero(shown_columns) for level in range(levels)]
    told += [persons, *persons[may_show(people.sum(axis=1), minimum)], *persons[:, shown_columns].T]
    told += [*persons[may_show(people, minimum)]]
    equal = np.array([np.isin(np.arange(size), places) for places in told], dtype=np.float64)
    once = np.zeros((people.size, size))
    for line, (own, person) in enumerate(zip(answers.reshape(-1, levels), persons.ravel(), strict=True)):
        once[line, own], once[line, person] = 1, -1
    if counts.sum() == people.sum():
        return np.vstack([equal, once]), np.zeros((0, size))
    return equal, once


def _moves(counts: Real, is_free: Shown, row: int, column: int) -> list[bool]:
    """For each level of a cell, and for its size, whether a swap with three other cells changes it."""
    has = counts > 0
    others = np.ones(has.shape[:2], dtype=np.bool_)
    others[row], others[:, column] = False, False
    # one answer here changes places with one of another level in the row, and one of another row does the reverse
    levels = np.einsum("l,cm,rcl,rm,rc->lm", has[row, column], has[row], has, has[:, column], others) > 0
    np.fill_diagonal(levels, val=False)
    # or people change places with their answers, where no cell tells how many they are
    beside = others & is_free & is_free[row, column] & is_free[row] & is_free[:, [column]]
    people = (has & beside[..., np.newaxis]).any(axis=(0, 1)) & has[row, column]
    return [*(levels.any(axis=0) | levels.any(axis=1) | people).tolist(), bool(people.any())]


def _is_fixed(places: Any, equal: Real, once: Real, values: Real) -> bool:
    goal = np.zeros(values.size)
    goal[places] = 1
    # SciPy's types are partial
    solver: Any = optimize
    least, most = (
        sign
        * solver.linprog(
            sign * goal,
            A_eq=equal,
            b_eq=equal @ values,
            A_ub=once if len(once) else None,
            b_ub=np.zeros(len(once)) if len(once) else None,
            method="highs",
        ).fun
        for sign in (1, -1)
    )
    return bool(most - least < HALF)


def _one(sizes: Real, minimum: int) -> Shown:
    if sizes.sum() < minimum:
        return np.zeros(len(sizes), dtype=np.bool_)
    shown = sizes >= minimum
    if shown.all():
        return shown
    for cell in np.argsort(sizes, kind="stable"):
        hidden = ~shown
        if hidden.sum() >= 2 and sizes[hidden].sum() >= minimum:
            break
        shown[cell] = False
    return shown
