"""Making a plan out of results: what stakeholders gave each initiative, and what its sheet says it takes."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from app.actionplan.initiatives.models import InitiativeVersion
from app.actionplan.initiatives.schemas import read_content
from app.actionplan.portfolio.modelling import MONTHS, QUARTERS
from app.actionplan.portfolio.models import Plan, PlanItem
from app.consensus.basis import Ranked
from app.consensus.models import Snapshot
from app.consensus.rules import weightiest
from app.surveys.authoring.models import Survey, SurveyItem
from app.surveys.authoring.queries import list_items

DIGITS, APPROVES = 4, 0.5


def items_of(session: Session, plan: Plan, survey: Survey, snapshot: Snapshot, ranked: Ranked) -> list[PlanItem]:
    """The items of a plan: one for each that was rated, in the order of the survey."""
    listed = list_items(session, survey.id)
    sheets = {
        version.id: version
        for version in session.exec(
            select(InitiativeVersion).where(col(InitiativeVersion.id).in_([item.source_id for item in listed]))
        )
    }
    codes = {item.code for item in listed}
    lines = {line["initiative"]: line for line in ranked.lines}
    found: list[PlanItem] = []
    for position, item in enumerate(listed):
        version = sheets.get(item.source_id)
        content = read_content(version.content if version else {"title": item.title})
        found.append(
            PlanItem(
                plan_id=plan.id,
                position=position,
                code=item.code,
                source_id=item.source_id,
                version=version.number if version else None,
                title=item.title,
                evidence=evidence_of(snapshot.findings, lines[item.code], ranked.weights, item),
                facts=facts_of(content, codes, plan.first_year, plan.years),
            )
        )
    return found


def first_start(session: Session, survey: Survey) -> int | None:
    """The first year in which an initiative of a survey wants to begin; None where no sheet says."""
    sources = [item.source_id for item in list_items(session, survey.id)]
    wanted = select(InitiativeVersion).where(col(InitiativeVersion.id).in_(sources))
    sheets = [version.content for version in session.exec(wanted)]
    starts: list[int | None] = [content.get("start_year") for content in sheets]
    return min((year for year in starts if year), default=None)


def evidence_of(
    findings: Mapping[str, Any], line: Mapping[str, Any], weights: Mapping[str, float], item: SurveyItem
) -> dict[str, Any]:
    """What the results say of an item, of what may be shown: its value to all and to each helix, and how sure that is.

    A helix that may not be shown takes the balanced mean of all; `own_helices` are those that speak for themselves,
    `approved_by` those of which at least half rate it high by the weightiest criterion.
    """
    used = {name: weight for name, weight in weights.items() if weight > 0}
    rows = {name: _row(findings, name, item.code) for name in used}
    leading = rows[weightiest({"criteria": list(used), "weights": used})]
    value = line["score"]
    helix_value: dict[str, float] = {}
    own: list[str] = []
    support = {helix: leading["by_helix"][helix]["share_high"] for helix in findings["helices"]}
    if value is not None:
        for helix in findings["helices"]:
            means = {name: row["by_helix"][helix]["mean"] for name, row in rows.items()}
            total = sum(
                used[name] * (rows[name]["balanced_mean"] if mean is None else mean) for name, mean in means.items()
            )
            helix_value[helix] = round(total / sum(used.values()), DIGITS)
            if None not in means.values():
                own.append(helix)
    return {
        "value": None if value is None else round(value, DIGITS),
        "helix_value": helix_value,
        "own_helices": own,
        "approved_by": [] if value is None else [name for name, share in support.items() if (share or 0) >= APPROVES],
        "rank": line["rank"],
        "rank_set": line["rank_set"],
        "n": line["n"],
        "verdict": leading["verdict"],
        "share_high": leading["share_high"],
        "gap": leading["gap"],
    }


def facts_of(content: Mapping[str, Any], codes: set[str], first_year: int, years: int) -> dict[str, Any]:
    """What a sheet says of time, cost, partners and needs; `missing` names what has to be given before it can be in.

    Without a start it begins with the plan. Needs for what was not rated are kept apart: nobody chose about those.
    """
    low, high = content["budget_min_eur"], content["budget_max_eur"]
    by_year = {int(year): amount for year, amount in content["cost_by_year_eur"].items()}
    if high is None:
        high = low if low is not None else (sum(by_year.values()) if by_year else None)
    start_year = content["start_year"] or first_year
    start_quarter = content["start_quarter"] or 1
    months = content["duration_months"]
    missing = [name for name, one in (("cost", high), ("months", months)) if one is None]
    months = months or MONTHS * years
    touched = -(-(start_quarter - 1 + -(-months // 3)) // QUARTERS)
    calendar = range(start_year, start_year + touched)
    lead = content["lead_partner"]
    return {
        "cost_low": (low if low is not None else high) or 0,
        "cost_high": high or 0,
        "shape": [by_year.get(year, 0) for year in calendar] if by_year and set(by_year) <= set(calendar) else [],
        "start_year": start_year,
        "start_quarter": start_quarter,
        "latest_year": None,
        "months": months,
        "missing": missing,
        "lead": lead,
        "regions": sorted({lead, *content["partners"]} - {""}),
        "helices": content["helix_groups"],
        "topic": content["topic"],
        "pillar": content["pillar"],
        "depends_on": [one for one in content["depends_on"] if one in codes],
        "depends_outside": [one for one in content["depends_on"] if one not in codes],
        "excludes": [one for one in content["excludes"] if one in codes],
        "phases": content["phases"],
        "targets": content["indicator_targets"],
        "indicators": content["linked_indicators"],
        "outputs": content["expected_outputs"],
        "risks": content["risks"],
    }


def _row(findings: Mapping[str, Any], criterion: str, code: str) -> Mapping[str, Any]:
    rows: Sequence[Mapping[str, Any]] = findings["items"][criterion]
    return next(row for row in rows if row["initiative"] == code)
