"""The survey that asks stakeholders about programmes, in the browser."""

from collections.abc import Collection, Mapping
from typing import Annotated

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import permitted
from app.core.catalogues import translate
from app.core.errors import Invalid
from app.core.words import LANGUAGES
from app.people.rules import Actor
from app.programmes.queries import list_programmes
from app.programmes.rated.asking import ASKING
from app.programmes.rated.queries import asked_in
from app.programmes.rated.service import ask_stakeholders, replace_rated
from app.programmes.rules import CATEGORY_WORDS
from app.surveys.authoring.drafting import get_changeable_survey
from app.surveys.authoring.models import Survey
from app.web.deps import SessionDep
from app.web.forms import FormDep, Typed, revision_in
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(tags=["programmes"])

AskerDep = Annotated[Actor, permitted("survey.import")]
MakerDep = Annotated[Actor, permitted("survey.change")]


@router.get("/programmes/ask")
def ask_stakeholders_page(request: Request, session: SessionDep, actor: AskerDep) -> Response:
    """Ask which programmes the survey is to be about; all of the catalogue are ticked."""
    language = language_of(request)
    chosen = {one.programme.code for one in list_programmes(session, actor)}
    typed = {"title": translate(language, ASKING.title), "language": language}
    return _page(request, session, actor, None, chosen, typed, {})


@router.post("/programmes/ask", dependencies=[OwnForm])
def create_rating_survey(request: Request, session: SessionDep, actor: AskerDep, typed: FormDep) -> Response:
    """Make the draft; a form with faults is shown again as it was filled in."""
    title, codes, language = typed.get("title", "")[:200], _ticked(typed), typed.get("language", "")
    if language not in LANGUAGES:
        language = language_of(request)
    try:
        survey = ask_stakeholders(session, actor, title=title, language=language, codes=codes)
    except Invalid as refusal:
        return _page(request, session, actor, None, codes, typed, refusal.errors)
    return redirect(request, "build_page", slug=survey.slug)


@router.get("/surveys/{slug}/programmes")
def rated_items_page(request: Request, session: SessionDep, actor: MakerDep, slug: str) -> Response:
    """Which programmes the survey asks about."""
    survey = get_changeable_survey(session, actor, slug)
    keys = {version.programme_id for _, version in asked_in(session, [survey.id])}
    chosen = {one.programme.code for one in list_programmes(session, actor) if one.programme.id in keys}
    return _page(request, session, actor, survey, chosen, {}, {})


@router.post("/surveys/{slug}/programmes", dependencies=[OwnForm])
def choose_rated_items(request: Request, session: SessionDep, actor: MakerDep, slug: str, typed: FormDep) -> Response:
    """Ask about the programmes ticked, as they are now."""
    survey, codes = get_changeable_survey(session, actor, slug), _ticked(typed)
    try:
        replace_rated(session, actor, survey, revision_in(typed), codes)
    except Invalid as refusal:
        return _page(request, session, actor, survey, codes, typed, refusal.errors)
    return redirect(request, "build_page", slug=slug)


def _ticked(typed: Typed) -> set[str]:
    return {name.removeprefix("programme.") for name in typed if name.startswith("programme.")}


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    survey: Survey | None,
    chosen: Collection[str],
    typed: Typed,
    errors: Mapping[str, str],
) -> Response:
    language = language_of(request)
    entries = list_programmes(session, actor)
    groups = [
        (translate(language, word), [one for one in entries if one.version.category == name])
        for name, word in CATEGORY_WORDS.items()
    ]
    return render(
        request,
        "programmes/asking.html",
        status=422 if errors else 200,
        survey=survey,
        typed={"title": typed.get("title", ""), "language": typed.get("language", "")},
        tongues=list(LANGUAGES.items()),
        groups=[(name, lines) for name, lines in groups if lines],
        chosen=chosen,
        errors={name: translate(language, sentence) for name, sentence in errors.items()},
        is_draft=survey is None or survey.published_at is None,
    )
