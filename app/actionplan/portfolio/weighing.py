"""What is found out about a scenario by solving: the best plan, what leaving out costs, and what each rule costs.

Pure but for the clock of the solver. It tells as it goes, so that whoever reads has the plan before its prices.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.actionplan.portfolio.conflicts import Give, what_must_give
from app.actionplan.portfolio.modelling import Frame, problem_of
from app.actionplan.portfolio.pricing import (
    Loss,
    loss_of_including,
    loss_of_removing,
    price_of,
    price_of_hand,
    things_to_price,
)
from app.actionplan.portfolio.robustness import inclusion
from app.actionplan.portfolio.rules import SAME, Solution, Status, faults_of, solve

SECONDS, PRICE_SECONDS, DRAW_SECONDS = 30.0, 10.0, 5.0
"""How long the best plan, each price and each draw may take; what was not proven by then says so."""
DRAWS, DRAW_GAP = 200, 0.01

Said = dict[str, Any]


def weigh(frame: Frame) -> Iterator[Said]:
    """The best plan under the rules and what is settled by hand, then the second best, then all prices.

    Each part is `told` under its name: `plan`, `losses` of including what is out, `keeps` of leaving out what the rules
    put in, `prices` of rules, `hands`, and, when there is no plan, what must give: `gives`. `steps` are those done and
    those there are. Calendar years.
    """
    problem = problem_of(frame)
    if any(fault.is_fatal for fault in faults_of(problem)):
        yield {"told": {"plan": _plan(frame, Solution(Status.INFEASIBLE, None, {}, None), None), "gives": []}}
        return
    best = solve(problem, seconds=SECONDS)
    yield {"told": {"plan": _plan(frame, best, None)}}
    if best.objective is None:
        gives = what_must_give(problem, seconds=PRICE_SECONDS) if best.status is Status.INFEASIBLE else ()
        yield {"told": {"gives": [_give(one) for one in gives]}}
        return
    out = [one.id for one in problem.candidates if one.id not in best.start_year and not one.is_forbidden]
    chosen = [code for code in sorted(best.start_year) if not problem.by_id[code].is_mandatory]
    rules, hands = list(things_to_price(problem)), list(frame.hands)
    total = 2 + len(out) + len(chosen) + len(rules) + len(hands) + (frame.rules.support_min is not None)
    done = 1
    second = solve(problem, seconds=PRICE_SECONDS, other_than=best)
    yield {"told": {"plan": _plan(frame, best, second)}, "steps": (done := done + 1, total)}
    losses: Said = {}
    for code in out:
        losses[code] = _loss(loss_of_including(problem, best, code, seconds=PRICE_SECONDS))
        yield {"told": {"losses": dict(losses)}, "steps": (done := done + 1, total)}
    keeps: Said = {}
    for code in chosen:
        keeps[code] = _loss(loss_of_removing(problem, best, code, seconds=PRICE_SECONDS))
        yield {"told": {"keeps": dict(keeps)}, "steps": (done := done + 1, total)}
    prices: list[Said] = []
    for rule, name in rules:
        found = price_of(problem, best, rule, name, seconds=PRICE_SECONDS)
        prices.append({"rule": rule.value, "name": name, "price": found.amount, "is_sure": found.gap == 0})
        yield {"told": {"prices": list(prices)}, "steps": (done := done + 1, total)}
    if frame.rules.support_min is not None:
        free = solve(problem_of(replace(frame, rules=replace(frame.rules, support_min=None))), seconds=PRICE_SECONDS)
        price = None if free.objective is None else free.objective - best.objective
        prices.append({"rule": "support_min", "name": "", "price": price, "is_sure": free.status is Status.OPTIMAL})
        yield {"told": {"prices": list(prices)}, "steps": (done := done + 1, total)}
    settled: Said = {}
    for code in hands:
        without = {name: hand for name, hand in frame.hands.items() if name != code}
        free = problem_of(replace(frame, hands=without))
        price = price_of_hand(free, problem, seconds=PRICE_SECONDS)
        settled[code] = {"price": price.amount, "is_sure": price.plan.gap == 0}
        yield {"told": {"hands": dict(settled)}, "steps": (done := done + 1, total)}


def try_draws(frame: Frame, values: NDArray[np.float64], say: Callable[[Said], None]) -> None:
    """Find how often each initiative is in the best plan when values vary as in re-samples; `values` (draws, items).

    What it finds goes to `say`: the steps as they are done, and at the end what was found.
    """
    problem, count = problem_of(frame), len(values)
    if any(fault.is_fatal for fault in faults_of(problem)):
        say({"told": {"robust": {}, "draws": 0, "stopped": 0}})
        return

    def progress(done: int) -> bool:
        say({"steps": (done, count)})
        return True

    found = inclusion(problem, values, gap=DRAW_GAP, seconds=DRAW_SECONDS, on_progress=progress)
    say({"told": {"robust": dict(found.share), "draws": found.draws, "stopped": found.n_stopped}})


def _plan(frame: Frame, best: Solution, second: Solution | None) -> Said:
    found = None if second is None else second.objective
    objective = best.objective
    return {
        "status": best.status.value,
        "objective": objective,
        "gap": best.gap,
        "start_year": None
        if objective is None
        else {code: frame.first_year + year - 1 for code, year in sorted(best.start_year.items())},
        "second_best": found,
        "is_unique": None
        if second is None or objective is None
        else found is None or objective - found > SAME * max(1, objective),
    }


def _loss(loss: Loss) -> Said:
    is_sure = loss.plan.status in (Status.OPTIMAL, Status.INFEASIBLE)
    return {"loss": loss.amount, "is_sure": is_sure, "gives": [_give(one) for one in loss.gives]}


def _give(one: Give) -> Said:
    return {"rule": one.rule.value, "name": one.name, "year": one.year, "amount": one.amount}
