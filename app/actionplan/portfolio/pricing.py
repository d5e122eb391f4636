"""What a rule, an initiative or a hand costs in value, and why an initiative is not in a plan."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from app.actionplan.portfolio.checking import SLACK, Breach, breaches_of
from app.actionplan.portfolio.conflicts import Give, what_must_give
from app.actionplan.portfolio.problem import Candidate, Problem, Rule, years_for
from app.actionplan.portfolio.rules import SAME, Solution, Status, solve

Limit = TypeVar("Limit", int, float)


@dataclass(frozen=True)
class Price:
    """How much more a plan would be worth without a rule; None when the search ended before it found a plan.

    `gap` is how far the plan without it may be from proven. What fairness costs counts in value, not in shares.
    """

    rule: Rule
    name: str
    amount: float | None
    gap: float | None


@dataclass(frozen=True)
class Loss:
    """How much less a plan is worth that has, or has not, one initiative, and that plan.

    When there is none, `amount` is None and `gives` says what must give before there is one. A loss below 0 is a gain:
    where a mandatory initiative is taken out, a forbidden one let in, or value comes after fairness.
    """

    amount: float | None
    plan: Solution
    gives: tuple[Give, ...] = ()


class WhyKind(StrEnum):
    """Why an initiative is not in a plan."""

    FORBIDDEN = "forbidden"
    PERIOD = "period"
    NO_VALUE = "no_value"
    WAITS_FOR = "waits_for"
    EXCLUDED_BY = "excluded_by"
    FITS = "fits"
    BUDGET = "budget"
    STARTS = "starts"
    CAPACITY = "capacity"
    REGION_SHARE = "region_share"
    OUTBID = "outbid"
    SUPPORT = "support"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Why:
    """Why an initiative is not in a plan, as far as the plan itself tells.

    | kind | names | start | year | amount |
    |---|---|---|---|---|
    | FORBIDDEN, NO_VALUE | | | | |
    | PERIOD | | | | years it takes |
    | WAITS_FOR | what is not in, or starts too late | | the first year it could start | money missing for all |
    | EXCLUDED_BY | what is in instead | | | |
    | FITS | | the best year to add it | | |
    | BUDGET | | the start that lacks least | the year that lacks most | money missing in that year |
    | STARTS | | the year in which one start too many is the least | the same | starts too many |
    | CAPACITY | the partner | the start that needs least | the year that is fullest | initiatives too many |
    | REGION_SHARE | the region | the start | | money too much |
    | OUTBID | | | | |
    | SUPPORT, UNKNOWN | | | | |

    OUTBID: each start breaks several rules at once, so others would have to go; the loss tells what that costs.
    SUPPORT and UNKNOWN are what a scenario tells before any problem: fewer rate it high than it asks for; its cost or
    time is not known.
    """

    kind: WhyKind
    names: tuple[str, ...] = ()
    start: int | None = None
    year: int | None = None
    amount: float | None = None


def things_to_price(problem: Problem) -> Iterator[tuple[Rule, str]]:
    """Every soft rule with what it is about, as `price_of` takes them."""
    yield from ((Rule.REGION_COUNT, region) for region, least in problem.region_min_count.items() if least)
    if problem.region_max_spend_share is not None:
        yield Rule.REGION_SHARE, ""
    yield from ((Rule.HELIX_FLOOR, helix) for helix, floor in problem.helix_floor.items() if floor)
    if problem.max_starts_per_year is not None:
        yield Rule.STARTS, ""
    yield from ((Rule.CAPACITY, partner) for partner in problem.lead_capacity)
    if problem.is_fair:
        yield Rule.FAIRNESS, ""
    yield from ((Rule.EXCLUSION, " ".join(group)) for group in problem.exclusions)


def price_of(
    problem: Problem, best: Solution, rule: Rule, name: str, *, gap: float = 0.0, seconds: float | None = None
) -> Price:
    """What one soft rule costs: the objective without it minus that of `best`. Raises ValueError for another rule."""
    free = solve(_without(problem, rule, name), gap=gap, seconds=seconds)
    return Price(rule, name, _difference(free, best, is_stricter=not problem.is_fair), free.gap)


def loss_of_including(
    problem: Problem, best: Solution, name: str, *, gap: float = 0.0, seconds: float | None = None
) -> Loss:
    """What is lost when one initiative must be in, with all it waits for."""
    return _loss(problem, _changed(problem, name, is_mandatory=True), best, gap, seconds)


def loss_of_removing(
    problem: Problem, best: Solution, name: str, *, gap: float = 0.0, seconds: float | None = None
) -> Loss:
    """What is lost when one initiative must not be in, nor what waits for it."""
    return _loss(problem, _changed(problem, name, is_mandatory=False), best, gap, seconds)


def price_of_hand(
    problem_without_hand: Problem, problem: Problem, *, gap: float = 0.0, seconds: float | None = None
) -> Loss:
    """What placing and removing by hand costs: the best plan without it against the best one with it."""
    best = solve(problem_without_hand, gap=gap, seconds=seconds)
    return _loss(problem_without_hand, problem, best, gap, seconds)


def fits_now(problem: Problem, start_year: Mapping[str, int], name: str) -> int | None:
    """The best year in which an initiative could be added to this plan without breaking anything more."""
    one = _outside(problem, start_year, name)
    if one.is_forbidden:
        return None
    return next((year for year in years_for(problem, one) if not _broken_by(problem, start_year, name, year)), None)


def why_out(problem: Problem, start_year: Mapping[str, int], name: str) -> Why:
    """Why an initiative is not in a plan. Raises ValueError when it is, or when there is none of that name."""
    one = _outside(problem, start_year, name)
    if one.is_forbidden:
        return Why(WhyKind.FORBIDDEN)
    years = years_for(problem, one)
    if not years:
        return Why(WhyKind.PERIOD, amount=len(one.cost))
    if not one.value:
        return Why(WhyKind.NO_VALUE)
    needed = [rule for rule in problem.dependencies if rule.after == name and rule.before != name]
    missing = tuple(dict.fromkeys(rule.before for rule in needed if rule.before not in start_year))
    if missing:
        return Why(WhyKind.WAITS_FOR, missing)
    first = max((start_year[rule.before] + rule.lag for rule in needed), default=1)
    if first > years[-1]:
        late = tuple(rule.before for rule in needed if start_year[rule.before] + rule.lag > years[-1])
        return Why(WhyKind.WAITS_FOR, late, year=first)
    instead = [other for group in problem.exclusions if name in group for other in group if other in start_year]
    if instead:
        return Why(WhyKind.EXCLUDED_BY, tuple(dict.fromkeys(instead)))
    return _obstacle(problem, start_year, name, [year for year in years if year >= first])


OBSTACLES = {
    Rule.BUDGET: WhyKind.BUDGET,
    Rule.STARTS: WhyKind.STARTS,
    Rule.CAPACITY: WhyKind.CAPACITY,
    Rule.REGION_SHARE: WhyKind.REGION_SHARE,
}


def _obstacle(problem: Problem, plan: Mapping[str, int], name: str, years: list[int]) -> Why:
    """The one kind of rule that stands in the way of the start that needs least."""
    order = list(OBSTACLES)
    single: list[tuple[int, float, int, Breach]] = []
    for start in years:
        broken = _broken_by(problem, plan, name, start)
        if not broken:
            return Why(WhyKind.FITS, start=start)
        if len({breach.rule for breach in broken}) == 1 and broken[0].rule in OBSTACLES:
            worst = max(broken, key=lambda breach: breach.amount or 0)
            single.append((order.index(worst.rule), worst.amount or 0, start, worst))
    if not single:
        return Why(WhyKind.OUTBID)
    _, amount, start, breach = min(single, key=lambda found: found[:3])
    names = breach.names[:1] if breach.rule in (Rule.CAPACITY, Rule.REGION_SHARE) else ()
    return Why(OBSTACLES[breach.rule], names, start, breach.year, amount)


def _broken_by(problem: Problem, plan: Mapping[str, int], name: str, year: int) -> list[Breach]:
    """What adding an initiative breaks, or breaks more than it was."""
    before = {_about(breach): breach.amount or 0.0 for breach in breaches_of(problem, plan)}
    return [
        breach
        for breach in breaches_of(problem, {**plan, name: year})
        if _about(breach) not in before or (breach.amount or 0.0) > before[_about(breach)] * (1 + SLACK)
    ]


def _about(breach: Breach) -> tuple[Rule, tuple[str, ...], int | None]:
    if breach.rule in (Rule.BUDGET, Rule.STARTS):
        return breach.rule, (), breach.year
    return breach.rule, breach.names[:1] if breach.rule is Rule.CAPACITY else breach.names, breach.year


def _outside(problem: Problem, plan: Mapping[str, int], name: str) -> Candidate:
    one = problem.by_id.get(name)
    if one is None or name in plan:
        raise ValueError(f"initiative {name} is not one that is left out")
    return one


def _changed(problem: Problem, name: str, *, is_mandatory: bool) -> Problem:
    """The problem with one initiative mandatory, or else forbidden."""
    changed = [
        replace(one, is_mandatory=is_mandatory, is_forbidden=not is_mandatory) if one.id == name else one
        for one in problem.candidates
    ]
    return replace(problem, candidates=tuple(changed))


def _loss(problem: Problem, changed: Problem, best: Solution, gap: float, seconds: float | None) -> Loss:
    found = solve(changed, gap=gap, seconds=seconds)
    gives = what_must_give(changed) if found.status is Status.INFEASIBLE else ()
    return Loss(_difference(best, found, is_stricter=_is_stricter(problem, changed)), found, gives)


def _is_stricter(problem: Problem, changed: Problem) -> bool:
    """Whether a change of initiatives only takes plans away, so that nothing can be gained."""
    pairs = zip(problem.candidates, changed.candidates, strict=False)
    return not problem.is_fair and all(
        before == after or not (before.is_mandatory or before.is_forbidden) for before, after in pairs
    )


def _difference(more: Solution, less: Solution, *, is_stricter: bool) -> float | None:
    """How much more one plan is worth than another that obeys stricter rules; a gain is then none, only not proven."""
    if more.objective is None or less.objective is None:
        return None
    found = more.objective - less.objective
    is_nothing = abs(found) <= SAME * max(1.0, abs(more.objective)) or (found < 0 and is_stricter)
    return 0.0 if is_nothing else found


def _without(problem: Problem, rule: Rule, name: str) -> Problem:
    if rule is Rule.REGION_COUNT:
        return replace(problem, region_min_count=_less(problem.region_min_count, name))
    if rule is Rule.HELIX_FLOOR:
        return replace(problem, helix_floor=_less(problem.helix_floor, name))
    if rule is Rule.CAPACITY:
        return replace(problem, lead_capacity=_less(problem.lead_capacity, name))
    if rule is Rule.EXCLUSION:
        return replace(problem, exclusions=tuple(group for group in problem.exclusions if " ".join(group) != name))
    if rule is Rule.REGION_SHARE:
        return replace(problem, region_max_spend_share=None)
    if rule is Rule.STARTS:
        return replace(problem, max_starts_per_year=None)
    if rule is Rule.FAIRNESS:
        return replace(problem, is_fair=False)
    raise ValueError(f"{rule} has no price")


def _less(limits: Mapping[str, Limit], name: str) -> dict[str, Limit]:
    return {key: limit for key, limit in limits.items() if key != name}
