"""The rules of a scenario as people set them, and the form that sets them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

LONGEST_HORIZON, LARGEST_CEILING = 10, 10**12
COST_POINTS = (0, 50, 100)
"""Where in the range of an initiative's cost a plan is made: its lowest, its middle, its highest."""
START = {"cost_point": 50, "discount": 95, "support_min": 50, "helix_floor": 25}
NOT_A_NUMBER = "Enter a whole number of at least 0."
TOO_LARGE = "This number is too large."


@dataclass(frozen=True)
class Rulebook:
    """What a scenario must respect: money in euros, shares in whole percent; None for a rule that is not set.

    `ceilings` has one amount a year, `cost_point` is 0 for the lowest cost and 100 for the highest, `discount` what an
    initiative still counts after a year of waiting. `max_starts` holds for each year, `lead_capacity` is how many a
    partner can lead at once, `region_min` how many initiatives each region takes part in, `region_share` what of the
    spending one region may get, `helix_floor` what each helix gets at least of what it could, `support_min` how many
    must rate an initiative high for it to come in but by hand. With `carry_over` money left is there in the next year;
    with `is_fair` the helix that gets least comes first; with `by_cost` each euro counts by the score of what it buys,
    instead of each initiative by its own.
    """

    ceilings: tuple[int, ...]
    cost_point: int = 50
    discount: int = 95
    carry_over: bool = False
    max_starts: int | None = None
    lead_capacity: int | None = None
    region_min: int | None = None
    region_share: int | None = None
    helix_floor: int | None = None
    support_min: int | None = None
    is_fair: bool = False
    by_cost: bool = False

    @property
    def budget(self) -> int:
        """What there is in all years together, in euros."""
        return sum(self.ceilings)


OPTIONAL: Mapping[str, tuple[int, int]] = {
    "max_starts": (1, 1000),
    "lead_capacity": (1, 1000),
    "region_min": (1, 1000),
    "region_share": (1, 100),
    "helix_floor": (1, 100),
    "support_min": (1, 100),
}
"""Rules that may be left empty, with the least and the most each takes."""


def as_data(rules: Rulebook) -> dict[str, Any]:
    """The rules as they are kept."""
    return {**asdict(rules), "ceilings": list(rules.ceilings)}


def from_data(kept: Mapping[str, Any]) -> Rulebook:
    """The rules that were kept."""
    fields: dict[str, Any] = {**kept, "ceilings": tuple(kept["ceilings"])}
    return Rulebook(**fields)


def read_rules(typed: Mapping[str, str], years: Sequence[int]) -> tuple[Rulebook | None, dict[str, str]]:
    """The rules that a form says, or what is wrong with which of its fields: `ceiling.2027`, and names of rules.

    >>> read_rules({"ceiling.2027": "1 500 000", "cost_point": "50", "discount": "95"}, [2027])[0].budget
    1500000
    >>> read_rules({"ceiling.2027": "-1", "cost_point": "50", "discount": "95"}, [2027])
    (None, {'ceiling.2027': 'Enter a whole number of at least 0.'})
    """
    faults: dict[str, str] = {}

    def number(name: str, least: int, most: int) -> int:
        value = read_amount(typed.get(name, ""))
        if value is None:
            faults[name] = NOT_A_NUMBER
        elif value > most:
            faults[name] = TOO_LARGE
        elif value < least:
            faults[name] = "This number is too small."
        return value or 0

    ceilings = tuple(number(f"ceiling.{year}", 0, LARGEST_CEILING) for year in years)
    found: dict[str, Any] = {
        "cost_point": number("cost_point", 0, 100),
        "discount": number("discount", 1, 100),
        "carry_over": typed.get("carry_over") == "yes",
        "is_fair": typed.get("is_fair") == "yes",
        "by_cost": typed.get("by_cost") == "yes",
    }
    for name, ends in OPTIONAL.items():
        found[name] = number(name, *ends) if typed.get(name, "").strip() else None
    return (None if faults else Rulebook(ceilings=ceilings, **found)), faults


def read_start(typed: Mapping[str, str], years: int) -> tuple[Rulebook | None, dict[str, str]]:
    """The rules a plan starts with: an amount for each year, `amount.1` on, or one `budget` split evenly over them.

    >>> read_start({"budget": "9 000 000"}, 2)[0].ceilings
    (4500000, 4500000)
    >>> read_start({"amount.1": "5", "budget": "7"}, 2)[1]
    {'amount.2': 'Enter a whole number of at least 0.'}
    """
    places = range(1, years + 1)
    named = {f"ceiling.{place}": typed.get(f"amount.{place}", "") for place in places}
    if not any(text.strip() for text in named.values()):
        budget = read_amount(typed.get("budget", ""))
        if budget is None or budget > LARGEST_CEILING:
            return None, {"budget": "Enter what there is in all, or an amount for each year."}
        named = {f"ceiling.{place}": str(budget * place // years - budget * (place - 1) // years) for place in places}
    rules, faults = read_rules({**{name: str(value) for name, value in START.items()}, **named}, places)
    return rules, {name.replace("ceiling.", "amount."): text for name, text in faults.items()}


def read_amount(text: str) -> int | None:
    """A whole number of at least 0 as people write it, with spaces between thousands; None for anything else.

    >>> read_amount("1 500 000"), read_amount("-1"), read_amount("1.5")
    (1500000, None, None)
    """
    digits = "".join(text.split()).replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= 15 else None
