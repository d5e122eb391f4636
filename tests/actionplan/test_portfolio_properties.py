"""What holds for every problem: the best of all plans is found, and no rule is broken."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import event, given, settings

from app.actionplan.portfolio.checking import breaches_of
from app.actionplan.portfolio.rules import Problem, Status, faults_of, solve, solve_with_second_best
from tests.actionplan.portfolios import best_by_trying, every_plan, make_problem, problems, worth


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


@settings(max_examples=60, deadline=None)
@given(problem=problems())
def test_a_looser_rule_never_lowers_the_optimum(problem: Problem) -> None:
    strict = replace(problem, is_fair=False)
    best = solve(strict).objective
    looser = {
        "more money": replace(strict, budgets=tuple(budget + 0.5 for budget in strict.budgets)),
        "what is left is carried over": replace(strict, carry_over=True),
        "no dependency": replace(strict, dependencies=strict.dependencies[1:]),
        "no exclusion": replace(strict, exclusions=strict.exclusions[1:]),
        "a shorter lag": replace(
            strict, dependencies=tuple(rule._replace(lag=max(rule.lag - 1, 0)) for rule in strict.dependencies)
        ),
        "nothing mandatory": replace(
            strict, candidates=tuple(replace(one, is_mandatory=False) for one in strict.candidates)
        ),
        "nothing forbidden": replace(
            strict, candidates=tuple(replace(one, is_forbidden=False) for one in strict.candidates)
        ),
        "any year": replace(
            strict, candidates=tuple(replace(one, earliest=1, latest=None) for one in strict.candidates)
        ),
        "no minimum": replace(strict, region_min_count={}),
        "no spend share": replace(strict, region_max_spend_share=None),
        "no floor": replace(strict, helix_floor={}),
        "one start more": replace(
            strict, max_starts_per_year=None if strict.max_starts_per_year is None else strict.max_starts_per_year + 1
        ),
        "more capacity": replace(strict, lead_capacity={name: most + 1 for name, most in strict.lead_capacity.items()}),
    }
    for name, other in looser.items():
        found = solve(other).objective
        assert best is None or (found is not None and found >= best - 1e-9), name


@settings(max_examples=40, deadline=None)
@given(problem=problems())
def test_the_same_problem_has_the_same_plan(problem: Problem) -> None:
    assert solve(problem) == solve(problem)


@settings(max_examples=60, deadline=None)
@given(problem=problems(most=4))
def test_the_second_best_is_the_next_of_all_plans(problem: Problem) -> None:
    problem = replace(problem, is_fair=False)
    found = solve_with_second_best(problem)
    worths = sorted((worth(problem, plan) for plan in every_plan(problem)), reverse=True)
    assert found.second_best == (pytest.approx(worths[1], abs=1e-9) if len(worths) > 1 else None)
    if worths:
        assert found.is_unique == (len(worths) == 1 or worths[0] - worths[1] > 1e-7 * max(1, worths[0]))


@pytest.mark.parametrize("rules", [{}, {"carry_over": True}, {"is_fair": True}], ids=["usual", "carried over", "fair"])
def test_plans_of_many_initiatives_keep_every_rule(rules: dict[str, Any]) -> None:
    for seed in range(1, 4):
        problem = replace(make_problem(20, seed), **rules)
        found = solve(problem, gap=0.01, seconds=60)
        assert not breaches_of(problem, found.start_year)
        assert found.objective is None or len(found.start_year) > 3
