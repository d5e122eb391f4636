"""Rules of participatory budgeting, to compare a plan with: greedy, and equal shares.

The method of equal shares is Peters, Pierczynski and Skowron's (NeurIPS 34, 2021), without completion. Exact in
fractions; ties go to the first name.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Literal

Utility = Literal["cost", "cardinality"]
"""What an approved initiative is worth to those who approve it: its cost, or one."""


def fund_greedily(
    costs: Mapping[str, float], budget: float, approvals: Sequence[Iterable[str]], utility: Utility = "cost"
) -> list[str]:
    """The initiatives with the most utility per cost that still fit, by name; `approvals` has one list a voter.

    >>> fund_greedily({"A": 3, "B": 2, "C": 2}, 4, [["A"], ["A", "B"], ["B", "C"]])
    ['A']
    """
    supporters = _supporters(costs, approvals)
    left, funded = _exact(budget), list[str]()

    def worth(name: str) -> Fraction:
        return Fraction(len(supporters[name])) / (1 if utility == "cost" else _exact(costs[name]))

    for name in sorted(supporters, key=lambda name: (-worth(name), name)):
        if _exact(costs[name]) <= left:
            left -= _exact(costs[name])
            funded.append(name)
    return sorted(funded)


def fund_by_equal_shares(
    costs: Mapping[str, float], budget: float, approvals: Sequence[Iterable[str]], utility: Utility = "cost"
) -> list[str]:
    """What voters fund when each holds an equal share of the budget and pays only for what it approves, by name.

    Next comes the initiative whose supporters pay least per unit of utility.

    >>> fund_by_equal_shares({"A": 3, "B": 1}, 4, [["A"], ["A"], ["A"], ["B"]])
    ['A', 'B']
    """
    supporters = _supporters(costs, approvals)
    purse = [_exact(budget) / len(approvals) for _ in approvals]
    funded: list[str] = []
    while True:
        rates = {
            name: rate
            for name in supporters
            if name not in funded
            and (rate := _rate(name, costs, [purse[voter] for voter in supporters[name]], utility))
        }
        if not rates:
            return sorted(funded)
        name = min(rates, key=lambda name: (rates[name], name))
        most = rates[name] * (_exact(costs[name]) if utility == "cost" else 1)
        for voter in supporters[name]:
            purse[voter] -= min(purse[voter], most)
        funded.append(name)


def _rate(name: str, costs: Mapping[str, float], purses: Sequence[Fraction], utility: Utility) -> Fraction | None:
    """The least price per unit of utility at which the supporters can pay, None when they cannot."""
    cost = _exact(costs[name])
    if sum(purses) < cost:
        return None
    left, ordered, share = cost, sorted(purses), cost
    for place, purse in enumerate(ordered):
        share = left / (len(ordered) - place)
        if purse >= share:
            break
        left -= purse
    return share / (cost if utility == "cost" else 1)


def _supporters(costs: Mapping[str, float], approvals: Sequence[Iterable[str]]) -> dict[str, list[int]]:
    """Who approves each initiative that somebody approves. Raises ValueError for a cost that is not above 0."""
    if any(not cost > 0 for cost in costs.values()):
        raise ValueError("costs are above 0")
    ballots = [set(ballot) for ballot in approvals]
    everybody = {name: [voter for voter, ballot in enumerate(ballots) if name in ballot] for name in sorted(costs)}
    return {name: voters for name, voters in everybody.items() if voters}


def _exact(amount: float) -> Fraction:
    return Fraction(str(amount))
