"""What programmes are meant to lead to, in the browser."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from sqlmodel import Session

from app.actionplan.impact.models import ResultChainVersion
from app.actionplan.impact.pages import chain_view, impact_document
from app.actionplan.impact.queries import (
    Chains,
    get_chain,
    get_own_chain,
    list_chain_versions,
    list_statements,
    read_chains,
)
from app.actionplan.impact.rules import ASSOCIATION, DIMENSION_WORDS, LINKS
from app.actionplan.impact.schemas import ChainIn, StatementIn
from app.actionplan.impact.service import change_chain, content_of, say_contribution, state_chain, take_back
from app.auth.guard import permitted
from app.auth.permissions import may, require
from app.core.catalogues import translate
from app.core.errors import Invalid, NotFound, Stale
from app.people.queries import names_of
from app.people.rules import Actor
from app.programmes.exporting import WRITERS, download, write
from app.programmes.queries import Entry, list_programmes
from app.programmes.rules import EVIDENCE_WORDS
from app.web.deps import SessionDep, WritingSessionDep
from app.web.forms import FormDep, revision_in
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/impact", tags=["impact"])

ReaderDep = Annotated[Actor, permitted("impact.read")]
ChangerDep = Annotated[Actor, permitted("impact.change")]
SayerDep = Annotated[Actor, permitted("impact.say")]
TakerDep = Annotated[Actor, permitted("impact.take_back")]

REFUSED_FIELD = "This is empty, too long, or has signs that do not belong here."
REFUSED_YEAR = "Enter a year, such as 2021."
NEEDS_PROGRAMME = "Choose a programme."
NEEDS_WORDS = "Say what it contributed, and what that rests on."


@router.get("")
def impact_page(request: Request, session: SessionDep, actor: ReaderDep) -> Response:
    """All result chains by dimension, and the programmes of which nobody has stated one."""
    language, found = language_of(request), read_chains(session, actor)
    views = [chain_view(language, one, found.values) for one in found.chains]
    groups = [
        (translate(language, word), [one for one in views if one["version"].dimension == name])
        for name, word in DIMENSION_WORDS.items()
    ]
    return render(
        request,
        "actionplan/impact/list.html",
        groups=groups,
        count=len(views),
        association=translate(language, ASSOCIATION),
        without=[(one.programme.code, one.version.name, one.partner.name) for one in found.without],
        said=_counts(session, found),
        may_state=bool(_own_programmes(session, actor)),
    )


@router.get("/new")
def new_chain(request: Request, session: SessionDep, actor: ChangerDep, programme: str = "") -> Response:
    """The form of a new chain."""
    return _form(request, session, actor, {"programme": programme}, {}, None)


@router.post("", dependencies=[OwnForm])
def state_chain_page(request: Request, session: SessionDep, actor: ChangerDep, typed: FormDep) -> Response:
    """State a chain; a form with faults is shown again as it was typed."""
    language = language_of(request)
    try:
        programme = typed.get("programme", "")
        if programme not in {one.programme.code for one in _own_programmes(session, actor)}:
            raise Invalid(NEEDS_PROGRAMME, {"programme": NEEDS_PROGRAMME})
        chain = state_chain(session, actor, programme, ChainIn.model_validate(_said(typed)))
    except ValidationError as error:
        return _form(request, session, actor, typed, _faults(language, error), None, status=422)
    except Invalid as refused:
        faults = {name: translate(language, message) for name, message in refused.errors.items()}
        return _form(request, session, actor, typed, faults, None, status=422)
    return redirect(request, "chain_page", chain_id=chain.id)


@router.get("/export.{kind}")
def export_impact_page(
    request: Request, session: SessionDep, trace: WritingSessionDep, actor: ReaderDep, kind: str
) -> Response:
    """All result chains as a file, with the sentence that says what a change is."""
    if kind not in WRITERS:
        raise NotFound("There is no such page.")
    found = read_chains(session, actor)
    document = impact_document(language_of(request), found, _counts(session, found))
    return download(write(trace, actor, document, kind, "impact"), "impact", kind)


@router.get("/{chain_id}")
def chain_page(request: Request, session: SessionDep, actor: ReaderDep, chain_id: UUID) -> Response:
    """One chain: its links with their evidence, what changed beside it, what people say, its earlier versions."""
    return _page(request, session, actor, chain_id, {}, {})


@router.get("/{chain_id}/change")
def chain_form(request: Request, session: SessionDep, actor: ChangerDep, chain_id: UUID) -> Response:
    """The form of a new version of a chain."""
    require(actor, "impact.change", get_own_chain(session, actor, chain_id))
    version = list_chain_versions(session, chain_id)[0]
    typed = {name: "" if value is None else str(value) for name, value in content_of(version).model_dump().items()}
    return _form(request, session, actor, {**typed, "revision": str(version.number)}, {}, version)


@router.post("/{chain_id}/change", dependencies=[OwnForm])
def change_chain_page(
    request: Request, session: SessionDep, actor: ChangerDep, chain_id: UUID, typed: FormDep
) -> Response:
    """Give a chain a new version; a form with faults is shown again as it was typed."""
    require(actor, "impact.change", get_own_chain(session, actor, chain_id))
    language, version = language_of(request), list_chain_versions(session, chain_id)[0]
    try:
        because = typed.get("because", "").replace("\0", "")[:2000]
        given = ChainIn.model_validate(_said(typed))
        change_chain(session, actor, chain_id, given, revision=revision_in(typed), because=because)
    except ValidationError as error:
        return _form(request, session, actor, typed, _faults(language, error), version, status=422)
    except Invalid as refused:
        faults = {name: translate(language, message) for name, message in refused.errors.items()}
        return _form(request, session, actor, typed, faults, version, status=422)
    except Stale as refused:
        fault = {"because": translate(language, refused.message)}
        return _form(request, session, actor, typed, fault, version, status=409)
    return redirect(request, "chain_page", chain_id=chain_id)


@router.post("/{chain_id}/statements", dependencies=[OwnForm])
def say_contribution_page(
    request: Request, session: SessionDep, actor: SayerDep, chain_id: UUID, typed: FormDep
) -> Response:
    """Put on record what the programme contributed, in somebody's words."""
    try:
        said = {name: typed.get(name, "").replace("\0", "") for name in ("words", "evidence", "source")}
        say_contribution(session, actor, chain_id, StatementIn.model_validate(said))
    except ValidationError:
        fault = {"words": translate(language_of(request), NEEDS_WORDS)}
        return _page(request, session, actor, chain_id, typed, fault, status=422)
    return redirect(request, "chain_page", chain_id=chain_id)


@router.post("/{chain_id}/statements/{statement_id}/take-back", dependencies=[OwnForm])
def take_back_page(
    request: Request, session: SessionDep, actor: TakerDep, chain_id: UUID, statement_id: UUID, typed: FormDep
) -> Response:
    """Take a statement back."""
    take_back(session, actor, chain_id, statement_id)
    return redirect(request, "chain_page", chain_id=chain_id)


def _counts(session: Session, found: Chains) -> Counter[UUID]:
    said = list_statements(session, [one.chain.id for one in found.chains])
    return Counter(one.chain_id for one in said if one.withdrawn_at is None)


def _own_programmes(session: Session, actor: Actor) -> list[Entry]:
    """The programmes of which somebody may say what they lead to."""
    return [one for one in list_programmes(session, actor) if may(actor, "impact.change", one.programme)]


def _said(typed: Mapping[str, str]) -> dict[str, Any]:
    said: dict[str, Any] = {name: typed.get(name, "").replace("\0", "") for name in ChainIn.model_fields}
    said["begun_year"] = said["begun_year"].strip() or None
    return said


def _faults(language: str, error: ValidationError) -> dict[str, str]:
    names = [str(part["loc"][0]) for part in error.errors()]
    return {name: translate(language, REFUSED_YEAR if name == "begun_year" else REFUSED_FIELD) for name in names}


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    chain_id: UUID,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    status: int = 200,
) -> Response:
    language = language_of(request)
    found, chains = get_chain(session, actor, chain_id)
    versions, said = list_chain_versions(session, chain_id), list_statements(session, [chain_id])
    names = names_of(session, {one.made_by_id for one in versions} | {one.said_by_id for one in said})
    return render(
        request,
        "actionplan/impact/chain.html",
        status=status,
        view=chain_view(language, found, chains.values),
        entry=found.entry,
        association=translate(language, ASSOCIATION),
        links=LINKS,
        levels=_levels(language),
        statements=[
            {
                "said": one,
                "by": names.get(one.said_by_id) or "–",
                "evidence": translate(language, EVIDENCE_WORDS[one.evidence]),
                "may_take_back": one.withdrawn_at is None and may(actor, "impact.take_back", one),
            }
            for one in said
        ],
        versions=[{"version": one, "by": names.get(one.made_by_id) or "–"} for one in versions],
        typed={name: typed.get(name, "") for name in ("words", "evidence", "source")},
        errors=errors,
        may_change=may(actor, "impact.change", found.chain),
        may_say=may(actor, "impact.say", found.chain),
    )


def _form(
    request: Request,
    session: Session,
    actor: Actor,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    version: ResultChainVersion | None,
    status: int = 200,
) -> Response:
    language = language_of(request)
    values = read_chains(session, actor).values
    return render(
        request,
        "actionplan/impact/form.html",
        status=status,
        version=version,
        typed=dict.fromkeys(("programme", "because", "revision", *ChainIn.model_fields), "") | dict(typed),
        errors=errors,
        programmes=[
            (one.programme.code, f"{one.programme.code} – {one.version.name}")
            for one in _own_programmes(session, actor)
        ],
        dimensions=[(name, translate(language, word)) for name, word in DIMENSION_WORDS.items()],
        levels=_levels(language),
        indicators=[(one.indicator.code, f"{one.indicator.code} – {one.version.name}") for one in values.entries],
    )


def _levels(language: str) -> list[tuple[str, str]]:
    return [(name, translate(language, word)) for name, word in EVIDENCE_WORDS.items()]
