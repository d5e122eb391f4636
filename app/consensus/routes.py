"""Results in the browser."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.auth.guard import permitted
from app.auth.permissions import require
from app.consensus.document import results_document
from app.consensus.fates import fates, rule_lines
from app.consensus.models import Snapshot
from app.consensus.pages import (
    RANK_WIDTH,
    SORTS,
    STRIP_WIDTH,
    answered_view,
    criterion_label,
    left_percent,
    result_rows,
    round_numbers,
    slopes,
    strips,
    verdict_counts,
)
from app.consensus.queries import list_snapshots
from app.core.errors import Invalid, NotFound
from app.core.words import pick
from app.documents.to_csv import to_csv
from app.history.service import record
from app.people.rules import Actor
from app.surveys.authoring.queries import (
    find_question,
    get_own_survey_by_slug,
    list_criteria,
    list_items,
    list_surveys,
)
from app.web.deps import SessionDep, WritingSessionDep
from app.web.helices import marks_of
from app.web.language import language_of
from app.web.templating import redirect, render

router = APIRouter(tags=["results"])

ReaderDep = Annotated[Actor, permitted("results.read")]


@router.get("/results")
def results_index(request: Request, session: SessionDep, actor: ReaderDep) -> Response:
    """The newest survey with results."""
    for survey in list_surveys(session, actor):
        if list_snapshots(session, survey.id):
            return redirect(request, "results_page", slug=survey.slug)
    return render(request, "consensus/empty.html")


@router.get("/results/{slug}")
def results_page(
    request: Request,
    session: SessionDep,
    actor: ReaderDep,
    slug: str,
    number: Annotated[int | None, Query(alias="round")] = None,
    criterion: str = "",
    sort: str = "rating",
) -> Response:
    """What a round said of one criterion: the finding, the table, where groups disagree, what changed."""
    survey = get_own_survey_by_slug(session, actor, slug)
    snapshots = list_snapshots(session, survey.id)
    if not snapshots:
        return render(request, "consensus/empty.html")
    snapshot, before = _choose(snapshots, number)
    findings = snapshot.findings
    criteria = list_criteria(session, survey.id)
    chosen = criterion or findings["criteria"][0]
    if chosen not in findings["criteria"] or sort not in SORTS:
        raise Invalid("There is no such criterion or order.")
    language = language_of(request)
    items = {item.code: item for item in list_items(session, survey.id)}
    question = find_question(session, survey.id, "helix")
    marks = marks_of(question.options if question else [], language, survey.default_language)
    rows = result_rows(findings, chosen, items, sort, language)
    counts = verdict_counts(findings, chosen, language)
    return render(
        request,
        "consensus/results.html",
        survey=survey,
        snapshot=snapshot,
        findings=findings,
        rounds=round_numbers(snapshots),
        criterion=chosen,
        criterion_label=criterion_label(criteria, chosen, survey, language),
        criteria=[(c.code, pick(c.label, language, survey.default_language)) for c in criteria],
        sort=sort,
        sorts=SORTS,
        rows=rows,
        counts=counts,
        verdicts={count["name"]: count["count"] for count in counts},
        shortlist=findings["by_criterion_shortlist"][chosen],
        axis=left_percent(findings, chosen),
        rank_width=RANK_WIDTH,
        strip_width=STRIP_WIDTH,
        marks=marks,
        answered=answered_view(findings, marks),
        fates=fates(findings, chosen, items, language),
        rules=rule_lines(findings, language),
        strips=strips(findings, chosen, items, marks, language),
        slopes=slopes(before.findings if before else None, findings, chosen, items, language),
        before=before,
    )


@router.get("/results/{slug}/table.csv")
def results_table(
    request: Request,
    session: WritingSessionDep,
    actor: Annotated[Actor, permitted("results.export")],
    slug: str,
    number: Annotated[int | None, Query(alias="round")] = None,
) -> Response:
    """Every figure of a round that may be shown, as CSV; noted in the history."""
    survey = get_own_survey_by_slug(session, actor, slug)
    require(actor, "results.export", survey)
    snapshots = list_snapshots(session, survey.id)
    if not snapshots:
        raise NotFound("There are no results yet. They appear when a round has closed.")
    snapshot, _ = _choose(snapshots, number)
    language, items = language_of(request), list_items(session, survey.id)
    document = results_document(
        survey,
        snapshot,
        {item.code: pick(item.title, language, survey.default_language) for item in items},
        {item.code: item.facts.get("version") for item in items},
        language,
    )
    record(session, actor, "results.exported", survey, after={"round": snapshot.round_number})
    name = f"{survey.slug}-results-round-{snapshot.round_number}.csv"
    return Response(
        to_csv(document),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _choose(snapshots: Sequence[Snapshot], number: int | None) -> tuple[Snapshot, Snapshot | None]:
    by_number: dict[int, Snapshot] = {snapshot.round_number: snapshot for snapshot in snapshots}
    chosen = number if number is not None else max(by_number)
    if chosen not in by_number:
        raise NotFound("This round has no results.")
    return by_number[chosen], by_number.get(chosen - 1)
