"""Programmes beside each other, in the browser."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import permitted
from app.core.catalogues import translate
from app.core.errors import NotFound
from app.documents.document import Document
from app.people.rules import Actor
from app.programmes.comparing.pages import (
    compared_document,
    compared_view,
    coverage_document,
    coverage_view,
    lessons_document,
    lessons_view,
    rule_in_words,
)
from app.programmes.comparing.queries import names_of_partners, read_facts
from app.programmes.comparing.rules import Axis
from app.programmes.exporting import WRITERS, download, write
from app.programmes.rated.queries import ratings
from app.programmes.rules import CATEGORY_WORDS, Facts
from app.web.deps import SessionDep, WritingSessionDep
from app.web.language import language_of
from app.web.templating import render

router = APIRouter(prefix="/programmes", tags=["programmes"])

ReaderDep = Annotated[Actor, permitted("programme.read")]


@router.get("/comparison")
def compare_programmes_page(request: Request, session: SessionDep, actor: ReaderDep, category: str = "") -> Response:
    """The programmes of a category across partners."""
    language = language_of(request)
    facts = read_facts(session, actor)
    counts = {name: sum(one.category == name for one in facts) for name in CATEGORY_WORDS}
    category = _category(facts, category)
    return render(
        request,
        "programmes/comparison.html",
        category=category,
        title=translate(language, CATEGORY_WORDS[category]),
        categories=[(name, translate(language, word), counts[name]) for name, word in CATEGORY_WORDS.items()],
        view=compared_view(language, facts, category, ratings(session, actor)),
        count=len(facts),
    )


@router.get("/coverage")
def coverage_page(request: Request, session: SessionDep, actor: ReaderDep, by: str = "") -> Response:
    """What partners cover: categories or target groups by partner, what nobody offers, where they offer the same."""
    facts = read_facts(session, actor)
    axis = _axis(by)
    return render(
        request,
        "programmes/coverage.html",
        axis=axis.value,
        partners=names_of_partners(session, actor, facts),
        view=coverage_view(language_of(request), facts, names_of_partners(session, actor, facts), axis),
        count=len(facts),
    )


@router.get("/learning")
def learning_page(request: Request, session: SessionDep, actor: ReaderDep, learner: str = "") -> Response:
    """Who could learn from whom, with the reasons."""
    language = language_of(request)
    facts = read_facts(session, actor)
    partners = names_of_partners(session, actor, facts)
    found = lessons_view(language, facts, partners)
    return render(
        request,
        "programmes/learning.html",
        learner=learner if learner in partners else "",
        partners=[(one, sum(lesson["learner"] == one for lesson in found)) for one in partners],
        groups=[
            (one, own)
            for one in partners
            if learner in ("", one) and (own := [lesson for lesson in found if lesson["learner"] == one])
        ],
        silent=[one for one in partners if not any(each.partner == one for each in facts)],
        rule=rule_in_words(language),
        count=len(facts),
    )


@router.get("/comparison/export.{kind}")
def export_comparison_page(
    request: Request, session: SessionDep, trace: WritingSessionDep, actor: ReaderDep, kind: str, category: str = ""
) -> Response:
    """The comparison of a category as a file."""
    facts = read_facts(session, actor)
    category = _category(facts, category)
    document = compared_document(language_of(request), facts, category, ratings(session, actor))
    return _file(trace, actor, document, f"comparison-{category}", kind)


@router.get("/coverage/export.{kind}")
def export_coverage_page(
    request: Request, session: SessionDep, trace: WritingSessionDep, actor: ReaderDep, kind: str, by: str = ""
) -> Response:
    """The matrix and the overlaps as a file."""
    facts = read_facts(session, actor)
    partners = names_of_partners(session, actor, facts)
    document = coverage_document(language_of(request), facts, partners, _axis(by))
    return _file(trace, actor, document, "coverage", kind)


@router.get("/learning/export.{kind}")
def export_learning_page(
    request: Request, session: SessionDep, trace: WritingSessionDep, actor: ReaderDep, kind: str
) -> Response:
    """Who could learn from whom as a file."""
    facts = read_facts(session, actor)
    partners = names_of_partners(session, actor, facts)
    return _file(trace, actor, lessons_document(language_of(request), facts, partners), "learning", kind)


def _category(facts: Sequence[Facts], wanted: str) -> str:
    """The category asked for, else the first that has programmes."""
    used = {one.category for one in facts}
    return wanted if wanted in CATEGORY_WORDS else next((one for one in CATEGORY_WORDS if one in used), "connect")


def _axis(by: str) -> Axis:
    return Axis.TARGET if by == Axis.TARGET else Axis.CATEGORY


def _file(trace: Session, actor: Actor, document: Document, name: str, kind: str) -> Response:
    if kind not in WRITERS:
        raise NotFound("There is no such page.")
    return download(write(trace, actor, document, kind, name), name, kind)
