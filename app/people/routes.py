"""People and organisations in the browser."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.account import remove_second_factor
from app.auth.guard import permitted
from app.auth.permissions import may
from app.auth.queries import find_second_factor
from app.core.catalogues import translate
from app.core.errors import Conflict, Invalid, NotFound
from app.core.words import LANGUAGES
from app.documents.sheets import FaultyFile
from app.people import service
from app.people.importing import Report, import_people, parse_people
from app.people.models import Membership, Organisation
from app.people.queries import get_own_person, list_memberships, list_organisations, list_people
from app.people.rules import HELIX_WORDS, Actor, Helix, Role
from app.web.deps import SessionDep
from app.web.forms import FormDep, Typed, UploadDep
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(tags=["people"])

ReaderDep = Annotated[Actor, permitted("person.read")]
MakerDep = Annotated[Actor, permitted("person.create")]
ChangerDep = Annotated[Actor, permitted("person.change")]

ROLE_WORDS = {
    "admin": "Administrator",
    "coordinator": "Coordinator",
    "manager": "Cluster manager",
    "editor": "Editor",
    "reviewer": "Reviewer",
}


@router.get("/people")
def people_list(request: Request, session: SessionDep, actor: ReaderDep) -> Response:
    """Who is in the consortium, and as what."""
    return _list(request, session, actor)


@router.post("/people", dependencies=[OwnForm])
def create_person(request: Request, session: SessionDep, actor: MakerDep, typed: FormDep) -> Response:
    """Add a person."""
    try:
        service.create_person(
            session,
            actor,
            email=typed.get("email", ""),
            role=typed.get("role", ""),
            name=typed.get("name", ""),
            language=typed.get("language", "en"),
            organisation=typed.get("organisation", ""),
        )
    except (Invalid, Conflict, NotFound) as refusal:
        field = "name" if "name" in refusal.message.lower() else "email"
        errors = {field: translate(language_of(request), refusal.message)}
        return _list(request, session, actor, typed=typed, errors=errors, status=422)
    return redirect(request, "people_list")


@router.post("/people/import", dependencies=[OwnForm])
def import_sheet(request: Request, session: SessionDep, actor: MakerDep, sheet: UploadDep) -> Response:
    """Take over people from a sheet, or say row by row what is wrong with it."""
    if not sheet.name:
        return _list(request, session, actor, errors={"sheet": _word(request, "Choose a file.")}, status=422)
    try:
        lines = parse_people(sheet.name, sheet.data)
        # one fault stops all: what was added before it is undone
        with session.begin_nested():
            report = import_people(session, actor, lines)
    except FaultyFile as faulty:
        return _list(request, session, actor, faults=[str(fault) for fault in faulty.faults], status=422)
    except Invalid as refusal:
        return _list(request, session, actor, errors={"sheet": _word(request, refusal.message)}, status=422)
    return _list(request, session, actor, report=report)


@router.get("/people/{person_id}")
def person_page(request: Request, session: SessionDep, actor: ReaderDep, person_id: UUID) -> Response:
    """One person, with what can be changed about them."""
    person = get_own_person(session, actor, person_id)
    organisations = list_organisations(session, actor)
    own = [line for line in list_memberships(session, person.id) if line.consortium_id == actor.consortium_id]
    return render(
        request,
        "people/person.html",
        person=person,
        roles=_roles(request, own, organisations),
        held=own[0].role,
        held_in=str(own[0].organisation_id or ""),
        may_change=may(actor, "person.change"),
        has_factor=find_second_factor(session, person.id) is not None,
        **_choices(request, organisations),
    )


@router.post("/people/{person_id}/role", dependencies=[OwnForm])
def change_role(request: Request, session: SessionDep, actor: ChangerDep, person_id: UUID, typed: FormDep) -> Response:
    """Give a person another role."""
    person = get_own_person(session, actor, person_id)
    service.change_role(session, actor, person, role=typed.get("role", ""), organisation=typed.get("organisation", ""))
    return redirect(request, "person_page", person_id=person_id)


@router.post("/people/{person_id}/closure", dependencies=[OwnForm])
def close_account(request: Request, session: SessionDep, actor: ChangerDep, person_id: UUID) -> Response:
    """Close a person's account."""
    service.disable_person(session, actor, get_own_person(session, actor, person_id))
    return redirect(request, "person_page", person_id=person_id)


@router.post("/people/{person_id}/reopening", dependencies=[OwnForm])
def reopen_account(request: Request, session: SessionDep, actor: ChangerDep, person_id: UUID) -> Response:
    """Open a closed account again."""
    service.enable_person(session, actor, get_own_person(session, actor, person_id))
    return redirect(request, "person_page", person_id=person_id)


@router.post("/people/{person_id}/second-step/removal", dependencies=[OwnForm])
def remove_factor(request: Request, session: SessionDep, actor: ChangerDep, person_id: UUID) -> Response:
    """Take the second step away from somebody who lost their device."""
    person = get_own_person(session, actor, person_id)
    service.require_whole_account(session, actor, person)
    remove_second_factor(session, actor, person)
    return redirect(request, "person_page", person_id=person_id)


@router.get("/organisations")
def organisation_list(
    request: Request, session: SessionDep, actor: Annotated[Actor, permitted("organisation.read")]
) -> Response:
    """The organisations of the consortium."""
    return _organisations(request, session, actor)


@router.post("/organisations", dependencies=[OwnForm])
def create_organisation(
    request: Request,
    session: SessionDep,
    actor: Annotated[Actor, permitted("organisation.create")],
    typed: FormDep,
) -> Response:
    """Add an organisation."""
    main, *further = [code.strip().upper() for code in typed.get("regions", "").replace(";", ",").split(",")]
    try:
        service.create_organisation(
            session,
            actor,
            name=typed.get("name", ""),
            helix=typed.get("helix", ""),
            region=main,
            further_regions=further,
            is_partner=typed.get("partner") == "yes",
        )
    except (Invalid, Conflict) as refusal:
        field = "regions" if "NUTS" in refusal.message else "name"
        errors = {field: _word(request, refusal.message)}
        return _organisations(request, session, actor, typed=typed, errors=errors, status=422)
    return redirect(request, "organisation_list")


def _list(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    typed: Typed | None = None,
    errors: dict[str, str] | None = None,
    faults: list[str] | None = None,
    report: Report | None = None,
    status: int = 200,
) -> Response:
    organisations = list_organisations(session, actor)
    return render(
        request,
        "people/list.html",
        status=status,
        people=[
            (person, _roles(request, memberships, organisations)) for person, memberships in list_people(session, actor)
        ],
        typed=typed or {},
        errors=errors or {},
        faults=faults or [],
        report=report,
        may_create=may(actor, "person.create"),
        **_choices(request, organisations),
    )


def _organisations(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    typed: Typed | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    language = language_of(request)
    return render(
        request,
        "people/organisations.html",
        status=status,
        organisations=list_organisations(session, actor),
        helix_words={code: translate(language, words) for code, words in HELIX_WORDS.items()},
        helices=[(helix.value, translate(language, HELIX_WORDS[helix.value])) for helix in Helix],
        typed=typed or {},
        errors=errors or {},
        may_create=may(actor, "organisation.create"),
    )


def _choices(request: Request, organisations: Sequence[Organisation]) -> dict[str, Any]:
    language = language_of(request)
    whole = translate(language, "the whole consortium")
    return {
        "role_choices": [(role.value, translate(language, ROLE_WORDS[role.value])) for role in reversed(Role)],
        "place_choices": [("", whole), *((str(found.id), found.name) for found in organisations)],
        "language_choices": list(LANGUAGES.items()),
    }


def _roles(request: Request, memberships: Sequence[Membership], organisations: Sequence[Organisation]) -> list[str]:
    """What somebody is, in words: a role held in one partner names it."""
    names = {organisation.id: organisation.name for organisation in organisations}
    words: list[str] = []
    for line in memberships:
        role = _word(request, ROLE_WORDS[line.role])
        words.append(f"{role}, {names[line.organisation_id]}" if line.organisation_id else role)
    return words


def _word(request: Request, sentence: str) -> str:
    return translate(language_of(request), sentence)
