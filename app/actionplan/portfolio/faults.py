"""What is wrong with a problem, said before anybody solves it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter

from app.actionplan.portfolio.checking import SLACK
from app.actionplan.portfolio.formulation import cost_between
from app.actionplan.portfolio.problem import Candidate, Problem, years_for


class FaultKind(StrEnum):
    """What can be wrong with a problem before anybody solves it."""

    CYCLE = "cycle"
    OVER_HORIZON = "over_horizon"
    MANDATORY_OVER_BUDGET = "mandatory_over_budget"
    MANDATORY_EXCLUDED = "mandatory_excluded"
    MANDATORY_WAITS = "mandatory_waits"
    REGION_TOO_FEW = "region_too_few"


@dataclass(frozen=True)
class Fault:
    """Something that can be said of a problem before solving it; `is_fatal` when it makes every plan impossible.

    | kind | names | amount | year |
    |---|---|---|---|
    | CYCLE | a ring: each waits for the one before, the first for the last | years a round of it takes | |
    | OVER_HORIZON | one initiative that has no year to start in | years it takes | the last year of the plan |
    | MANDATORY_OVER_BUDGET | what must be in and costs then | money missing | None for all years, else until it |
    | MANDATORY_EXCLUDED | two that must be in and exclude one another; one that is mandatory and forbidden | | |
    | MANDATORY_WAITS | a mandatory one, what it waits for in vain | | the first year it could start, if it can |
    | REGION_TOO_FEW | the region | initiatives missing | |
    """

    kind: FaultKind
    names: tuple[str, ...]
    amount: float | None = None
    year: int | None = None
    is_fatal: bool = True


def faults_of(problem: Problem) -> tuple[Fault, ...]:
    """What can be said before solving, in the order of `FaultKind`; no fatal fault is no promise of a plan."""
    needed = _needed(problem)
    first = _first_years(problem)
    return (
        *_rings(problem, needed),
        *_too_long(problem, needed),
        *_too_dear(problem, needed, first),
        *_excluded(problem, needed),
        *_waiting(problem, needed, first),
        *_thin_regions(problem),
    )


def _needed(problem: Problem) -> dict[str, Candidate]:
    """The mandatory initiatives and all they wait for, by id."""
    known, found = problem.by_id, dict[str, Candidate]()
    open_ids = [one.id for one in problem.candidates if one.is_mandatory]
    while open_ids:
        name = open_ids.pop(0)
        if name not in found:
            found[name] = known[name]
            open_ids += [rule.before for rule in problem.dependencies if rule.after == name]
    return found


def _first_years(problem: Problem) -> dict[str, int]:
    """The first year each initiative can start after all it waits for, beyond the plan when there is none."""
    beyond = len(problem.budgets) + 1
    first = {one.id: min(max(one.earliest, 1), beyond) for one in problem.candidates}
    while True:
        late = {
            rule.after: year
            for rule in problem.dependencies
            if (year := min(first[rule.before] + rule.lag, beyond)) > first[rule.after]
        }
        if not late:
            return first
        first |= late


def _rings(problem: Problem, needed: Mapping[str, Candidate]) -> Iterator[Fault]:
    """Initiatives that wait for one another; one ring of each tangle."""
    waits = {
        one.id: list(dict.fromkeys(rule.before for rule in problem.dependencies if rule.after == one.id))
        for one in problem.candidates
    }
    order = list(waits)
    while True:
        try:
            TopologicalSorter(waits).prepare()
        except CycleError as error:
            ring: list[str] = error.args[1][:-1]
            start = min(range(len(ring)), key=lambda place: order.index(ring[place]))
            ring = ring[start:] + ring[:start]
            lasts = sum(
                max(rule.lag for rule in problem.dependencies if (rule.before, rule.after) == pair)
                for pair in zip(ring, [*ring[1:], ring[0]], strict=True)
            )
            yield Fault(FaultKind.CYCLE, tuple(ring), lasts, None, lasts > 0 and any(name in needed for name in ring))
            waits = {
                name: [before for before in waits[name] if before not in ring] for name in waits if name not in ring
            }
        else:
            return


def _too_long(problem: Problem, needed: Mapping[str, Candidate]) -> Iterator[Fault]:
    horizon = len(problem.budgets)
    for one in problem.candidates:
        if not one.is_forbidden and not years_for(problem, one):
            yield Fault(FaultKind.OVER_HORIZON, (one.id,), len(one.cost), horizon, one.id in needed)


def _too_dear(problem: Problem, needed: Mapping[str, Candidate], first: Mapping[str, int]) -> Iterator[Fault]:
    """What must be in costs more than there is: over all years, else until or in the first year that lacks."""
    whole = _missing(problem, [(one.id, one.whole_cost) for one in needed.values()], sum(problem.budgets), None)
    if whole:
        yield whole
        return
    for year in range(1, len(problem.budgets) + 1):
        for since in (1,) if problem.carry_over or year == 1 else (1, year):
            costs = [
                (one.id, min(cost_between((one, start), since, year) for start in starts))
                for one in needed.values()
                if (starts := [start for start in years_for(problem, one) if start >= first[one.id]])
            ]
            lacks = _missing(problem, costs, sum(problem.budgets[since - 1 : year]), year)
            if lacks:
                yield lacks
                return


def _missing(problem: Problem, costs: Sequence[tuple[str, float]], there: float, year: int | None) -> Fault | None:
    money = sum(cost for _, cost in costs)
    if money - there <= SLACK * max(1.0, there):
        return None
    return Fault(FaultKind.MANDATORY_OVER_BUDGET, tuple(name for name, cost in costs if cost), money - there, year)


def _excluded(problem: Problem, needed: Mapping[str, Candidate]) -> Iterator[Fault]:
    for one in problem.candidates:
        if one.is_mandatory and one.is_forbidden:
            yield Fault(FaultKind.MANDATORY_EXCLUDED, (one.id,))
    for group in problem.exclusions:
        both = tuple(dict.fromkeys(name for name in group if name in needed))
        if len(both) > 1:
            yield Fault(FaultKind.MANDATORY_EXCLUDED, both)


def _waiting(problem: Problem, needed: Mapping[str, Candidate], first: Mapping[str, int]) -> Iterator[Fault]:
    """What must be in and waits for what cannot be, or for so long that no year is left."""
    vain = {one.id for one in needed.values() if one.is_forbidden or not years_for(problem, one)}
    late = {one.id for one in needed.values() if one.id not in vain and first[one.id] > years_for(problem, one)[-1]}
    for rule in problem.dependencies:
        if rule.after not in needed or rule.before == rule.after:
            continue
        if rule.before in vain:
            yield Fault(FaultKind.MANDATORY_WAITS, (rule.after, rule.before))
        elif rule.after in late and rule.before not in late:
            year = first[rule.before] + rule.lag
            if year > years_for(problem, needed[rule.after])[-1]:
                yield Fault(FaultKind.MANDATORY_WAITS, (rule.after, rule.before), None, year)


def _thin_regions(problem: Problem) -> Iterator[Fault]:
    able = [one for one in problem.candidates if not one.is_forbidden and years_for(problem, one)]
    for region, least in problem.region_min_count.items():
        count = sum(region in one.regions for one in able)
        if count < least:
            yield Fault(FaultKind.REGION_TOO_FEW, (region,), least - count)
