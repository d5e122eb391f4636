"""What an initiative takes, as a form shows it and as a plan keeps it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.actionplan.portfolio.modelling import Item, cost_of
from app.actionplan.portfolio.rulebook import LARGEST_CEILING, NOT_A_NUMBER, TOO_LARGE, TOO_SMALL, read_amount

BACKWARDS = "The highest cost is lower than the lowest."
UNKNOWN_PARTNER = "Choose a partner of the consortium."
BEFORE_START = "This is before the first year in which it may start."
LONGEST_MONTHS, MOST_YEARS = 600, 60
NUMBERS: Mapping[str, tuple[int, int]] = {
    "cost_low": (0, LARGEST_CEILING),
    "cost_high": (0, LARGEST_CEILING),
    "start_year": (2000, 2100),
    "start_quarter": (1, 4),
    "months": (1, LONGEST_MONTHS),
}
"""Fields that hold a whole number, each with the least and the most it takes."""
WAITS = "waits."


class UnevenYears(Exception):
    """The amounts of single years do not add up to the highest cost: by `more` too much, below 0 too little."""

    def __init__(self, total: int, more: int) -> None:
        super().__init__()
        self.total, self.more = total, more


def read_facts(
    typed: Mapping[str, str], before: Mapping[str, Any], codes: Sequence[str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """What a form says of an initiative, and what is wrong with which field. `codes` are those it could wait for.

    Amounts of single years, `amount.1` on, say how the cost lies over the years; empty ones leave that to the months.
    Raises UnevenYears when they do not add up to the highest cost.

    >>> typed = {"cost_low": "5", "cost_high": "4", "start_year": "2027", "start_quarter": "1", "months": "12"}
    >>> read_facts(typed, {}, [])[1]
    {'cost_high': 'The highest cost is lower than the lowest.'}
    """
    faults: dict[str, str] = {}
    found: dict[str, Any] = {}
    for name, (least, most) in NUMBERS.items():
        value = read_amount(typed.get(name, ""))
        fault = NOT_A_NUMBER if value is None else TOO_LARGE if value > most else TOO_SMALL if value < least else ""
        faults |= {name: fault} if fault else {}
        found[name] = value
    latest = typed.get("latest_year", "").strip()
    found["latest_year"] = read_amount(latest) if latest else None
    if latest and not (found["latest_year"] and found["latest_year"] <= 2100):
        faults["latest_year"] = NOT_A_NUMBER
    if faults:
        return {**before}, faults
    if found["cost_high"] < found["cost_low"]:
        faults["cost_high"] = BACKWARDS
    if found["latest_year"] is not None and found["latest_year"] < found["start_year"]:
        faults["latest_year"] = BEFORE_START
    found["shape"] = _shape(typed, found, faults)
    found["depends_on"] = [code for code in codes if f"{WAITS}{code}" in typed]
    found["lead"] = typed.get("lead", before.get("lead", ""))
    found["missing"] = []
    return found, faults


def _shape(typed: Mapping[str, str], found: Mapping[str, Any], faults: dict[str, str]) -> list[int]:
    item = Item("", None, {}, 0, found["cost_high"], found["start_year"], found["start_quarter"], found["months"])
    names = [f"amount.{place}" for place in range(1, item.touched + 1)]
    if not any(typed.get(name, "").strip() for name in names):
        return []
    amounts = [read_amount(typed.get(name, "") or "0") for name in names]
    for name, amount in zip(names, amounts, strict=True):
        if amount is None or amount > LARGEST_CEILING:
            faults[name] = NOT_A_NUMBER
    if faults:
        return []
    total = sum(amount or 0 for amount in amounts)
    if total != found["cost_high"]:
        raise UnevenYears(total, total - found["cost_high"])
    return [amount or 0 for amount in amounts]


def shown_facts(item: Item, facts: Mapping[str, Any]) -> dict[str, str]:
    """What a form of an initiative is filled with; amounts of single years only where they were given."""
    shown = {name: str(facts[name]) for name in NUMBERS}
    shown |= {"latest_year": "" if facts["latest_year"] is None else str(facts["latest_year"]), "lead": facts["lead"]}
    shown |= {f"{WAITS}{code}": "yes" for code in facts["depends_on"]}
    amounts = cost_of(item, 100) if facts["shape"] else ()
    return shown | {f"amount.{place}": str(amount) for place, amount in enumerate(amounts, start=1)}


def differing(facts: Mapping[str, Any], proposed: Mapping[str, Any]) -> dict[str, Any]:
    """What a plan sets otherwise than the sheet proposed.

    >>> differing({"months": 24, "lead": "A"}, {"months": 36, "lead": "A", "topic": "T1"})
    {'months': 24}
    """
    return {name: value for name, value in facts.items() if value != proposed.get(name)}
