"""Choose initiatives and their years: the model of methods.md section 13, solved to proven optimality by HiGHS.

Pure: a problem in, a plan out. Money is in one unit, years count from 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

Row = NDArray[np.float64]
SAME = 1e-7


@dataclass(frozen=True)
class Candidate:
    """An initiative that could be in the plan: its value, cost in each year of its life, and what it touches.

    It may start in the years `earliest` to `latest`, by default in all; a mandatory one must be in the plan.
    """

    id: str
    value: float
    cost: tuple[float, ...]
    regions: tuple[str, ...] = ()
    helix_value: Mapping[str, float] = field(default_factory=dict[str, float])
    earliest: int = 1
    latest: int | None = None
    is_mandatory: bool = False

    @property
    def whole_cost(self) -> float:
        """The cost of all its years."""
        return sum(self.cost)


class Dependency(NamedTuple):
    """`after` may start no earlier than `lag` years after `before` does, and not without it."""

    before: str
    after: str
    lag: int = 0


@dataclass(frozen=True)
class Problem:
    """What the plan must respect. Raises ValueError naming the field that cannot be.

    A value counts `discount` to the power of the years it has to wait. `region_min_count` is how many chosen
    initiatives must touch a region; `region_max_spend_share`, 0 to 1, what of the spending one region may get
    when initiatives of several regions are split evenly; `helix_floor` the value each helix must get.
    """

    candidates: tuple[Candidate, ...]
    budgets: tuple[float, ...]
    discount: float = 1.0
    dependencies: tuple[Dependency, ...] = ()
    exclusions: tuple[tuple[str, ...], ...] = ()
    region_min_count: Mapping[str, int] = field(default_factory=dict[str, int])
    region_max_spend_share: float | None = None
    max_starts_per_year: int | None = None
    helix_floor: Mapping[str, float] = field(default_factory=dict[str, float])

    def __post_init__(self) -> None:
        ids = [one.id for one in self.candidates]
        if len(set(ids)) < len(ids):
            raise ValueError("initiatives have an id each")
        if not self.budgets or not all(np.isfinite(budget) and budget >= 0 for budget in self.budgets):
            raise ValueError("budgets are amounts of at least 0, one a year")
        for one in self.candidates:
            if not np.isfinite(one.value) or one.value < 0:
                raise ValueError(f"initiative {one.id} needs a value of at least 0")
            if not one.cost or not all(np.isfinite(cost) and cost >= 0 for cost in one.cost):
                raise ValueError(f"initiative {one.id} needs a cost of at least 0 for each of its years")
        named = [name for rule in self.dependencies for name in (rule.before, rule.after)]
        named += [name for group in self.exclusions for name in group]
        unknown = [name for name in named if name not in ids]
        if unknown:
            raise ValueError(f"initiative {unknown[0]} of a rule is not there")
        if not 0 < self.discount <= 1:
            raise ValueError("discount is above 0 and at most 1")


class Status(StrEnum):
    """How solving ended."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Solution:
    """A plan: the year each chosen initiative starts, what it is worth, and how far from proven it may be."""

    status: Status
    objective: float | None
    start_year: Mapping[str, int]
    gap: float | None


def solve(
    problem: Problem, *, gap: float = 0.0, seconds: float | None = None, other_than: Solution | None = None
) -> Solution:
    """The plan of the highest value. `gap` is the relative distance from the optimum that is good enough.

    With `other_than`, the best plan that differs from that one. `seconds` ends the search with the best found so far.

    >>> problem = Problem((Candidate("A", 3, (2,)), Candidate("B", 2, (1,))), budgets=(2, 1), discount=0.9)
    >>> solve(problem).start_year
    {'A': 1, 'B': 2}
    """
    places = [(one, year) for one in problem.candidates for year in _years(problem, one)]
    if not places:
        is_empty = other_than is None and not any(one.is_mandatory for one in problem.candidates)
        return Solution(Status.OPTIMAL, 0.0, {}, 0.0) if is_empty else _none(Status.INFEASIBLE)
    value = np.array([one.value * problem.discount ** (year - 1) for one, year in places])
    rows = [*_rows(problem, places)]
    if other_than is not None:
        rows.append(_cut(other_than, places))
    matrix = sparse.csr_array(np.array([row for row, _, _ in rows]))
    lower, upper = (np.array([limits[end] for limits in rows]) for end in (1, 2))
    limits: Any = optimize.LinearConstraint(matrix, lower, upper)  # pyright: ignore[reportArgumentType] -- SciPy's types know single limits only
    found: Any = optimize.milp(
        -value,
        integrality=np.ones(len(places)),
        bounds=optimize.Bounds(0, 1),
        constraints=limits,
        options={"mip_rel_gap": gap} | ({"time_limit": seconds} if seconds else {}),
    )
    if found.x is None:
        return _none(Status.INFEASIBLE if found.status == 2 else Status.STOPPED)
    chosen: list[bool] = (np.asarray(found.x, dtype=np.float64) > 0.5).tolist()
    plan = {one.id: year for (one, year), is_in in zip(places, chosen, strict=True) if is_in}
    objective = float(value[chosen].sum())
    return Solution(Status.OPTIMAL if found.status == 0 else Status.STOPPED, objective, plan, float(found.mip_gap))


class Alternatives(NamedTuple):
    """The best plan, whether it is the only one of its value, and the value of the second best."""

    best: Solution
    is_unique: bool | None
    second_best: float | None


def solve_with_second_best(problem: Problem, *, gap: float = 0.0, seconds: float | None = None) -> Alternatives:
    """The best plan and what the next one would be worth, None where there is no other."""
    best = solve(problem, gap=gap, seconds=seconds)
    if best.objective is None:
        return Alternatives(best, None, None)
    second = solve(problem, gap=gap, seconds=seconds, other_than=best).objective
    return Alternatives(best, second is None or best.objective - second > SAME * max(1, best.objective), second)


def spend_by_year(problem: Problem, start_year: Mapping[str, int]) -> list[float]:
    """What the chosen initiatives cost in each year of the plan."""
    spent = [0.0] * len(problem.budgets)
    for one in problem.candidates:
        if one.id in start_year:
            for year, cost in enumerate(one.cost, start=start_year[one.id] - 1):
                spent[year] += cost
    return spent


Place = tuple[Candidate, int]
Limits = tuple[Row, float, float]


def _none(status: Status) -> Solution:
    return Solution(status, None, {}, None)


def _years(problem: Problem, one: Candidate) -> range:
    last = len(problem.budgets) - len(one.cost) + 1
    return range(max(one.earliest, 1), min(last, last if one.latest is None else one.latest) + 1)


def _row(values: Sequence[float]) -> Row:
    return np.array(values, dtype=np.float64)


def _rows(problem: Problem, places: Sequence[Place]) -> list[Limits]:
    """Every rule as lower limit <= row <= upper limit over the places."""
    rows: list[Limits] = []
    for candidate in problem.candidates:
        rows.append((_row([one.id == candidate.id for one, _ in places]), float(candidate.is_mandatory), 1))
    for year, budget in enumerate(problem.budgets, start=1):
        rows.append((_row([_cost_in(one, start, year) for one, start in places]), 0, budget))
        if problem.max_starts_per_year is not None:
            rows.append((_row([start == year for _, start in places]), 0, problem.max_starts_per_year))
        for rule in problem.dependencies:
            started = [
                (one.id == rule.after and start <= year) - float(one.id == rule.before and start <= year - rule.lag)
                for one, start in places
            ]
            rows.append((_row(started), -np.inf, 0))
    for group in problem.exclusions:
        rows.append((_row([one.id in group for one, _ in places]), 0, 1))
    for region, least in problem.region_min_count.items():
        rows.append((_row([region in one.regions for one, _ in places]), least, np.inf))
    if problem.region_max_spend_share is not None:
        for region in sorted({region for one in problem.candidates for region in one.regions}):
            over = [
                one.whole_cost * ((region in one.regions) / max(len(one.regions), 1) - problem.region_max_spend_share)
                for one, _ in places
            ]
            rows.append((_row(over), -np.inf, 0))
    for helix, floor in problem.helix_floor.items():
        rows.append((_row([one.helix_value.get(helix, 0) for one, _ in places]), floor, np.inf))
    return rows


def _cost_in(one: Candidate, start: int, year: int) -> float:
    return one.cost[year - start] if 0 <= year - start < len(one.cost) else 0.0


def _cut(plan: Solution, places: Sequence[Place]) -> Limits:
    """All plans but this one: at least one of its places is left, or another taken."""
    taken = [plan.start_year.get(one.id) == year for one, year in places]
    return _row([1 if is_in else -1 for is_in in taken]), -np.inf, len(plan.start_year) - 1
