"""The method in the browser: a page that can be printed, and its two files."""

import json
from typing import Annotated

from fastapi import APIRouter, Request, Response

from app.actionplan.method.measures import BY_CODE, EDGE_WORDS, MEASURES
from app.actionplan.method.queries import dictionary_document, method_content, method_of
from app.auth.guard import permitted
from app.consensus.fates import rule_lines
from app.core.words import pick
from app.documents.to_csv import to_csv
from app.people.rules import Actor
from app.surveys.authoring.queries import get_own_survey_by_slug, list_criteria, list_items
from app.web.deps import SessionDep
from app.web.language import language_of
from app.web.templating import render

router = APIRouter(prefix="/method/{slug}", tags=["results"])

ReaderDep = Annotated[Actor, permitted("results.read")]


@router.get("")
def method_page(request: Request, session: SessionDep, actor: ReaderDep, slug: str) -> Response:
    """How every figure came about, with a worked example of the reader's own survey."""
    survey = get_own_survey_by_slug(session, actor, slug)
    language, method = language_of(request), method_of(session, survey)
    own = survey.default_language
    return render(
        request,
        "actionplan/method/page.html",
        survey=survey,
        method=method,
        findings=method.newest.findings if method.newest else None,
        measures=MEASURES,
        by_code=BY_CODE,
        edge_words=EDGE_WORDS,
        rules=rule_lines(method.newest.findings, language) if method.newest else [],
        titles={one.code: pick(one.title, language, own) for one in list_items(session, survey.id)},
        criteria={one.code: pick(one.label, language, own) for one in list_criteria(session, survey.id)},
        files=sorted({one.file for one in method.entries}, key=[one.file for one in method.entries].index),
    )


@router.get("/method.json")
def method_file(request: Request, session: SessionDep, actor: ReaderDep, slug: str) -> Response:
    """Everything of the page as JSON."""
    survey = get_own_survey_by_slug(session, actor, slug)
    content = method_content(survey, method_of(session, survey), language_of(request))
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    return _download(text.encode(), f"{survey.slug}-method.json", "application/json")


@router.get("/dictionary.csv")
def dictionary_file(request: Request, session: SessionDep, actor: ReaderDep, slug: str) -> Response:
    """What each column of each file means, as CSV."""
    survey = get_own_survey_by_slug(session, actor, slug)
    document = dictionary_document(survey, method_of(session, survey), language_of(request))
    return _download(to_csv(document), f"{survey.slug}-dictionary.csv", "text/csv; charset=utf-8")


def _download(content: bytes, name: str, kind: str) -> Response:
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
