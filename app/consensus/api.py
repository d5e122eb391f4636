"""Results for programs: only what may be shown."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from app.auth.guard import permitted
from app.consensus.queries import get_snapshot
from app.people.rules import Actor
from app.surveys.authoring.queries import get_own_survey, list_items
from app.web.deps import SessionDep
from app.web.json import StrictRoute

router = APIRouter(tags=["results"], route_class=StrictRoute)


BREAKDOWNS = ("by_helix", "by_region", "by_both")


@router.get("/surveys/{survey_id}/results")
def read_results(
    session: SessionDep,
    actor: Annotated[Actor, permitted("results.read")],
    survey_id: UUID,
    number: Annotated[int | None, Query(alias="round", ge=1, le=99)] = None,
    by: Literal["", "helix", "region", "helix-region"] = "",
) -> dict[str, Any]:
    """The figures of a round; with `by` also one cell for each helix, region or both. A suppressed cell has no numbers.

    What they rest on stands beside them: method, version, seed, weights, rule, and the hash of the snapshot.
    """
    survey = get_own_survey(session, actor, survey_id)
    snapshot = get_snapshot(session, survey.id, number)
    findings = snapshot.findings
    versions = {item.code: item.facts.get("version") for item in list_items(session, survey.id)}
    cells: list[dict[str, Any]] = []
    for criterion in findings["criteria"]:
        for line in findings["items"][criterion]:
            left_out = (*BREAKDOWNS, "initiative", "suppressed")
            figures = {key: value for key, value in line.items() if key not in left_out}
            name = (line["initiative"], versions[line["initiative"]], criterion)
            cells.append(_cell(name, None, None, line["suppressed"], figures))
            cells += [_cell(name, helix, region, cell["suppressed"], cell) for helix, region, cell in _broken(line, by)]
    return {
        "snapshot": snapshot.sha256,
        "round": snapshot.round_number,
        "generated_at": snapshot.created_at.isoformat(),
        "k": findings["rule"]["minimum_group"],
        **{key: findings[key] for key in RESTS_ON},
        "headline": {key: findings[key] for key in ("shortlist", "by_criterion_shortlist", "mean_gap")},
        "cells": cells,
    }


@router.get("/surveys/{survey_id}/results/response")
def read_turnout(
    session: SessionDep,
    actor: Annotated[Actor, permitted("results.read")],
    survey_id: UUID,
    number: Annotated[int | None, Query(alias="round", ge=1, le=99)] = None,
) -> dict[str, Any]:
    """Who came from invited to counted, and the checks; null for results frozen before they were kept."""
    snapshot = get_snapshot(session, get_own_survey(session, actor, survey_id).id, number)
    findings = snapshot.findings
    return {
        "snapshot": snapshot.sha256,
        "round": snapshot.round_number,
        "answered": findings["answered"],
        "invited": findings["invited"],
        "flow": findings.get("flow"),
        "checks": findings.get("checks"),
    }


RESTS_ON = ("engine", "seed", "draws", "scale", "weights", "rule", "answered")


def _broken(line: Mapping[str, Any], by: str) -> list[tuple[str | None, str | None, Mapping[str, Any]]]:
    """The cells of one line in a breakdown, with helix and region."""
    if by == "helix":
        return [(helix, None, cell) for helix, cell in line["by_helix"].items()]
    if by == "region":
        regions: Mapping[str, Mapping[str, Any]] = line.get("by_region") or {}
        return [(None, region, cell) for region, cell in regions.items()]
    both: Mapping[str, Mapping[str, Any]] = (line.get("by_both") or {}) if by else {}
    return [(helix, region, cell) for helix, cells in both.items() for region, cell in cells.items()]


def _cell(
    name: tuple[str, int | None, str],
    helix: str | None,
    region: str | None,
    suppressed: bool,
    figures: Mapping[str, Any],
) -> dict[str, Any]:
    return {
        "initiative": name[0],
        "version": name[1],
        "criterion": name[2],
        "helix": helix,
        "region": region,
        "n": None if suppressed else figures["n"],
        "suppressed": suppressed,
        "stats": None
        if suppressed
        else {key: value for key, value in figures.items() if key not in ("n", "suppressed")},
    }
