"""How indicators, programmes and initiatives hang together, in the browser."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from app.actionplan.impact.links.pages import links_document, links_view
from app.actionplan.impact.links.queries import read_links
from app.auth.guard import permitted
from app.core.errors import NotFound
from app.people.rules import Actor
from app.programmes.exporting import WRITERS, download, write
from app.web.deps import SessionDep, WritingSessionDep
from app.web.language import language_of
from app.web.templating import render

router = APIRouter(prefix="/impact/links", tags=["impact"])

ReaderDep = Annotated[Actor, permitted("impact.read")]


@router.get("")
def links_page(request: Request, session: SessionDep, actor: ReaderDep) -> Response:
    """What moves and supports what, and what nothing does."""
    return render(
        request, "actionplan/impact/links.html", view=links_view(language_of(request), read_links(session, actor))
    )


@router.get("/export.{kind}")
def export_links_page(
    request: Request, session: SessionDep, trace: WritingSessionDep, actor: ReaderDep, kind: str
) -> Response:
    """The links as a file."""
    if kind not in WRITERS:
        raise NotFound("There is no such page.")
    document = links_document(language_of(request), read_links(session, actor))
    return download(write(trace, actor, document, kind, "links"), "links", kind)
