"""What would change the first k: exactly, since scores are straight lines in each weight (methods.md section 11)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from app.stats.edge import Real
from app.stats.scoring import composite, rank

TIE = 1e-12


class Turn(NamedTuple):
    """The relative `change` of one weight at which one item leaves the first k and another enters, by their place."""

    change: float
    leaves: int
    enters: int


class Turns(NamedTuple):
    """The nearest turn when a weight grows and when it shrinks; None where no change of it alters the first k."""

    growing: Turn | None
    shrinking: Turn | None


def first(scores: Real, k: int) -> list[int]:
    """The places of the first k by score; of those tied at the edge the earlier ones.

    >>> first(np.array([1.0, 3.0, 2.0]), 2)
    [1, 2]
    """
    return [int(place) for place in np.argsort(rank(scores), kind="stable")[:k]]


def turning_points(matrix: Real, weights: Real, k: int) -> list[Turns]:
    """For each criterion the smallest change of its weight alone that alters the first k; `matrix` (items, criteria).

    Only the proportions of weights count, so a weight without others beside it, or of 0, turns nothing.

    >>> turns = turning_points(np.array([[4.0, 2.0], [2.0, 3.0]]), np.array([0.5, 0.5]), 1)
    >>> turns[0].shrinking, turns[1].growing
    (Turn(change=-0.5, leaves=0, enters=1), Turn(change=1.0, leaves=0, enters=1))
    """
    if (weights > 0).sum() < 2:
        return [Turns(None, None)] * len(weights)
    inside = first(composite(matrix, weights), k)
    outside = [place for place in range(len(matrix)) if place not in inside]
    apart = (matrix[inside][:, np.newaxis] - matrix[outside])[..., weights > 0]
    gaps: Real = (apart * weights[weights > 0]).sum(axis=-1)
    found: list[Turns] = []
    for criterion, weight in enumerate(weights.tolist()):
        slopes: Real = weight * (matrix[inside, criterion][:, np.newaxis] - matrix[outside, criterion])
        is_turn = (weight > 0) & (np.abs(slopes) > TIE)
        # two that are tied change places at once, in the direction in which the one outside gains
        changes: Real = np.where(gaps > TIE, -gaps / np.where(is_turn, slopes, 1), np.where(slopes > 0, -0.0, 0.0))
        grows = is_turn & ~np.signbit(changes)
        shrinks = is_turn & np.signbit(changes) & (changes > -1 + TIE)
        found.append(
            Turns(
                _nearest(np.where(grows, changes, np.inf), inside, outside),
                _nearest(np.where(shrinks, changes, -np.inf), inside, outside),
            )
        )
    return found


def _nearest(changes: Real, inside: Sequence[int], outside: Sequence[int]) -> Turn | None:
    """The smallest change, of those alike the first; endless ones are none."""
    if not changes.size:
        return None
    row, column = divmod(int(np.argmin(np.abs(changes))), len(outside))
    change = float(changes[row, column])
    return Turn(change, inside[row], outside[column]) if np.isfinite(change) else None


def holds_within(matrix: Real, weights: Real, k: int, within: float) -> bool:
    """Whether the first k stay the same however all weights change at once, each by at most a share of itself.

    A difference of two scores is least at a corner of the box of weights, so every corner is covered by one sum.

    >>> holds_within(np.array([[4.0, 2.0], [2.0, 3.0]]), np.array([0.5, 0.5]), 1, 0.2)
    True
    >>> holds_within(np.array([[4.0, 2.0], [2.0, 3.0]]), np.array([0.5, 0.5]), 1, 0.4)
    False
    """
    counted = weights > 0
    inside = first(composite(matrix, weights), k)
    outside = [place for place in range(len(matrix)) if place not in inside]
    ahead = (matrix[inside][:, np.newaxis] - matrix[outside])[..., counted] * weights[counted]
    worst = np.where(ahead > 0, ahead * (1 - within), ahead * (1 + within)).sum(axis=-1)
    return bool((worst >= -TIE).all())
