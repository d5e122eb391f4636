"""Results for everybody, without an account: one page, each figure under its own address, and its file."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from app.actionplan.disclosure.document import WITH_FILE, part_document
from app.actionplan.disclosure.pages import axis_of, lines_of, verdict_rows
from app.actionplan.disclosure.queries import NOT_PUBLIC, Disclosed, get_disclosed, may_read_answers, names_in
from app.auth.guard import Anyone
from app.consensus.fates import count_sure
from app.consensus.filtering import ROUGH_BELOW
from app.consensus.pages import RANK_WIDTH
from app.consensus.rules import weightiest
from app.core.errors import Invalid, NotFound
from app.documents.to_csv import to_csv
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import find_question, get_published_survey_by_slug
from app.surveys.release.queries import find_release, standing_now
from app.surveys.release.rules import PARTS, Standing
from app.web.cookieless import kept_token
from app.web.deps import SessionDep
from app.web.helices import marks_of
from app.web.language import language_of
from app.web.templating import render

router = APIRouter(tags=["results"], dependencies=[Anyone])

FOLDER = "actionplan/disclosure"
SHORT_HASH = 32
REVALIDATED = "public, no-cache"
"""Anybody may keep it, and asks each time whether it still holds: what is taken back is gone at once."""


@router.get("/s/{slug}/results")
def public_results(
    request: Request,
    session: SessionDep,
    slug: str,
    number: Annotated[int | None, Query(alias="round", ge=1, le=99)] = None,
    criterion: str = "",
) -> Response:
    """What the disclosure list names of a round; before that the day from which it is public, or that there is none."""
    survey = get_published_survey_by_slug(session, slug)
    release = find_release(session, survey.id)
    standing = standing_now(release)
    if standing is not Standing.PUBLIC:
        day = release.public_from if release and standing is Standing.ANNOUNCED else None
        return cached(request, render(request, f"{FOLDER}/not_yet.html", slug=slug, survey=survey, day=day))
    return _page(request, session, survey, get_disclosed(session, survey, number), criterion, "")


@router.get("/s/{slug}/results/{part}.csv")
def public_file(
    request: Request,
    session: SessionDep,
    slug: str,
    part: str,
    number: Annotated[int | None, Query(alias="round", ge=1, le=99)] = None,
) -> Response:
    """The figures of one part as CSV."""
    survey = get_published_survey_by_slug(session, slug)
    disclosed = get_disclosed(session, survey, number)
    if part not in disclosed.parts or part not in WITH_FILE:
        raise NotFound(NOT_PUBLIC)
    language = language_of(request)
    document = part_document(survey, disclosed, names_in(session, survey, language), part, language)
    name = f"{survey.slug}-{part}-round-{disclosed.number}.csv"
    response = Response(
        to_csv(document),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Vary": "Accept-Language, Cookie"},
    )
    return cached(request, response)


@router.get("/s/{slug}/results/{part}")
def public_figure(
    request: Request,
    session: SessionDep,
    slug: str,
    part: str,
    number: Annotated[int | None, Query(alias="round", ge=1, le=99)] = None,
    criterion: str = "",
) -> Response:
    """One part by itself."""
    survey = get_published_survey_by_slug(session, slug)
    disclosed = get_disclosed(session, survey, number)
    if part not in disclosed.parts or part not in WITH_FILE:
        raise NotFound(NOT_PUBLIC)
    return _page(request, session, survey, disclosed, criterion, part)


def _page(
    request: Request, session: Session, survey: Survey, disclosed: Disclosed, criterion: str, only: str
) -> Response:
    values = page_values(request, session, survey, disclosed, criterion, only)
    return cached(request, render(request, f"{FOLDER}/results.html", slug=survey.slug, is_preview=False, **values))


def page_values(
    request: Request, session: Session, survey: Survey, disclosed: Disclosed, criterion: str, only: str = ""
) -> dict[str, Any]:
    """What the page's templates need. Raises Invalid for a criterion there is not."""
    language, shown = language_of(request), disclosed.shown
    chosen = criterion or weightiest(shown)
    if chosen not in shown["criteria"]:
        raise Invalid("There is no such criterion or order.")
    named = names_in(session, survey, language)
    question = find_question(session, survey.id, "helix")
    marks = marks_of(question.options if question else [], language, survey.default_language)
    return {
        "survey": survey,
        "disclosed": disclosed,
        "shown": shown,
        "only": only,
        "parts": [part for part in PARTS if part in disclosed.parts and only in ("", part)],
        "criterion": chosen,
        "criterion_label": named.criteria[chosen],
        "criteria": [(code, named.criteria[code]) for code in shown["criteria"]],
        "lines": lines_of(shown, chosen, named, disclosed.number, language),
        "axis": axis_of(shown, chosen),
        "rank_width": RANK_WIDTH,
        "verdicts": verdict_rows(shown, chosen, language) if "verdicts" in disclosed.parts else [],
        "sure": count_sure(shown["items"][chosen]) if "verdicts" in disclosed.parts else None,
        "rough_below": ROUGH_BELOW,
        "marks": [mark for mark in marks if mark.code in shown.get("helices", [])],
        "regions": [(code, named.regions.get(code, code)) for code in shown.get("regions", [])],
        "may_read_answers": may_read_answers(session, survey, disclosed),
    }


def cached(request: Request, response: Response) -> Response:
    """The same answer for caches: under the hash of its bytes, and without a cookie.

    It stays out of caches where a language is being chosen, which sets one, or where the address holds a token.
    """
    if "lang" in request.query_params or kept_token(request):
        return response
    tag = f'W/"{hashlib.sha256(bytes(response.body)).hexdigest()[:SHORT_HASH]}"'
    headers = {"ETag": tag, "Cache-Control": REVALIDATED, "Vary": "Accept-Language, Cookie"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    del response.headers["set-cookie"]
    response.headers.update(headers)
    return response
