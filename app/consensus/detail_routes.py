"""The inner pages of results: one initiative, disagreement, change, and who answered."""

from typing import Any

from fastapi import APIRouter, Request, Response

from app.consensus.change import SPREAD_WIDTH, change_rows, check_lines, flow_rows
from app.consensus.disagreement import DELTA_WIDTH, apart_rows, criterion_rows, heat_rows
from app.consensus.queries import find_snapshot
from app.consensus.routes import ReaderDep
from app.consensus.told import Told, ViewDep, read_told
from app.consensus.voices import MOST_COMPARED, read_voices
from app.core.errors import NotFound
from app.surveys.authoring.queries import get_own_survey_by_slug
from app.web.deps import SessionDep
from app.web.templating import render

router = APIRouter(tags=["results"])


@router.get("/results/{slug}/disagreement")
def disagreement_page(request: Request, session: SessionDep, actor: ReaderDep, slug: str, asked: ViewDep) -> Response:
    """How far each group lies from all, for every initiative, the widest gap first."""
    told = read_told(request, session, get_own_survey_by_slug(session, actor, slug), asked)
    rows = heat_rows(told, "helix")
    limit = round(100 * told.findings["rule"]["divided_gap"])
    return render(
        request,
        "consensus/disagreement.html",
        **told.frame(),
        rows=rows,
        limit=limit,
        apart=sum((row.gap or 0) >= limit for row in rows),
        by_region=heat_rows(told, "region") if len(told.region_names) > 1 else [],
    )


@router.get("/results/{slug}/change")
def change_page(request: Request, session: SessionDep, actor: ReaderDep, slug: str, asked: ViewDep) -> Response:
    """What changed since the round before, on the same people, and what has settled."""
    told = read_told(request, session, get_own_survey_by_slug(session, actor, slug), asked)
    before = find_snapshot(session, told.survey.id, told.snapshot.round_number - 1)
    rows = change_rows(told, before)
    known = [row for row in rows if row.is_stable is not None]
    return render(
        request,
        "consensus/change.html",
        **told.frame(),
        rows=rows,
        before=before,
        known=len(known),
        stable=sum(bool(row.is_stable) for row in known),
        spread_width=SPREAD_WIDTH,
    )


@router.get("/results/{slug}/response")
def response_page(request: Request, session: SessionDep, actor: ReaderDep, slug: str, asked: ViewDep) -> Response:
    """Who came from invited to counted, and whether the agreement can be trusted."""
    told = read_told(request, session, get_own_survey_by_slug(session, actor, slug), asked)
    checks = check_lines(told)
    return render(
        request,
        "consensus/response.html",
        **told.frame(),
        flow=flow_rows(told),
        checks=checks,
        care=sum(bool(check.needs_care) for check in checks),
    )


@router.get("/results/{slug}/initiatives/{item_code}")
def initiative_result(
    request: Request, session: SessionDep, actor: ReaderDep, slug: str, item_code: str, asked: ViewDep
) -> Response:
    """Who stands apart on one initiative, by how much, how surely, and why: on one page."""
    told = read_told(request, session, get_own_survey_by_slug(session, actor, slug), asked)
    if item_code not in told.items:
        raise NotFound("There is no such initiative in this survey.")
    return render(request, "consensus/initiative.html", **told.frame(), **_initiative(session, told, item_code))


def _initiative(session: Any, told: Told, code: str) -> dict[str, Any]:
    line = next(one for one in told.lines if one["initiative"] == code)
    dissent: dict[str, Any] | None = line.get("dissent")
    voices = read_voices(session, told.survey, line.get("round", told.snapshot.round_number), code)
    return {
        "item": told.items[code],
        "title": told.title(code),
        "line": line,
        "dissent": dissent,
        "apart_names": [told.group(name) for name in (dissent or {}).get("apart", [])],
        "apart_rows": apart_rows(told, dissent),
        "delta_width": DELTA_WIDTH,
        "criterion_rows": criterion_rows(told, code),
        "voices": voices,
        "most_compared": MOST_COMPARED,
        "group_names": {mark.code: mark.label for mark in told.marks},
        "hidden": sum(cell["suppressed"] for cell in line["by_helix"].values()),
    }
