"""Priorities in the browser: weights beside the ranking they make."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.actionplan.priorities.document import in_order
from app.actionplan.priorities.rules import read_weights
from app.actionplan.priorities.service import File, export_list
from app.auth.guard import permitted
from app.auth.permissions import may
from app.consensus.pages import RANK_WIDTH, VERDICT_WORDS, RankDrawing, rank_drawing
from app.consensus.queries import find_snapshot, get_snapshot, rank_ranges
from app.core.catalogues import translate
from app.core.errors import Invalid
from app.core.words import pick
from app.people.rules import Actor
from app.surveys.authoring.models import Survey, SurveyItem
from app.surveys.authoring.queries import get_own_survey_by_slug, list_criteria, list_items, list_surveys
from app.web.deps import SessionDep, WritingSessionDep
from app.web.language import language_of
from app.web.templating import redirect, render

router = APIRouter(tags=["priorities"])

ReaderDep = Annotated[Actor, permitted("priorities.read")]


@dataclass(frozen=True)
class PriorityRow:
    """One initiative in the ranking."""

    code: str
    title: str
    rank: RankDrawing | None
    score: float | None
    in_shortlist: float | None
    verdict: str
    verdict_word: str
    cost_min: int | None
    cost_max: int | None
    is_cut: bool
    version: int | None
    record: UUID


@router.get("/priorities")
def priorities_index(request: Request, session: SessionDep, actor: ReaderDep) -> Response:
    """The newest survey with results."""
    for survey in list_surveys(session, actor):
        if find_snapshot(session, survey.id):
            return redirect(request, "priorities_page", slug=survey.slug)
    return render(request, "consensus/empty.html")


@router.get("/priorities/{slug}")
def priorities_page(request: Request, session: SessionDep, actor: ReaderDep, slug: str) -> Response:
    """Initiatives in order under weights, by default those fixed with the survey."""
    survey = get_own_survey_by_slug(session, actor, slug)
    snapshot = get_snapshot(session, survey.id)
    findings, language = snapshot.findings, language_of(request)
    criteria = list_criteria(session, survey.id)
    names: list[str] = findings["criteria"]
    typed = {name: request.query_params[name][:40] for name in names if name in request.query_params}
    weights, faults = read_weights(typed, names) if typed else (dict(findings["weights"]), {})
    is_own = not typed
    ranking = findings["overall"] if is_own or faults else rank_ranges(session, snapshot, weights)
    total = sum(weights.values()) or 1
    items = {item.code: item for item in list_items(session, survey.id)}
    return render(
        request,
        "actionplan/priorities/page.html",
        fragment="actionplan/priorities/_ranking.html",
        status=422 if faults else 200,
        survey=survey,
        snapshot=snapshot,
        findings=findings,
        errors={name: translate(language, sentence) for name, sentence in faults.items()},
        fields=[
            {
                "code": c.code,
                "label": pick(c.label, language, survey.default_language),
                "value": typed.get(c.code, str(round(100 * findings["weights"][c.code]))),
                "share": weights.get(c.code, 0) / total,
            }
            for c in criteria
        ],
        rows=_rows(ranking, items, findings["shortlist"]["k"], survey, language),
        is_own=is_own,
        query=request.url.query if typed and not faults else "",
        rank_width=RANK_WIDTH,
        may_export=may(actor, "priorities.export", survey),
    )


@router.get("/priorities/{slug}/export.{kind}")
def export_priorities(
    request: Request,
    session: WritingSessionDep,
    actor: Annotated[Actor, permitted("priorities.export")],
    slug: str,
    kind: str,
) -> Response:
    """The prioritised list as a file, under the weights in the address."""
    survey = get_own_survey_by_slug(session, actor, slug)
    names = [criterion.code for criterion in list_criteria(session, survey.id)]
    typed = {name: request.query_params[name] for name in names if name in request.query_params}
    weights, faults = read_weights(typed, names) if typed else (None, {})
    if faults:
        raise Invalid("Enter a number of at least 0.", faults)
    address = request.app.state.settings.address
    return download(export_list(session, actor, survey, kind, language_of(request), weights, address=address))


def download(file: File) -> Response:
    """A file as an answer that the browser saves."""
    return Response(
        file.data,
        media_type=file.media_type,
        headers={"Content-Disposition": f'attachment; filename="{file.name}"'},
    )


def _rows(
    ranking: list[dict[str, Any]], items: dict[str, SurveyItem], k: int, survey: Survey, language: str
) -> list[PriorityRow]:
    lines = in_order(ranking)
    return [
        PriorityRow(
            code=line["initiative"],
            title=pick(items[line["initiative"]].title, language, survey.default_language),
            rank=rank_drawing(line, len(lines), language),
            score=line["score"],
            in_shortlist=line["topk"],
            verdict=line["verdict"],
            verdict_word=translate(language, VERDICT_WORDS[line["verdict"]]),
            cost_min=items[line["initiative"]].facts.get("cost_min"),
            cost_max=items[line["initiative"]].facts.get("cost_max"),
            is_cut=place == k and k < len(lines),
            version=items[line["initiative"]].facts.get("version"),
            record=items[line["initiative"]].source_id,
        )
        for place, line in enumerate(lines, start=1)
    ]
