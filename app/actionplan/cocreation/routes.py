"""Reading the ideas of a survey, and deciding what becomes of them, in the browser."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from app.actionplan.cocreation.rules import MOST_COMPARED, MOST_GROUPED, begin_initiative, by_likeness, grouped
from app.actionplan.cocreation.service import join, take_over
from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.initiatives.queries import list_initiatives
from app.auth.guard import permitted
from app.auth.permissions import require
from app.core.catalogues import translate
from app.core.errors import Conflict, Invalid
from app.core.tags import language_name
from app.core.words import LANGUAGES, pick
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_own_survey_by_slug
from app.surveys.ideas.queries import GivenIdea, find_chosen, has_ideas, list_ideas
from app.surveys.ideas.service import reconsider, set_aside
from app.surveys.rounds.queries import find_idea_round
from app.web.deps import SessionDep
from app.web.forms import FormDep, Typed
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/surveys/{slug}/ideas", tags=["cocreation"])

JudgeDep = Annotated[Actor, permitted("idea.judge")]
FOLDER = "actionplan/cocreation"
LONGEST_TYPED = 4000
MOST_JOINED = 20
"""So many of the ideas chosen are compared with the initiatives there are."""
NONE_CHOSEN = "Choose at least one idea."


@router.get("")
def proposed_ideas(request: Request, session: SessionDep, actor: JudgeDep, slug: str) -> Response:
    """The ideas of a survey, those alike together; while their round is open, only that they are to come."""
    return _list_page(request, session, _get_survey(session, actor, slug), {})


@router.get("/decision")
def idea_decision(
    request: Request,
    session: SessionDep,
    actor: JudgeDep,
    slug: str,
    idea: Annotated[list[str] | None, Query(max_length=500)] = None,
) -> Response:
    """What to do with the ideas chosen: a new initiative, one that is there, or set aside."""
    survey = _get_survey(session, actor, slug)
    chosen = [given for given in find_chosen(session, survey, _keys(idea or [])) if given.idea.decided_on is None]
    if not chosen:
        sentence = translate(language_of(request), NONE_CHOSEN)
        return _list_page(request, session, survey, {"ideas": sentence})
    return _decision_page(request, session, actor, survey, chosen, {}, {})


@router.post("/decision", dependencies=[OwnForm])
def decide_on_ideas(request: Request, session: SessionDep, actor: JudgeDep, slug: str, typed: FormDep) -> Response:
    """Decide about the ideas chosen, all in one way."""
    survey = _get_survey(session, actor, slug)
    keys = _keys([name.removeprefix("idea.") for name in typed if name.startswith("idea.")])
    if not keys:
        return redirect(request, "idea_decision", slug=slug)
    try:
        with session.begin_nested():
            _decide(session, actor, survey, keys, typed)
    except Invalid as refusal:
        chosen = find_chosen(session, survey, keys)
        return _decision_page(request, session, actor, survey, chosen, typed, refusal.errors)
    return redirect(request, "proposed_ideas", slug=slug, query=f"done={typed['act']}")


@router.post("/{idea_id}/reconsideration", dependencies=[OwnForm])
def reconsider_idea(request: Request, session: SessionDep, actor: JudgeDep, slug: str, idea_id: UUID) -> Response:
    """Take a decision back."""
    survey = _get_survey(session, actor, slug)
    reconsider(session, actor, survey, idea_id)
    return redirect(request, "proposed_ideas", slug=slug)


def _decide(session: Session, actor: Actor, survey: Survey, keys: Sequence[UUID], typed: Typed) -> None:
    act = typed.get("act")
    if act == "aside":
        set_aside(session, actor, survey, keys, typed.get("because", "")[:LONGEST_TYPED])
    elif act == "join":
        wanted = _keys([typed.get("initiative", "")])
        if not wanted:
            raise Invalid("Choose an initiative.", {"initiative": "Choose an initiative."})
        join(session, actor, survey, keys, wanted[0])
    elif act == "new" and typed.get("language") in LANGUAGES:
        take_over(
            session,
            actor,
            survey,
            keys,
            language=typed["language"],
            title=typed.get("title", ""),
            summary=typed.get("summary", "").replace("\r\n", "\n"),
        )
    else:
        raise Conflict("This page is older than the program. Go back and reload it.")


def _get_survey(session: Session, actor: Actor, slug: str) -> Survey:
    survey = get_own_survey_by_slug(session, actor, slug)
    require(actor, "idea.judge", survey)
    return survey


def _keys(texts: Sequence[str]) -> list[UUID]:
    """The ids among texts; what is none names nothing."""
    found: list[UUID] = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _list_page(request: Request, session: Session, survey: Survey, errors: Mapping[str, str]) -> Response:
    language = language_of(request)
    held = find_idea_round(session, survey.id)
    ideas = list_ideas(session, survey)
    left = [given for given in ideas if given.idea.decided_on is None]
    places = grouped([(given.idea.id, given.text.words) for given in left])
    groups = [[_row(left[place], survey, language) for place in own] for own in places]
    return render(
        request,
        f"{FOLDER}/ideas.html",
        status=422 if errors else 200,
        survey=survey,
        is_held=held is not None,
        is_running=held is not None and held.closed_at is None,
        is_hidden=not ideas and has_ideas(session, survey),
        total=len(ideas),
        groups=[group for group in groups if len(group) > 1],
        alone=[group[0] for group in groups if len(group) == 1],
        left=len(left),
        most_grouped=MOST_GROUPED,
        done=request.query_params.get("done", ""),
        taken=[_row(given, survey, language) for given in ideas if given.idea.initiative_id],
        aside=[_row(given, survey, language) for given in ideas if given.idea.aside_because],
        errors=errors,
    )


def _decision_page(
    request: Request,
    session: Session,
    actor: Actor,
    survey: Survey,
    chosen: Sequence[GivenIdea],
    typed: Typed,
    errors: Mapping[str, str],
) -> Response:
    language = language_of(request)
    begun = begin_initiative([given.text for given in chosen], survey.default_language)
    words = "\n".join(given.text.words[:MOST_COMPARED] for given in chosen[:MOST_JOINED])
    initiatives = {str(pair[0].id): pair for pair in list_initiatives(session, actor)}
    similar, others = by_likeness(words, [(key, _words_of(*pair)) for key, pair in initiatives.items()])
    return render(
        request,
        f"{FOLDER}/decision.html",
        status=422 if errors else 200,
        survey=survey,
        ideas=[_row(given, survey, language) for given in chosen],
        languages_known=[(tag, name) for tag, name in LANGUAGES.items()],
        language_chosen=typed.get("language", begun.language),
        title=typed.get("title", begun.title),
        summary=typed.get("summary", begun.summary),
        because=typed.get("because", ""),
        similar=[_named(key, *initiatives[key], language) for key in similar],
        others=[_named(key, *initiatives[key], language) for key in others],
        initiative_chosen=typed.get("initiative", ""),
        errors={name: translate(language, sentence) for name, sentence in errors.items()},
    )


def _named(key: str, initiative: Initiative, version: InitiativeVersion, language: str) -> tuple[str, str]:
    return key, f"{initiative.external_id} {pick(version.title, language)}"


def _words_of(_initiative: Initiative, version: InitiativeVersion) -> str:
    """An initiative in all its languages: an idea is like it in whichever it was written."""
    return "\n".join([*version.title.values(), *version.summary.values()])


def _row(given: GivenIdea, survey: Survey, language: str) -> dict[str, Any]:
    return {
        "id": given.idea.id,
        "title": given.text.title,
        "summary": given.text.summary,
        "first_step": given.text.first_step,
        "language": given.text.language,
        "language_name": language_name(given.text.language),
        "initiative_id": given.idea.initiative_id,
        "initiative_title": pick(given.idea.initiative_title, language, survey.default_language),
        "because": given.idea.aside_because,
    }
