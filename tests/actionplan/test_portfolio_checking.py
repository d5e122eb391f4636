"""Plans are judged by the words of the rules: one case for each way to break one."""

import time
from dataclasses import replace
from typing import Any

import pytest

from app.actionplan.portfolio.checking import Breach, Rule, breaches_of
from app.actionplan.portfolio.rules import Candidate, Dependency, Problem, solve, spend_by_year
from tests.actionplan.portfolios import make_problem

NORTH, SOUTH = ("north",), ("south",)
FOUR = Problem(
    (
        Candidate("A", 3, (2, 2), NORTH, {"civil": 2}, lead="us"),
        Candidate("B", 2, (1,), SOUTH, {"civil": 1}, lead="us"),
        Candidate("C", 2, (1,), (*NORTH, *SOUTH), lead="us"),
        Candidate("D", 1, (0.5, 0, 0.5), earliest=2),
    ),
    budgets=(3, 3, 3, 3),
)


@pytest.mark.parametrize(
    ("rules", "plan", "expected"),
    [
        pytest.param({}, {}, [], id="the empty plan"),
        pytest.param({}, {"A": 1, "B": 1, "C": 2, "D": 2}, [Breach(Rule.BUDGET, ("A", "C", "D"), 2, 0.5)], id="budget"),
        pytest.param({}, {"A": 1, "B": 1, "C": 3, "D": 2}, [], id="within every budget"),
        pytest.param(
            {"budgets": (3.5, 2.5, 3, 3)},
            {"A": 1, "B": 1, "C": 1},
            [Breach(Rule.BUDGET, ("A", "B", "C"), 1, 0.5)],
            id="budget of a year",
        ),
        pytest.param({"carry_over": True, "budgets": (3, 1, 0, 0)}, {"A": 1}, [], id="what is left is carried over"),
        pytest.param(
            {"carry_over": True, "budgets": (1, 3, 0, 0)},
            {"A": 1},
            [Breach(Rule.BUDGET, ("A",), 1, 1)],
            id="nothing comes from later",
        ),
        pytest.param(
            {"carry_over": True, "budgets": (1, 1, 1, 0)},
            {"A": 3, "B": 1},
            [Breach(Rule.BUDGET, ("A", "B"), 4, 2)],
            id="carried over in vain",
        ),
        pytest.param({"dependencies": (Dependency("B", "A"),)}, {"A": 1, "B": 1}, [], id="both at once"),
        pytest.param(
            {"dependencies": (Dependency("B", "A", 1),)},
            {"A": 1, "B": 1},
            [Breach(Rule.DEPENDENCY, ("B", "A"), 2)],
            id="too early",
        ),
        pytest.param(
            {"dependencies": (Dependency("B", "A"),)},
            {"A": 1},
            [Breach(Rule.DEPENDENCY, ("B", "A"))],
            id="without what it waits for",
        ),
        pytest.param(
            {"exclusions": (("A", "B", "C"),)}, {"B": 1, "C": 2}, [Breach(Rule.EXCLUSION, ("B", "C"))], id="exclusion"
        ),
        pytest.param({}, {"D": 1}, [Breach(Rule.PERIOD, ("D",), 1)], id="too soon"),
        pytest.param({}, {"D": 3}, [Breach(Rule.PERIOD, ("D",), 3)], id="not done in time"),
        pytest.param({}, {"A": 0}, [Breach(Rule.PERIOD, ("A",), 0)], id="before the plan"),
        pytest.param({}, {"A": 9}, [Breach(Rule.PERIOD, ("A",), 9)], id="after the plan"),
        pytest.param({}, {"X": 1}, [Breach(Rule.PERIOD, ("X",), 1)], id="nobody knows it"),
        pytest.param(
            {"max_starts_per_year": 1}, {"A": 1, "B": 1}, [Breach(Rule.STARTS, ("A", "B"), 1, 1)], id="starts"
        ),
        pytest.param(
            {"lead_capacity": {"us": 1}},
            {"A": 1, "B": 2, "C": 3},
            [Breach(Rule.CAPACITY, ("us", "A", "B"), 2, 1)],
            id="capacity",
        ),
        pytest.param(
            {"region_min_count": {"south": 2, "west": 1}},
            {"A": 1, "B": 1},
            [Breach(Rule.REGION_COUNT, ("south",), amount=1), Breach(Rule.REGION_COUNT, ("west",), amount=1)],
            id="regions",
        ),
        pytest.param(
            {"region_max_spend_share": 0.75},
            {"A": 1, "B": 1},
            [Breach(Rule.REGION_SHARE, ("north",), amount=0.25)],
            id="spend share",
        ),
        pytest.param({"region_max_spend_share": 0.75}, {"A": 1, "B": 3, "C": 3}, [], id="several regions share evenly"),
        pytest.param(
            {"helix_floor": {"civil": 2, "industry": 1}},
            {"B": 1},
            [Breach(Rule.HELIX_FLOOR, ("civil",), amount=1), Breach(Rule.HELIX_FLOOR, ("industry",), amount=1)],
            id="floors",
        ),
    ],
)
def test_each_rule_that_is_broken_is_told(rules: dict[str, Any], plan: dict[str, int], expected: list[Breach]) -> None:
    assert list(breaches_of(replace(FOUR, **rules), plan)) == expected


def test_mandatory_and_forbidden() -> None:
    problem = replace(
        FOUR, candidates=(Candidate("A", 1, (1,), is_mandatory=True), Candidate("B", 1, (1,), is_forbidden=True))
    )
    assert breaches_of(problem, {"B": 2}) == (Breach(Rule.MANDATORY, ("A",)), Breach(Rule.FORBIDDEN, ("B",), 2))
    assert solve(problem).start_year.keys() == {"A"}


def test_sums_of_decimals_are_no_breach() -> None:
    costs = tuple(Candidate(name, 1, (0.1,)) for name in "ABC")
    assert sum(one.whole_cost for one in costs) > 0.3
    assert not breaches_of(Problem(costs, (0.3,)), dict.fromkeys("ABC", 1))


def test_years_outside_the_plan_cost_nothing() -> None:
    assert spend_by_year(FOUR, {"A": 0, "D": 4}) == [2, 0, 0, 0.5]


def test_sixty_initiatives_are_judged_at_once() -> None:
    problem = make_problem(60, 1)
    plan = {one.id: 1 + place % 4 for place, one in enumerate(problem.candidates)}
    assert {breach.rule for breach in breaches_of(problem, plan)} >= {Rule.BUDGET, Rule.DEPENDENCY, Rule.STARTS}
    times: list[float] = []
    for _ in range(5):
        start = time.perf_counter()
        breaches_of(problem, plan)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.005
