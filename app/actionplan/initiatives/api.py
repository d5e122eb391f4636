"""Initiatives for programs."""

import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Header, Response

from app.actionplan.initiatives.changing import change_initiative
from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.initiatives.queries import get_own_initiative, list_initiatives, list_versions
from app.actionplan.initiatives.rules import etag_of
from app.actionplan.initiatives.schemas import read_content
from app.auth.guard import permitted
from app.auth.permissions import require
from app.core.errors import Unconditional
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.json import StrictRoute
from app.web.security import OwnCall

router = APIRouter(prefix="/initiatives", tags=["initiatives"], route_class=StrictRoute)

ReaderDep = Annotated[Actor, permitted("initiative.read")]
ETAG = re.compile(r'^"([0-9a-f]{32})"$')


@router.get("")
def read_initiatives(session: SessionDep, actor: ReaderDep) -> list[dict[str, Any]]:
    """All initiatives in their newest versions."""
    return [initiative_out(*pair) for pair in list_initiatives(session, actor)]


@router.get("/{initiative_id}")
def read_initiative(session: SessionDep, actor: ReaderDep, initiative_id: UUID, response: Response) -> dict[str, Any]:
    """One initiative; its ETag names the version."""
    initiative, version = get_own_initiative(session, actor, initiative_id)
    response.headers["ETag"] = f'"{etag_of(version.digest)}"'
    return initiative_out(initiative, version)


@router.get("/{initiative_id}/versions")
def read_versions(session: SessionDep, actor: ReaderDep, initiative_id: UUID) -> list[dict[str, Any]]:
    """All that an initiative has said, the newest first; who is named for a version agreed to it."""
    initiative, _ = get_own_initiative(session, actor, initiative_id)
    return [
        {
            **initiative_out(initiative, version),
            "etag": etag_of(version.digest),
            "created_at": version.created_at.isoformat(),
            "note": version.note,
            "contributors": [one["name"] for one in version.contributors],
        }
        for version in list_versions(session, initiative_id)
    ]


@router.put("/{initiative_id}", dependencies=[OwnCall])
def write_initiative(
    session: SessionDep,
    actor: Annotated[Actor, permitted("initiative.change")],
    initiative_id: UUID,
    response: Response,
    content: Annotated[dict[str, Any], Body()],
    if_match: Annotated[str, Header(max_length=200)] = "",
) -> dict[str, Any]:
    """Change an initiative, given whole; `If-Match` names the version it was made from: 428 without, 412 when stale."""
    initiative, _ = get_own_initiative(session, actor, initiative_id)
    require(actor, "initiative.change", initiative)
    if not if_match:
        raise Unconditional("Name the version you changed: send its ETag as If-Match.")
    named = ETAG.match(if_match.strip())
    sheet = {name: value for name, value in content.items() if name not in ("uuid", "version", "state")}
    version = change_initiative(session, actor, initiative, sheet, base_digest=named[1] if named else "")
    response.headers["ETag"] = f'"{etag_of(version.digest)}"'
    return initiative_out(initiative, version)


def initiative_out(initiative: Initiative, version: InitiativeVersion) -> dict[str, Any]:
    """An initiative as files and programs see it: its sheet, which version it is, and where it stands."""
    sheet = read_content(version.content) | {"status": initiative.state}
    return {"uuid": str(initiative.id), "version": version.number, "state": initiative.state, **sheet}
