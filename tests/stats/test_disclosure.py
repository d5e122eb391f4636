"""Whether two breakdowns beside each other tell the answers of a small cell of both."""

import numpy as np
import pytest
from numpy.typing import NDArray

from app.stats.disclosure import crossed_answers_are_told

ALL = np.ones(3, dtype=np.bool_)
# not high and high, by helix and region: all of the second region are of the first helix
FOUND = np.array([[[4.0, 0], [3, 2], [2, 0]], [[2, 1], [0, 0], [3, 3]]])


@pytest.mark.parametrize(
    ("counts", "more", "shown", "is_told"),
    [
        pytest.param(FOUND, 0, ALL, True, id="all high answers of the first row are in one column"),
        pytest.param(FOUND, 1, ALL, False, id="somebody may be anywhere without having answered"),
        pytest.param(FOUND, 0, ~ALL, False, id="no column is shown"),
        pytest.param(FOUND + 5, 0, ALL, False, id="no cell is small"),
        pytest.param(np.full((2, 3, 2), 2.0), 0, ALL, False, id="answers may have changed places"),
    ],
)
def test_crossed_answers(counts: NDArray[np.float64], more: int, shown: NDArray[np.bool_], is_told: bool) -> None:
    people = counts.sum(axis=-1) + more
    assert crossed_answers_are_told(counts, people, np.ones(2, dtype=np.bool_), shown, 5) is is_told


def test_hidden_rows_are_known_together() -> None:
    assert not crossed_answers_are_told(FOUND, FOUND.sum(axis=-1), np.zeros(2, dtype=np.bool_), ALL, 5)
