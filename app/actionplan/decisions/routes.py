"""Decisions in the browser: the record of them, and the form that adds to it."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.actionplan.decisions.document import OUTCOME_WORDS
from app.actionplan.decisions.exporting import export_decisions
from app.actionplan.decisions.pages import decision_view, part_rows
from app.actionplan.decisions.queries import get_decision, list_deciders, list_decisions, standing
from app.actionplan.decisions.rules import LONGEST_INTEREST, LONGEST_REASON, Outcome, read_parts
from app.actionplan.decisions.service import DecisionIn, decide, known_people
from app.actionplan.priorities.pages import span
from app.actionplan.priorities.routes import download
from app.actionplan.priorities.rules import Way, field_names, typed_in
from app.actionplan.priorities.service import require_weighing
from app.auth.guard import permitted
from app.auth.permissions import may
from app.consensus.basis import rank_under
from app.consensus.queries import find_snapshot, get_basis, get_snapshot
from app.core.catalogues import translate
from app.core.errors import Conflict, Invalid
from app.core.tokens import make_token
from app.core.words import pick
from app.people.queries import names_of
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_own_survey_by_slug, list_criteria, list_items
from app.web.deps import SessionDep, WritingSessionDep
from app.web.forms import FormDep, key_in
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/priorities/{slug}/decisions", tags=["decisions"])

ReaderDep = Annotated[Actor, permitted("decision.read")]
MakerDep = Annotated[Actor, permitted("decision.make")]
FOLDER = "actionplan/decisions"
LONGEST_QUERY = 4000


@router.get("")
def decisions_page(request: Request, session: SessionDep, actor: ReaderDep, slug: str) -> Response:
    """All decisions on a survey, the newest first; those replaced stay to be read."""
    survey = get_own_survey_by_slug(session, actor, slug)
    language = language_of(request)
    found = list_decisions(session, survey.id)
    keys = {part.person_id for one in found for part in one.parts} | {one.decision.decided_by_id for one in found}
    names, items = names_of(session, keys), list_items(session, survey.id)
    titles = _titles(session, survey, language)
    labels = {one.code: pick(one.label, language, survey.default_language) for one in list_criteria(session, survey.id)}
    sources = {item.code: item.source_id for item in items if item.facts.get("version")}
    return render(
        request,
        f"{FOLDER}/list.html",
        survey=survey,
        views=[decision_view(one, titles, sources, labels, names, language) for one in found],
        stands=len(standing(found)),
        has_results=find_snapshot(session, survey.id) is not None,
        may_decide=may(actor, "decision.make", survey),
        may_export=may(actor, "decision.export", survey),
    )


@router.get("/new")
def new_decision(request: Request, session: SessionDep, actor: MakerDep, slug: str) -> Response:
    """The form of a decision: on initiatives, on weights, or in place of an earlier one."""
    survey = get_own_survey_by_slug(session, actor, slug)
    params = typed_in(request.query_params)
    criteria = [one.code for one in list_criteria(session, survey.id)]
    typed: dict[str, str] = {"query": urlencode(_weights_in(params, criteria))}
    before = None
    if params.get("replaces"):
        before = get_decision(session, survey.id, _key(params["replaces"]))
        typed |= {f"item.{code}": "yes" for code in before.item_codes} | {"replaces": str(before.id)}
        typed["outcome"] = before.outcome
    elif params.get("about") == "weights":
        typed["outcome"] = Outcome.WEIGHTS
    elif params.get("about") == "shortlist":
        shortlist = get_snapshot(session, survey.id).findings["shortlist"]["members"]
        typed |= {f"item.{code}": "yes" for code in shortlist} | {"outcome": Outcome.TAKE_UP}
    elif params.get("item"):
        typed[f"item.{params['item']}"] = "yes"
    return _form(request, session, actor, survey, typed, {})


@router.post("", dependencies=[OwnForm])
def create_decision(request: Request, session: SessionDep, actor: MakerDep, slug: str, typed: FormDep) -> Response:
    """Put a decision on record; a form with faults is shown again as it was typed."""
    survey = get_own_survey_by_slug(session, actor, slug)
    snapshot = get_snapshot(session, survey.id)
    query = dict(parse_qsl(typed.get("query", "")[:LONGEST_QUERY]))
    weights = require_weighing(session, snapshot, get_basis(session, snapshot), query).weights if query else None
    prefix = "item."
    given = DecisionIn(
        outcome=typed.get("outcome", ""),
        items=[name.removeprefix(prefix) for name in typed if name.startswith(prefix)],
        reason=typed.get("reason", "").replace("\0", "").replace("\r\n", "\n").strip(),
        parts=read_parts(
            {name: value.replace("\0", "") for name, value in typed.items()}, known_people(session, actor)
        ),
        snapshot=typed.get("snapshot", ""),
        weights=weights,
        replaces=_key(typed["replaces"]) if typed.get("replaces") else None,
    )
    try:
        decide(session, actor, survey, given, form_key=key_in(typed))
    except Invalid as refused:
        return _form(request, session, actor, survey, typed, refused.errors, status=422)
    except Conflict as refused:
        return _form(request, session, actor, survey, typed, {"items": refused.message}, status=409)
    return redirect(request, "decisions_page", slug=slug)


@router.get("/export.{kind}")
def export_decisions_page(
    request: Request,
    session: WritingSessionDep,
    actor: Annotated[Actor, permitted("decision.export")],
    slug: str,
    kind: str,
) -> Response:
    """All decisions as a file; noted in the history."""
    survey = get_own_survey_by_slug(session, actor, slug)
    return download(export_decisions(session, actor, survey, kind, language_of(request)))


def _form(
    request: Request,
    session: Session,
    actor: Actor,
    survey: Survey,
    typed: Mapping[str, str],
    faults: Mapping[str, str],
    status: int = 200,
) -> Response:
    language, snapshot = language_of(request), get_snapshot(session, survey.id)
    basis = get_basis(session, snapshot)
    typed = {"reason": "", "query": "", "outcome": "", "key": make_token()} | dict(typed)
    query = dict(parse_qsl(typed.get("query", "")[:LONGEST_QUERY]))
    is_about_weights = typed.get("outcome") == Outcome.WEIGHTS
    weights = require_weighing(session, snapshot, basis, query or {"way": _usual(session, survey)}).weights
    ranked = rank_under(snapshot.findings, basis, weights)
    lines = {line["initiative"]: line for line in ranked.lines}
    titles = _titles(session, survey, language)
    replaced = typed.get("replaces") or ""
    held = {
        code: one.decision.number
        for one in standing(list_decisions(session, survey.id))
        if str(one.decision.id) != replaced
        for code in one.decision.item_codes
    }
    order = [line["initiative"] for line in ranked.shown]
    order += [code for code in lines if code not in order]
    return render(
        request,
        f"{FOLDER}/new.html",
        status=status,
        survey=survey,
        snapshot=snapshot,
        typed=typed,
        errors={name: translate(language, sentence) for name, sentence in faults.items()},
        is_about_weights=is_about_weights,
        replaces=get_decision(session, survey.id, _key(replaced)) if replaced else None,
        weights=[
            (pick(one.label, language, survey.default_language), ranked.weights[one.code])
            for one in list_criteria(session, survey.id)
        ],
        outcomes=[
            (one.value, translate(language, word)) for one, word in OUTCOME_WORDS.items() if one is not Outcome.WEIGHTS
        ],
        choices=[
            {
                "code": code,
                "title": titles[code],
                "likely": span(lines[code]["rank_set"]),
                "held": held.get(code),
                "is_chosen": f"item.{code}" in typed,
            }
            for code in order
        ],
        people=part_rows(list_deciders(session, actor), typed, None if faults else actor.id),
        longest_reason=LONGEST_REASON,
        longest_interest=LONGEST_INTEREST,
    )


def _usual(session: Session, survey: Survey) -> str:
    is_decided = any(one.decision.outcome == Outcome.WEIGHTS for one in standing(list_decisions(session, survey.id)))
    return Way.DECIDED if is_decided else Way.FIXED


def _weights_in(params: Mapping[str, str], criteria: Sequence[str]) -> dict[str, str]:
    """The fields of an address that say how weights come about."""
    names = ["way", *(name for names in field_names(criteria).values() for name in names)]
    return {name: params[name] for name in names if name in params}


def _titles(session: Session, survey: Survey, language: str) -> dict[str, str]:
    return {item.code: pick(item.title, language, survey.default_language) for item in list_items(session, survey.id)}


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
