"""Initiatives in the browser."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.actionplan.initiatives.queries import get_own_initiative, list_initiatives, list_topics, list_versions
from app.auth.guard import permitted
from app.auth.permissions import may
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.forms import whole_number
from app.web.templating import render

router = APIRouter(prefix="/initiatives", tags=["initiatives"])

ReaderDep = Annotated[Actor, permitted("initiative.read")]


@router.get("")
def initiative_list(request: Request, session: SessionDep, actor: ReaderDep) -> Response:
    """All initiatives in their newest versions."""
    taken_over = [whole_number(request.query_params.get(name, ""), 0) for name in ("added", "changed", "unchanged")]
    topics = {topic.external_id: topic.label for topic in list_topics(session, actor)}
    return render(
        request,
        "actionplan/initiatives/list.html",
        initiatives=list_initiatives(session, actor),
        topics=topics,
        taken_over=taken_over if any(taken_over) else None,
        may_import=may(actor, "initiative.import"),
        may_read_opinions=may(actor, "opinions.read"),
    )


@router.get("/{initiative_id}")
def initiative_page(request: Request, session: SessionDep, actor: ReaderDep, initiative_id: UUID) -> Response:
    """One initiative, with when it changed."""
    initiative, version = get_own_initiative(session, actor, initiative_id)
    topics = {topic.external_id: topic.label for topic in list_topics(session, actor)}
    return render(
        request,
        "actionplan/initiatives/page.html",
        initiative=initiative,
        version=version,
        versions=list_versions(session, initiative_id),
        topic=topics.get(version.content["topic"], {}),
        may_import=may(actor, "initiative.import"),
    )
