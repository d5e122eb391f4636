"""Beginning an initiative in the browser."""

import re
from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.actionplan.drafting.rules import NO_TITLE, next_code
from app.actionplan.initiatives.contradictions import LONGEST_SUMMARY, LONGEST_TITLE, WORDS
from app.actionplan.initiatives.queries import list_initiatives
from app.actionplan.initiatives.service import draft_initiative
from app.auth.guard import permitted
from app.core.catalogues import translate
from app.core.errors import Invalid
from app.core.words import LANGUAGES
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.forms import FormDep, Typed
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/initiatives", tags=["drafting"])

CODE = re.compile(r"^[A-Za-z0-9_-]{1,64}$")
NO_CODE = "A code has letters, digits, - and _ only, at most 64."
TAKEN = "There is an initiative with this code already."
DrafterDep = Annotated[Actor, permitted("initiative.draft")]


@router.get("/new")
def new_initiative(request: Request, session: SessionDep, actor: DrafterDep) -> Response:
    """Ask for the title and a summary; everything else can follow."""
    language = language_of(request)
    return _page(request, {"code": next_code(_codes(session, actor)), "language": language}, {})


@router.post("/new", dependencies=[OwnForm])
def create_initiative(request: Request, session: SessionDep, actor: DrafterDep, typed: FormDep) -> Response:
    """Make a draft. Sent twice, it is made once: the second finds its code taken by the same words."""
    language = language_of(request)
    title, summary = " ".join(typed.get("title", "").split()), typed.get("summary", "").replace("\r\n", "\n").strip()
    code, tag = typed.get("code", "").strip(), typed.get("language", "")
    for initiative, version in list_initiatives(session, actor):
        if initiative.external_id == code and version.title == {tag: title}:
            return redirect(request, "initiative_page", initiative_id=initiative.id)
    try:
        _check(code, title, summary, _codes(session, actor))
        if tag not in LANGUAGES:
            raise Invalid("Choose a language.", {"language": "Choose a language."})
        made = draft_initiative(
            session,
            actor,
            code=code,
            title={tag: title},
            summary={tag: summary} if summary else {},
            organisation_id=_own_partner(actor),
        )
    except Invalid as refusal:
        errors = {name: translate(language, text, **refusal.values) for name, text in refusal.errors.items()}
        return _page(request, typed, errors)
    return redirect(request, "initiative_page", initiative_id=made.id)


def _check(code: str, title: str, summary: str, taken: list[str]) -> None:
    if not title:
        raise Invalid(NO_TITLE, {"title": NO_TITLE})
    for name, text, most in (("title", title, LONGEST_TITLE), ("summary", summary, LONGEST_SUMMARY)):
        if len(text) > most:
            raise Invalid(WORDS[f"{name}_long"], {name: WORDS[f"{name}_long"]}, length=len(text))
    if not CODE.match(code):
        raise Invalid(NO_CODE, {"code": NO_CODE})
    if code in taken:
        raise Invalid(TAKEN, {"code": TAKEN})


def _codes(session: Session, actor: Actor) -> list[str]:
    return [initiative.external_id for initiative, _ in list_initiatives(session, actor)]


def _own_partner(actor: Actor) -> UUID | None:
    """Whose the initiative is: everybody's, or the partner's whose only the actor is."""
    return None if None in actor.roles else next(iter(actor.roles))


def _page(request: Request, typed: Typed, errors: Mapping[str, str]) -> Response:
    return render(
        request,
        "actionplan/drafting/new.html",
        status=422 if errors else 200,
        typed=typed,
        errors=errors,
        languages_known=list(LANGUAGES.items()),
        most_title=LONGEST_TITLE,
        most_summary=LONGEST_SUMMARY,
    )
