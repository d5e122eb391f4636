"""Plans in a bundle: what a scenario rests on, and all that follows from it, optimum and prices included. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast
from uuid import UUID

import numpy as np

from app.actionplan.portfolio.content import plan_content
from app.actionplan.portfolio.making import evidence_of
from app.actionplan.portfolio.modelling import problem_of
from app.actionplan.portfolio.models import Plan, PlanItem, Scenario, ScenarioDraft
from app.actionplan.portfolio.queries import Loaded
from app.actionplan.portfolio.solving import drawn_values, frame_from, scales
from app.actionplan.portfolio.state import State
from app.actionplan.portfolio.weighing import try_draws, weigh
from app.consensus.basis import Basis, is_fixed, rank_under
from app.reports.bundle.comparing import Unknown
from app.stats.edge import settle
from app.surveys.authoring.models import SurveyItem

PLAN_FIELDS = ("number", "title", "first_year", "years", "round_number", "snapshot_sha256", "weights")
ITEM_FIELDS = ("position", "code", "version", "title", "evidence", "facts", "changed")
DRAFT_FIELDS = ("number", "rules", "hands", "start_year")
OUT_OF_TIME = Unknown("the search was ended by time, and would end elsewhere on another machine")
NO_BASIS = Unknown("it rests on re-samples of whole people, who are not in a bundle of counts")
OTHER_RESULTS = Unknown("the plan was made from results that are not in this bundle")


def input_of(loaded: Loaded, slug: str, found: Mapping[str, Any], robust: Mapping[str, Any]) -> dict[str, Any]:
    """All that a scenario rests on; `found` and `robust` are what its work told."""
    plan, items, scenario, draft = loaded
    return {
        "survey": slug,
        "plan": {name: getattr(plan, name) for name in PLAN_FIELDS},
        "items": [
            {**{name: getattr(item, name) for name in ITEM_FIELDS}, "source_id": str(item.source_id)} for item in items
        ],
        "scenario": {"number": scenario.number, "name": scenario.name},
        "draft": {name: getattr(draft, name) for name in DRAFT_FIELDS},
        "found": dict(found),
        "robust": dict(robust),
    }


def loaded_from(given: Mapping[str, Any]) -> Loaded:
    """A scenario as it is worked out, without a database."""
    listed: Sequence[dict[str, Any]] = [{**item, "source_id": UUID(item["source_id"])} for item in given["items"]]
    items = [PlanItem(**fields) for fields in listed]
    return Loaded(Plan(**given["plan"]), items, Scenario(**given["scenario"]), ScenarioDraft(**given["draft"]))


def published_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is published of a scenario, and the problem that its solver is asked."""
    state = State(loaded_from(given))
    content = plan_content(state, given["found"], given["robust"].get("robust", {}), given["survey"])
    return {"content": content, "problem": problem_data(state)}


COPIED = ("value", "rank_set", "share_high", "verdict", "gap", "n")
"""Of an item's evidence, what stands in a plan as data."""


def published_again(
    given: Mapping[str, Any], evidence: Mapping[str, Any], found: Mapping[str, Any], robust: Mapping[str, Any]
) -> dict[str, Any]:
    """What is published of a scenario; what it copies is as little recomputed as where it is copied from."""
    made = published_of(given)
    content: dict[str, Any] = made["content"]
    if content["solution"]:
        content["solution"] = {name: _copied(one, found, "plan", name) for name, one in content["solution"].items()}
    for item in content["items"]:
        code = item["code"]
        item |= {name: _copied(item[name], evidence, code, name) for name in COPIED}
        item["loss"] = _copied(item["loss"], found, "losses", code, "loss")
        item["adds"] = _copied(item["adds"], found, "keeps", code, "loss")
        item["robust"] = _copied(item["robust"], robust, "robust", code)
    return made


def _copied(value: Any, source: Any, *keys: str) -> Any:
    """A value that is there, or why what it was copied from cannot be recomputed."""
    for key in keys:
        if isinstance(source, Mapping):
            source = cast(Mapping[str, Any], source).get(key)
    return source if isinstance(source, Unknown) and value is not None else value


def problem_data(state: State) -> dict[str, Any]:
    """The problem as the solver sees it, money in thousands of euros."""
    problem = asdict(state.problem)
    return problem | {"dependencies": [list(one) for one in state.problem.dependencies]}


def asked_from(given: Mapping[str, Any]) -> dict[str, Any]:
    """What the process that works on a scenario is told."""
    return {
        "first_year": given["plan"]["first_year"],
        "rules": given["draft"]["rules"],
        "hands": given["draft"]["hands"],
        "items": [
            {"code": item["code"], "evidence": item["evidence"], "facts": item["facts"] | item["changed"]}
            for item in given["items"]
        ],
    }


def work_again(given: Mapping[str, Any]) -> dict[str, Any]:
    """What the work on a scenario told, found again by solving; what time had ended is not."""
    told, kept = dict[str, Any](), given["found"]
    if not kept:
        return {}
    if kept["plan"]["status"] == "stopped":
        return dict.fromkeys(kept, OUT_OF_TIME)
    for line in weigh(frame_from(asked_from(given))):
        told |= settle(line.get("told", {}))
    return {name: _sure(value, told.get(name)) for name, value in kept.items()}


def _sure(kept: Any, found: Any) -> Any:
    """What was found again, but for what is not sure; work that was called off told less."""
    if isinstance(kept, Mapping) and cast(Mapping[str, Any], kept).get("is_sure") is False:
        return OUT_OF_TIME
    if isinstance(kept, Mapping) and isinstance(found, Mapping):
        before, again = cast(Mapping[str, Any], kept), cast(Mapping[str, Any], found)
        return {name: _sure(before[name], value) for name, value in again.items() if name in before}
    if isinstance(kept, list) and isinstance(found, list):
        pairs = zip(cast(list[Any], kept), cast(list[Any], found), strict=False)
        return [_sure(one, again) for one, again in pairs]
    return found


def draws_again(given: Mapping[str, Any], findings: Mapping[str, Any] | None, basis: Basis | None) -> dict[str, Any]:
    """How often each initiative is in when values vary, drawn and solved again."""
    kept = given["robust"]
    if basis is None or findings is None or kept.get("stopped"):
        return dict.fromkeys(kept, NO_BASIS if basis is None else OUT_OF_TIME)
    if not kept:
        return {}
    asked = asked_from(given) | {
        "basis": basis.content,
        "weights": given["plan"]["weights"],
        "seed": findings["seed"],
        "scale": findings["scale"],
    }
    frame = frame_from(asked)
    counts = np.array([one.value > 0 for one in problem_of(frame).candidates])
    told = dict[str, Any]()
    try_draws(frame, drawn_values(asked) * scales(frame) * counts, lambda line: told.update(line.get("told", {})))
    return settle(told)


def evidence_again(given: Mapping[str, Any], findings: Mapping[str, Any] | None, basis: Basis | None) -> dict[str, Any]:
    """What the results say of each item of a plan, by its code."""
    codes = [item["code"] for item in given["items"]]
    if findings is None:
        return dict.fromkeys(codes, OTHER_RESULTS)
    weights = given["plan"]["weights"]
    if basis is None and not is_fixed(findings, weights):
        return dict.fromkeys(codes, NO_BASIS)
    ranked = rank_under(findings, basis or without_people(findings), weights)
    lines = {line["initiative"]: line for line in ranked.lines}
    found: dict[str, Any] = {}
    for code in codes:
        named: dict[str, Any] = {"code": code}
        told = evidence_of(findings, lines[code], ranked.weights, SurveyItem(**named))
        found[code] = told | ({"rank_set": NO_BASIS} if basis is None and told["value"] is not None else {})
    return found


def without_people(findings: Mapping[str, Any]) -> Basis:
    """As much of the basis of a ranking as findings tell."""
    columns: Sequence[Sequence[Any]] = [
        [line["balanced_mean"] for line in findings["items"][name]] for name in findings["criteria"]
    ]
    return Basis(
        {
            "initiatives": [line["initiative"] for line in findings["overall"]],
            "criteria": findings["criteria"],
            "means": [list(row) for row in zip(*columns, strict=True)],
            "probability": {},
            "rank_sets": {},
            "asked": None,
            "unknown": None,
        }
    )
