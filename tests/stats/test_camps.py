"""Who stands apart, how surely, and whether a group opposes; and the intervals that say so."""

import numpy as np
import pytest
from numpy.typing import NDArray

from app.stats.camps import Pattern, find_camps, opposes
from app.stats.disclosure import cells_are_told, crossing_is_told
from app.stats.groups import delta_interval

HIGH, MIDDLE, LOW = [0.0, 0, 1, 5, 6], [1.0, 3, 5, 2, 1], [6.0, 4, 2, 0, 0]
EVERYBODY = [True] * 4


@pytest.mark.parametrize(
    ("groups", "pattern", "apart"),
    [
        pytest.param([HIGH, HIGH, LOW, HIGH], Pattern.ONE_APART, (2,), id="one rates lower"),
        pytest.param([LOW, HIGH, LOW, LOW], Pattern.ONE_APART, (1,), id="one rates higher"),
        pytest.param([HIGH, LOW, HIGH, LOW], Pattern.TWO_CAMPS, (1, 3), id="two against two"),
        pytest.param([MIDDLE] * 4, Pattern.NONE, (), id="nobody"),
        pytest.param([[6.0, 0, 0, 0, 6]] * 4, Pattern.SPLIT_WITHIN, (), id="each split within itself"),
        pytest.param([[0.0] * 5] * 4, Pattern.NONE, (), id="no answers"),
        pytest.param([[0.0, 0, 0, 0, 1], LOW, [0.0] * 5, LOW], Pattern.NONE, (), id="one answer is no group"),
    ],
)
def test_pattern(groups: list[list[float]], pattern: Pattern, apart: tuple[int, ...]) -> None:
    found = find_camps(np.array(groups), EVERYBODY)
    assert (found.pattern, found.apart) == (pattern, apart)
    assert (found.delta is None) == (found.interval is None) == (not apart)


def test_two_groups_are_two_camps_and_the_lower_is_named() -> None:
    found = find_camps(np.array([HIGH, LOW]), [True, True])
    assert (found.pattern, found.apart, found.is_sure) == (Pattern.TWO_CAMPS, (1,), True)
    assert found.interval is not None
    assert found.delta is not None
    assert found.interval[0] < found.delta < found.interval[1]


def test_a_group_that_may_not_speak_is_not_named() -> None:
    assert find_camps(np.array([HIGH, LOW, HIGH]), [True, False, True]).pattern is Pattern.NONE


def test_few_answers_are_not_sure() -> None:
    found = find_camps(np.array([[0.0, 0, 1, 1, 1], [0.0, 1, 1, 1, 0]]), [True, True])
    assert found.pattern is Pattern.TWO_CAMPS
    assert not found.is_sure


def test_nobody_opposes_without_answers() -> None:
    assert opposes(np.zeros(5), slice(0, 2)) == (False, False)


def naive_interval(x: NDArray[np.int64], y: NDArray[np.int64]) -> tuple[float, float]:
    """The limits of Feng and Cliff (2004) from every pair of people, as the paper writes them."""
    pairs = np.sign(x[:, np.newaxis] - y)
    n, m = pairs.shape
    d = pairs.mean()
    squares = [((part - d) ** 2).sum() for part in (pairs.mean(axis=1), pairs.mean(axis=0), pairs)]
    variance = (m**2 * squares[0] + n**2 * squares[1] - squares[2]) / (n * m * (n - 1) * (m - 1))
    variance, z = max(variance, (1 - d**2) / (n * m - 1)), 1.959963984540054
    half = z * np.sqrt(variance) * np.sqrt((1 - d**2) ** 2 + z**2 * variance)
    return tuple((d - d**3 + side * half) / (1 - d**2 + z**2 * variance) for side in (-1, 1))


@pytest.mark.parametrize("seed", range(20))
def test_delta_interval_from_counts_is_that_of_the_people(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = (rng.integers(1, 6, int(rng.integers(6, 20))) for _ in range(2))
    counts = np.array([np.bincount(one, minlength=6)[1:] for one in (x, y)], dtype=float)
    low, high = delta_interval(counts)
    assert (low[0], high[0]) == pytest.approx(naive_interval(x, y), abs=1e-9)


def test_delta_interval_at_the_ends() -> None:
    apart = np.array([[0.0, 6.0], [9.0, 0.0], [1.0, 0.0]])
    low, high = delta_interval(apart)
    # Wilson's lower limit of 6 of 6 is 0.6097
    assert (low[0], high[0]) == pytest.approx((2 * 0.60966 - 1, 1), abs=1e-4)
    assert np.isnan([low[1], high[1], low[2], high[2]]).all()
    low, high = delta_interval(apart[[1, 0]])
    assert (low[0], high[0]) == pytest.approx((-1, 1 - 2 * 0.60966), abs=1e-4)


def test_a_single_group_crosses_with_nothing() -> None:
    assert not crossing_is_told(np.array([[3.0, 9.0], [0.0, 0.0]]), np.array([[1.0, 4.0], [2.0, 5.0]]))


def test_totals_tell_a_cell_that_stands_alone_and_an_empty_one_does_not_count() -> None:
    counts = np.array([[9.0, 2.0, 3.0], [8.0, 4.0, 2.0], [6.0, 7.0, 9.0]])
    everything = np.ones(3, dtype=np.bool_)
    # two hidden cells in each row and each column may trade people
    assert not cells_are_told(counts, counts > 4, everything, everything, 5)
    assert cells_are_told(counts, counts > 2, everything, everything, 5)
    assert not cells_are_told(counts * [1, 0, 1], counts > 1, everything, everything, 5)
