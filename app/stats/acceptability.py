"""What ranks are possible when the weights are unknown: SMAA-2 (Lahdelma and Salminen, Oper. Res. 49, 2001)."""

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.stats.edge import Real

SMALLEST = 1e-15
TIE = 1e-12
MOST_EXACT = 15
Polygon = NDArray[np.float64]


class Acceptability(NamedTuple):
    """Shares of the possible weights: `ranks` (items, ranks) and `winning` (items, items), where one beats another.

    `central` is the mean weight vector with which an item is first, nan for one that never is. `draws` is 0 when
    the shares are exact.
    """

    ranks: Real
    winning: Real
    central: Real
    draws: int


def acceptability(values: Real, *, ordered: bool = False, draws: int = 40_000, seed: int = 0) -> Acceptability:
    """Rank acceptability for `values` of shape (items, criteria), weights being uniform on the simplex.

    With `ordered`, the weights fall in the order of the criteria. Exact for two criteria, and for three and up to
    15 items by cutting the triangle of weights along the lines where two items tie; else from seeded draws, with
    a standard error of at most 0.0025. Tied items take the better rank.

    >>> acceptability(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]])).ranks.round(4).tolist()
    [[0.25, 0.75], [0.75, 0.25]]
    """
    if not np.isfinite(values).all():
        raise ValueError("values are numbers: leave out items without an estimate")
    items, criteria = values.shape
    if criteria == 2:
        weights, share = _segments(values, ordered)
        return _summed(weights @ values.T, weights, share, 0)
    if criteria == 3 and items <= MOST_EXACT:
        cells = _cut(_triangle(ordered), values)
        area = np.array([_area(cell) for cell in cells])
        weights, share = np.array([_centre(cell) for cell in cells]), area / area.sum()
        weights = np.column_stack([weights, 1 - weights.sum(axis=1)])
        return _summed(weights @ values.T, weights, share, 0)
    exponentials = np.random.default_rng(seed).standard_exponential((draws, criteria))
    weights = exponentials / exponentials.sum(axis=1, keepdims=True)
    if ordered:
        weights = -np.sort(-weights, axis=1)
    return _summed(weights @ values.T, weights, np.full(draws, 1 / draws), draws)


def _summed(scores: Real, weights: Real, share: Real, draws: int) -> Acceptability:
    items = scores.shape[1]
    ahead = np.stack([(scores > scores[:, [item]] + TIE).sum(axis=1) for item in range(items)], axis=1)
    ranks = np.stack([((ahead == place) * share[:, np.newaxis]).sum(axis=0) for place in range(items)], axis=1)
    winning = np.stack(
        [((scores[:, [item]] > scores + TIE) * share[:, np.newaxis]).sum(axis=0) for item in range(items)]
    )
    central = np.full((items, weights.shape[1]), np.nan)
    for item in range(items):
        mass = share * (ahead[:, item] == 0)
        if mass.sum() > SMALLEST:
            central[item] = mass @ weights / mass.sum()
    return Acceptability(ranks, winning, central, draws)


def _segments(values: Real, ordered: bool) -> tuple[Real, Real]:
    """The weights of two criteria at the middle of each stretch without a tie, and how much of all they stand for."""
    start = 0.5 if ordered else 0.0
    gaps = [one - other for one, other in combinations(values, 2)]
    ties = [gap[1] / (gap[1] - gap[0]) for gap in gaps if abs(gap[1] - gap[0]) > TIE]
    ends = np.unique([start, 1.0, *(tie for tie in ties if start < tie < 1)])
    first = (ends[:-1] + ends[1:]) / 2
    return np.column_stack([first, 1 - first]), np.diff(ends) / (1 - start)


def _triangle(ordered: bool) -> list[Polygon]:
    corners = [[1, 0], [1 / 2, 1 / 2], [1 / 3, 1 / 3]] if ordered else [[1, 0], [0, 1], [0, 0]]
    return [np.array(corners, dtype=np.float64)]


def _cut(cells: list[Polygon], values: Real) -> list[Polygon]:
    """The cells between all lines on which two items tie; weights as their first two coordinates."""
    for one, other in combinations(values, 2):
        gap = one - other
        slope, offset = gap[:2] - gap[2], gap[2]
        if np.abs(slope).max() <= TIE:
            continue
        cells = [part for cell in cells for part in _split(cell, slope, offset)]
    return cells


def _split(cell: Polygon, slope: Real, offset: float) -> list[Polygon]:
    side = cell @ slope + offset
    if (side >= -TIE).all() or (side <= TIE).all():
        return [cell]
    parts: tuple[list[Real], list[Real]] = ([], [])
    for here, there, at, then in zip(cell, np.roll(cell, -1, axis=0), side, np.roll(side, -1), strict=True):
        if at >= -TIE:
            parts[0].append(here)
        if at <= TIE:
            parts[1].append(here)
        if (at > TIE and then < -TIE) or (at < -TIE and then > TIE):
            crossing = here + at / (at - then) * (there - here)
            parts[0].append(crossing)
            parts[1].append(crossing)
    made = [np.array(part) for part in parts if len(part) > 2]
    return [part for part in made if _area(part) > SMALLEST]


def _area(cell: Polygon) -> float:
    return abs(float(_cross(cell).sum())) / 2


def _centre(cell: Polygon) -> Real:
    cross = _cross(cell)
    return ((cell + np.roll(cell, -1, axis=0)) * cross[:, np.newaxis]).sum(axis=0) / (3 * cross.sum())


def _cross(cell: Polygon) -> Real:
    after = np.roll(cell, -1, axis=0)
    return cell[:, 0] * after[:, 1] - after[:, 0] * cell[:, 1]
