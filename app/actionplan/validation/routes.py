"""A new survey, and the initiatives it asks about, in the browser."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.actionplan.initiatives.queries import list_initiatives, list_topics
from app.actionplan.validation.service import import_file, items_for
from app.auth.guard import permitted
from app.core.catalogues import translate
from app.core.errors import Conflict, Invalid
from app.people.rules import Actor
from app.surveys.answering.rules import minutes_left
from app.surveys.authoring.drafting import create_draft, get_changeable_survey, recommended_title, replace_items
from app.surveys.authoring.importing import OPTIONAL, recommended_extras
from app.surveys.authoring.queries import list_criteria, list_items
from app.web.deps import SessionDep
from app.web.forms import FormDep, UploadDep, revision_in
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(tags=["validation"])

MakerDep = Annotated[Actor, permitted("survey.change")]
ImporterDep = Annotated[Actor, permitted("survey.import")]
FOLDER = "surveys/authoring"


@router.get("/surveys/new")
def new_survey(request: Request, session: SessionDep, actor: MakerDep) -> Response:
    """Ask for the title of a new survey; everything else has a default that works."""
    title = recommended_title(language_of(request))
    count = len(list_initiatives(session, actor))
    return render(request, f"{FOLDER}/new.html", title=title, count=count, has_idea_round=not count, errors={})


@router.post("/surveys", dependencies=[OwnForm])
def create_survey(request: Request, session: SessionDep, actor: MakerDep, typed: FormDep) -> Response:
    """Make a draft over all initiatives in their newest versions, over none where people are asked for ideas first."""
    has_idea_round = typed.get("has_idea_round") == "yes"
    items = [] if has_idea_round else items_for(session, actor)
    language, title = language_of(request), typed.get("title", "")[:200]
    try:
        if not items and not has_idea_round:
            sentence = "Import initiatives first, or begin with a round of ideas."
            raise Invalid(sentence, {"has_idea_round": sentence})
        survey = create_draft(
            session, actor, title=title, language=language, items=items, has_idea_round=has_idea_round
        )
    except Invalid as refusal:
        errors = {name: translate(language, sentence) for name, sentence in refusal.errors.items()}
        count = len(list_initiatives(session, actor))
        return render(
            request,
            f"{FOLDER}/new.html",
            status=422,
            title=title,
            count=count,
            has_idea_round=has_idea_round,
            errors=errors,
        )
    return redirect(request, "build_page", slug=survey.slug)


@router.get("/surveys/import")
def import_page(request: Request, session: SessionDep, actor: ImporterDep) -> Response:
    """Ask for a questionnaire made elsewhere, and which recommended questions it should bring."""
    return _import_page(request, session, actor, {})


@router.post("/surveys/import", dependencies=[OwnForm])
def import_questionnaire(request: Request, session: SessionDep, actor: ImporterDep, file: UploadDep) -> Response:
    """Make a draft of it and show what became of each question, or say why it cannot be used."""
    language = language_of(request)
    extras = [code for code in OPTIONAL if file.typed.get(f"extra.{code}") == "yes"]
    if not file.name:
        return _import_page(request, session, actor, {"file": translate(language, "Choose a file.")})
    try:
        # what was made before a fault is undone
        with session.begin_nested():
            made = import_file(session, actor, file.name, file.data, language=language, extras=extras)
    except (Invalid, Conflict) as refusal:
        errors = {"file": translate(language, refusal.message, **refusal.values)}
        return _import_page(request, session, actor, errors)
    return redirect(request, "import_report_page", slug=made.survey.slug)


def _import_page(request: Request, session: Session, actor: Actor, errors: dict[str, str]) -> Response:
    return render(
        request,
        f"{FOLDER}/import.html",
        status=422 if errors else 200,
        errors=errors,
        extras=recommended_extras(language_of(request)),
        count=len(list_initiatives(session, actor)),
    )


@router.get("/surveys/{slug}/items")
def items_page(request: Request, session: SessionDep, actor: MakerDep, slug: str) -> Response:
    """Which initiatives the survey asks about."""
    survey = get_changeable_survey(session, actor, slug)
    chosen = {item.code for item in list_items(session, survey.id)}
    initiatives = list_initiatives(session, actor)
    return render(
        request,
        f"{FOLDER}/items.html",
        survey=survey,
        initiatives=initiatives,
        topics={topic.external_id: topic.label for topic in list_topics(session, actor)},
        chosen=chosen,
        minutes=minutes_left(survey.items_per_person or len(chosen), len(list_criteria(session, survey.id))),
        is_draft=survey.published_at is None,
    )


@router.post("/surveys/{slug}/items", dependencies=[OwnForm])
def choose_items(request: Request, session: SessionDep, actor: MakerDep, slug: str, typed: FormDep) -> Response:
    """Ask about the initiatives ticked, in their newest versions."""
    survey = get_changeable_survey(session, actor, slug)
    codes = {name.removeprefix("item.") for name in typed if name.startswith("item.")}
    replace_items(session, actor, survey, revision_in(typed), items_for(session, actor, codes))
    survey.item_kind = "initiative"
    return redirect(request, "build_page", slug=slug)
