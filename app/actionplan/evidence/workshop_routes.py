"""Workshops in the browser."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.actionplan.evidence import service
from app.actionplan.evidence.importing import parse_dots
from app.actionplan.evidence.models import Workshop
from app.actionplan.evidence.pages import (
    FATE_WORDS,
    FOLDER,
    Refusal,
    attempt,
    errors_of,
    form_page,
    helix_marks,
    organisation_names,
    read_with,
    typed_workshop,
    version_choices,
    words_of,
)
from app.actionplan.evidence.queries import get_own_workshop, list_votes
from app.actionplan.evidence.reading import MOST_CHOSEN, TOO_MANY, read_because, read_votes, read_workshop
from app.actionplan.evidence.rules import HELICES
from app.actionplan.initiatives.queries import list_initiatives
from app.auth.guard import permitted
from app.auth.permissions import may, require
from app.core.catalogues import translate
from app.core.errors import Invalid
from app.core.tags import language_name
from app.documents.sheets import Fault, FaultyFile
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.forms import FormDep, Typed, UploadDep, revision_in
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/evidence/workshops", tags=["evidence"])

ReaderDep = Annotated[Actor, permitted("evidence.read")]
MakerDep = Annotated[Actor, permitted("evidence.change")]


@router.get("/new")
def new_workshop(request: Request, session: SessionDep, actor: MakerDep) -> Response:
    """Ask for a workshop."""
    return _form(request, session, actor, None, {"dots_each": "5", "language": language_of(request)})


@router.post("", dependencies=[OwnForm])
def create_workshop(request: Request, session: SessionDep, actor: MakerDep, typed: FormDep) -> Response:
    """Note a workshop; next come its dots."""
    try:
        given = read_with(read_workshop, session, actor, typed, language_of(request))
    except FaultyFile as faulty:
        return _form(request, session, actor, None, typed, Refusal(faulty.faults))
    workshop = service.add_workshop(session, actor, given)
    name = "workshop_votes" if given.chosen else "workshop_page"
    return redirect(request, name, workshop_id=workshop.id)


@router.get("/{workshop_id}")
def workshop_page(request: Request, session: SessionDep, actor: ReaderDep, workshop_id: UUID) -> Response:
    """One workshop: who came, and what it gave which initiative."""
    return _page(request, session, actor, get_own_workshop(session, actor, workshop_id), [])


@router.get("/{workshop_id}/edit")
def edit_workshop(request: Request, session: SessionDep, actor: MakerDep, workshop_id: UUID) -> Response:
    """Change a workshop."""
    workshop = _get(session, actor, workshop_id)
    return _form(request, session, actor, workshop, typed_workshop(workshop, _codes(session, actor, workshop)))


@router.post("/{workshop_id}", dependencies=[OwnForm])
def save_workshop(
    request: Request, session: SessionDep, actor: MakerDep, workshop_id: UUID, typed: FormDep
) -> Response:
    """Keep a workshop as it was changed."""
    workshop = _get(session, actor, workshop_id)

    def change() -> None:
        given = read_with(read_workshop, session, actor, typed, language_of(request))
        service.change_workshop(session, actor, workshop, revision_in(typed), given)

    if refusal := attempt(session, change):
        return _form(request, session, actor, workshop, typed, refusal)
    return redirect(request, "workshop_page", workshop_id=workshop.id)


@router.get("/{workshop_id}/votes")
def workshop_votes(request: Request, session: SessionDep, actor: MakerDep, workshop_id: UUID) -> Response:
    """Ask what a workshop gave each initiative it was about."""
    workshop = _get(session, actor, workshop_id)
    return _votes(request, session, actor, workshop, _typed_votes(session, actor, workshop))


@router.post("/{workshop_id}/votes", dependencies=[OwnForm])
def save_workshop_votes(
    request: Request, session: SessionDep, actor: MakerDep, workshop_id: UUID, typed: FormDep
) -> Response:
    """Keep what a workshop gave."""
    workshop = _get(session, actor, workshop_id)

    def give() -> None:
        votes = read_votes(typed, _codes(session, actor, workshop))
        service.give_votes(session, actor, workshop, revision_in(typed), votes)

    if refusal := attempt(session, give):
        return _votes(request, session, actor, workshop, typed, refusal)
    return redirect(request, "workshop_page", workshop_id=workshop.id)


@router.get("/{workshop_id}/sheet")
def workshop_sheet(request: Request, session: SessionDep, actor: MakerDep, workshop_id: UUID) -> Response:
    """Ask for the dots as a sheet, a file or pasted."""
    return _sheet(request, _get(session, actor, workshop_id))


@router.post("/{workshop_id}/sheet", dependencies=[OwnForm])
def import_workshop_sheet(
    request: Request, session: SessionDep, actor: MakerDep, workshop_id: UUID, sheet: UploadDep
) -> Response:
    """Take over the dots of a sheet, or say row by row what is wrong with it and take over nothing."""
    workshop = _get(session, actor, workshop_id)
    pasted = sheet.typed.get("rows", "")
    codes = [initiative.external_id for initiative, _ in list_initiatives(session, actor)]
    places: dict[str, int] = {}
    try:
        if not sheet.name and not pasted.strip():
            raise Invalid("Choose a file, or paste rows.")
        dots, places = parse_dots(sheet.name or "pasted.csv", sheet.data if sheet.name else pasted.encode(), codes)
        if len({*dots, *_codes(session, actor, workshop)}) > MOST_CHOSEN:
            raise FaultyFile([Fault(1, "initiative", TOO_MANY, {"most": MOST_CHOSEN})])
        with session.begin_nested():
            service.import_votes(session, actor, workshop, workshop.revision, dots)
    except FaultyFile as faulty:
        return _sheet(request, workshop, rows=pasted, faults=[_placed(fault, places) for fault in faulty.faults])
    except Invalid as refusal:
        errors = {"rows": translate(language_of(request), refusal.message)}
        return _sheet(request, workshop, rows=pasted, errors=errors)
    return redirect(request, "workshop_page", workshop_id=workshop.id)


@router.post("/{workshop_id}/deletion", dependencies=[OwnForm])
def delete_workshop(
    request: Request, session: SessionDep, actor: MakerDep, workshop_id: UUID, typed: FormDep
) -> Response:
    """Delete a workshop, for a reason."""
    workshop = _get(session, actor, workshop_id)
    try:
        service.delete_workshop(session, actor, workshop, read_because(typed))
    except FaultyFile as faulty:
        return _page(request, session, actor, workshop, faulty.faults, typed.get("because", ""))
    return redirect(request, "evidence_list")


def _get(session: Session, actor: Actor, workshop_id: UUID) -> Workshop:
    workshop = get_own_workshop(session, actor, workshop_id)
    require(actor, "evidence.change", workshop)
    return workshop


def _codes(session: Session, actor: Actor, workshop: Workshop) -> list[str]:
    return [line.initiative.external_id for line in list_votes(session, actor, workshop_id=workshop.id)]


def _placed(fault: Fault, places: dict[str, int]) -> Fault:
    """A fault of a form's field as one of the sheet's row."""
    if fault.row:
        return fault
    _, code, *helix = fault.column.split(".")
    return Fault(places.get(code, 1), "helix" if helix else "dots", fault.reason, fault.values)


def _form(
    request: Request,
    session: Session,
    actor: Actor,
    workshop: Workshop | None,
    typed: Typed,
    refusal: Refusal | None = None,
) -> Response:
    return form_page(request, session, actor, "workshop_form.html", typed, refusal, thing=workshop)


def _votes(
    request: Request,
    session: Session,
    actor: Actor,
    workshop: Workshop,
    typed: Typed,
    refusal: Refusal | None = None,
) -> Response:
    lines = list_votes(session, actor, workshop_id=workshop.id)
    return form_page(
        request,
        session,
        actor,
        "votes.html",
        typed,
        refusal,
        thing=workshop,
        lines=[(line, version_choices(session, line.initiative)) for line in lines],
        fates=list(words_of(FATE_WORDS, language_of(request)).items()),
        people=sum(workshop.participants.values()),
    )


def _typed_votes(session: Session, actor: Actor, workshop: Workshop) -> Typed:
    typed = {"revision": str(workshop.revision)}
    for vote in service.votes_of(session, actor, workshop):
        typed |= {
            f"dots.{vote.code}": "" if vote.dots is None else str(vote.dots),
            f"version.{vote.code}": str(vote.version),
            f"change.{vote.code}": vote.change,
            f"fate.{vote.code}": vote.fate.value,
            f"because.{vote.code}": vote.because,
        }
        typed |= {f"dots.{vote.code}.{helix}": str(dots) for helix, dots in (vote.by_helix or {}).items()}
    return typed


def _sheet(
    request: Request,
    workshop: Workshop,
    *,
    rows: str = "",
    faults: Sequence[Fault] = (),
    errors: dict[str, str] | None = None,
) -> Response:
    language = language_of(request)
    return render(
        request,
        f"{FOLDER}/sheet.html",
        status=422 if errors or faults else 200,
        workshop=workshop,
        rows=rows,
        errors=errors or {},
        faults=[
            {"row": fault.row, "column": fault.column, "reason": translate(language, fault.reason, **fault.values)}
            for fault in sorted(faults, key=lambda fault: fault.row)
        ],
        helices=HELICES,
    )


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    workshop: Workshop,
    faults: Sequence[Fault],
    because: str = "",
) -> Response:
    language = language_of(request)
    lines = list_votes(session, actor, workshop_id=workshop.id)
    return render(
        request,
        f"{FOLDER}/workshop.html",
        status=422 if faults else 200,
        workshop=workshop,
        organisation=organisation_names(session, actor).get(workshop.organisation_id)
        if workshop.organisation_id
        else "",
        spoken_language=language_name(workshop.language),
        lines=sorted(lines, key=lambda line: -(line.shown.dots or 0)),
        most=max((line.shown.dots or 0 for line in lines), default=0) or 1,
        people=sum(workshop.participants.values()),
        given=sum(line.shown.dots or 0 for line in lines),
        marks=helix_marks(language),
        fates=words_of(FATE_WORDS, language),
        may_change=may(actor, "evidence.change", workshop),
        errors=errors_of(faults, language),
        because=because,
    )
