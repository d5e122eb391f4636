"""What holds for every problem: the best of all plans is found, and no rule is broken."""

from dataclasses import replace

import pytest
from hypothesis import event, given, settings

from app.actionplan.portfolio.checking import breaches_of
from app.actionplan.portfolio.rules import Problem, Status, faults_of, solve
from tests.actionplan.portfolios import best_by_trying, problems


@settings(max_examples=150, deadline=None)
@given(problem=problems())
def test_the_best_of_all_plans_is_found(problem: Problem) -> None:
    best, found = best_by_trying(problem), solve(problem)
    event("has a plan" if best is not None else "has none")
    assert found.status is (Status.INFEASIBLE if best is None else Status.OPTIMAL)
    assert found.objective == (None if best is None else pytest.approx(best, abs=1e-9))
    assert best is None or not breaches_of(problem, found.start_year)


@settings(max_examples=150, deadline=None)
@given(problem=problems())
def test_what_is_said_to_be_fatal_is(problem: Problem) -> None:
    faults = faults_of(problem)
    for fault in faults:
        event(f"{fault.kind} {fault.is_fatal}")
    if any(fault.is_fatal for fault in faults):
        assert best_by_trying(replace(problem, is_fair=False)) is None
