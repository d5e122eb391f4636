"""Opinion groups in the browser."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app.actionplan.opinions.queries import find_opinions, list_opinions
from app.actionplan.opinions.queries import find_wall_opinions as find_wall_opinions_of
from app.actionplan.opinions.service import freeze_opinions, freeze_wall_opinions
from app.actionplan.proposals.queries import find_wall, list_shown
from app.auth.guard import permitted
from app.auth.permissions import may, require
from app.consensus.pages import criterion_label
from app.consensus.queries import find_snapshot
from app.core.catalogues import translate
from app.core.errors import NotFound
from app.core.words import pick
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_own_survey_by_slug, list_criteria, list_items, list_surveys
from app.web.deps import SessionDep
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/opinions", tags=["opinions"])

ReaderDep = Annotated[Actor, permitted("opinions.read")]
FinderDep = Annotated[Actor, permitted("opinions.find")]
PAGE = "actionplan/opinions/page.html"

REASON_WORDS = {
    "too_few_people": "Too few people rated enough initiatives to look for groups.",
    "too_few_items": "Too few initiatives were rated by enough people to tell groups apart.",
    "not_clear": "People do not fall into clear groups.",
    "small_group": "One of the groups would be too small to be shown.",
}
WALL_REASON_WORDS = REASON_WORDS | {
    "too_few_people": "Too few people gave their voice to enough ideas to look for groups.",
    "too_few_items": "Too few ideas have enough voices to tell groups apart.",
}


@router.get("")
def opinions_index(request: Request, session: SessionDep, actor: ReaderDep) -> Response:
    """The newest survey with results."""
    for survey in list_surveys(session, actor):
        if find_snapshot(session, survey.id):
            return redirect(request, "opinions_page", slug=survey.slug)
    return render(request, "consensus/empty.html")


@router.get("/ideas-wall")
def wall_opinions_page(request: Request, session: SessionDep, actor: ReaderDep) -> Response:
    """Who supports and opposes the same on the ideas wall, and what bridges them."""
    language = language_of(request)
    wall, shown = find_wall(session, actor.consortium_id), find_wall_opinions_of(session, actor.consortium_id)
    findings: dict[str, Any] = shown.findings if shown else {}
    return render(
        request,
        "actionplan/opinions/wall.html",
        shown=shown,
        found=findings,
        reason=translate(language, WALL_REASON_WORDS[findings["reason"]]) if findings.get("reason") else "",
        titles={str(one.number): one.title for one in list_shown(session, actor.consortium_id)},
        names="ABCDE",
        is_closed=wall is not None and wall.opened_at is None,
        may_find=may(actor, "proposal.judge"),
        may_change=may(actor, "wall.change"),
    )


@router.post("/ideas-wall", dependencies=[OwnForm])
def find_wall_opinions(
    request: Request, session: SessionDep, actor: Annotated[Actor, permitted("proposal.judge")]
) -> Response:
    """Look for the opinion groups of the closed wall, once for good."""
    freeze_wall_opinions(session, actor)
    return redirect(request, "wall_opinions_page")


@router.get("/{slug}")
def opinions_page(
    request: Request,
    session: SessionDep,
    actor: ReaderDep,
    slug: str,
    number: Annotated[int | None, Query(alias="round", ge=1, le=99)] = None,
) -> Response:
    """Who rates alike in the last closed round, or an earlier one, and what bridges them."""
    survey = get_own_survey_by_slug(session, actor, slug)
    language = language_of(request)
    last = find_snapshot(session, survey.id)
    if last is None:
        return render(request, "consensus/empty.html")
    shown = find_opinions(session, survey.id, number or last.round_number)
    if shown is None and number is not None:
        raise NotFound("This round has no results.")
    findings: dict[str, Any] = shown.findings if shown else {}
    criteria = list_criteria(session, survey.id)
    return render(
        request,
        PAGE,
        survey=survey,
        shown=shown,
        found=findings,
        rounds=[one.round_number for one in list_opinions(session, survey.id)],
        round_number=shown.round_number if shown else last.round_number,
        reason=translate(language, REASON_WORDS[findings["reason"]]) if findings.get("reason") else "",
        criterion=criterion_label(criteria, findings["criterion"], survey, language) if shown else "",
        titles={item.code: _title(survey, item.title, language) for item in list_items(session, survey.id)},
        names="ABCDE",
        may_find=may(actor, "opinions.find", survey),
    )


@router.post("/{slug}", dependencies=[OwnForm])
def find_opinion_groups(request: Request, session: SessionDep, actor: FinderDep, slug: str) -> Response:
    """Look for the opinion groups of the last closed round, once for good."""
    survey = get_own_survey_by_slug(session, actor, slug)
    require(actor, "opinions.find", survey)
    if find_snapshot(session, survey.id):
        freeze_opinions(session, actor, survey)
    return redirect(request, "opinions_page", slug=slug)


def _title(survey: Survey, words: dict[str, str], language: str) -> str:
    return pick(words, language, survey.default_language)
