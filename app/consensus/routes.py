"""Results in the browser."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.auth.guard import permitted
from app.auth.permissions import require
from app.consensus.document import results_document
from app.consensus.queries import find_snapshot, get_snapshot, list_numbers
from app.consensus.results_views import filtered_view, whole_view
from app.consensus.told import ViewDep, read_told
from app.core.errors import NotFound
from app.core.words import pick
from app.documents.to_csv import to_csv
from app.documents.to_json import to_json
from app.documents.to_xlsx import to_xlsx
from app.history.service import record
from app.people.rules import Actor
from app.surveys.authoring.queries import get_own_survey_by_slug, list_items, list_surveys
from app.web.deps import SessionDep, WritingSessionDep
from app.web.language import language_of
from app.web.templating import redirect, render

WRITERS = {
    "csv": (to_csv, "text/csv; charset=utf-8"),
    "xlsx": (to_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "json": (to_json, "application/json"),
}

router = APIRouter(tags=["results"])

ReaderDep = Annotated[Actor, permitted("results.read")]


@router.get("/results")
def results_index(request: Request, session: SessionDep, actor: ReaderDep) -> Response:
    """The newest survey with results."""
    for survey in list_surveys(session, actor):
        if list_numbers(session, survey.id):
            return redirect(request, "results_page", slug=survey.slug)
    return render(request, "consensus/empty.html")


@router.get("/results/{slug}")
def results_page(request: Request, session: SessionDep, actor: ReaderDep, slug: str, asked: ViewDep) -> Response:
    """What a round said of one criterion: the finding, the table, where groups disagree, what changed.

    Of a helix, a region or both it shows the shares with their intervals, or which view may be shown instead.
    """
    survey = get_own_survey_by_slug(session, actor, slug)
    if not list_numbers(session, survey.id):
        return render(request, "consensus/empty.html")
    told = read_told(request, session, survey, asked)
    if told.view.is_filtered:
        return render(request, "consensus/filtered.html", **(told.frame() | filtered_view(told)))
    before = find_snapshot(session, survey.id, told.snapshot.round_number - 1)
    return render(request, "consensus/results.html", **told.frame(), **whole_view(told, before))


@router.get("/results/{slug}/table.{kind}")
def results_table(
    request: Request,
    session: WritingSessionDep,
    actor: Annotated[Actor, permitted("results.export")],
    slug: str,
    kind: str,
    number: Annotated[int | None, Query(alias="round", ge=1, le=99)] = None,
) -> Response:
    """Every figure of a round that may be shown, as CSV, XLSX or JSON; noted in the history."""
    survey = get_own_survey_by_slug(session, actor, slug)
    require(actor, "results.export", survey)
    if kind not in WRITERS:
        raise NotFound("The results are written as csv, xlsx or json.")
    snapshot = get_snapshot(session, survey.id, number)
    language, items = language_of(request), list_items(session, survey.id)
    document = results_document(
        survey,
        snapshot,
        {item.code: pick(item.title, language, survey.default_language) for item in items},
        {item.code: item.facts.get("version") for item in items},
        language,
    )
    record(session, actor, "results.exported", survey, after={"round": snapshot.round_number, "format": kind})
    name = f"{survey.slug}-results-round-{snapshot.round_number}.{kind}"
    write, media_type = WRITERS[kind]
    return Response(
        write(document), media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
