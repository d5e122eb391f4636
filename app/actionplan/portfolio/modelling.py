"""From a plan's items and a scenario's rules to the problem that is solved. Pure; money in thousands of euros."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from app.actionplan.portfolio.rulebook import Rulebook
from app.actionplan.portfolio.rules import Candidate, Dependency, Problem

THOUSAND, MILLION = 1000, 1_000_000
QUARTERS, MONTHS = 4, 12


@dataclass(frozen=True)
class Item:
    """An initiative as a plan sees it: `value` and `helix_value` on the survey's scale, None where too few answered.

    Cost in euros, `years` on the calendar; `shape` says how the cost lies over the years it takes, by months without.
    `regions` are the partners that take part, `lead` among them; `support` is the share that rates it high, 0 to 1.
    One is known when its sheet says what it costs and how long it takes.
    """

    code: str
    value: float | None
    helix_value: Mapping[str, float]
    cost_low: int
    cost_high: int
    start_year: int
    start_quarter: int
    months: int
    latest_year: int | None = None
    shape: tuple[int, ...] = ()
    lead: str = ""
    regions: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    support: float | None = None
    is_known: bool = True

    @property
    def quarters(self) -> int:
        """How many quarters it takes."""
        return -(-self.months // 3)

    @property
    def touched(self) -> int:
        """How many calendar years it is in."""
        return -(-(self.start_quarter - 1 + self.quarters) // QUARTERS)


@dataclass(frozen=True)
class Hand:
    """What somebody settled by hand: in from this year, in from whichever year is best, or out; and why."""

    is_in: bool
    year: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Frame:
    """All that makes a problem: the items, the rules, what is settled by hand, and the first year."""

    items: Sequence[Item]
    rules: Rulebook
    first_year: int
    hands: Mapping[str, Hand] = field(default_factory=dict[str, Hand])

    @property
    def years(self) -> list[int]:
        """The calendar years of the plan."""
        return [self.first_year + place for place in range(len(self.rules.ceilings))]


def item_from(code: str, evidence: Mapping[str, Any], facts: Mapping[str, Any]) -> Item:
    """An item of a plan from what is kept of it."""
    return Item(
        code,
        evidence["value"],
        evidence["helix_value"],
        facts["cost_low"],
        facts["cost_high"],
        facts["start_year"],
        facts["start_quarter"],
        facts["months"],
        facts.get("latest_year"),
        tuple(facts.get("shape") or ()),
        facts["lead"],
        tuple(facts["regions"]),
        tuple(facts["depends_on"]),
        tuple(facts["excludes"]),
        evidence["share_high"],
        not facts["missing"],
    )


def lacks_support(item: Item, rules: Rulebook) -> bool:
    """Whether fewer rate it high than a scenario wants; said of none whose share may not be shown."""
    return rules.support_min is not None and item.support is not None and item.support < rules.support_min / 100


def hands_from(kept: Mapping[str, Mapping[str, Any]]) -> dict[str, Hand]:
    """What was settled by hand, from what is kept of it."""
    return {code: Hand(one["is_in"], one.get("year"), one.get("reason", "")) for code, one in kept.items()}


def cost_of(item: Item, point: int) -> list[int]:
    """What an item costs in each calendar year it is in, in whole euros; `point` 0 is its lowest cost, 100 its highest.

    The years add up to the whole: each takes what the parts before it leave of a rounded sum.

    >>> cost_of(Item("A", 3, {}, 100, 300, 2027, 3, 18), 50)
    [67, 133]
    """
    whole = item.cost_low + round((item.cost_high - item.cost_low) * point / 100)
    shape = item.shape if len(item.shape) == item.touched and sum(item.shape) else _months_by_year(item)
    reached = [round(whole * part / sum(shape)) for part in accumulate(shape)]
    return [upto - before for before, upto in zip([0, *reached], reached, strict=False)]


def _months_by_year(item: Item) -> tuple[int, ...]:
    first = MONTHS - 3 * (item.start_quarter - 1)
    left, found = item.months, [min(first, item.months)]
    left -= found[0]
    while left > 0:
        found.append(min(MONTHS, left))
        left -= found[-1]
    return tuple(found)


def problem_of(frame: Frame, *, with_hands: bool = True) -> Problem:
    """The problem that a scenario is; items without a value cannot be chosen, but by hand, where they count nothing.

    What lacks the support that the scenario wants counts nothing either, and can come in only where one that has it
    waits for it. Dependencies on what the plan does not have are left out, like exclusions of it. Raises ValueError
    as Problem does.
    """
    codes = {item.code for item in frame.items}
    rules = frame.rules
    hands: Mapping[str, Hand] = frame.hands if with_hands else {}
    wanted = needed_by_supported(frame.items, rules)
    candidates = tuple(
        _candidate(item, frame, hands.get(item.code), is_needed=item.code in wanted) for item in frame.items
    )
    helices = sorted({helix for item in frame.items for helix in item.helix_value})
    could = {helix: sum(one.helix_value.get(helix, 0) for one in candidates) for helix in helices}
    pairs = {tuple(sorted((item.code, other))) for item in frame.items for other in item.excludes if other in codes}
    regions = sorted({region for item in frame.items for region in item.regions})
    return Problem(
        candidates,
        tuple(ceiling / THOUSAND for ceiling in rules.ceilings),
        rules.discount / 100,
        tuple(Dependency(before, item.code) for item in frame.items for before in item.depends_on if before in codes),
        tuple(sorted(pair for pair in pairs if len(set(pair)) > 1)),
        region_min_count=dict.fromkeys(regions, rules.region_min) if rules.region_min else {},
        region_max_spend_share=rules.region_share / 100 if rules.region_share else None,
        max_starts_per_year=rules.max_starts,
        helix_floor={helix: value * rules.helix_floor / 100 for helix, value in could.items()}
        if rules.helix_floor
        else {},
        carry_over=rules.carry_over,
        lead_capacity=dict.fromkeys(sorted({item.lead for item in frame.items if item.lead}), rules.lead_capacity)
        if rules.lead_capacity
        else {},
        is_fair=rules.is_fair,
    )


def needed_by_supported(items: Sequence[Item], rules: Rulebook) -> set[str]:
    """The items that lack support, and for which one that has it waits, itself or through others."""
    by_code = {item.code: item for item in items}
    found: set[str] = set()
    todo = [item for item in items if item.value is not None and not lacks_support(item, rules)]
    while todo:
        for code in todo.pop().depends_on:
            before = by_code.get(code)
            if before and lacks_support(before, rules) and code not in found:
                found.add(code)
                todo.append(before)
    return found


def weight_of(item: Item, rules: Rulebook) -> float:
    """How much an item's score counts: 1, or its cost in millions where each euro counts."""
    return sum(cost_of(item, rules.cost_point)) / MILLION if rules.by_cost else 1.0


def _candidate(item: Item, frame: Frame, hand: Hand | None, *, is_needed: bool) -> Candidate:
    earliest = max(1, item.start_year - frame.first_year + 1)
    latest = item.latest_year - frame.first_year + 1 if item.latest_year else None
    if hand and hand.is_in and hand.year:
        earliest = latest = hand.year - frame.first_year + 1
    counts_nothing = hand is None and lacks_support(item, frame.rules)
    scale = 0.0 if counts_nothing else weight_of(item, frame.rules)
    return Candidate(
        item.code,
        scale * (item.value or 0.0),
        tuple(cost / THOUSAND for cost in cost_of(item, frame.rules.cost_point)),
        item.regions,
        {helix: scale * value for helix, value in item.helix_value.items()} if scale else {},
        earliest,
        latest,
        is_mandatory=hand is not None and hand.is_in,
        is_forbidden=not hand.is_in if hand else _stays_out(item, frame.rules, is_needed=is_needed),
        lead=item.lead,
    )


def _stays_out(item: Item, rules: Rulebook, *, is_needed: bool) -> bool:
    return item.value is None or not item.is_known or (lacks_support(item, rules) and not is_needed)


def placed(start_year: Mapping[str, int], first_year: int) -> dict[str, int]:
    """Calendar years of starting as years of the plan, from 1."""
    return {code: year - first_year + 1 for code, year in start_year.items()}
