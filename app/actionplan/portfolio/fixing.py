"""How to put a plan right that breaks rules: one act, or two, that cost least value."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.actionplan.portfolio.checking import SLACK, Breach, breaches_of
from app.actionplan.portfolio.formulation import Line, Place, lines_of, values_of
from app.actionplan.portfolio.problem import Candidate, Problem, Rule, years_for

MOST = 5
CHUNK = 512
Act = tuple[str, int | None]
"""An initiative and the year it is moved to or added in, None when it is taken out."""


@dataclass(frozen=True)
class Fix:
    """Acts that repair a plan, what they cost in value (less than 0 when they gain), and what stays broken."""

    acts: tuple[Act, ...]
    loss: float
    left: tuple[Breach, ...] = ()


def fixes_of(problem: Problem, start_year: Mapping[str, int]) -> tuple[Fix, ...]:
    """The best repairs of a plan, the cheapest first, at most five; none for a plan that breaks nothing.

    One act where one is enough, else two; where two are not enough either, those after which fewest breaches are left,
    and fewer than before.

    >>> problem = Problem((Candidate("A", 3, (2,)), Candidate("B", 2, (1,))), budgets=(2, 1), discount=0.9)
    >>> [(fix.acts, round(fix.loss, 2)) for fix in fixes_of(problem, {"A": 1, "B": 1})]
    [((('B', 2),), 0.2), ((('B', None),), 2.0), ((('A', None),), 3.0)]
    """
    broken = breaches_of(problem, start_year)
    if not broken:
        return ()
    board = _Board(problem, start_year)
    for found in (board.single(), board.pairs()):
        fixes = [board.fix(acts) for acts in found]
        whole = [fix for fix in fixes if not fix.left]
        if whole:
            return tuple(whole)
    fixes = [fix for fix in map(board.fix, board.nearest()) if len(fix.left) < len(broken)]
    return tuple(sorted(fixes, key=lambda fix: (len(fix.left), fix.loss, len(fix.acts), str(fix.acts)))[:MOST])


class _Board:
    """A plan as sums over the lines of the program, and what each act adds to them."""

    def __init__(self, problem: Problem, plan: Mapping[str, int]) -> None:
        self.problem, self.plan = problem, plan
        unknown = (Candidate(name, 0.0, (0.0,), is_forbidden=True) for name in plan if name not in problem.by_id)
        known = replace(problem, candidates=(*problem.candidates, *unknown))
        places = list(_places(known, plan))
        columns = {(one.id, year): column for column, (one, year) in enumerate(places)}
        value = values_of(known, places)
        self.acts: list[Act] = []
        drop, take = list[int](), list[int]()
        for one in known.candidates:
            now = plan.get(one.id)
            years = [] if one.is_forbidden else [year for year in years_for(known, one) if year != now]
            # what must be in is not proposed to be left out
            for year in (*years, *(() if now is None or one.is_mandatory else (None,))):
                self.acts.append((one.id, year))
                drop.append(-1 if now is None else columns[one.id, now])
                take.append(-1 if year is None else columns[one.id, year])
        lines = [*lines_of(known, places), *_out_of_place(known, plan, columns)]
        matrix = np.zeros((len(lines), len(places) + 1))  # the last column is no place at all
        for row, line in enumerate(lines):
            matrix[row, list(line.terms)] = list(line.terms.values())
        chosen = [columns[name, year] for name, year in plan.items()]
        sums, sizes = matrix[:, chosen].sum(axis=1), np.abs(matrix[:, chosen]).sum(axis=1)
        slack = SLACK * np.maximum(1.0, sizes)
        self.over = np.array([line.high for line in lines]) + slack - sums
        self.under = np.array([line.low for line in lines]) - slack - sums
        self.adds = (matrix[:, take] - matrix[:, drop]).T
        worth = np.append(value, 0.0)
        self.loss = worth[drop] - worth[take]
        self.is_broken = (self.over < 0) | (self.under > 0)

    def single(self) -> list[tuple[Act, ...]]:
        """Acts that repair all by themselves, the cheapest first."""
        alone = np.nonzero(self._keeps(self.adds))[0]
        best = sorted(alone.tolist(), key=lambda act: (self.loss[act], act))[:MOST]
        return [(self.acts[act],) for act in best]

    def pairs(self) -> list[tuple[Act, ...]]:
        """Two acts on two initiatives that repair all together, the cheapest first."""
        ids = list(dict.fromkeys(name for name, _ in self.acts))
        own = np.array([ids.index(name) for name, _ in self.acts])
        possible = own[:, None] < own[None, :]
        for row in np.nonzero(self.is_broken)[0]:
            both = self.adds[:, row][:, None] + self.adds[:, row][None, :]
            possible &= (both <= self.over[row]) & (both >= self.under[row])
        first, second = np.nonzero(possible)
        order: NDArray[np.intp] = np.lexsort((second, first, np.round(self.loss[first] + self.loss[second], 9)))
        found: list[tuple[Act, ...]] = []
        for start in range(0, len(order), CHUNK):
            some = order[start : start + CHUNK]
            keeps = self._keeps(self.adds[first[some]] + self.adds[second[some]])
            good = some[keeps]
            both = zip(first[good].tolist(), second[good].tolist(), strict=True)
            found += [(self.acts[one], self.acts[other]) for one, other in both]
            if len(found) >= MOST:
                break
        return found[:MOST]

    def nearest(self) -> list[tuple[Act, ...]]:
        """Single acts and pairs after which fewest lines are broken."""
        broken = self._count(self.adds)
        best: list[int] = np.lexsort((self.loss, broken)).tolist()
        found = {(act,) for act in best[: 4 * MOST]}
        for act in best[:MOST]:
            both: list[int] = np.lexsort((self.loss, self._count(self.adds + self.adds[act]))).tolist()
            others = [other for other in both[: 2 * MOST] if self.acts[other][0] != self.acts[act][0]]
            found |= {(min(act, other), max(act, other)) for other in others}
        return [tuple(self.acts[act] for act in acts) for acts in sorted(found)]

    def fix(self, acts: Sequence[Act]) -> Fix:
        """These acts as a fix, what is left read from the words of the rules."""
        after = {name: year for name, year in {**self.plan, **dict(acts)}.items() if year is not None}
        loss = float(sum(self.loss[self.acts.index(act)] for act in acts))
        return Fix(tuple(acts), loss, breaches_of(self.problem, after))

    def _keeps(self, adds: NDArray[np.float64]) -> NDArray[np.bool_]:
        return ((adds <= self.over) & (adds >= self.under)).all(axis=1)

    def _count(self, adds: NDArray[np.float64]) -> NDArray[np.int_]:
        return ((adds > self.over) | (adds < self.under)).sum(axis=1)


def _places(problem: Problem, plan: Mapping[str, int]) -> Iterator[Place]:
    """All places an initiative may have, and the one it has."""
    for one in problem.candidates:
        now = plan.get(one.id)
        yield from ((one, year) for year in sorted({*years_for(problem, one), *(() if now is None else (now,))}))


def _out_of_place(problem: Problem, plan: Mapping[str, int], columns: Mapping[tuple[str, int], int]) -> Iterator[Line]:
    """What is where it may not be, must not stay there."""
    for one in problem.candidates:
        if one.id in plan and (one.is_forbidden or plan[one.id] not in years_for(problem, one)):
            yield Line(Rule.PERIOD, one.id, None, {columns[one.id, plan[one.id]]: 1.0}, high=0)
