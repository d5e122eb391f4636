"""A draft as those who answer will see it, on a phone. Nothing is saved."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from app.auth.guard import permitted
from app.core.errors import NotFound
from app.people.rules import Actor
from app.surveys.answering.pages import (
    Entry,
    cannot_judge_word,
    comment_view,
    is_in_a_row,
    item_view,
    ratings_view,
    shown_in,
)
from app.surveys.answering.rules import minutes_left
from app.surveys.answering.visits import spoken_language
from app.surveys.authoring.drafting import get_changeable_survey
from app.surveys.authoring.queries import list_criteria, list_items, list_questions
from app.web.deps import SessionDep
from app.web.templating import render

router = APIRouter(tags=["authoring"])


@router.get("/surveys/{slug}/preview/{position}")
def preview_page(
    request: Request,
    session: SessionDep,
    actor: Annotated[Actor, permitted("survey.change")],
    slug: str,
    position: int,
) -> Response:
    """One item as it will be asked, in the language chosen above it."""
    survey = get_changeable_survey(session, actor, slug)
    items, criteria, language = (
        list_items(session, survey.id),
        list_criteria(session, survey.id),
        spoken_language(request, survey),
    )
    if not 1 <= position <= len(items):
        raise NotFound("There is no such page.")
    item, entry = items[position - 1], Entry({}, None)
    comments = [one for one in list_questions(session, survey.id) if one.kind == "item_comment"]
    total = survey.items_per_person or len(items)
    return render(
        request,
        "surveys/answering/preview.html",
        slug=slug,
        survey=survey,
        round_number=1,
        position=position,
        total=len(items),
        done=0,
        minutes=minutes_left(total, len(criteria)),
        welcome=False,
        item=item_view(item, survey, language),
        ratings=ratings_view(survey, item, criteria, [], entry, {}, "", language),
        is_in_a_row=is_in_a_row(criteria),
        shown_in=shown_in([item.title, item.summary], survey, language),
        marks=[],
        is_told=False,
        live_url="",
        answers_url="",
        next_url="",
        reasons=[],
        comment=comment_view(item, comments[0], entry, "", survey, language) if comments else None,
        cannot_judge=cannot_judge_word(survey, language),
        has_answers=False,
        errors={},
        is_from_check=False,
    )
