"""A plan from an analysis and a plan file: values are what stakeholders gave, rules what the file says."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from app.actionplan.portfolio.rules import Candidate, Dependency, Problem, solve_with_second_best, spend_by_year
from app.stats.edge import settle

DIGITS = 4


class PlanFileError(ValueError):
    """A plan file that cannot be used; the text says why."""


def read_plan_file(data: bytes) -> dict[str, Any]:
    """The content of a plan file. Raises PlanFileError when it is none."""
    try:
        content = json.loads(data)
    except ValueError as error:
        raise PlanFileError("The plan file is not JSON.") from error
    if not isinstance(content, dict):
        raise PlanFileError("The plan file is not an object.")
    found = cast(dict[str, Any], content)
    if not isinstance(found.get("criteria_weights"), dict):
        raise PlanFileError("The plan file has no criteria_weights.")
    return found


def weights_of(plan: Mapping[str, Any]) -> dict[str, float]:
    """The weights of criteria that a plan brings."""
    try:
        return {str(name): float(value) for name, value in plan["criteria_weights"].items()}
    except (TypeError, ValueError) as error:
        raise PlanFileError("The plan file has criteria_weights that are no numbers.") from error


def plan_from(plan: Mapping[str, Any], analysis: Mapping[str, Any]) -> dict[str, Any]:
    """The best plan for the initiatives of a plan file, valued by the composite of an analysis, 4 decimals.

    What a helix values is the weighted sum of its own means, or the balanced mean where it did not answer. The floor
    of a helix is a share of what it would get from all initiatives. Raises PlanFileError naming what is wrong.
    """
    try:
        problem = _problem(plan, analysis)
    except (KeyError, TypeError, AttributeError) as error:
        raise PlanFileError(f"The plan file is not complete: {error}.") from error
    except PlanFileError:
        raise
    except ValueError as error:
        reason = str(error)
        raise PlanFileError(f"{reason[:1].upper()}{reason[1:]}.") from error
    found = solve_with_second_best(problem)
    best = found.best
    planned = {
        "status": best.status.value,
        "objective": best.objective,
        "start_year": dict(sorted(best.start_year.items())),
        "unique": found.is_unique,
        "second_best_objective": found.second_best,
        "gap": best.gap,
        "spend_by_year": spend_by_year(problem, best.start_year) if best.objective is not None else None,
    }
    return settle(planned | ({"least_share": best.least_share} if problem.is_fair else {}))


def _problem(plan: Mapping[str, Any], analysis: Mapping[str, Any]) -> Problem:
    helix_values = _helix_values(analysis)
    candidates: list[Candidate] = []
    for line in cast(Sequence[Mapping[str, Any]], plan["initiatives"]):
        name = str(line["id"])
        value = analysis["composite"]["score"].get(name)
        if value is None:
            raise PlanFileError(f"Initiative {name} of the plan file has no score in the analysis.")
        candidates.append(
            Candidate(
                name,
                round(value, DIGITS),
                tuple(float(cost) for cost in line["cost"]),
                tuple(str(region) for region in line.get("regions", ())),
                helix_values[name],
                int(line.get("earliest", 1)),
                line.get("latest"),
                bool(line.get("mandatory", False)),
                bool(line.get("forbidden", False)),
                str(line.get("lead", "")),
            )
        )
    share: float | None = plan.get("helix_floor_share")
    floors = {
        helix: round((share or 0) * sum(one.helix_value[helix] for one in candidates), DIGITS)
        for helix in (analysis["helices"] if share is not None else ())
    }
    starts: int | None = plan.get("max_starts_per_year")
    spend: float | None = plan.get("region_max_spend_share")
    budgets = tuple(float(budget) for budget in plan["budgets"])
    if len(budgets) != plan.get("years", len(budgets)):
        raise PlanFileError("The plan file has not one budget a year.")
    return Problem(
        tuple(candidates),
        budgets,
        float(plan.get("discount", 1)),
        tuple(
            Dependency(str(rule["before"]), str(rule["after"]), int(rule.get("lag", 0)))
            for rule in plan.get("dependencies", ())
        ),
        tuple(tuple(str(name) for name in group) for group in plan.get("exclusions", ())),
        {str(region): int(least) for region, least in plan.get("region_min_count", {}).items()},
        spend,
        starts,
        floors,
        bool(plan.get("carry_over", False)),
        {str(partner): int(most) for partner, most in plan.get("lead_capacity", {}).items()},
        bool(plan.get("fair", False)),
    )


def _helix_values(analysis: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """The weighted sum of each helix's own means, by initiative and helix, of the last round."""
    weights = analysis["composite"]["weights"]
    last = max(line["round"] for line in analysis["items"])
    found: dict[str, dict[str, float]] = {}
    for line in analysis["items"]:
        weight = weights[line["criterion"]]
        if line["round"] != last or not weight or line["balanced_mean"] is None:
            continue
        values = found.setdefault(line["initiative"], dict.fromkeys(analysis["helices"], 0.0))
        for helix, mean in line["helix_mean"].items():
            values[helix] += weight * (line["balanced_mean"] if mean is None else mean)
    return {name: {helix: round(value, DIGITS) for helix, value in values.items()} for name, values in found.items()}
