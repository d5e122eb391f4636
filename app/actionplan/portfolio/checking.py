"""Whether a plan keeps the rules: read from the words of each rule, knowing nothing of how plans are found.

It judges plans changed by hand, and the tests let it judge the solver.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.actionplan.portfolio.problem import Candidate, Problem, Rule, spend_by_year

SLACK = 1e-9
"""The share of a limit by which it may be missed: sums of decimal amounts are not exact."""

Plan = Mapping[str, int]
"""The year in which each chosen initiative starts."""


@dataclass(frozen=True)
class Breach:
    """A rule that a plan breaks: what it is about, in which year, and by how much.

    | rule | names | year | amount |
    |---|---|---|---|
    | BUDGET | initiatives that cost something in the year, or up to it with carry-over | the year | money too much |
    | DEPENDENCY | before, after | the first year that would do, None when `before` is not in | None |
    | EXCLUSION | those of the group that are in | None | None |
    | MANDATORY, FORBIDDEN | the initiative | None, the year it starts | None |
    | PERIOD | the initiative, also one that is not there at all | the year it starts | None |
    | STARTS | initiatives that start | the year | starts too many |
    | CAPACITY | the partner, then the initiatives it leads | the year | initiatives too many |
    | REGION_COUNT | the region | None | initiatives too few |
    | REGION_SHARE | the region | None | money too much |
    | HELIX_FLOOR | the helix | None | value too little |
    """

    rule: Rule
    names: tuple[str, ...]
    year: int | None = None
    amount: float | None = None


def breaches_of(problem: Problem, start_year: Plan) -> tuple[Breach, ...]:
    """Every rule the plan breaks, in the order of `Rule`; empty when it breaks none. Fairness is no such rule.

    >>> problem = Problem((Candidate("A", 3, (2,)), Candidate("B", 2, (1,))), budgets=(2, 1))
    >>> breaches_of(problem, {"A": 1, "B": 1})
    (Breach(rule=<Rule.BUDGET: 'budget'>, names=('A', 'B'), year=1, amount=1.0),)
    """
    chosen = [one for one in problem.candidates if one.id in start_year]
    checks = (_budgets, _dependencies, _exclusions, _single, _starts, _capacities, _regions, _shares, _floors)
    order = list(Rule)
    return tuple(
        sorted(
            (breach for check in checks for breach in check(problem, start_year, chosen)),
            key=lambda breach: order.index(breach.rule),
        )
    )


def runs_in(one: Candidate, start: int, year: int) -> bool:
    """Whether an initiative that starts in `start` runs in `year`."""
    return start <= year < start + len(one.cost)


def region_spending(problem: Problem, start_year: Plan) -> dict[str, float]:
    """What is spent on each region over all years, by region; several regions share an initiative evenly."""
    spent = dict.fromkeys(problem.regions, 0.0)
    for one in problem.candidates:
        for region in one.regions if one.id in start_year else ():
            spent[region] += one.whole_cost / len(one.regions)
    return spent


def _exceeds(amount: float, limit: float) -> bool:
    return amount - limit > SLACK * max(1.0, abs(limit))


def _budgets(problem: Problem, plan: Plan, chosen: list[Candidate]) -> Iterator[Breach]:
    spent, saved = spend_by_year(problem, plan), 0.0
    for year, (money, budget) in enumerate(zip(spent, problem.budgets, strict=True), start=1):
        there = budget + saved
        if _exceeds(money, there):
            since = 1 if problem.carry_over else year
            names = tuple(
                one.id
                for one in chosen
                if any(cost and since <= plan[one.id] + place <= year for place, cost in enumerate(one.cost))
            )
            yield Breach(Rule.BUDGET, names, year, money - there)
        saved = max(there - money, 0.0) if problem.carry_over else 0.0


def _dependencies(problem: Problem, plan: Plan, chosen: list[Candidate]) -> Iterator[Breach]:
    for rule in problem.dependencies:
        if rule.after not in plan:
            continue
        if rule.before not in plan:
            yield Breach(Rule.DEPENDENCY, (rule.before, rule.after))
        elif plan[rule.after] < plan[rule.before] + rule.lag:
            yield Breach(Rule.DEPENDENCY, (rule.before, rule.after), plan[rule.before] + rule.lag)


def _exclusions(problem: Problem, plan: Plan, chosen: list[Candidate]) -> Iterator[Breach]:
    for group in problem.exclusions:
        together = tuple(dict.fromkeys(name for name in group if name in plan))
        if len(together) > 1:
            yield Breach(Rule.EXCLUSION, together)


def _single(problem: Problem, plan: Plan, chosen: list[Candidate]) -> Iterator[Breach]:
    """What concerns one initiative alone."""
    known = problem.by_id
    for one in problem.candidates:
        if one.is_mandatory and one.id not in plan:
            yield Breach(Rule.MANDATORY, (one.id,))
        if one.is_forbidden and one.id in plan:
            yield Breach(Rule.FORBIDDEN, (one.id,), plan[one.id])
    for name, start in plan.items():
        one = known.get(name)
        is_in_time = (
            one is not None
            and max(one.earliest, 1) <= start
            and (one.latest is None or start <= one.latest)
            and start + len(one.cost) - 1 <= len(problem.budgets)
        )
        if not is_in_time:
            yield Breach(Rule.PERIOD, (name,), start)


def _starts(problem: Problem, plan: Plan, chosen: list[Candidate]) -> Iterator[Breach]:
    most = problem.max_starts_per_year
    for year in range(1, len(problem.budgets) + 1) if most is not None else ():
        names = tuple(one.id for one in chosen if plan[one.id] == year)
        if most is not None and len(names) > most:
            yield Breach(Rule.STARTS, names, year, len(names) - most)


def _capacities(problem: Problem, plan: Plan, chosen: list[Candidate]) -> Iterator[Breach]:
    for partner, most in problem.lead_capacity.items():
        led = [one for one in chosen if one.lead == partner]
        for year in range(1, len(problem.budgets) + 1):
            names = tuple(one.id for one in led if runs_in(one, plan[one.id], year))
            if len(names) > most:
                yield Breach(Rule.CAPACITY, (partner, *names), year, len(names) - most)


def _regions(problem: Problem, plan: Plan, chosen: list[Candidate]) -> Iterator[Breach]:
    for region, least in problem.region_min_count.items():
        count = sum(region in one.regions for one in chosen)
        if count < least:
            yield Breach(Rule.REGION_COUNT, (region,), amount=least - count)


def _shares(problem: Problem, plan: Plan, chosen: list[Candidate]) -> Iterator[Breach]:
    if problem.region_max_spend_share is None:
        return
    most = problem.region_max_spend_share * sum(one.whole_cost for one in chosen)
    for region, money in region_spending(problem, plan).items():
        if _exceeds(money, most):
            yield Breach(Rule.REGION_SHARE, (region,), amount=money - most)


def _floors(problem: Problem, plan: Plan, chosen: list[Candidate]) -> Iterator[Breach]:
    for helix, floor in problem.helix_floor.items():
        value = sum(one.helix_value.get(helix, 0.0) for one in chosen)
        if _exceeds(floor, value):
            yield Breach(Rule.HELIX_FLOOR, (helix,), amount=floor - value)
