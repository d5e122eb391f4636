"""Choose initiatives and their years: the model of methods.md section 13, solved to proven optimality by HiGHS.

Pure: a problem in, a plan out. `faults_of` says before solving what cannot be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import NamedTuple

import numpy as np

from app.actionplan.portfolio.checking import SLACK, breaches_of
from app.actionplan.portfolio.faults import Fault, FaultKind, faults_of
from app.actionplan.portfolio.formulation import (
    INFINITY,
    Line,
    Place,
    Program,
    lines_of,
    places_of,
    run,
    values_of,
)
from app.actionplan.portfolio.problem import Candidate, Dependency, Problem, Rule, spend_by_year

__all__ = ["Candidate", "Dependency", "Fault", "FaultKind", "Problem", "Rule", "faults_of", "spend_by_year"]

SAME = 1e-7
"""The share of the objective within which two plans are worth the same."""


class Status(StrEnum):
    """How solving ended."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Solution:
    """A plan: the year each chosen initiative starts, what it is worth, and how far from proven it may be.

    `least_share` is what the worst served helix gets of all it could get, where the problem asks for fairness.
    """

    status: Status
    objective: float | None
    start_year: Mapping[str, int]
    gap: float | None
    least_share: float | None = None


class Alternatives(NamedTuple):
    """The best plan, whether it is the only one of its value, and the value of the second best."""

    best: Solution
    is_unique: bool | None
    second_best: float | None


def solve(
    problem: Problem, *, gap: float = 0.0, seconds: float | None = None, other_than: Solution | None = None
) -> Solution:
    """The plan of the highest value. `gap` is the relative distance from the optimum that is good enough.

    `seconds` ends the search with the best found so far, which may be none. With `other_than`, a solution of the same
    problem, the best plan that differs from that one and is as fair.

    >>> problem = Problem((Candidate("A", 3, (2,)), Candidate("B", 2, (1,))), budgets=(2, 1), discount=0.9)
    >>> solve(problem).start_year
    {'A': 1, 'B': 2}
    """
    deadline = None if seconds is None else monotonic() + seconds
    places = places_of(problem)
    lines = lines_of(problem, places)
    level = None
    if problem.is_fair and any(problem.helix_totals.values()):
        fairest = other_than or _fairest(problem, places, lines, gap, deadline)
        if fairest.status is not Status.OPTIMAL and other_than is None:
            return fairest
        level = fairest.least_share
        lines += _shares_from(problem, places, level or 0.0)
    if other_than is not None:
        lines.append(_cut(other_than.start_year, places))
    return _search(problem, places, lines, gap, deadline, level)


def solve_with_second_best(problem: Problem, *, gap: float = 0.0, seconds: float | None = None) -> Alternatives:
    """The best plan and what the next one would be worth, None where there is no other."""
    best = solve(problem, gap=gap, seconds=seconds)
    if best.objective is None:
        return Alternatives(best, None, None)
    second = solve(problem, gap=gap, seconds=seconds, other_than=best).objective
    return Alternatives(best, second is None or best.objective - second > SAME * max(1, best.objective), second)


def least_share(problem: Problem, start_year: Mapping[str, int]) -> float | None:
    """The least share any helix gets of what all initiatives would give it, None where no helix values anything."""
    shares = [
        sum(one.helix_value.get(helix, 0.0) for one in problem.candidates if one.id in start_year) / total
        for helix, total in problem.helix_totals.items()
        if total
    ]
    return min(shares, default=None)


def _search(
    problem: Problem,
    places: Sequence[Place],
    lines: Sequence[Line],
    gap: float,
    deadline: float | None,
    level: float | None,
) -> Solution:
    """The best plan on these lines. HiGHS keeps rules to a millionth: what breaks one by less is cut off."""
    if not places:
        is_empty = all(line.low <= 0 <= line.high for line in lines)
        return Solution(Status.OPTIMAL, 0.0, {}, 0.0, level) if is_empty else _none(Status.INFEASIBLE)
    value, kept = values_of(problem, places), [*lines]
    while True:
        found = run(Program(value, kept), gap=gap, seconds=_left(deadline))
        if found.x is None:
            return _none(Status.INFEASIBLE if found.is_impossible else Status.STOPPED)
        plan = _plan(places, found.x)
        if not breaches_of(problem, plan):
            status = Status.OPTIMAL if found.is_proven else Status.STOPPED
            chosen = [plan.get(one.id) == year for one, year in places]
            return Solution(status, float(value[chosen].sum()), plan, found.gap, level)
        kept.append(_cut(plan, places))


def _fairest(
    problem: Problem, places: Sequence[Place], lines: Sequence[Line], gap: float, deadline: float | None
) -> Solution:
    """The plan whose least share of a helix is the greatest."""
    share = len(places)
    value = np.array([0.0] * share + [1.0])
    served = [
        Line(line.rule, line.name, None, {**line.terms, share: -problem.helix_totals[line.name]}, 0)
        for line in _shares_from(problem, places, 0)
    ]
    found = run(Program(value, [*lines, *served], free=1), gap=gap, seconds=_left(deadline))
    if found.x is None:
        return _none(Status.INFEASIBLE if found.is_impossible else Status.STOPPED)
    plan = _plan(places, found.x)
    objective = float(
        sum(one.value * problem.discount ** (year - 1) for one, year in places if plan.get(one.id) == year)
    )
    status = Status.OPTIMAL if found.is_proven else Status.STOPPED
    return Solution(status, objective, plan, found.gap, least_share(problem, plan))


def _shares_from(problem: Problem, places: Sequence[Place], least: float) -> list[Line]:
    """Each helix gets at least this share of what all initiatives would give it."""
    found: list[Line] = []
    for helix, total in problem.helix_totals.items():
        if total:
            terms = {
                column: worth for column, (one, _) in enumerate(places) if (worth := one.helix_value.get(helix, 0))
            }
            found.append(Line(Rule.HELIX_FLOOR, helix, None, terms, least * total * (1 - SLACK)))
    return found


def _none(status: Status) -> Solution:
    return Solution(status, None, {}, None)


def _left(deadline: float | None) -> float | None:
    return None if deadline is None else deadline - monotonic()


def _plan(places: Sequence[Place], x: Sequence[float] | np.typing.NDArray[np.float64]) -> dict[str, int]:
    return {one.id: year for (one, year), share in zip(places, x, strict=False) if share > 0.5}


def _cut(start_year: Mapping[str, int], places: Sequence[Place]) -> Line:
    """All plans but this one: at least one of its places is left, or another taken."""
    terms = {column: 1.0 if start_year.get(one.id) == year else -1.0 for column, (one, year) in enumerate(places)}
    return Line(Rule.PERIOD, "", None, terms, -INFINITY, len(start_year) - 1)
