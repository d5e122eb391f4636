"""A scenario worked out as far as can be without solving: what is in, when, what it costs, what it breaks, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from app.actionplan.portfolio.checking import Breach, breaches_of
from app.actionplan.portfolio.fixing import Fix, fixes_of
from app.actionplan.portfolio.modelling import (
    QUARTERS,
    THOUSAND,
    Frame,
    Hand,
    Item,
    cost_of,
    hands_from,
    item_from,
    lacks_support,
    placed,
    problem_of,
)
from app.actionplan.portfolio.models import PlanItem
from app.actionplan.portfolio.pricing import Why, WhyKind, fits_now, why_out
from app.actionplan.portfolio.problem import Problem
from app.actionplan.portfolio.queries import Loaded
from app.actionplan.portfolio.roadmap import Phase, phases_of
from app.actionplan.portfolio.rulebook import from_data
from app.actionplan.portfolio.rules import Fault, faults_of

BEST = 10
"""Of how many of its own best initiatives a helix is told how many are in."""


@dataclass(frozen=True)
class Line:
    """One initiative of a scenario: `start` is the calendar year it begins in, None for one that is left out.

    `cost` has a whole number of euros for each calendar year it is in. Of one left out, `why` says what stands in its
    way as far as the plan alone tells, and `fits` the year in which it could be added as things are.
    """

    row: PlanItem
    item: Item
    cost: Sequence[int]
    start: int | None
    hand: Hand | None
    phases: Sequence[Phase]
    why: Why | None = None
    fits: int | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """What holds for this plan: what the sheet proposed, but for what was set otherwise."""
        return self.row.facts | self.row.changed

    @property
    def whole_cost(self) -> int:
        """What it costs in all its years, in euros."""
        return sum(self.cost)


@dataclass(frozen=True)
class Reach:
    """How much of a plan reaches a group: of `best` initiatives of its own `count` are in, None where hidden.

    `share` is what it gets of what it could, 0 to 1; None where it could get nothing.
    """

    group: str
    count: int | None
    best: int
    share: float | None


@dataclass(frozen=True)
class RegionReach:
    """In how many of a plan's initiatives a region takes part, and what of the spending is its even part, 0 to 1."""

    region: str
    count: int
    share: float | None


class State:
    """A scenario worked out. Money in euros, years of the calendar, but for what comes from the rules' own modules."""

    def __init__(self, loaded: Loaded) -> None:
        draft = loaded.draft
        self.loaded = loaded
        self.rules = from_data(draft.rules)
        self.rows = {row.code: row for row in loaded.items}
        items = [item_from(row.code, row.evidence, row.facts | row.changed) for row in loaded.items]
        self.frame = Frame(items, self.rules, loaded.plan.first_year, hands_from(draft.hands))
        self.start: Mapping[str, int] = {code: year for code, year in draft.start_year.items() if code in self.rows}

    def with_acts(self, acts: Sequence[tuple[str, int | None]], hands: Mapping[str, Hand] | None = None) -> "State":
        """What it would be if initiatives started in other years of the plan, from 1, or were out: None."""
        other = State(self.loaded)
        first = self.frame.first_year
        start = {**self.start, **{code: first + year - 1 for code, year in acts if year is not None}}
        other.start = {code: year for code, year in start.items() if (code, None) not in acts}
        # what somebody decides now takes the place of what was settled before
        kept = {code: hand for code, hand in self.frame.hands.items() if code not in dict(acts)}
        other.frame = replace(self.frame, hands={**kept, **(hands or {})})
        return other

    @cached_property
    def problem(self) -> Problem:
        """What a solver is asked, with what is settled by hand."""
        return problem_of(self.frame)

    @cached_property
    def places(self) -> dict[str, int]:
        """The years of the plan, from 1, in which the chosen initiatives start."""
        return placed(self.start, self.frame.first_year)

    @cached_property
    def breaches(self) -> tuple[Breach, ...]:
        """The rules that the plan breaks."""
        return breaches_of(self.problem, self.places)

    @cached_property
    def fixes(self) -> tuple[Fix, ...]:
        """What would repair the plan, the best first; nothing where nothing is broken."""
        return fixes_of(self.problem, self.places) if self.breaches else ()

    @cached_property
    def faults(self) -> tuple[Fault, ...]:
        """What can be said of the rules before solving."""
        return faults_of(self.problem)

    @cached_property
    def lines(self) -> list[Line]:
        """All initiatives, in the order of the survey."""
        return [self._line(item) for item in self.frame.items]

    @property
    def chosen(self) -> list[Line]:
        """The initiatives that are in."""
        return [line for line in self.lines if line.start is not None]

    @property
    def left(self) -> list[Line]:
        """The initiatives that are not in, the best-rated first, those without a value last."""
        out = [line for line in self.lines if line.start is None]
        return sorted(out, key=lambda line: (line.item.value is None, -(line.item.value or 0)))

    @cached_property
    def spend(self) -> list[int]:
        """What is spent in each year of the plan."""
        return self.spend_of(self.chosen)

    def spend_of(self, lines: Sequence[Line]) -> list[int]:
        """What some of the chosen initiatives cost in each year of the plan; what lies after its end is left out."""
        spent = [0] * len(self.rules.ceilings)
        for line in lines:
            for place, cost in enumerate(line.cost, start=(line.start or 0) - self.frame.first_year):
                if 0 <= place < len(spent):
                    spent[place] += cost
        return spent

    @property
    def planned(self) -> int:
        """What the chosen initiatives cost in all."""
        return sum(line.whole_cost for line in self.chosen)

    @cached_property
    def value(self) -> float:
        """What the plan is worth: the values of its initiatives, less for those that have to wait."""
        discount = self.problem.discount
        return sum(
            one.value * discount ** (self.places[one.id] - 1)
            for one in self.problem.candidates
            if one.id in self.places
        )

    @cached_property
    def helices(self) -> list[Reach]:
        """How much of the plan reaches each helix."""
        rated = [line for line in self.lines if line.item.value is not None]
        groups = sorted({helix for line in rated for helix in line.item.helix_value})
        found: list[Reach] = []
        for helix in groups:
            best = sorted(rated, key=lambda line: (-line.item.helix_value[helix], line.row.position))[:BEST]
            is_own = all(helix in line.row.evidence["own_helices"] for line in rated)
            could = sum(line.item.helix_value[helix] for line in rated)
            gets = sum(line.item.helix_value[helix] for line in rated if line.start is not None)
            count = sum(line.start is not None for line in best) if is_own else None
            found.append(Reach(helix, count, len(best), gets / could if could else None))
        return found

    @cached_property
    def regions(self) -> list[RegionReach]:
        """How much of the plan reaches each region."""
        names = sorted({region for line in self.lines for region in line.item.regions})
        whole = self.planned
        return [
            RegionReach(
                region,
                sum(region in line.item.regions for line in self.chosen),
                sum(line.whole_cost / len(line.item.regions) for line in self.chosen if region in line.item.regions)
                / whole
                if whole
                else None,
            )
            for region in names
        ]

    def end_of(self, line: Line) -> tuple[int, int]:
        """The last year and quarter of a chosen initiative."""
        place = (line.start or 0) * QUARTERS + line.item.start_quarter - 1 + line.item.quarters - 1
        return place // QUARTERS, place % QUARTERS + 1

    def _why(self, item: Item, facts: Mapping[str, Any]) -> Why:
        """Why an initiative is not in: first what its scenario says of it, then what the plan tells."""
        if facts["missing"]:
            return Why(WhyKind.UNKNOWN)
        if item.code not in self.frame.hands and lacks_support(item, self.rules):
            return Why(WhyKind.SUPPORT)
        why = why_out(self.problem, self.places, item.code)
        lacking = self._lacking(item) if why.kind is WhyKind.WAITS_FOR else 0
        return replace(why, amount=lacking / THOUSAND) if lacking > 0 else why

    def _lacking(self, item: Item) -> int:
        """By how much an initiative and all it waits for, as far as that is not in, cost more than is left."""
        items = {one.code: one for one in self.frame.items}
        missing, todo = set[str](), [item.code]
        while todo:
            code = todo.pop()
            if code in items and code not in self.start and code not in missing:
                missing.add(code)
                todo += items[code].depends_on
        wanted = missing | (set(self.start) & set(items))
        return sum(sum(cost_of(items[code], self.rules.cost_point)) for code in wanted) - self.rules.budget

    def _line(self, item: Item) -> Line:
        row = self.rows[item.code]
        facts, start = row.facts | row.changed, self.start.get(item.code)
        fits = None if start is not None else fits_now(self.problem, self.places, item.code)
        return Line(
            row,
            item,
            cost_of(item, self.rules.cost_point),
            start,
            self.frame.hands.get(item.code),
            phases_of(item, facts["phases"], (row.facts["start_year"], row.facts["start_quarter"])),
            None if start is not None else self._why(item, facts),
            None if fits is None else fits + self.frame.first_year - 1,
        )
