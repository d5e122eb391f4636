"""Why each initiative is in or out, and that the same is said of it on the page, in files and in what is shared."""

import re
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.actionplan.adoption.pages import Told
from app.actionplan.portfolio.content import plan_content
from app.actionplan.portfolio.jobs import work_all
from app.actionplan.portfolio.models import Plan
from app.actionplan.portfolio.pages import PlanPage
from app.actionplan.portfolio.pricing import WhyKind
from app.actionplan.portfolio.queries import find_told
from app.actionplan.portfolio.rules import solve
from app.actionplan.portfolio.state import State
from app.actionplan.portfolio.words import Teller
from app.people.queries import operator
from tests.actionplan.planning import START, make_plan, state_of


def told(session: Session, plan: Plan) -> dict[str, Any]:
    found = find_told(session, state_of(session, plan).loaded.draft)
    assert found
    return found.told


def shared(state: State, language: str = "en") -> tuple[Told, dict[str, dict[str, Any]]]:
    content = plan_content(state, {}, {}, "e2e")
    return Told(content, {}, language, "en"), {item["code"]: item for item in content["items"]}


def test_what_few_rate_high_is_never_said_to_be_outbid(session: Session, engine: Engine) -> None:
    plan = make_plan(session, operator(session), replace(START, helix_floor=None, support_min=60))
    work_all(engine)
    state = state_of(session, plan)
    few = [line for line in state.left if line.why and line.why.kind is WhyKind.SUPPORT]
    assert few
    words, items = shared(state)
    for line in few:
        assert (line.item.support or 0) < 0.6
        assert items[line.row.code]["why"]["kind"] == "support"
        assert Teller(state, "en", {}, "en").why(line) == "Fewer than 60 % rate it high"
        # whoever reads what is shared may not read results
        assert words.why(items[line.row.code]) == "Fewer rate it high than this plan asks for"


def test_what_is_not_known_and_what_fits_is_said_so(session: Session) -> None:
    unknown: dict[str, Any] = {"budget_min_eur": None, "budget_max_eur": None}
    plan = make_plan(session, operator(session), replace(START, helix_floor=None), I02=unknown)
    words, items = shared(state_of(session, plan))
    assert words.why(items["I02"]) == "What it costs or how long it takes is not known."
    fitting = [item for item in items.values() if item["why"]["kind"] == "fits"]
    assert fitting
    assert {words.why(item) for item in fitting} == {"Fits in what is left"}


def test_what_needs_another_says_what_both_lack(session: Session) -> None:
    ceilings = (150_000, 150_000, 150_000, 0, 0)
    plan = make_plan(session, operator(session), replace(START, helix_floor=None, ceilings=ceilings))
    state = state_of(session, plan)
    line = next(line for line in state.left if line.row.code == "I03")
    both = sum(one.whole_cost for one in state.lines if one.row.code in ("I02", "I03"))
    assert both > 450_000
    assert line.why
    assert (line.why.kind, line.why.names) == (WhyKind.WAITS_FOR, ("I02",))
    assert line.why.amount == pytest.approx((both - 450_000) / 1000)
    words, items = shared(state)
    assert items["I03"]["why"]["amount"] == both - 450_000
    short = words.money(both - 450_000)
    assert words.why(items["I03"]) == f"Needs Initiative I02: together {short} more than is left"
    rich = make_plan_rich(state)
    assert rich.why
    assert rich.why.amount is None


def make_plan_rich(state: State) -> Any:
    """The same initiative where there is money for both."""
    state.rules = replace(state.rules, ceilings=(900_000,) * 5)
    state.frame = replace(state.frame, rules=state.rules)
    for name in ("problem", "lines"):
        vars(state).pop(name, None)
    return next(line for line in state.lines if line.row.code == "I03")


def test_what_each_initiative_adds_is_true(session: Session, engine: Engine) -> None:
    plan = make_plan(session, operator(session))
    work_all(engine)
    state, found = state_of(session, plan), told(session, plan)
    assert set(found["keeps"]) == set(state.start)
    best = solve(state.problem)
    assert best.objective is not None
    page = PlanPage(state, Teller(state, "de", {}, "en"), found, {})
    for line in state.chosen:
        code, kept = line.row.code, found["keeps"][line.row.code]["loss"]
        without = tuple(
            replace(one, is_forbidden=one.id == code or one.is_forbidden) for one in state.problem.candidates
        )
        other = solve(replace(state.problem, candidates=without))
        if other.objective is None:
            assert kept is None
            assert page.row(line).loss == "Kein Plan ohne sie hält die Regeln ein"
            continue
        assert kept == pytest.approx(best.objective - other.objective, abs=1e-6)
        share = f"{100 * kept / best.objective:.1f}".replace(".", ",")
        assert page.row(line).loss == f"Ohne sie ist der Plan {share} % weniger wert"


def test_what_a_group_must_give_is_said_in_points_of_the_rule(session: Session, engine: Engine) -> None:
    plan = make_plan(session, operator(session), replace(START, helix_floor=90))
    work_all(engine)
    state = state_of(session, plan)
    teller = Teller(state, "en", {}, "en")
    said = [teller.kept_give(one) for one in told(session, plan)["gives"]]
    points = [float(found[1]) for one in said if (found := re.search(r": by ([\d.]+) %$", one))]
    assert points
    assert len(points) == len(said)
    # the floor lowered by what is said for each group leaves a plan, a point less does not
    for more, is_enough in ((0.0, True), (1.0, False)):
        floors = dict(state.problem.helix_floor)
        for one, by in zip(told(session, plan)["gives"], points, strict=True):
            floors[one["name"]] *= (90 - by + more) / 90
        assert (solve(replace(state.problem, helix_floor=floors)).objective is not None) is is_enough
