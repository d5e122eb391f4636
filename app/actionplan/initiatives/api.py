"""Initiatives for programs."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.initiatives.queries import get_own_initiative, list_initiatives
from app.auth.guard import permitted
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.json import StrictRoute

router = APIRouter(prefix="/initiatives", tags=["initiatives"], route_class=StrictRoute)

ReaderDep = Annotated[Actor, permitted("initiative.read")]


@router.get("")
def read_initiatives(session: SessionDep, actor: ReaderDep) -> list[dict[str, Any]]:
    """All initiatives in their newest versions."""
    return [initiative_out(*pair) for pair in list_initiatives(session, actor)]


@router.get("/{initiative_id}")
def read_initiative(session: SessionDep, actor: ReaderDep, initiative_id: UUID, response: Response) -> dict[str, Any]:
    """One initiative; its ETag names the version."""
    initiative, version = get_own_initiative(session, actor, initiative_id)
    response.headers["ETag"] = f'"{version.digest[:32]}"'
    return initiative_out(initiative, version)


def initiative_out(initiative: Initiative, version: InitiativeVersion) -> dict[str, Any]:
    """An initiative as files and programs see it: the content it was imported with, and which version it is."""
    return {"uuid": str(initiative.id), "version": version.number, **version.content}
