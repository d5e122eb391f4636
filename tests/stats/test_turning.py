"""What would change the first k, against numbers worked out by hand and against trying."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.stats.aggregation import rank_agreement
from app.stats.scoring import composite
from app.stats.turning import first, holds_within, turning_points

# scores with weights ½, ½: 3.0, 2.5, 1.0
MATRIX = np.array([[4.0, 2.0], [1.0, 4.0], [1.0, 1.0]])
EQUAL = np.array([0.5, 0.5])


def test_the_smallest_change_by_hand() -> None:
    # 2.0 + 1.0 against 0.5 + 2.0: 2 (1 + t) + 1 = 0.5 (1 + t) + 2 at t = -1/3, and with the second at t = +1/2
    one, other = turning_points(MATRIX, EQUAL, 1)
    assert one.growing is None
    assert one.shrinking
    assert one.shrinking.change == pytest.approx(-1 / 3)
    assert (one.shrinking.leaves, one.shrinking.enters) == (0, 1)
    assert other.growing
    assert other.growing.change == pytest.approx(1 / 2)
    assert other.shrinking is None


def test_all_weights_at_once_by_hand() -> None:
    # first loses where 2 (1 - s) + 1 (1 - s)... per criterion: +1.5 and -1: 1.5 (1 - s) = 1 (1 + s) at s = 0.2
    assert holds_within(MATRIX, EQUAL, 1, 0.19)
    assert holds_within(MATRIX, EQUAL, 1, 0.2)
    assert not holds_within(MATRIX, EQUAL, 1, 0.21)


def test_what_turns_nothing() -> None:
    assert [tuple(turns) for turns in turning_points(MATRIX, np.array([1.0, 0.0]), 1)] == [(None, None)] * 2
    assert [tuple(turns) for turns in turning_points(MATRIX, EQUAL, 3)] == [(None, None)] * 2
    assert holds_within(MATRIX, EQUAL, 3, 0.9)
    same = np.ones((3, 2))
    assert [tuple(turns) for turns in turning_points(same, EQUAL, 1)] == [(None, None)] * 2


def test_a_tie_at_the_edge_turns_at_once() -> None:
    one, other = turning_points(np.array([[3.0, 1.0], [1.0, 3.0]]), EQUAL, 1)
    assert one.growing is None
    assert one.shrinking
    assert one.shrinking.change == 0
    assert other.growing
    assert other.growing.change == 0
    assert not holds_within(np.array([[3.0, 1.0], [1.0, 3.0]]), EQUAL, 1, 0.01)


@given(st.lists(st.lists(st.integers(1, 9), min_size=3, max_size=3), min_size=3, max_size=7), st.data())
def test_nothing_changes_before_the_turn_and_something_after(rows: list[list[int]], data: st.DataObject) -> None:
    matrix = np.array(rows, np.float64)
    weights = np.array([0.5, 0.3, 0.2])
    k = data.draw(st.integers(1, len(rows) - 1))
    scores = composite(matrix, weights)
    inside = first(scores, k)
    outside = [place for place in range(len(rows)) if place not in inside]
    if min(scores[inside]) - max(scores[outside]) < 1e-9:
        return
    for criterion, turns in enumerate(turning_points(matrix, weights, k)):
        for turn, far in ((turns.growing, 50.0), (turns.shrinking, -0.999)):
            for share in (0.5, 0.999):
                tried = weights.copy()
                tried[criterion] *= 1 + share * (turn.change if turn else far)
                assert set(first(composite(matrix, tried), k)) == set(inside)
            if turn and turn.change > -0.99:
                tried = weights.copy()
                tried[criterion] *= 1 + turn.change * 1.001
                assert set(first(composite(matrix, tried), k)) != set(inside)


def test_tau_b_by_hand() -> None:
    # of six pairs four agree, one is reversed, one is tied in one order: 3 / sqrt(6 * 5)
    one, other = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 2.5, 2.5, 1.5])
    # pairs: 12 +, 13 +, 14 +, 23 tie, 24 -, 34 -
    assert rank_agreement(one, other) == pytest.approx((3 - 2) / np.sqrt(6 * 5))
    assert np.isnan(rank_agreement(one, np.ones(4)))
