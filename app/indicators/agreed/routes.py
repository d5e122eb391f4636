"""The set that all helices agreed to, and the survey that asks for it, in the browser."""

from collections.abc import Collection, Mapping
from typing import Annotated

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import permitted
from app.auth.permissions import may
from app.core.catalogues import translate
from app.core.errors import Invalid
from app.core.words import pick
from app.indicators.agreed.asking import ASKING
from app.indicators.agreed.pages import set_view
from app.indicators.agreed.queries import asked_in, list_set_surveys, rulings
from app.indicators.agreed.service import ask_about, replace_asked
from app.indicators.queries import list_indicators
from app.people.rules import Actor
from app.surveys.authoring.drafting import get_changeable_survey
from app.surveys.authoring.models import Survey
from app.web.deps import SessionDep
from app.web.forms import FormDep, Typed, revision_in
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(tags=["indicators"])

ReaderDep = Annotated[Actor, permitted("indicator.read")]
AskerDep = Annotated[Actor, permitted("survey.import")]
MakerDep = Annotated[Actor, permitted("survey.change")]


@router.get("/indicators/set")
def agreed_set_page(request: Request, session: SessionDep, actor: ReaderDep) -> Response:
    """The agreed set, what was judged otherwise, and which surveys ask."""
    language = language_of(request)
    surveys = [
        {
            "slug": one.slug,
            "title": pick(one.title, language, one.default_language),
            "is_draft": one.published_at is None,
            "count": len(asked_in(session, [one.id])),
        }
        for one in list_set_surveys(session, actor)
    ]
    return render(
        request,
        "indicators/set.html",
        view=set_view(list_indicators(session, actor), rulings(session, actor), language),
        surveys=surveys,
        may_ask=may(actor, "survey.import"),
        may_read=may(actor, "survey.read"),
    )


@router.get("/indicators/set/new")
def new_set_survey(request: Request, session: SessionDep, actor: AskerDep) -> Response:
    """Ask which indicators the survey is to be about; all of the catalogue are ticked."""
    chosen = {one.indicator.code for one in list_indicators(session, actor)}
    return _page(request, session, actor, None, chosen, {"title": translate(language_of(request), ASKING.title)}, {})


@router.post("/indicators/set", dependencies=[OwnForm])
def create_set_survey(request: Request, session: SessionDep, actor: AskerDep, typed: FormDep) -> Response:
    """Make the draft; a form with faults is shown again as it was filled in."""
    title, codes = typed.get("title", "")[:200], _ticked(typed)
    try:
        survey = ask_about(session, actor, title=title, language=language_of(request), codes=codes)
    except Invalid as refusal:
        return _page(request, session, actor, None, codes, typed, refusal.errors)
    return redirect(request, "build_page", slug=survey.slug)


@router.get("/surveys/{slug}/indicators")
def set_items_page(request: Request, session: SessionDep, actor: MakerDep, slug: str) -> Response:
    """Which indicators the survey asks about."""
    survey = get_changeable_survey(session, actor, slug)
    keys = {version.indicator_id for _, version in asked_in(session, [survey.id])}
    chosen = {one.indicator.code for one in list_indicators(session, actor) if one.indicator.id in keys}
    return _page(request, session, actor, survey, chosen, {}, {})


@router.post("/surveys/{slug}/indicators", dependencies=[OwnForm])
def choose_set_items(request: Request, session: SessionDep, actor: MakerDep, slug: str, typed: FormDep) -> Response:
    """Ask about the indicators ticked, as they are defined now."""
    survey, codes = get_changeable_survey(session, actor, slug), _ticked(typed)
    try:
        replace_asked(session, actor, survey, revision_in(typed), codes)
    except Invalid as refusal:
        return _page(request, session, actor, survey, codes, typed, refusal.errors)
    return redirect(request, "build_page", slug=slug)


def _ticked(typed: Typed) -> set[str]:
    return {name.removeprefix("indicator.") for name in typed if name.startswith("indicator.")}


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
    entries = list_indicators(session, actor)
    dimensions = list(dict.fromkeys(one.version.dimension for one in entries))
    return render(
        request,
        "indicators/asking.html",
        status=422 if errors else 200,
        survey=survey,
        title=typed.get("title", ""),
        groups=[(name, [one for one in entries if one.version.dimension == name]) for name in dimensions],
        chosen=chosen,
        errors={name: translate(language, sentence) for name, sentence in errors.items()},
        is_draft=survey is None or survey.published_at is None,
    )
