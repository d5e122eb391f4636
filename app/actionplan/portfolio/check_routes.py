"""What rules cost, how robust a plan is, and a plan as a plain table, in the browser."""

from typing import Any

from fastapi import APIRouter, Request, Response

from app.actionplan.portfolio.queries import get_own_plan
from app.actionplan.portfolio.robustness import CORE, EXTERIOR
from app.actionplan.portfolio.routes import FOLDER, Number, ReaderDep, checks_of, is_quiet
from app.actionplan.portfolio.sharing import fund_by_equal_shares, fund_greedily
from app.actionplan.portfolio.showing import Shown, frame_of, shown
from app.actionplan.portfolio.state import State
from app.web.deps import SessionDep
from app.web.templating import render

router = APIRouter(prefix="/plans/{number}", tags=["plans"])


@router.get("/table")
def plan_table(
    request: Request, session: SessionDep, actor: ReaderDep, number: int, s: Number | None = None
) -> Response:
    """A scenario as a plain table: every amount of every year, and what waits for what as an indented list."""
    plan = get_own_plan(session, actor, number)
    found = shown(request, session, actor, plan, s)
    page = found.page
    return render(
        request,
        f"{FOLDER}/table.html",
        headline=page.headline(is_working=found.is_working),
        groups=page.groups(),
        chains=chains_of(found),
        **frame_of(session, actor, found),
    )


@router.get("/checks")
def plan_checks(
    request: Request, session: SessionDep, actor: ReaderDep, number: int, s: Number | None = None
) -> Response:
    """How sure a plan is the best, what each rule and each wish costs, how robust it is, and what others would fund."""
    plan = get_own_plan(session, actor, number)
    found = shown(request, session, actor, plan, s)
    return render(
        request,
        f"{FOLDER}/checks.html",
        heading=_heading(found),
        prices=_prices(found),
        losses=_losses(found),
        robust=found.robust,
        robust_rows=_robust(found),
        robustness=found.robustness,
        sharing=_sharing(found),
        is_quiet=is_quiet(found),
        **checks_of(found),
        **frame_of(session, actor, found),
    )


def chains_of(found: Shown) -> list[dict[str, Any]]:
    """What waits for what: each initiative once with those that wait for it under it.

    Where it stands a second time, `is_told` says that those are listed above: ways through needs that cross are more
    than any page can hold.
    """
    items = {item.code: item for item in found.state.frame.items}
    followers = {code: [item.code for item in items.values() if code in item.depends_on] for code in items}
    told = set[str]()

    def node(code: str) -> dict[str, Any]:
        is_told = code in told and bool(followers[code])
        told.add(code)
        return {
            "code": code,
            "title": found.teller.title(code),
            "start": found.state.start.get(code),
            "is_told": is_told,
            "after": [] if is_told else [node(one) for one in followers[code]],
        }

    roots = [code for code, item in items.items() if followers[code] and not set(item.depends_on) & set(items)]
    return [node(code) for code in roots]


def funded(state: State) -> tuple[list[str], list[str], dict[str, list[str]]]:
    """What equal shares and greedy would fund with the whole budget, and which groups approve of each initiative."""
    costs = {line.row.code: float(line.whole_cost) for line in state.lines if line.whole_cost > 0}
    approved = {line.row.code: line.row.evidence["approved_by"] for line in state.lines}
    helices = sorted({helix for line in state.lines for helix in line.item.helix_value})
    ballots = [[code for code in costs if helix in approved[code]] for helix in helices]
    if not any(ballots):
        return [], [], approved
    budget = float(state.rules.budget)
    return fund_by_equal_shares(costs, budget, ballots), fund_greedily(costs, budget, ballots), approved


def _heading(found: Shown) -> str:
    say = found.teller.say
    if found.best.get("objective") is None:
        return say("What rules cost is not known yet")
    prices = [one for one in _prices(found) if one["price"]]
    if not prices:
        return say("No rule costs the plan anything")
    dearest = max(prices, key=lambda one: one["price"])
    name = " – ".join(part for part in (dearest["rule"], dearest["name"]) if part)
    return say("The rule that costs most: %(rule)s", rule=name)


def _prices(found: Shown) -> list[dict[str, Any]]:
    best: float | None = found.best.get("objective")
    rows: list[dict[str, Any]] = []
    for one in found.told.get("prices", []):
        rule, name = found.teller.priced(one["rule"], one["name"])
        share = one["price"] / best if best and one["price"] is not None else 0
        rows.append({**one, "rule": rule, "name": name, "share": share})
    return sorted(rows, key=lambda row: -(row["price"] or 0))


def _losses(found: Shown) -> list[dict[str, Any]]:
    best: float | None = found.best.get("objective")
    lines = {line.row.code: line for line in found.state.lines}
    return [
        {
            **one,
            "code": code,
            "title": found.teller.title(code),
            "why": found.teller.why(lines[code]) if lines[code].start is None else "",
            "gives": [found.teller.kept_give(give) for give in one["gives"]],
            "share": one["loss"] / best if best and one["loss"] is not None else None,
        }
        for code, one in found.told.get("losses", {}).items()
        if code in lines
    ]


def _robust(found: Shown) -> list[dict[str, Any]]:
    say = found.teller.say
    words = {"core": say("robust core"), "outside": say("outside"), "": ""}
    shares = sorted(found.robust.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        {
            "title": found.teller.title(code),
            "is_in": code in found.state.start,
            "share": share,
            "part": words["core" if share >= CORE else "outside" if share <= EXTERIOR else ""],
        }
        for code, share in shares
    ]


def _sharing(found: Shown) -> list[dict[str, Any]]:
    shares, greedy, approved = funded(found.state)
    chosen = {line.row.code for line in found.state.chosen}
    return [
        {
            "title": found.teller.title(code),
            "plan": code in chosen,
            "shares": code in shares,
            "greedy": code in greedy,
            "approved": " · ".join(found.teller.helix(helix) for helix in approved[code]),
        }
        for code in (line.row.code for line in found.state.lines)
        if code in chosen or code in shares or code in greedy
    ]
