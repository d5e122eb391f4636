"""The catalogue of programmes, in the browser."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from sqlmodel import Session

from app.auth.guard import permitted
from app.auth.permissions import may, require
from app.core.catalogues import translate
from app.core.errors import Conflict, Invalid, NotFound, Stale
from app.people.models import Organisation
from app.people.queries import names_of
from app.people.rules import Actor
from app.programmes.exporting import WRITERS, download, programmes_document, write
from app.programmes.pages import FIELD_LABELS, NOT_STATED, entry_view, options_of, words_of, yes_no
from app.programmes.queries import (
    Entry,
    get_programme,
    label_of,
    list_partners,
    list_programmes,
    list_versions,
)
from app.programmes.rated.pages import rating_view
from app.programmes.rated.queries import NOT_ASKED, ratings
from app.programmes.rules import CATEGORY_WORDS, CHOICES, TARGET_WORDS
from app.programmes.schemas import ContentIn, ProgrammeIn
from app.programmes.service import Part, change_programme, content_of, create_programme
from app.web.deps import SessionDep, WritingSessionDep
from app.web.forms import FormDep, Typed, revision_in
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/programmes", tags=["programmes"])

ReaderDep = Annotated[Actor, permitted("programme.read")]
ChangerDep = Annotated[Actor, permitted("programme.change")]

LINES = ("name", "main_result_metric")
NUMBER_FIELDS = tuple(name for name in ContentIn.model_fields if name not in {*CHOICES, *LINES, "description"})
REFUSED_FIELD = "This is empty, too long, or has signs that do not belong here."
REFUSED_NUMBER = "This is no number that can stand here."
REFUSED_RANGE = "The high end needs a low one that is no higher."
NEEDS_PARTNER = "Choose the partner whose programme it is."


@router.get("")
def programme_list(
    request: Request, session: SessionDep, actor: ReaderDep, partner: str = "", category: str = ""
) -> Response:
    """The catalogue by category, of all partners or of one."""
    language = language_of(request)
    entries = list_programmes(session, actor)
    partners = list_partners(session, actor)
    shown = [
        entry_view(language, one)
        for one in entries
        if partner in ("", label_of(one.partner)) and category in ("", one.version.category)
    ]
    groups = [
        (translate(language, word), [one for one in shown if one["version"].category == name])
        for name, word in CATEGORY_WORDS.items()
    ]
    return render(
        request,
        "programmes/list.html",
        groups=[(name, lines) for name, lines in groups if lines],
        count=len(entries),
        shown=len(shown),
        partners=[label_of(one) for one in partners],
        partner=partner,
        categories=options_of(language)["category"],
        category=category,
        may_change=bool(_own_partners(session, actor)),
        may_ask=may(actor, "survey.import"),
    )


@router.get("/new")
def new_programme(request: Request, session: SessionDep, actor: ChangerDep) -> Response:
    """The form of a new programme."""
    return _form(request, session, actor, {}, {}, None)


@router.post("", dependencies=[OwnForm])
def create_programme_page(request: Request, session: SessionDep, actor: ChangerDep, typed: FormDep) -> Response:
    """Add a programme; a form with faults is shown again as it was typed."""
    language = language_of(request)
    partner = next((one for one in _own_partners(session, actor) if str(one.id) == typed.get("partner", "")), None)
    try:
        given = ProgrammeIn.model_validate({**_said(typed), "code": typed.get("code", ""), "partner": "-"})
        if partner is None:
            raise Invalid(NEEDS_PARTNER, {"partner": NEEDS_PARTNER})
        content = ContentIn(**given.model_dump(exclude={"code", "partner"}))
        create_programme(session, actor, partner, given.code, content)
    except ValidationError as error:
        return _form(request, session, actor, typed, _faults(language, error), None, status=422)
    except Invalid as refused:
        faults = {name: translate(language, message) for name, message in refused.errors.items()}
        return _form(request, session, actor, typed, faults, None, status=422)
    except Conflict as refused:
        return _form(request, session, actor, typed, {"code": translate(language, refused.message)}, None, status=409)
    return redirect(request, "programme_page", programme=given.code)


@router.get("/export.{kind}")
def export_programmes_page(
    request: Request, session: SessionDep, trace: WritingSessionDep, actor: ReaderDep, kind: str
) -> Response:
    """All programmes as a file that the import reads again."""
    if kind not in WRITERS:
        raise NotFound("There is no such page.")
    document = programmes_document(list_programmes(session, actor), language_of(request))
    return download(write(trace, actor, document, kind, "catalogue"), "programmes", kind)


@router.get("/{programme}")
def programme_page(request: Request, session: SessionDep, actor: ReaderDep, programme: str) -> Response:
    """One programme: what is stated of it, what follows, and its earlier versions."""
    entry = get_programme(session, actor, programme)
    language = language_of(request)
    versions = list_versions(session, entry.programme.id)
    names = names_of(session, {one.made_by_id for one in versions})
    fields = [name for name in FIELD_LABELS if name not in ("code", "partner", "name", "description")]
    return render(
        request,
        "programmes/programme.html",
        entry=entry,
        view=entry_view(language, entry),
        category=translate(language, CATEGORY_WORDS[entry.version.category]),
        fields=[(name, translate(language, FIELD_LABELS[name])) for name in fields if name != "category"],
        not_stated=translate(language, NOT_STATED),
        rating=rating_view(language, ratings(session, actor).get(programme, NOT_ASKED)),
        may_read=may(actor, "results.read"),
        versions=[
            {
                "version": one,
                "by": names.get(one.made_by_id) or "–",
                "changes": _changes(language, one, versions[place + 1] if place + 1 < len(versions) else None),
            }
            for place, one in enumerate(versions)
        ],
        may_change=may(actor, "programme.change", entry.programme),
    )


@router.get("/{programme}/change")
def programme_form(request: Request, session: SessionDep, actor: ChangerDep, programme: str) -> Response:
    """The form of a new version."""
    entry = get_programme(session, actor, programme)
    require(actor, "programme.change", entry.programme)
    content = content_of(entry.version)
    typed: dict[str, Any] = {
        name: "" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)
        for name, value in content.model_dump(mode="json").items()
    }
    typed |= {f"target-{name}": "yes" for name in content.target_groups}
    typed["open_to_other_regions"] = yes_no(content.open_to_other_regions)
    return _form(request, session, actor, {**typed, "revision": str(entry.programme.revision)}, {}, entry)


@router.post("/{programme}/change", dependencies=[OwnForm])
def change_programme_page(
    request: Request, session: SessionDep, actor: ChangerDep, programme: str, typed: FormDep
) -> Response:
    """Give a programme a new version; a form with faults is shown again as it was typed."""
    entry = get_programme(session, actor, programme)
    require(actor, "programme.change", entry.programme)
    language = language_of(request)
    try:
        given = ContentIn.model_validate(_said(typed))
        because = typed.get("because", "").replace("\0", "")[:2000]
        change_programme(session, actor, programme, given, revision=revision_in(typed), because=because)
    except ValidationError as error:
        return _form(request, session, actor, typed, _faults(language, error), entry, status=422)
    except Stale as refused:
        fault = {"because": translate(language, refused.message)}
        return _form(request, session, actor, typed, fault, entry, status=409)
    return redirect(request, "programme_page", programme=programme)


def _own_partners(session: Session, actor: Actor) -> list[Organisation]:
    """The partners for whom somebody may add and change programmes."""
    partners = list_partners(session, actor)
    return [one for one in partners if may(actor, "programme.change", Part(one.consortium_id, one.id))]


def _said(typed: Typed) -> dict[str, Any]:
    """What a form says; a field left empty is not known. A comma is taken for the decimal sign."""
    said: dict[str, Any] = {name: typed.get(name, "") for name in (*LINES, "description")}
    said |= {name: typed.get(name, "") for name in CHOICES if name != "target_groups"}
    said["target_groups"] = [name for name in TARGET_WORDS if typed.get(f"target-{name}") == "yes"]
    said["open_to_other_regions"] = typed.get("open_to_other_regions") or None
    said |= {name: typed.get(name, "").strip().replace(",", ".") or None for name in NUMBER_FIELDS}
    return said


def _changes(language: str, version: Any, before: Any) -> list[dict[str, str]]:
    """What a version changed, field by field."""
    if before is None:
        return []
    new, old = _texts(language, version), _texts(language, before)
    return [
        {"field": translate(language, FIELD_LABELS[name]), "old": old[name] or "–", "new": new[name] or "–"}
        for name in new
        if new[name] != old[name]
    ]


def _texts(language: str, version: Any) -> dict[str, str]:
    words = words_of(language, version)
    return {
        name: words[name] if name in words else "" if (value := getattr(version, name)) is None else str(value)
        for name in ContentIn.model_fields
    }


def _form(
    request: Request,
    session: Session,
    actor: Actor,
    typed: Mapping[str, Any],
    errors: Mapping[str, str],
    entry: Entry | None,
    status: int = 200,
) -> Response:
    language = language_of(request)
    names = (
        "code",
        "partner",
        "because",
        "revision",
        *ContentIn.model_fields,
        *(f"target-{one}" for one in TARGET_WORDS),
    )
    return render(
        request,
        "programmes/form.html",
        status=status,
        entry=entry,
        typed=dict.fromkeys(names, "") | dict(typed),
        errors=errors,
        partners=[(str(one.id), one.name) for one in _own_partners(session, actor)],
        options=options_of(language),
        not_known=translate(language, "not known"),
        labels={name: translate(language, word) for name, word in FIELD_LABELS.items()},
        numbers=NUMBER_FIELDS,
    )


def _faults(language: str, error: ValidationError) -> dict[str, str]:
    faults: dict[str, str] = {}
    for part in error.errors():
        name = str(part["loc"][0]) if part["loc"] else "annual_cost_eur_high"
        sentence = REFUSED_FIELD if name not in NUMBER_FIELDS else REFUSED_NUMBER if part["loc"] else REFUSED_RANGE
        faults[name] = translate(language, sentence)
    return faults
