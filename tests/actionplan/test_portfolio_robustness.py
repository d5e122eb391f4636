"""How often each initiative is in when values vary."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.actionplan.portfolio.robustness import Inclusion, core, exterior, inclusion
from app.actionplan.portfolio.rules import Candidate, Problem, Solution, Status, solve

A = Candidate("A", 9, (1,), helix_value={"civil": 1})
B = Candidate("B", 5, (1,), helix_value={"civil": 5})
C = Candidate("C", 4, (1,), helix_value={"civil": 0})
THREE = Problem((A, B, C), (2,))
DRAWS = np.array([[9.0, 5, 4], [9, 4, 5], [9, 5, -1], [9, 5, 4.9]])


def test_shares_of_draws() -> None:
    heard = list[int]()
    found = inclusion(THREE, DRAWS, on_progress=lambda done: not heard.append(done))
    assert found == Inclusion({"A": 1, "B": 0.75, "C": 0.25}, 4, 0)
    assert heard == [1, 2, 3, 4]
    assert (core(found), exterior(found)) == (("A",), ())
    assert found == inclusion(THREE, DRAWS, on_progress=lambda done: True)


def test_core_and_exterior_have_their_bounds() -> None:
    found = Inclusion({"A": 0.9, "B": 0.899, "C": 0.1, "D": 0.101}, 1000, 0)
    assert (core(found), exterior(found)) == (("A",), ("C",))


def test_it_can_be_cancelled() -> None:
    found = inclusion(THREE, DRAWS, on_progress=lambda done: done < 2)
    assert found == Inclusion({"A": 1, "B": 0.5, "C": 0.5}, 2, 0)


def test_without_time_nothing_is_said() -> None:
    found = inclusion(THREE, DRAWS, seconds=0, on_progress=lambda done: True)
    assert found == Inclusion({}, 0, 4)


def test_draws_without_a_plan_count_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped_once(problem: Problem, **limits: Any) -> Solution:
        return Solution(Status.STOPPED, None, {}, None) if problem.candidates[1].value == 4 else solve(problem)

    monkeypatch.setattr("app.actionplan.portfolio.robustness.solve", stopped_once)
    found = inclusion(THREE, DRAWS, on_progress=lambda done: True)
    assert found == Inclusion({"A": 1, "B": 1, "C": 0}, 3, 1)


def test_what_cannot_be_has_no_shares() -> None:
    found = inclusion(replace(THREE, region_min_count={"north": 1}), DRAWS, on_progress=lambda done: True)
    assert found == Inclusion({}, 0, 0)


def test_the_fairest_share_stays() -> None:
    fair = replace(THREE, budgets=(1,), is_fair=True)
    assert solve(fair).start_year == {"B": 1}
    found = inclusion(fair, DRAWS, on_progress=lambda done: True)
    assert found.share == {"A": 0, "B": 1, "C": 0}


def test_draws_have_one_column_an_initiative() -> None:
    with pytest.raises(ValueError, match="one column an initiative"):
        inclusion(THREE, DRAWS.T, on_progress=lambda done: True)
