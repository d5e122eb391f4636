"""Choose initiatives and their years: the model of methods.md section 13, solved to proven optimality by HiGHS.

Pure: a problem in, a plan out. `faults_of` says before solving what cannot be.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
    cuts_of,
    lines_of,
    places_of,
    plan_of,
    run,
    values_of,
)
from app.actionplan.portfolio.problem import Candidate, Dependency, Problem, Rule, spend_by_year, years_for

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

    `seconds` ends the search with the best found so far, which may be none; half of them are for fairness, if asked.
    With `other_than`, a solution of the same problem, the best plan that differs from that one and is as fair.

    >>> problem = Problem((Candidate("A", 3, (2,)), Candidate("B", 2, (1,))), budgets=(2, 1), discount=0.9)
    >>> solve(problem).start_year
    {'A': 1, 'B': 2}
    """
    deadline = None if seconds is None else monotonic() + seconds
    level, first = None if other_than is None else other_than.least_share, None
    if problem.is_fair and level is None and any(problem.helix_totals.values()):
        half = None if seconds is None else monotonic() + seconds / 2
        first = _search(problem, None, gap, half, by_share=True)
        if first.objective is None:
            return first
        level = first.least_share
    if level is not None:
        problem = with_least_share(problem, level)
    found = replace(_search(problem, other_than, gap, deadline), least_share=level)
    return found if first is None or first.status is Status.OPTIMAL else _as_fair_as_found(first, found)


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


def with_least_share(problem: Problem, share: float) -> Problem:
    """The same problem, with a share of what all initiatives would give it for each helix instead of fairness."""
    least = {helix: share * total * (1 - SLACK) for helix, total in problem.helix_totals.items()}
    floors = {helix: max(floor, problem.helix_floor.get(helix, 0.0)) for helix, floor in least.items()}
    return replace(problem, is_fair=False, helix_floor={**problem.helix_floor, **floors})


def _search(
    problem: Problem, other_than: Solution | None, gap: float, deadline: float | None, *, by_share: bool = False
) -> Solution:
    """The best plan, or the one whose least share of a helix is the greatest.

    HiGHS keeps rules to a millionth or less: a plan that breaks one by more than a billionth is cut off.
    """
    places = places_of(problem)
    lines = [*lines_of(problem, places), *cuts_of(problem, places)]
    value = values_of(problem, places)
    if other_than is not None:
        lines.append(_cut(other_than.start_year, places))
    aim = value
    if by_share:
        aim = np.append(np.zeros(len(places)), 1.0)
        lines += _served(problem, places)
    while True:
        left = None if deadline is None else deadline - monotonic()
        found = run(Program(places, aim, lines, free=int(by_share)), gap=gap, seconds=left)
        if found.x is None:
            return _none(Status.INFEASIBLE if found.is_impossible else Status.STOPPED)
        plan = plan_of(places, found.x)
        if not breaches_of(problem, plan):
            if other_than is None:
                plan = _as_early_as_can_be(problem, plan)
            status = Status.OPTIMAL if found.is_proven else Status.STOPPED
            chosen = [plan.get(one.id) == year for one, year in places]
            return Solution(status, float(value[chosen].sum()), plan, found.gap, least_share(problem, plan))
        lines.append(_cut(plan, places))


def _as_fair_as_found(first: Solution, found: Solution) -> Solution:
    """What is best among plans as fair as one that is not proven the fairest; the gap is the wider of the two."""
    if found.objective is None:
        return first
    gaps = [one.gap for one in (first, found)]
    return replace(found, status=Status.STOPPED, gap=None if None in gaps else max(gap or 0.0 for gap in gaps))


def _as_early_as_can_be(problem: Problem, plan: Mapping[str, int]) -> dict[str, int]:
    """The same choice, each initiative in an earlier year where no rule forbids it: among equals the natural plan."""
    found = dict(plan)
    for one in problem.candidates:
        for year in years_for(problem, one):
            if year >= found.get(one.id, 0):
                break
            if not breaches_of(problem, {**found, one.id: year}):
                found[one.id] = year
                break
    return found


def _served(problem: Problem, places: Sequence[Place]) -> Iterator[Line]:
    """One more variable, after the places, is at most what any helix gets of what all initiatives would give it."""
    for helix, total in problem.helix_totals.items():
        if total:
            terms = {column: one.helix_value.get(helix, 0.0) for column, (one, _) in enumerate(places)}
            yield Line(Rule.HELIX_FLOOR, helix, None, {**terms, len(places): -total}, 0)


def _none(status: Status) -> Solution:
    return Solution(status, None, {}, None)


def _cut(start_year: Mapping[str, int], places: Sequence[Place]) -> Line:
    """All plans but this one: at least one of its places is left, or another taken."""
    terms = {column: 1.0 if start_year.get(one.id) == year else -1.0 for column, (one, year) in enumerate(places)}
    return Line(Rule.PERIOD, "", None, terms, -INFINITY, len(start_year) - 1)
