"""Priorities in the browser: weights beside the ranking they make."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.actionplan.decisions.queries import find_weights
from app.actionplan.priorities.comparing import METHODS, bridges, five_weightings, moving, opinions, sensitivity
from app.actionplan.priorities.pages import (
    BUMP_GAP,
    BUMP_LEFT,
    BUMP_STEP,
    BUMP_TOP,
    WIDTH,
    bump_lines,
    doubt_sentence,
    field_views,
    is_order_open,
    lead_of,
    rows_of,
    starting_fields,
    title_of,
    turning_title,
    way_views,
    weighting_names,
)
from app.actionplan.priorities.rules import Way, Weighing, fields_of, typed_in
from app.actionplan.priorities.service import File, export_list, read_weighing
from app.actionplan.priorities.words import METHOD_WORDS, WAY_TEXTS, WAY_WORDS
from app.auth.guard import permitted
from app.auth.permissions import may
from app.consensus.basis import Basis, rank_under
from app.consensus.models import Snapshot
from app.consensus.pages import criterion_label
from app.consensus.queries import find_snapshot, get_basis, get_snapshot
from app.consensus.rules import weightiest
from app.core.catalogues import translate
from app.core.words import pick
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_own_survey_by_slug, list_criteria, list_items, list_surveys
from app.web.deps import SessionDep, WritingSessionDep
from app.web.language import language_of
from app.web.templating import redirect, render

router = APIRouter(tags=["priorities"])

ReaderDep = Annotated[Actor, permitted("priorities.read")]


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
    shown = _shown(request, session, actor, survey)
    basis, ranked, weighing, language = shown["basis"], shown["ranked"], shown["weighing"], language_of(request)
    found = sensitivity(basis, ranked)
    return render(
        request,
        "actionplan/priorities/page.html",
        fragment="actionplan/priorities/_swapped.html",
        status=422 if weighing.faults else 200,
        rows=rows_of(ranked, shown["items"], survey, language),
        lead=lead_of(ranked),
        is_order_open=is_order_open(ranked),
        rank_width=WIDTH,
        turning=found,
        turning_title=turning_title(found, ranked, shown["labels"], shown["titles"], language),
        doubt=doubt_sentence(weighing, shown["labels"], language),
        draws=ranked.draws,
        **shown,
    )


@router.get("/priorities/{slug}/checks")
def priority_checks(request: Request, session: SessionDep, actor: ReaderDep, slug: str) -> Response:
    """Second opinions on the order: other ways of adding up, other weights, and what bridges the groups."""
    survey = get_own_survey_by_slug(session, actor, slug)
    shown = _shown(request, session, actor, survey)
    findings, basis, ranked, language = shown["findings"], shown["basis"], shown["ranked"], language_of(request)
    second, weightings = opinions(findings, basis, ranked), five_weightings(findings, basis)
    moves = moving(weightings, ranked.k)
    bumps = bump_lines(weightings, moves, shown["titles"])
    criteria = list_criteria(session, survey.id)
    order: list[str] = basis.unknown["order"] if basis.unknown else []
    return render(
        request,
        "actionplan/priorities/checks.html",
        status=422 if shown["weighing"].faults else 200,
        second=second,
        methods={name: translate(language, METHOD_WORDS[name]) for name in METHODS},
        order=[line["initiative"] for line in ranked.shown],
        bridging=bridges(findings),
        bridging_criterion=criterion_label(criteria, weightiest(findings), survey, language),
        weightings=weightings,
        weighting_names=weighting_names(weightings, language),
        drawn=[name for name, one in zip(weighting_names(weightings, language), weightings, strict=True) if one.ranks],
        moves=moves,
        moving_names=" · ".join(shown["titles"][code] for code in moves),
        unknown_order=" ≥ ".join(shown["labels"][code] for code in order),
        bumps=bumps,
        bump={"step": BUMP_STEP, "top": BUMP_TOP, "left": BUMP_LEFT, "gap": BUMP_GAP},
        **shown,
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
    address = request.app.state.settings.address
    typed = typed_in(request.query_params)
    return download(export_list(session, actor, survey, kind, language_of(request), typed, address=address))


def download(file: File) -> Response:
    """A file as an answer that the browser saves."""
    return Response(
        file.data,
        media_type=file.media_type,
        headers={"Content-Disposition": f'attachment; filename="{file.name}"'},
    )


def _shown(request: Request, session: Session, actor: Actor, survey: Survey) -> dict[str, Any]:
    """What both pages need: the weights asked for, and the order under them; under faults that of the fixed ones."""
    snapshot, language = get_snapshot(session, survey.id), language_of(request)
    basis, findings = get_basis(session, snapshot), snapshot.findings
    typed = typed_in(request.query_params)
    weighing = read_weighing(session, snapshot, basis, typed)
    ranked = rank_under(findings, basis, weighing.weights or findings["weights"])
    criteria = list_criteria(session, survey.id)
    items = {item.code: item for item in list_items(session, survey.id)}
    labels = {one.code: pick(one.label, language, survey.default_language) for one in criteria}
    query = urlencode(fields_of(weighing, typed, findings["criteria"]))
    return {
        "survey": survey,
        "snapshot": snapshot,
        "findings": findings,
        "basis": basis,
        "weighing": weighing,
        "ranked": ranked,
        "items": items,
        "labels": labels,
        "titles": {code: title_of(items, code, survey, language) for code in items},
        "errors": {name: translate(language, sentence) for name, sentence in weighing.faults.items()},
        "fields": field_views(weighing, typed, criteria, findings["weights"], survey, language),
        "ways": _ways(session, snapshot, basis, weighing, [*labels], language),
        "way_text": translate(language, WAY_TEXTS[weighing.way]),
        "way_word": translate(language, WAY_WORDS[weighing.way]),
        "query": "" if weighing.faults or weighing.way is Way.FIXED else query,
        "may_export": may(actor, "priorities.export", survey),
        "may_decide": may(actor, "decision.make"),
    }


def _ways(
    session: Session, snapshot: Snapshot, basis: Basis, weighing: Weighing, criteria: list[str], language: str
) -> list[dict[str, Any]]:
    is_decided = find_weights(session, snapshot.survey_id) is not None
    shown = way_views(weighing, basis, is_decided=is_decided, criteria=len(criteria), language=language)
    fixed = snapshot.findings["weights"]
    for view in shown:
        fields = starting_fields(Way(view["code"]), criteria, fixed)
        view["query"] = urlencode({"way": view["code"]} | fields)
    return shown
