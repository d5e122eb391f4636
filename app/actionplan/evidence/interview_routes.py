"""Interviews in the browser, for those who hold them."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.actionplan.evidence import interviewing
from app.actionplan.evidence.models import Interview
from app.actionplan.evidence.pages import (
    FOLDER,
    STANCE_WORDS,
    Refusal,
    attempt,
    errors_of,
    form_page,
    helix_marks,
    organisation_names,
    read_with,
    typed_interview,
    version_choices,
    words_of,
)
from app.actionplan.evidence.queries import get_own_interview, list_stances
from app.actionplan.evidence.reading import read_because, read_interview, read_stances
from app.actionplan.evidence.rules import may_quote
from app.auth.guard import permitted
from app.auth.permissions import require
from app.core.clock import today
from app.documents.sheets import Fault, FaultyFile
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.forms import FormDep, Typed, revision_in
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/evidence/interviews", tags=["evidence"])

HolderDep = Annotated[Actor, permitted("evidence.words")]
MakerDep = Annotated[Actor, permitted("evidence.change")]


@router.get("/new")
def new_interview(request: Request, session: SessionDep, actor: MakerDep) -> Response:
    """Ask for an interview."""
    return _form(request, session, actor, None, {})


@router.post("", dependencies=[OwnForm])
def create_interview(request: Request, session: SessionDep, actor: MakerDep, typed: FormDep) -> Response:
    """Note an interview; next comes what was said."""
    try:
        given = read_with(read_interview, session, actor, typed, language_of(request))
    except FaultyFile as faulty:
        return _form(request, session, actor, None, typed, Refusal(faulty.faults))
    interview = interviewing.add_interview(session, actor, given)
    name = "interview_stances" if given.chosen else "interview_page"
    return redirect(request, name, interview_id=interview.id)


@router.get("/{interview_id}")
def interview_page(request: Request, session: SessionDep, actor: HolderDep, interview_id: UUID) -> Response:
    """One interview, with all its words, for those who hold it."""
    interview = get_own_interview(session, actor, interview_id)
    require(actor, "evidence.words", interview)
    return _page(request, session, actor, interview, [])


@router.get("/{interview_id}/edit")
def edit_interview(request: Request, session: SessionDep, actor: MakerDep, interview_id: UUID) -> Response:
    """Change an interview."""
    interview = _get(session, actor, interview_id)
    return _form(request, session, actor, interview, typed_interview(interview, _codes(session, actor, interview)))


@router.post("/{interview_id}", dependencies=[OwnForm])
def save_interview(
    request: Request, session: SessionDep, actor: MakerDep, interview_id: UUID, typed: FormDep
) -> Response:
    """Keep an interview as it was changed."""
    interview = _get(session, actor, interview_id)

    def change() -> None:
        given = read_with(read_interview, session, actor, typed, language_of(request))
        interviewing.change_interview(session, actor, interview, revision_in(typed), given)

    if refusal := attempt(session, change):
        return _form(request, session, actor, interview, typed, refusal)
    return redirect(request, "interview_page", interview_id=interview.id)


@router.get("/{interview_id}/stances")
def interview_stances(request: Request, session: SessionDep, actor: MakerDep, interview_id: UUID) -> Response:
    """Ask what was said of each initiative."""
    interview = _get(session, actor, interview_id)
    typed = {"revision": str(interview.revision)}
    for line in list_stances(session, actor, interview_id=interview.id):
        code = line.initiative.external_id
        typed |= {
            f"stance.{code}": line.stance.stance,
            f"version.{code}": str(line.version.number),
            f"statement.{code}": line.stance.statement,
        }
    return _stances(request, session, actor, interview, typed)


@router.post("/{interview_id}/stances", dependencies=[OwnForm])
def save_interview_stances(
    request: Request, session: SessionDep, actor: MakerDep, interview_id: UUID, typed: FormDep
) -> Response:
    """Keep what was said."""
    interview = _get(session, actor, interview_id)

    def give() -> None:
        stances = read_stances(typed, _codes(session, actor, interview))
        interviewing.give_stances(session, actor, interview, revision_in(typed), stances)

    if refusal := attempt(session, give):
        return _stances(request, session, actor, interview, typed, refusal)
    return redirect(request, "interview_page", interview_id=interview.id)


@router.post("/{interview_id}/deletion", dependencies=[OwnForm])
def delete_interview(
    request: Request, session: SessionDep, actor: MakerDep, interview_id: UUID, typed: FormDep
) -> Response:
    """Delete an interview, for a reason."""
    interview = _get(session, actor, interview_id)
    try:
        interviewing.delete_interview(session, actor, interview, read_because(typed))
    except FaultyFile as faulty:
        return _page(request, session, actor, interview, faulty.faults, typed.get("because", ""))
    return redirect(request, "evidence_list")


def _get(session: Session, actor: Actor, interview_id: UUID) -> Interview:
    interview = get_own_interview(session, actor, interview_id)
    require(actor, "evidence.change", interview)
    return interview


def _codes(session: Session, actor: Actor, interview: Interview) -> list[str]:
    return [line.initiative.external_id for line in list_stances(session, actor, interview_id=interview.id)]


def _form(
    request: Request,
    session: Session,
    actor: Actor,
    interview: Interview | None,
    typed: Typed,
    refusal: Refusal | None = None,
) -> Response:
    return form_page(request, session, actor, "interview_form.html", typed, refusal, thing=interview)


def _stances(
    request: Request,
    session: Session,
    actor: Actor,
    interview: Interview,
    typed: Typed,
    refusal: Refusal | None = None,
) -> Response:
    return form_page(
        request,
        session,
        actor,
        "stances.html",
        typed,
        refusal,
        thing=interview,
        lines=[
            (line, version_choices(session, line.initiative))
            for line in list_stances(session, actor, interview_id=interview.id)
        ],
        stances=list(words_of(STANCE_WORDS, language_of(request)).items()),
    )


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    interview: Interview,
    faults: Sequence[Fault],
    because: str = "",
) -> Response:
    language = language_of(request)
    names = organisation_names(session, actor)
    return render(
        request,
        f"{FOLDER}/interview.html",
        status=422 if faults else 200,
        interview=interview,
        organisation=names.get(interview.organisation_id, "") if interview.organisation_id else "",
        lines=list_stances(session, actor, interview_id=interview.id),
        stances=words_of(STANCE_WORDS, language),
        marks={mark.code: mark for mark in helix_marks(language)},
        may_quote=may_quote(interview.is_quotable, interview.embargo_until, today()),
        errors=errors_of(faults, language),
        because=because,
    )
