"""A plan as data, `innaxe-plan/1`: what files say, what is shared and what an adopted edition keeps for good."""

from collections.abc import Mapping
from typing import Any

from app.actionplan.portfolio.modelling import QUARTERS, THOUSAND
from app.actionplan.portfolio.roadmap import gate_of, quarter_at
from app.actionplan.portfolio.rulebook import as_data
from app.actionplan.portfolio.state import Line, State

FORMAT = "innaxe-plan/1"
MONEY = frozenset({"budget", "region_share", "waits_for"})
"""Rules whose breaches, and reasons whose amounts, are money."""


def plan_content(state: State, told: Mapping[str, Any], robust: Mapping[str, float], slug: str) -> dict[str, Any]:
    """A scenario with all that is known of it; `told` is what its work found, `robust` how often each one is in.

    `slug` is the short name of the survey it was made from. Money in whole euros.
    """
    plan, scenario, draft = state.loaded.plan, state.loaded.scenario, state.loaded.draft
    found = told.get("plan")
    return {
        "format": FORMAT,
        "number": plan.number,
        "title": plan.title,
        "first_year": plan.first_year,
        "years": plan.years,
        "currency": "EUR",
        "survey": slug,
        "round": plan.round_number,
        "snapshot": plan.snapshot_sha256,
        "weights": plan.weights,
        "scenario": {"number": scenario.number, "name": scenario.name},
        "draft": draft.number,
        "rules": as_data(state.rules),
        "solution": found
        and {name: found[name] for name in ("status", "objective", "gap", "second_best", "is_unique")},
        "value": round(state.value, 6),
        "planned": state.planned,
        "budget": state.rules.budget,
        "spend_by_year": state.spend,
        "ceilings": list(state.rules.ceilings),
        "items": [_item(state, line, told, robust) for line in state.lines],
        "coverage": {
            "helices": [vars(one) for one in state.helices],
            "regions": [vars(one) for one in state.regions],
        },
        "breaches": [
            {
                "rule": one.rule.value,
                "names": list(one.names),
                "year": _calendar(state, one.year),
                "amount": in_euros(one.rule.value, one.amount),
            }
            for one in state.breaches
        ],
    }


def _item(state: State, line: Line, told: Mapping[str, Any], robust: Mapping[str, float]) -> dict[str, Any]:
    row, item, facts = line.row, line.item, line.facts
    begun = line.start or item.start_year
    phases = [
        {
            "kind": one.kind,
            "name": one.name,
            "start": list(quarter_at(begun, item.start_quarter, one.since)),
            "end": list(quarter_at(begun, item.start_quarter, one.until - 1)),
        }
        for one in line.phases
    ]
    gate, loss = gate_of(line.phases), told.get("losses", {}).get(row.code)
    kept = told.get("keeps", {}).get(row.code)
    return {
        "code": row.code,
        "source_id": str(row.source_id),
        "version": row.version,
        "title": row.title,
        "pillar": facts["pillar"],
        "topic": facts["topic"],
        "lead": item.lead,
        "regions": list(item.regions),
        "helices": facts["helices"],
        **{name: row.evidence[name] for name in ("value", "rank_set", "share_high", "verdict", "gap", "n")},
        "is_in": line.start is not None,
        "by_hand": line.hand and {"is_in": line.hand.is_in, "year": line.hand.year, "reason": line.hand.reason},
        "cost": line.whole_cost,
        "cost_low": item.cost_low,
        "cost_high": item.cost_high,
        "cost_by_year": {str(begun + place): cost for place, cost in enumerate(line.cost)},
        "start": [line.start, item.start_quarter] if line.start else None,
        "end": list(state.end_of(line)) if line.start else None,
        "quarters": item.quarters,
        "phases": phases,
        "gate": None if gate is None else list(quarter_at(begun, item.start_quarter, gate)),
        "depends_on": list(item.depends_on),
        "excludes": list(item.excludes),
        "why": line.why
        and {
            "kind": line.why.kind.value,
            "names": list(line.why.names),
            "year": _calendar(state, line.why.year),
            "amount": in_euros(line.why.kind.value, line.why.amount),
        },
        "loss": loss and loss["loss"] if line.start is None else None,
        "adds": kept and kept["loss"] if line.start else None,
        "robust": robust.get(row.code),
        **{name: facts[name] for name in ("outputs", "targets", "indicators", "risks")},
    }


def in_euros(kind: str, amount: float | None) -> float | None:
    """An amount as data says it: money in whole euros, all else as it is; problems count money in thousands.

    >>> in_euros("budget", 1.5), in_euros("starts", 2)
    (1500, 2)
    """
    return round(amount * THOUSAND) if amount is not None and kind in MONEY else amount


def _calendar(state: State, year: int | None) -> int | None:
    return None if year is None else state.frame.first_year + year - 1


def quarters_of(content: Mapping[str, Any]) -> int:
    """How many quarters a plan as data covers.

    >>> quarters_of({"years": 5})
    20
    """
    return content["years"] * QUARTERS
