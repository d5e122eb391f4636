"""What must give when no plan keeps all rules: the least of it, in the order in which people would give way."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.actionplan.portfolio.checking import Breach, breaches_of
from app.actionplan.portfolio.formulation import INFINITY, Line, Program, lines_of, places_of, plan_of, run
from app.actionplan.portfolio.problem import Problem, Rule

SOFT = (Rule.REGION_COUNT, Rule.REGION_SHARE, Rule.HELIX_FLOOR, Rule.STARTS, Rule.CAPACITY)
STAGES = (SOFT, (*SOFT, Rule.BUDGET), (*SOFT, Rule.BUDGET, Rule.MANDATORY))
WEIGHTS = {Rule.BUDGET: 100.0, Rule.MANDATORY: 10_000.0}
"""A later stage gives as little as can be of what it was the first to give."""


@dataclass(frozen=True)
class Give:
    """A rule that must give way: about what (region, helix, partner or initiative; "" for budgets and starts), in
    which year, and by how much, in the rule's own unit; a mandatory initiative that has to go has no amount.
    """

    rule: Rule
    name: str
    year: int | None
    amount: float | None


def what_must_give(problem: Problem, *, seconds: float = 10.0) -> tuple[Give, ...]:
    """The least that must give before there is a plan; nothing where there is one.

    First only what regions, helices, starts and partners were promised, each in proportion to its limit; where that
    is not enough, budgets too; and where initiatives contradict one another, mandatory ones, the least valuable.
    Each of the three searches ends after `seconds` with what it has found: enough, but perhaps not the least.

    >>> from app.actionplan.portfolio.problem import Candidate
    >>> what_must_give(Problem((Candidate("A", 1, (3,), is_mandatory=True),), budgets=(1,)))
    (Give(rule=<Rule.BUDGET: 'budget'>, name='', year=1, amount=2.0),)
    """
    plan: dict[str, int] | None = None
    for loose in STAGES:
        plan = _closest(problem, loose, seconds)
        if plan is not None:
            break
    return tuple(
        Give(breach.rule, _about(breach), breach.year, breach.amount) for breach in breaches_of(problem, plan or {})
    )


def _about(breach: Breach) -> str:
    return "" if breach.rule in (Rule.BUDGET, Rule.STARTS) else breach.names[0]


def _closest(problem: Problem, loose: Sequence[Rule], seconds: float) -> dict[str, int] | None:
    """The plan that asks least of the rules that may give, in shares of their limits."""
    places = places_of(problem)
    lines, weights, given = list[Line](), list[float](), dict[int, float]()
    for line in lines_of(problem, places):
        if line.rule in loose:
            column, unit = len(places) + len(weights), _unit(problem, line)
            weights.append(_weight(problem, line))
            # money that is given in one year is there in later ones when it is carried over
            given = given if line.rule is Rule.BUDGET and problem.carry_over else {}
            given[column] = -unit if line.low == -INFINITY else unit
            lines.append(replace(line, terms={**line.terms, **given}))
        else:
            lines.append(line)
    value = np.concatenate([np.zeros(len(places)), -np.array(weights, dtype=np.float64)])
    found = run(Program(places, value, lines, free=len(weights)), seconds=seconds)
    return None if found.x is None else plan_of(places, found.x)


def _unit(problem: Problem, line: Line) -> float:
    """What of a rule is as much as all of it: money against all budgets, else against its limit."""
    if line.rule in (Rule.BUDGET, Rule.REGION_SHARE):
        return sum(problem.budgets) or 1.0
    return max(1.0, line.high if line.low == -INFINITY else line.low)


def _weight(problem: Problem, line: Line) -> float:
    if line.rule is Rule.MANDATORY:
        whole = sum(one.value for one in problem.candidates)
        return WEIGHTS[Rule.MANDATORY] * (1 + problem.by_id[line.name].value / max(1.0, whole))
    return WEIGHTS.get(line.rule, 1.0)
