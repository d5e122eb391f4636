"""A plan that breaks rules is put right by the act that costs least, and what cannot be is told."""

import time
from dataclasses import replace

import pytest
from hypothesis import event, given, settings

from app.actionplan.portfolio.checking import Rule, breaches_of
from app.actionplan.portfolio.fixing import Fix, fixes_of
from app.actionplan.portfolio.problem import years_for
from app.actionplan.portfolio.rules import Candidate, Dependency, Problem, solve
from tests.actionplan.portfolios import make_problem, problems, worth

A, B, C, D = (Candidate(name, 5 - place, (1,)) for place, name in enumerate("ABCD"))
FOUR = Problem((A, B, C, D), (1, 1, 1), 0.9)


def test_what_is_right_needs_no_fix() -> None:
    assert fixes_of(FOUR, {"A": 1, "B": 2}) == ()


def test_one_act_is_enough() -> None:
    found = fixes_of(FOUR, {"A": 1, "B": 1})
    assert [fix.acts for fix in found] == [(("B", 2),), (("A", 2),), (("B", 3),), (("A", 3),), (("B", None),)]
    assert (found[0].loss, found[0].left) == (pytest.approx(0.4), ())
    assert [fix.loss for fix in found] == sorted(fix.loss for fix in found)


def test_a_missing_predecessor_is_added() -> None:
    problem = replace(FOUR, dependencies=(Dependency("D", "A"),))
    found = fixes_of(problem, {"A": 2, "B": 3})
    assert (found[0].acts, found[0].loss) == ((("D", 1),), pytest.approx(-2))


def test_two_acts_where_one_is_not_enough() -> None:
    found = fixes_of(FOUR, {"A": 1, "B": 1, "C": 1})
    assert found[0].acts == (("B", 2), ("C", 3))
    assert all(len(fix.acts) == 2 and not fix.left for fix in found)


def test_what_two_acts_cannot_repair_is_told() -> None:
    candidates = tuple(Candidate(name, 1, (1,), is_forbidden=True) for name in "ABC")
    found = fixes_of(replace(FOUR, candidates=candidates), dict(zip("ABC", (1, 2, 3), strict=True)))
    assert [breach.rule for breach in found[0].left] == [Rule.FORBIDDEN]
    assert len(found[0].acts) == 2
    assert [fix.loss for fix in found[:3]] == [pytest.approx(loss) for loss in (1.71, 1.81, 1.9)]


def test_a_mandatory_one_that_is_too_dear_is_beyond_repair() -> None:
    must = Candidate("A", 1, (9,), is_mandatory=True)
    assert fixes_of(Problem((must,), (1,)), {"A": 1}) == ()


def test_what_must_be_in_is_never_left_out_even_where_less_would_be_broken() -> None:
    dear = Candidate("A", 5, (2, 2, 2), is_mandatory=True)
    problem = replace(FOUR, candidates=(dear, B, C, D))
    assert len(breaches_of(problem, {"A": 1})) == 3
    assert fixes_of(problem, {"A": 1}) == ()
    free = replace(problem, candidates=(replace(dear, is_mandatory=False), B, C, D))
    assert [fix.acts for fix in fixes_of(free, {"A": 1})] == [(("A", None),)]


def test_what_waits_for_itself_without_a_lag_is_no_obstacle() -> None:
    problem = replace(FOUR, dependencies=(Dependency("A", "A"),))
    assert solve(problem) == solve(FOUR)
    assert fixes_of(problem, {"A": 1, "B": 1}) == fixes_of(FOUR, {"A": 1, "B": 1})


def test_what_nobody_knows_is_taken_out() -> None:
    assert fixes_of(FOUR, {"X": 1, "A": 1}) == (Fix((("X", None),), 0.0),)
    assert fixes_of(FOUR, {"A": 9})[0].acts == (("A", 1),)
    assert fixes_of(FOUR, {"A": 0})[0].acts == (("A", 1),)


@settings(max_examples=80, deadline=None)
@given(problem=problems(most=4))
def test_the_cheapest_single_act_is_found(problem: Problem) -> None:
    plan = {one.id: 1 + place % 2 for place, one in enumerate(problem.candidates) if place < 3}
    found = fixes_of(problem, plan)
    if not breaches_of(problem, plan):
        assert found == ()
        return
    alone = [
        after
        for one in problem.candidates
        for year in (None, *(() if one.is_forbidden else years_for(problem, one)))
        for after in [{name: start for name, start in {**plan, one.id: year}.items() if start}]
        if not breaches_of(problem, after)
    ]
    event("one act" if alone else "two acts or none" if found else "no fix")
    if alone:
        assert len(found[0].acts) == 1
        assert found[0].loss == pytest.approx(worth(problem, plan) - max(worth(problem, one) for one in alone))
    for fix in found:
        after = {name: year for name, year in {**plan, **dict(fix.acts)}.items() if year}
        assert fix.left == breaches_of(problem, after)
        assert len(fix.left) < len(breaches_of(problem, plan))


def test_sixty_initiatives_are_repaired_at_once() -> None:
    problem = make_problem(60, 2)
    plan = dict(solve(problem, gap=0.02).start_year)
    spoiled = plan | dict.fromkeys(sorted(plan, key=lambda name: -problem.by_id[name].whole_cost)[:3], 1)
    cheaper = replace(problem, budgets=tuple(0.8 * budget for budget in problem.budgets))
    times = list[float]()
    for asked, broken in ((problem, spoiled), (cheaper, plan), (cheaper, spoiled)):
        assert breaches_of(asked, broken)
        times.append(min(_seconds(asked, broken) for _ in range(3)))
    assert max(times) < 0.3


def _seconds(problem: Problem, plan: dict[str, int]) -> float:
    start = time.process_time()
    fixes_of(problem, plan)
    return time.process_time() - start
