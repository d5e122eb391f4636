"""Results for programs: only what may be shown."""

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


@router.get("/surveys/{survey_id}/results")
def read_results(
    session: SessionDep,
    actor: Annotated[Actor, permitted("results.read")],
    survey_id: UUID,
    number: Annotated[int | None, Query(alias="round", ge=1, le=99)] = None,
    by: Literal["", "helix"] = "",
) -> dict[str, Any]:
    """The figures of a round; with `by=helix` one cell for each helix as well. A suppressed cell has no numbers."""
    survey = get_own_survey(session, actor, survey_id)
    snapshot = get_snapshot(session, survey.id, number)
    findings, versions = (
        snapshot.findings,
        {item.code: item.facts.get("version") for item in list_items(session, survey.id)},
    )
    cells: list[dict[str, Any]] = []
    for criterion in findings["criteria"]:
        for line in findings["items"][criterion]:
            figures = {key: value for key, value in line.items() if key not in ("by_helix", "initiative", "suppressed")}
            code = line["initiative"]
            cells.append(_cell(code, versions[code], criterion, None, line["suppressed"], figures))
            if by == "helix":
                cells += [
                    _cell(code, versions[code], criterion, helix, cell["suppressed"], cell)
                    for helix, cell in line["by_helix"].items()
                ]
    return {
        "snapshot": snapshot.sha256,
        "round": snapshot.round_number,
        "generated_at": snapshot.created_at.isoformat(),
        "k": findings["rule"]["minimum_group"],
        "cells": cells,
    }


def _cell(
    initiative: str,
    version: int | None,
    criterion: str,
    helix: str | None,
    suppressed: bool,
    figures: dict[str, Any],
) -> dict[str, Any]:
    return {
        "initiative": initiative,
        "version": version,
        "criterion": criterion,
        "helix": helix,
        "n": None if suppressed else figures["n"],
        "suppressed": suppressed,
        "stats": None
        if suppressed
        else {key: value for key, value in figures.items() if key not in ("n", "suppressed")},
    }
