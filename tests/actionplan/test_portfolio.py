"""The plan: against three other solvers, and what it refuses."""

import json
from dataclasses import replace
from typing import Any

import pytest

from app.actionplan.portfolio.formulation import Found, Program, run
from app.actionplan.portfolio.planning import PlanFileError, plan_from, read_plan_file, weights_of
from app.actionplan.portfolio.rules import (
    Candidate,
    Dependency,
    Problem,
    Rule,
    Status,
    solve,
    solve_with_second_best,
    spend_by_year,
)
from app.actionplan.portfolio.sharing import fund_by_equal_shares, fund_greedily
from tests.vectors import FOLDER, cases, load

SMALL = Problem((Candidate("A", 3, (2,)), Candidate("B", 2, (1,))), budgets=(2, 1), discount=0.9)


def problem_of(data: dict[str, Any]) -> Problem:
    return Problem(
        tuple(
            Candidate(
                line["id"],
                line["value"],
                tuple(line["cost"]),
                tuple(line["regions"]),
                line.get("helix_value", {}),
                line.get("earliest", 1),
                line.get("latest"),
                line.get("mandatory", False),
            )
            for line in data["initiatives"]
        ),
        tuple(data["budgets"]),
        data.get("discount", 1),
        tuple(Dependency(line["before"], line["after"], line["lag"]) for line in data.get("dependencies", [])),
        tuple(tuple(group) for group in data.get("exclusions", [])),
        data.get("region_min_count", {}),
        data.get("region_max_spend_share"),
        data.get("max_starts_per_year"),
        data.get("helix_floor", {}),
    )


@pytest.mark.parametrize("case", cases("portfolio", "portfolio_milp"), ids=lambda case: case["id"])
def test_plans_equal_those_of_other_solvers(case: dict[str, Any]) -> None:
    problem, expected = problem_of(case["input"]), case["expected"]
    found = solve_with_second_best(problem)
    assert found.best.status == expected["status"]
    if expected["status"] == "infeasible":
        assert found.best.objective is None
        return
    assert found.best.objective == pytest.approx(expected["objective"], rel=case["rel_tol"])
    assert found.is_unique == expected["unique"]
    assert found.second_best == (
        None
        if expected["second_best_objective"] is None
        else pytest.approx(expected["second_best_objective"], rel=case["rel_tol"])
    )
    if expected["unique"]:
        assert found.best.start_year == expected["plan_start_year"]
        assert spend_by_year(problem, found.best.start_year) == pytest.approx(expected["spend_by_year"])
    spent = spend_by_year(problem, found.best.start_year)
    assert all(money <= budget + 1e-6 for money, budget in zip(spent, problem.budgets, strict=True))


@pytest.mark.parametrize("utility", ["cost", "cardinality"])
@pytest.mark.parametrize("case", cases("portfolio", "participatory_budgeting"), ids=lambda case: case["id"])
def test_public_budgets_equal_those_of_pabutools(case: dict[str, Any], utility: Any) -> None:
    given, expected = case["input"], case["expected"]
    asked = given["costs"], given["budget"], given["approvals"], utility
    assert fund_greedily(*asked) == expected[f"greedy_{utility}"]
    assert fund_by_equal_shares(*asked) == expected[f"mes_{utility}"]


def test_what_costs_nothing_is_no_question_of_sharing() -> None:
    with pytest.raises(ValueError, match="costs are above 0"):
        fund_greedily({"A": 0}, 1, [["A"]])


@pytest.mark.parametrize(
    ("sentence", "change"),
    [
        pytest.param("an id each", {"candidates": (Candidate("A", 1, (1,)),) * 2}, id="twice"),
        pytest.param("budgets are", {"budgets": ()}, id="no years"),
        pytest.param("budgets are", {"budgets": (1, -1)}, id="debt"),
        pytest.param("needs a value", {"candidates": (Candidate("A", -1, (1,)),)}, id="negative value"),
        pytest.param("needs a value", {"candidates": (Candidate("A", float("nan"), (1,)),)}, id="no value"),
        pytest.param("needs a cost", {"candidates": (Candidate("A", 1, ()),)}, id="no cost"),
        pytest.param("needs a cost", {"candidates": (Candidate("A", 1, (-1,)),)}, id="negative cost"),
        pytest.param("initiative C", {"dependencies": (Dependency("C", "A"),)}, id="rule about nobody"),
        pytest.param("initiative C", {"exclusions": (("A", "C"),)}, id="exclusion of nobody"),
        pytest.param("discount is", {"discount": 0}, id="no discount"),
    ],
)
def test_problems_that_cannot_be(sentence: str, change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=sentence):
        replace(SMALL, **change)


def test_nothing_to_choose_from_is_an_empty_plan() -> None:
    found = solve_with_second_best(replace(SMALL, candidates=()))
    assert (found.best.objective, found.best.start_year, found.second_best, found.is_unique) == (0, {}, None, True)
    must = Candidate("A", 3, (1, 1, 1), is_mandatory=True)
    assert solve(replace(SMALL, candidates=(must,))).status is Status.INFEASIBLE
    late = Candidate("A", 3, (1,), earliest=2, latest=2)
    assert solve(replace(SMALL, candidates=(late,))).start_year == {"A": 2}
    # longer than the plan
    assert solve(replace(SMALL, candidates=(Candidate("A", 3, (1, 1, 1)),))).start_year == {}


def test_what_the_solver_lets_pass_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[int]()

    def careless(program: Program, **limits: Any) -> Found:
        """Knows nothing of exclusions."""
        asked.append(len(program.lines))
        return run(
            replace(program, lines=[line for line in program.lines if line.rule is not Rule.EXCLUSION]), **limits
        )

    monkeypatch.setattr("app.actionplan.portfolio.rules.run", careless)
    problem = replace(SMALL, exclusions=(("A", "B"),))
    assert solve(problem).start_year == {"A": 1}
    assert len(asked) > 1


def test_a_search_that_is_stopped_says_so() -> None:
    many = tuple(Candidate(f"I{number}", 5 + number / 97, (1 + number % 7 / 3,) * 2) for number in range(60))
    found = solve(Problem(many, (9.7,) * 5, 0.95, max_starts_per_year=4), seconds=1e-4)
    assert found.status is Status.STOPPED


@pytest.fixture(scope="module")
def plan() -> dict[str, Any]:
    return read_plan_file((FOLDER / "e2e" / "plan_input.json").read_bytes())


@pytest.fixture
def analysis() -> dict[str, Any]:
    return load("e2e/expected.json") | {"helices": ["academia", "civil", "government", "industry"]}


def test_a_plan_file_and_an_analysis_make_the_plan(plan: dict[str, Any], analysis: dict[str, Any]) -> None:
    found = plan_from(plan, analysis)
    expected = {key: value for key, value in analysis["plan"].items() if key != "model_input"}
    assert {key: found[key] for key in expected} == {
        key: pytest.approx(value, rel=1e-8) if isinstance(value, float) else value for key, value in expected.items()
    }
    assert found["gap"] == 0
    assert weights_of(plan) == {"impact": 0.5, "feasibility": 0.3, "urgency": 0.2}


def test_a_helix_without_answers_takes_the_balanced_mean(plan: dict[str, Any], analysis: dict[str, Any]) -> None:
    changed = json.loads(json.dumps(analysis))
    for line in changed["items"]:
        line["helix_mean"]["civil"] = None
    assert plan_from(plan, changed)["objective"] == pytest.approx(analysis["plan"]["objective"])


def test_a_plan_file_may_ask_for_more(plan: dict[str, Any], analysis: dict[str, Any]) -> None:
    asked = json.loads(json.dumps(plan))
    usual = plan_from(asked, analysis)
    taken = sorted(usual["start_year"])[0]
    next(line for line in asked["initiatives"] if line["id"] == taken)["forbidden"] = True
    assert taken not in plan_from(asked, analysis)["start_year"]
    assert plan_from(plan | {"carry_over": True}, analysis)["objective"] > usual["objective"]
    led = {line["id"]: line["lead"] for line in plan["initiatives"]}
    alone = plan_from(plan | {"lead_capacity": {"industry": 0}, "helix_floor_share": 0}, analysis)
    assert "industry" not in {led[name] for name in alone["start_year"]}
    fair = plan_from(plan | {"fair": True}, analysis)
    assert fair["objective"] <= usual["objective"]
    assert fair["least_share"] > 0
    assert "least_share" not in usual


@pytest.mark.parametrize(
    ("sentence", "at", "content"),
    [
        pytest.param("has no score", ["initiatives", 0, "id"], "X", id="unknown initiative"),
        pytest.param("not complete", ["initiatives", 0, "cost"], None, id="no cost"),
        pytest.param("not complete", ["budgets"], None, id="no budgets"),
        pytest.param("not one budget a year", ["budgets"], [1, 2, 3, 4], id="four budgets"),
        pytest.param("needs a cost", ["initiatives", 0, "cost"], [-1], id="negative cost"),
        pytest.param("Initiative Q", ["exclusions"], [["Q"]], id="exclusion of nobody"),
    ],
)
def test_plan_files_that_cannot_be(
    plan: dict[str, Any], analysis: dict[str, Any], sentence: str, at: list[Any], content: Any
) -> None:
    spoiled = json.loads(json.dumps(plan))
    place = spoiled
    for step in at[:-1]:
        place = place[step]
    place[at[-1]] = content
    with pytest.raises(PlanFileError, match=sentence):
        plan_from(spoiled, analysis)


@pytest.mark.parametrize("data", [b"{", b"[]", b"{}", b'{"criteria_weights": 3}'], ids=lambda data: data.decode())
def test_files_that_are_no_plan(data: bytes) -> None:
    with pytest.raises(PlanFileError, match="plan file"):
        read_plan_file(data)


def test_weights_that_are_no_numbers() -> None:
    with pytest.raises(PlanFileError, match="no numbers"):
        weights_of({"criteria_weights": {"impact": "much"}})
