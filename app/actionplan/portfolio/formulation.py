"""The rules of a problem as lines of an integer program: what HiGHS is given."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isinf, log2
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from app.actionplan.portfolio.problem import Candidate, Problem, Rule, years_for

INFINITY = float("inf")
LARGEST = 1000.0
Place = tuple[Candidate, int]
"""An initiative and a year in which it may start: one variable, 1 when it does."""


@dataclass(frozen=True)
class Line:
    """`low` <= sum of `terms` <= `high`, the terms by the number of their variable; which rule says so, about what."""

    rule: Rule
    name: str
    year: int | None
    terms: Mapping[int, float]
    low: float = -INFINITY
    high: float = INFINITY


@dataclass(frozen=True)
class Program:
    """Maximise `value` under the lines, over places, each 0 or 1, and `free` more variables of any amount from 0 on."""

    places: Sequence[Place]
    value: NDArray[np.float64]
    lines: Sequence[Line]
    free: int = 0


@dataclass(frozen=True)
class Found:
    """What HiGHS says: the variables, None when it has none; whether they are proven best, within the gap that was
    asked for; whether there are none; how far from the best they may be, None where that is no share of anything.
    """

    x: NDArray[np.float64] | None
    is_proven: bool
    is_impossible: bool
    gap: float | None


def places_of(problem: Problem) -> list[Place]:
    """Every year in which an initiative may start, in the order of initiatives."""
    return [(one, year) for one in problem.candidates if not one.is_forbidden for year in years_for(problem, one)]


def values_of(problem: Problem, places: Sequence[Place]) -> NDArray[np.float64]:
    """What each place adds to the objective."""
    return np.array([one.value * problem.discount ** (year - 1) for one, year in places], dtype=np.float64)


def plan_of(places: Sequence[Place], x: NDArray[np.float64]) -> dict[str, int]:
    """The start years that the variables say."""
    return {one.id: year for (one, year), share in zip(places, x[: len(places)].tolist(), strict=True) if share > 0.5}


def run(program: Program, *, gap: float = 0.0, seconds: float | None = None) -> Found:
    """Let HiGHS solve a program, until `gap` is reached or the seconds have passed.

    It is not asked in which year an initiative starts but by which it has started: half of all plans are then on either
    side of each question.
    """
    count = len(program.value)
    if not count:
        is_possible = all(line.low <= 0 <= line.high for line in program.lines)
        return Found(np.zeros(0) if is_possible else None, is_possible, not is_possible, 0.0)
    if seconds is not None and seconds <= 0:
        return Found(None, False, False, None)
    is_free = np.arange(count) >= count - program.free
    starts = _starts_from_begun(program.places, count)
    value = np.asarray(program.value @ starts, dtype=np.float64)
    scale = _scale(value.tolist())
    found: Any = optimize.milp(
        -value * scale,
        integrality=np.where(is_free, 0, 1),
        bounds=optimize.Bounds(0, np.where(is_free, np.inf, 1)),  # pyright: ignore[reportArgumentType] -- SciPy's types know single limits only
        constraints=_constraints(program.lines, starts),
        options={"mip_rel_gap": gap} | ({"time_limit": seconds} if seconds is not None else {}),
    )
    x = None
    if found.x is not None:
        begun = np.asarray(found.x, dtype=np.float64)
        x = np.asarray(starts @ np.where(is_free, begun, np.round(begun)), dtype=np.float64)
    return Found(x, found.status == 0, found.status == 2, None if x is None else _finite(found.mip_gap))


def _finite(gap: float | None) -> float | None:
    """0 where no variable was whole, None where the plan is worth nothing and another may be worth something."""
    return None if gap is not None and isinf(gap) else float(gap or 0.0)


def lines_of(problem: Problem, places: Sequence[Place]) -> list[Line]:
    """Every rule of the problem over its places."""
    by_id: dict[str, dict[int, int]] = {one.id: {} for one in problem.candidates}
    for column, (one, year) in enumerate(places):
        by_id[one.id][year] = column
    return [
        *_once(problem, by_id),
        *_money(problem, places),
        *_order(problem, by_id),
        *_exclusions(problem, by_id),
        *_people(problem, places),
        *_spread(problem, places),
    ]


Columns = Mapping[str, Mapping[int, int]]
"""The variables of each initiative by year."""


def _starts_from_begun(places: Sequence[Place], count: int) -> Any:
    """The matrix that makes starts of "has started by": the difference from one year of an initiative to the next."""
    later = [place for place in range(1, len(places)) if places[place][0] is places[place - 1][0]]
    rows, columns = [*range(count), *later], [*range(count), *(place - 1 for place in later)]
    return sparse.csr_array(([1.0] * count + [-1.0] * len(later), (rows, columns)), (count, count))


def _constraints(lines: Sequence[Line], starts: Any) -> Any:
    """The lines in terms of "has started by", and that what has started stays so."""
    scales = [_scale(line.terms.values()) for line in lines]
    data = [term * scale for line, scale in zip(lines, scales, strict=True) for term in line.terms.values()]
    columns = [column for line in lines for column in line.terms]
    ends = np.cumsum([0, *(len(line.terms) for line in lines)])
    shape = (len(lines), starts.shape[0])
    over_starts = sparse.csr_array((np.array(data, dtype=np.float64), np.array(columns, dtype=np.int32), ends), shape)
    matrix: Any = sparse.csr_array(sparse.vstack([over_starts @ starts, starts]))  # pyright: ignore[reportUnknownArgumentType]
    matrix.eliminate_zeros()
    low = [line.low * scale for line, scale in zip(lines, scales, strict=True)] + [0.0] * starts.shape[0]
    high = [line.high * scale for line, scale in zip(lines, scales, strict=True)] + [INFINITY] * starts.shape[0]
    return optimize.LinearConstraint(matrix, low, high)  # pyright: ignore[reportArgumentType] -- as above


def _scale(numbers: Iterable[float]) -> float:
    """The power of two that brings the largest of the numbers near to LARGEST; 1 where all are whole and small.

    HiGHS keeps limits to a millionth and stops a millionth short of the best, whatever the unit. In euros it then
    takes sums that are right for wrong; in millions it lets a euro pass.
    """
    largest = max(map(abs, numbers), default=0.0)
    return 1.0 if largest in (0.0, 1.0) else 2.0 ** min(round(log2(LARGEST / largest)), 60)


def _once(problem: Problem, columns: Columns) -> Iterator[Line]:
    for one in problem.candidates:
        if columns[one.id] or one.is_mandatory:
            yield Line(
                Rule.MANDATORY if one.is_mandatory else Rule.PERIOD,
                one.id,
                None,
                dict.fromkeys(columns[one.id].values(), 1.0),
                float(one.is_mandatory),
                1,
            )


def _money(problem: Problem, places: Sequence[Place]) -> Iterator[Line]:
    """What is spent in a year, or until then when what is left is carried over."""
    saved = 0.0
    for year, budget in enumerate(problem.budgets, start=1):
        saved = saved + budget if problem.carry_over else budget
        since = 1 if problem.carry_over else year
        terms = {column: spent for column, place in enumerate(places) if (spent := cost_between(place, since, year))}
        if sum(terms.values()) > saved:
            yield Line(Rule.BUDGET, "", year, terms, high=saved)


def cuts_of(problem: Problem, places: Sequence[Place]) -> Iterator[Line]:
    """What follows from the budgets of single years and shows HiGHS early that a choice is too dear: their sums."""
    for year in range(2, len(problem.budgets) + 1) if not problem.carry_over else ():
        terms = {column: spent for column, place in enumerate(places) if (spent := cost_between(place, 1, year))}
        yield Line(Rule.BUDGET, "", year, terms, high=sum(problem.budgets[:year]))


def cost_between(place: Place, first: int, last: int) -> float:
    """What an initiative that starts in its year costs in the years `first` to `last`."""
    one, start = place
    return sum(one.cost[max(first - start, 0) : max(last - start + 1, 0)])


def _order(problem: Problem, columns: Columns) -> Iterator[Line]:
    for rule in dict.fromkeys(problem.dependencies):
        if rule.before == rule.after and not rule.lag:
            continue
        for last in columns[rule.after]:
            terms: dict[int, float] = {column: 1.0 for year, column in columns[rule.after].items() if year <= last}
            for year, column in columns[rule.before].items():
                if year <= last - rule.lag:
                    terms[column] = -1.0
            yield Line(Rule.DEPENDENCY, f"{rule.before} {rule.after}", last, terms, high=0)


def _exclusions(problem: Problem, columns: Columns) -> Iterator[Line]:
    for group in problem.exclusions:
        terms = {column: 1.0 for name in group for column in columns[name].values()}
        yield Line(Rule.EXCLUSION, " ".join(group), None, terms, high=1)


def _people(problem: Problem, places: Sequence[Place]) -> Iterator[Line]:
    """Starts of a year, and initiatives that one partner leads."""
    for year in range(1, len(problem.budgets) + 1):
        if problem.max_starts_per_year is not None:
            terms = {column: 1.0 for column, (_, start) in enumerate(places) if start == year}
            yield Line(Rule.STARTS, "", year, terms, high=problem.max_starts_per_year)
        for partner, most in problem.lead_capacity.items():
            terms = {
                column: 1.0
                for column, (one, start) in enumerate(places)
                if one.lead == partner and start <= year < start + len(one.cost)
            }
            yield Line(Rule.CAPACITY, partner, year, terms, high=most)


def _spread(problem: Problem, places: Sequence[Place]) -> Iterator[Line]:
    """What regions and helices must and may get."""
    for region, least in problem.region_min_count.items():
        terms = {column: 1.0 for column, (one, _) in enumerate(places) if region in one.regions}
        yield Line(Rule.REGION_COUNT, region, None, terms, low=least)
    share = problem.region_max_spend_share
    for region in problem.regions if share is not None else ():
        terms = {
            column: one.whole_cost * (one.regions.count(region) / max(len(one.regions), 1) - (share or 0.0))
            for column, (one, _) in enumerate(places)
        }
        yield Line(Rule.REGION_SHARE, region, None, terms, high=0)
    for helix, floor in problem.helix_floor.items():
        terms = {column: value for column, (one, _) in enumerate(places) if (value := one.helix_value.get(helix, 0.0))}
        yield Line(Rule.HELIX_FLOOR, helix, None, terms, low=floor)
