"""What a plan is chosen from and what it must respect.

Money is in one unit, whichever; years count from 1; a value has no unit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite
from typing import NamedTuple


@dataclass(frozen=True)
class Candidate:
    """An initiative that could be in the plan: its value, cost in each year of its life, and what it touches.

    It may start in the years `earliest` to `latest`, by default in all, and runs for as many years as it has costs;
    a mandatory one must be in the plan, a forbidden one must not. `lead` is the partner that leads it, "" for none.
    `helix_value` is what each helix thinks it is worth.
    """

    id: str
    value: float
    cost: tuple[float, ...]
    regions: tuple[str, ...] = ()
    helix_value: Mapping[str, float] = field(default_factory=dict[str, float])
    earliest: int = 1
    latest: int | None = None
    is_mandatory: bool = False
    is_forbidden: bool = False
    lead: str = ""

    @property
    def whole_cost(self) -> float:
        """The cost of all its years."""
        return sum(self.cost)


class Dependency(NamedTuple):
    """`after` may start no earlier than `lag` years after `before` does, and not without it."""

    before: str
    after: str
    lag: int = 0


class Rule(StrEnum):
    """The kinds of rules that no plan may break; fairness, which comes before value, is none that could be broken."""

    BUDGET = "budget"
    DEPENDENCY = "dependency"
    EXCLUSION = "exclusion"
    MANDATORY = "mandatory"
    FORBIDDEN = "forbidden"
    PERIOD = "period"
    STARTS = "starts"
    CAPACITY = "capacity"
    REGION_COUNT = "region_count"
    REGION_SHARE = "region_share"
    HELIX_FLOOR = "helix_floor"
    FAIRNESS = "fairness"


@dataclass(frozen=True)
class Problem:
    """What the plan must respect. Raises ValueError naming the field that cannot be.

    A value counts `discount` to the power of the years it has to wait. With `carry_over`, what is left of a year's
    budget is there in later years. `region_min_count` is how many chosen initiatives must touch a region;
    `region_max_spend_share`, 0 to 1, what of the spending one region may get when initiatives of several regions are
    split evenly; `helix_floor` the value each helix must get, undiscounted; `lead_capacity` how many initiatives a
    partner can lead that run in the same year. With `is_fair`, first the least share is made as great as can be that
    any helix gets of what all initiatives together would give it; then the value.
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
    carry_over: bool = False
    lead_capacity: Mapping[str, int] = field(default_factory=dict[str, int])
    is_fair: bool = False

    def __post_init__(self) -> None:
        known = self.by_id
        if len(known) < len(self.candidates):
            raise ValueError("initiatives have an id each")
        if not self.budgets or not all(map(_is_amount, self.budgets)):
            raise ValueError("budgets are amounts of at least 0, one a year")
        for one in self.candidates:
            _check_candidate(one)
        named = [name for rule in self.dependencies for name in (rule.before, rule.after)]
        named += [name for group in self.exclusions for name in group]
        unknown = [name for name in named if name not in known]
        if unknown:
            raise ValueError(f"initiative {unknown[0]} of a rule is not there")
        _check_limits(self)

    @property
    def by_id(self) -> dict[str, Candidate]:
        """The initiatives by their ids, in their order."""
        return {one.id: one for one in self.candidates}

    @property
    def regions(self) -> list[str]:
        """All regions that an initiative touches or a minimum names, sorted."""
        return sorted({region for one in self.candidates for region in one.regions} | set(self.region_min_count))

    @property
    def helix_totals(self) -> dict[str, float]:
        """What each helix would get from all initiatives, by helix."""
        totals: dict[str, float] = {}
        for one in self.candidates:
            for helix, value in one.helix_value.items():
                totals[helix] = totals.get(helix, 0.0) + value
        return dict(sorted(totals.items()))


def years_for(problem: Problem, one: Candidate) -> range:
    """The years in which an initiative can start so that all its years lie within the plan; forbidden or not."""
    last = len(problem.budgets) - len(one.cost) + 1
    return range(max(one.earliest, 1), min(last, last if one.latest is None else one.latest) + 1)


def spend_by_year(problem: Problem, start_year: Mapping[str, int]) -> list[float]:
    """What the chosen initiatives cost in each year of the plan; years outside it count for nothing."""
    spent = [0.0] * len(problem.budgets)
    for one in problem.candidates:
        if one.id in start_year:
            for year, cost in enumerate(one.cost, start=start_year[one.id]):
                if 1 <= year <= len(spent):
                    spent[year - 1] += cost
    return spent


def _is_amount(number: float) -> bool:
    return isfinite(number) and number >= 0


def _check_candidate(one: Candidate) -> None:
    if not _is_amount(one.value):
        raise ValueError(f"initiative {one.id} needs a value of at least 0")
    if not one.cost or not all(map(_is_amount, one.cost)):
        raise ValueError(f"initiative {one.id} needs a cost of at least 0 for each of its years")
    if not all(map(_is_amount, one.helix_value.values())):
        raise ValueError(f"initiative {one.id} needs helix_value of at least 0")


def _check_limits(problem: Problem) -> None:
    if not 0 < problem.discount <= 1:
        raise ValueError("discount is above 0 and at most 1")
    if any(rule.lag < 0 for rule in problem.dependencies):
        raise ValueError("lag of a dependency is at least 0 years")
    if problem.region_max_spend_share is not None and not 0 <= problem.region_max_spend_share <= 1:
        raise ValueError("region_max_spend_share is between 0 and 1")
    if problem.max_starts_per_year is not None and problem.max_starts_per_year < 0:
        raise ValueError("max_starts_per_year is at least 0")
    for field_name in ("region_min_count", "helix_floor", "lead_capacity"):
        for name, limit in getattr(problem, field_name).items():
            if not _is_amount(limit):
                raise ValueError(f"{field_name} of {name} is at least 0")
