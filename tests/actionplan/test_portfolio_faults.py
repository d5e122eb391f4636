"""What is wrong with a problem is said before anybody solves it."""

from dataclasses import replace
from typing import Any

import pytest

from app.actionplan.portfolio.formulation import Found, Program, run
from app.actionplan.portfolio.rules import (
    Candidate,
    Dependency,
    Fault,
    FaultKind,
    Problem,
    Status,
    faults_of,
    least_share,
    solve,
)

A, B, C = (Candidate(name, 2, (1, 1), ("north",)) for name in "ABC")
MUST = replace(A, is_mandatory=True)
THREE = Problem((A, B, C), (2, 2, 2))


def fault(kind: FaultKind, names: str, *rest: Any) -> Fault:
    return Fault(kind, tuple(names.split()), *rest)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param(
            {
                "dependencies": (
                    Dependency("C", "B"),
                    Dependency("A", "C", 1),
                    Dependency("B", "A"),
                    Dependency("B", "C"),
                )
            },
            [fault(FaultKind.CYCLE, "A C B", 1, None, False)],
            id="ring",
        ),
        pytest.param(
            {"dependencies": (Dependency("B", "A"), Dependency("A", "B"))},
            [fault(FaultKind.CYCLE, "A B", 0, None, False)],
            id="ring of those that can start together",
        ),
        pytest.param(
            {"candidates": (MUST, B, C), "dependencies": (Dependency("B", "A"), Dependency("A", "B", 1))},
            [fault(FaultKind.CYCLE, "A B", 1)],
            id="ring with a mandatory one",
        ),
        pytest.param(
            {"candidates": (MUST, B, C), "dependencies": (Dependency("B", "A"), Dependency("A", "B"))},
            [fault(FaultKind.CYCLE, "A B", 0, None, False)],
            id="ring with a mandatory one that can start together",
        ),
        pytest.param(
            {"dependencies": (Dependency("B", "B", 1), Dependency("A", "C"))},
            [fault(FaultKind.CYCLE, "B", 1, None, False)],
            id="waits for itself",
        ),
        pytest.param(
            {"candidates": (replace(A, cost=(1,) * 4), B)},
            [fault(FaultKind.OVER_HORIZON, "A", 4, 3, False)],
            id="longer than the plan",
        ),
        pytest.param(
            {"candidates": (replace(A, earliest=3), B)},
            [fault(FaultKind.OVER_HORIZON, "A", 2, 3, False)],
            id="no year left",
        ),
        pytest.param(
            {"candidates": (replace(A, earliest=3, is_forbidden=True), B)}, [], id="no year left for what is forbidden"
        ),
        pytest.param(
            {"candidates": (replace(MUST, latest=0), B)},
            [fault(FaultKind.OVER_HORIZON, "A", 2, 3)],
            id="mandatory and no year left",
        ),
        pytest.param(
            {"candidates": (MUST, B), "budgets": (0.5, 0.5, 0.5)},
            [fault(FaultKind.MANDATORY_OVER_BUDGET, "A", 0.5)],
            id="dearer than all years",
        ),
        pytest.param(
            {"candidates": (MUST, B), "budgets": (1, 1, 1), "dependencies": (Dependency("B", "A"),)},
            [fault(FaultKind.MANDATORY_OVER_BUDGET, "A B", 1)],
            id="dearer with what it waits for",
        ),
        pytest.param(
            {"candidates": (replace(MUST, latest=1), B), "budgets": (2, 0.5, 2)},
            [fault(FaultKind.MANDATORY_OVER_BUDGET, "A", 0.5, 2)],
            id="dearer than a year",
        ),
        pytest.param(
            {"candidates": (replace(MUST, latest=1), B), "budgets": (2, 0.5, 2), "carry_over": True},
            [],
            id="carried over",
        ),
        pytest.param(
            {"candidates": (MUST, replace(B, is_mandatory=True)), "exclusions": (("B", "A"),)},
            [fault(FaultKind.MANDATORY_EXCLUDED, "B A")],
            id="both must and must not",
        ),
        pytest.param({"candidates": (MUST, B), "exclusions": (("B", "A"),)}, [], id="only one of them must"),
        pytest.param(
            {"candidates": (replace(MUST, is_forbidden=True), B)},
            [fault(FaultKind.MANDATORY_EXCLUDED, "A")],
            id="mandatory and forbidden",
        ),
        pytest.param(
            {"candidates": (MUST, replace(B, is_forbidden=True)), "dependencies": (Dependency("B", "A"),)},
            [fault(FaultKind.MANDATORY_WAITS, "A B")],
            id="waits for what is forbidden",
        ),
        pytest.param(
            {"candidates": (MUST, B, C), "dependencies": (Dependency("B", "A", 1), Dependency("C", "B", 1))},
            [fault(FaultKind.MANDATORY_WAITS, "A B", None, 3)],
            id="waits too long",
        ),
        pytest.param(
            {"candidates": (MUST, B, C), "dependencies": (Dependency("C", "A"), Dependency("B", "A", 2))},
            [fault(FaultKind.MANDATORY_WAITS, "A B", None, 3)],
            id="waits for one in time and for one too late",
        ),
        pytest.param(
            {"dependencies": (Dependency("B", "A", 1), Dependency("C", "B", 1))}, [], id="too long, but not mandatory"
        ),
        pytest.param(
            {"region_min_count": {"north": 4, "west": 1}},
            [fault(FaultKind.REGION_TOO_FEW, "north", 1), fault(FaultKind.REGION_TOO_FEW, "west", 1)],
            id="regions",
        ),
        pytest.param({"region_min_count": {"north": 2}}, [], id="enough in a region"),
    ],
)
def test_faults_are_named(rules: dict[str, Any], expected: list[Fault]) -> None:
    problem = replace(THREE, **rules)
    assert list(faults_of(problem)) == expected
    assert (solve(problem).status is Status.INFEASIBLE) == any(one.is_fatal for one in expected)


@pytest.mark.parametrize(
    ("sentence", "change"),
    [
        pytest.param("lag of a dependency", {"dependencies": (Dependency("A", "B", -1),)}, id="lag"),
        pytest.param("spend_share is between", {"region_max_spend_share": 1.5}, id="share"),
        pytest.param("max_starts", {"max_starts_per_year": -1}, id="starts"),
        pytest.param("helix_floor of civil", {"helix_floor": {"civil": -1}}, id="floor"),
        pytest.param("lead_capacity of us", {"lead_capacity": {"us": -1}}, id="capacity"),
        pytest.param("region_min_count of north", {"region_min_count": {"north": float("nan")}}, id="minimum"),
        pytest.param("A needs helix_value", {"candidates": (replace(A, helix_value={"civil": -1}), B, C)}, id="helix"),
    ],
)
def test_negative_limits_are_named(sentence: str, change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=sentence):
        replace(THREE, **change)


def test_the_fairest_plan_comes_before_the_most_valuable() -> None:
    rich = Candidate("A", 9, (2,), helix_value={"civil": 0, "industry": 9})
    even = Candidate("B", 3, (2,), helix_value={"civil": 2, "industry": 2, "nobody": 0})
    late = Candidate("C", 1, (1,))
    problem = Problem((rich, even, late), (2, 1))
    assert solve(problem).start_year == {"A": 1, "C": 2}
    fair = solve(replace(problem, is_fair=True))
    assert (fair.start_year, fair.objective, fair.least_share) == ({"B": 1, "C": 2}, 4, pytest.approx(2 / 11))
    assert least_share(problem, {"A": 1, "C": 2}) == 0
    assert least_share(THREE, {}) is None


def test_what_is_not_proven_the_fairest_is_not_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = replace(THREE, candidates=(replace(A, helix_value={"civil": 1}),), is_fair=True)
    answers = list[Found]()

    def hasty(program: Program, **limits: Any) -> Found:
        """Proves nothing, and finds nothing from the second question on when it has answered before."""
        found = replace(run(program, **limits), is_proven=False, gap=0.5 if program.free else 0.25)
        answers.append(found)
        return found if len(answers) < 4 else replace(found, x=None)

    monkeypatch.setattr("app.actionplan.portfolio.rules.run", hasty)
    for _ in range(2):
        found = solve(problem, seconds=9)
        assert (found.status, found.start_year, found.least_share) == (Status.STOPPED, {"A": found.start_year["A"]}, 1)
        assert found.gap == 0.5
    assert len(answers) == 4


def test_nobody_is_served_unfairly_where_nothing_is_valued() -> None:
    nothing = replace(A, helix_value={"civil": 0.0})
    assert solve(Problem((nothing,), (1, 1, 1), is_fair=True)).start_year == {"A": 1}


def test_the_fairest_plan_may_not_be() -> None:
    valued = replace(MUST, helix_value={"civil": 1})
    assert solve(Problem((valued,), (0, 0), is_fair=True)).status is Status.INFEASIBLE
    forbidden = replace(valued, is_mandatory=False, is_forbidden=True)
    found = solve(Problem((forbidden,), (0, 0), is_fair=True))
    assert (found.start_year, found.least_share) == ({}, 0)
