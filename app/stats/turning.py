"""What would change the first k: exactly, since scores are straight lines in each weight (methods.md section 11)."""

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
    found: list[Turns] = []
    for criterion, weight in enumerate(weights.tolist()):
        turns: list[Turn] = []
        for leaves in inside:
            for enters in outside:
                gap = float((matrix[leaves] - matrix[enters])[weights > 0] @ weights[weights > 0])
                slope = weight * float(matrix[leaves, criterion] - matrix[enters, criterion])
                if weight > 0 and abs(slope) > TIE:
                    # two that are tied change places at once, in the direction in which the one outside gains
                    change = -gap / slope if gap > TIE else -np.copysign(0.0, slope)
                    turns.append(Turn(float(change), leaves, enters))
        growing = [turn for turn in turns if not np.signbit(turn.change)]
        shrinking = [turn for turn in turns if np.signbit(turn.change) and turn.change > -1 + TIE]
        found.append(
            Turns(
                min(growing, default=None, key=lambda turn: turn.change),
                max(shrinking, default=None, key=lambda turn: turn.change),
            )
        )
    return found


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
