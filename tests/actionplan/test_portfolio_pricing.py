"""Prices and losses are true, and reasons can be read from the plan."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import event, given, settings

from app.actionplan.portfolio.checking import Rule, breaches_of
from app.actionplan.portfolio.conflicts import Give, what_must_give
from app.actionplan.portfolio.pricing import (
    Why,
    WhyKind,
    fits_now,
    loss_of_including,
    loss_of_removing,
    price_of,
    price_of_hand,
    things_to_price,
    why_out,
)
from app.actionplan.portfolio.problem import years_for
from app.actionplan.portfolio.rules import Candidate, Dependency, Problem, Solution, Status, solve
from tests.actionplan.portfolios import best_by_trying, problems

NORTH, SOUTH = ("north",), ("south",)
A = Candidate("A", 9, (2, 2), NORTH, {"civil": 1}, lead="us")
B = Candidate("B", 5, (2,), SOUTH, {"civil": 4}, lead="us")
C = Candidate("C", 4, (1,), NORTH, {"civil": 3, "industry": 1})
D = Candidate("D", 1, (0.5,), SOUTH, {"industry": 2}, lead="them")
FOUR = Problem((A, B, C, D), (2, 2, 1))
RULES: dict[str, Any] = {
    "region_min_count": {"south": 1, "west": 0},
    "region_max_spend_share": 0.8,
    "helix_floor": {"civil": 3, "industry": 0},
    "max_starts_per_year": 1,
    "lead_capacity": {"us": 1},
    "is_fair": True,
    "exclusions": (("A", "B"),),
}


def test_everything_soft_has_a_price() -> None:
    assert list(things_to_price(replace(FOUR, **RULES))) == [
        (Rule.REGION_COUNT, "south"),
        (Rule.REGION_SHARE, ""),
        (Rule.HELIX_FLOOR, "civil"),
        (Rule.STARTS, ""),
        (Rule.CAPACITY, "us"),
        (Rule.FAIRNESS, ""),
        (Rule.EXCLUSION, "A B"),
    ]
    assert not list(things_to_price(FOUR))
    with pytest.raises(ValueError, match="no price"):
        price_of(FOUR, solve(FOUR), Rule.BUDGET, "")


@pytest.mark.parametrize(
    ("rules", "rule", "name", "amount"),
    [
        pytest.param({"region_min_count": {"south": 2}}, Rule.REGION_COUNT, "south", 3, id="region minimum"),
        pytest.param({"region_max_spend_share": 0.75}, Rule.REGION_SHARE, "", 3, id="spend share"),
        pytest.param({"helix_floor": {"civil": 6, "industry": 0}}, Rule.HELIX_FLOOR, "civil", 3, id="floor"),
        pytest.param(
            {"helix_floor": {"civil": 6, "industry": 1}}, Rule.HELIX_FLOOR, "industry", 0, id="floor for free"
        ),
        pytest.param({"max_starts_per_year": 0}, Rule.STARTS, "", 13, id="starts"),
        pytest.param({"lead_capacity": {"us": 0}}, Rule.CAPACITY, "us", 8, id="capacity"),
        pytest.param({"exclusions": (("A", "C"), ("C", "B"))}, Rule.EXCLUSION, "A C", 3, id="exclusion"),
        pytest.param({"is_fair": True}, Rule.FAIRNESS, "", 3, id="fairness"),
    ],
)
def test_a_price_is_what_the_rule_costs(rules: dict[str, Any], rule: Rule, name: str, amount: float) -> None:
    problem = replace(FOUR, **rules)
    price = price_of(problem, solve(problem), rule, name)
    assert (price.rule, price.name, price.amount, price.gap) == (rule, name, pytest.approx(amount), 0)


def test_there_is_no_price_without_a_plan() -> None:
    nothing = Solution(Status.STOPPED, None, {}, None)
    problem = replace(FOUR, max_starts_per_year=1)
    assert price_of(problem, nothing, Rule.STARTS, "").amount is None


def test_what_is_not_proven_is_no_gain() -> None:
    problem = replace(FOUR, max_starts_per_year=9)
    best = replace(solve(problem), objective=99.0)
    assert price_of(problem, best, Rule.STARTS, "").amount == 0


def test_what_was_decided_can_be_taken_back() -> None:
    without = replace(FOUR, candidates=(replace(A, is_forbidden=True), B, C, D))
    assert loss_of_including(without, solve(without), "A").amount == pytest.approx(-3)
    with_it = replace(FOUR, candidates=(A, B, C, replace(D, is_mandatory=True)))
    assert loss_of_removing(with_it, solve(with_it), "D").amount == pytest.approx(-3)
    assert loss_of_removing(FOUR, solve(FOUR), "A").amount == pytest.approx(3)


def test_placing_by_hand_has_a_price() -> None:
    placed = replace(FOUR, candidates=(A, replace(B, is_mandatory=True, earliest=1, latest=1), C, D))
    found = price_of_hand(FOUR, placed)
    assert (found.amount, found.plan.start_year["B"]) == (pytest.approx(3), 1)


@settings(max_examples=60, deadline=None)
@given(problem=problems(most=4))
def test_every_loss_is_true(problem: Problem) -> None:
    best = solve(problem)
    if best.objective is None:
        return
    for place, one in enumerate(problem.candidates):
        for loss_of, is_in in ((loss_of_including, True), (loss_of_removing, False)):
            changed = replace(one, is_mandatory=is_in, is_forbidden=not is_in)
            forced = replace(
                problem, candidates=(*problem.candidates[:place], changed, *problem.candidates[place + 1 :])
            )
            expected, found = best_by_trying(forced), loss_of(problem, best, one.id)
            event("possible" if expected is not None else "impossible")
            if expected is None:
                assert (found.amount, bool(found.gives)) == (None, True)
            else:
                assert found.amount == pytest.approx(best.objective - expected, abs=1e-7)
                assert (one.id in found.plan.start_year) is is_in
                assert not breaches_of(forced, found.plan.start_year)


@pytest.mark.parametrize(
    ("rules", "plan", "name", "expected"),
    [
        pytest.param(
            {"candidates": (A, replace(B, is_forbidden=True))}, {"A": 1}, "B", Why(WhyKind.FORBIDDEN), id="forbidden"
        ),
        pytest.param(
            {"candidates": (A, replace(B, cost=(1,) * 4))}, {}, "B", Why(WhyKind.PERIOD, amount=4), id="too long"
        ),
        pytest.param({"candidates": (A, replace(B, value=0))}, {}, "B", Why(WhyKind.NO_VALUE), id="no value"),
        pytest.param(
            {"dependencies": (Dependency("A", "B"), Dependency("C", "B"))},
            {"C": 1},
            "B",
            Why(WhyKind.WAITS_FOR, ("A",)),
            id="waits",
        ),
        pytest.param(
            {"dependencies": (Dependency("A", "B", 1), Dependency("C", "B", 1))},
            {"C": 3, "A": 1},
            "B",
            Why(WhyKind.WAITS_FOR, ("C",), year=4),
            id="waits for what is late",
        ),
        pytest.param(
            {"exclusions": (("A", "B", "C"), ("A", "B"))},
            {"A": 1},
            "B",
            Why(WhyKind.EXCLUDED_BY, ("A",)),
            id="excluded",
        ),
        pytest.param({}, {"A": 1}, "C", Why(WhyKind.FITS, start=3), id="fits"),
        pytest.param({}, {"A": 1}, "B", Why(WhyKind.BUDGET, (), 3, 3, 1), id="budget"),
        pytest.param(
            {"dependencies": (Dependency("D", "A", 0),)},
            {"D": 2, "B": 1},
            "A",
            Why(WhyKind.BUDGET, (), 2, 3, 1),
            id="the year that lacks most",
        ),
        pytest.param(
            {"max_starts_per_year": 1, "budgets": (9, 9, 9)},
            {"A": 1, "B": 2, "D": 3},
            "C",
            Why(WhyKind.STARTS, (), 1, 1, 1),
            id="starts",
        ),
        pytest.param(
            {"lead_capacity": {"us": 1}, "budgets": (9, 9)},
            {"A": 1},
            "B",
            Why(WhyKind.CAPACITY, ("us",), 1, 1, 1),
            id="capacity",
        ),
        pytest.param(
            {"region_max_spend_share": 0.5, "budgets": (9, 9)},
            {"B": 1, "C": 1},
            "D",
            Why(WhyKind.REGION_SHARE, ("south",), 1, None, 0.75),
            id="spend share",
        ),
        pytest.param({"max_starts_per_year": 0, "budgets": (2, 2, 0)}, {"A": 1}, "C", Why(WhyKind.OUTBID), id="outbid"),
    ],
)
def test_the_reason_is_told(rules: dict[str, Any], plan: dict[str, int], name: str, expected: Why) -> None:
    assert why_out(replace(FOUR, **rules), plan, name) == expected


def test_reasons_are_for_what_is_out() -> None:
    for name in ("A", "X"):
        with pytest.raises(ValueError, match=f"initiative {name}"):
            why_out(FOUR, {"A": 1}, name)


@settings(max_examples=60, deadline=None)
@given(problem=problems(most=4))
def test_what_fits_now_does(problem: Problem) -> None:
    plan = solve(problem).start_year
    for one in problem.candidates:
        if one.id in plan or breaches_of(problem, plan):
            continue
        fitting = [year for year in years_for(problem, one) if not breaches_of(problem, {**plan, one.id: year})]
        assert fits_now(problem, plan, one.id) == min(fitting, default=None)
        reason = why_out(problem, plan, one.id)
        event(reason.kind)
        # the best plan has no room for what is worth something, unless it would not be as fair
        assert problem.is_fair or reason.kind is not WhyKind.FITS
        assert (reason.kind is WhyKind.FITS) <= bool(fitting)


def test_what_is_forbidden_fits_never() -> None:
    free = {"budgets": (9, 9, 9)}
    assert fits_now(replace(FOUR, **free), {}, "A") == 1
    assert fits_now(replace(FOUR, candidates=(replace(A, is_forbidden=True), B, C, D), **free), {}, "A") is None


def test_a_plan_that_is_broken_already_can_take_more() -> None:
    assert fits_now(FOUR, {"A": 1, "B": 1}, "D") == 3
    assert fits_now(FOUR, {"A": 1, "B": 1, "C": 3}, "D") is None


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param({"region_min_count": {"south": 3}}, [Give(Rule.REGION_COUNT, "south", None, 1)], id="region"),
        pytest.param({"helix_floor": {"industry": 4}}, [Give(Rule.HELIX_FLOOR, "industry", None, 1)], id="floor"),
        pytest.param(
            {"candidates": (replace(A, is_mandatory=True),), "lead_capacity": {"us": 0}},
            [Give(Rule.CAPACITY, "us", 1, 1), Give(Rule.CAPACITY, "us", 2, 1)],
            id="capacity",
        ),
        pytest.param(
            {"region_min_count": {"north": 2}, "max_starts_per_year": 0},
            [Give(Rule.REGION_COUNT, "north", None, 2)],
            id="the least",
        ),
        pytest.param(
            {"candidates": (replace(A, is_mandatory=True),), "region_max_spend_share": 0.5},
            [Give(Rule.REGION_SHARE, "north", None, 2)],
            id="share",
        ),
        pytest.param(
            {"candidates": (replace(A, is_mandatory=True),), "budgets": (1, 1, 2)},
            [Give(Rule.BUDGET, "", 2, 1)],
            id="budget",
        ),
        pytest.param(
            {"candidates": (replace(A, is_mandatory=True, latest=1),), "budgets": (0, 1, 9), "carry_over": True},
            [Give(Rule.BUDGET, "", 1, 2), Give(Rule.BUDGET, "", 2, 1)],
            id="budget carried over",
        ),
        pytest.param(
            {
                "candidates": (
                    Candidate("A", 1, (3,), is_mandatory=True),
                    Candidate("B", 1, (0,), earliest=2, is_mandatory=True),
                ),
                "budgets": (1, 0),
                "carry_over": True,
                "max_starts_per_year": 1,
            },
            [Give(Rule.BUDGET, "", 1, 2)],
            id="money that is given once is there later",
        ),
        pytest.param(
            {
                "candidates": (Candidate("A", 1, (3,), is_mandatory=True), B),
                "budgets": (2,),
                "region_min_count": {"south": 1},
            },
            [Give(Rule.BUDGET, "", 1, 1), Give(Rule.REGION_COUNT, "south", None, 1)],
            id="rather what a region was promised than money",
        ),
        pytest.param(
            {"candidates": (replace(A, is_mandatory=True), replace(B, is_mandatory=True)), "exclusions": (("A", "B"),)},
            [Give(Rule.MANDATORY, "B", None, None)],
            id="the less valuable mandatory one",
        ),
        pytest.param(
            {
                "candidates": (replace(A, is_mandatory=True), replace(B, is_forbidden=True)),
                "dependencies": (Dependency("B", "A"),),
            },
            [Give(Rule.MANDATORY, "A", None, None)],
            id="mandatory and waiting in vain",
        ),
        pytest.param(
            {
                "candidates": (replace(A, is_mandatory=True), B),
                "dependencies": (Dependency("B", "A", 2),),
                "budgets": (0, 0, 0),
            },
            [Give(Rule.MANDATORY, "A", None, None)],
            id="no time for the chain",
        ),
    ],
)
def test_the_least_gives_way(rules: dict[str, Any], expected: list[Give]) -> None:
    assert list(what_must_give(replace(FOUR, **rules))) == expected


@settings(max_examples=100, deadline=None)
@given(problem=problems(most=4))
def test_something_gives_where_nothing_is_possible(problem: Problem) -> None:
    gives = what_must_give(problem)
    assert bool(gives) == (solve(problem).status is Status.INFEASIBLE)


def test_without_time_the_empty_plan_tells_what_gives() -> None:
    must = replace(A, is_mandatory=True)
    problem = replace(FOUR, candidates=(must, B, C, D), region_min_count={"south": 3}, budgets=(1, 1, 1))
    assert [give.rule for give in what_must_give(problem, seconds=0)] == [Rule.MANDATORY, Rule.REGION_COUNT]
