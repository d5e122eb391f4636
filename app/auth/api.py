"""Who am I, and what is there, for programs."""

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from app.auth.guard import ActorDep, act_of, permitted
from app.people.queries import list_consortia_of
from app.web.deps import SessionDep
from app.web.json import StrictRoute
from app.web.security import csrf_of

router = APIRouter(tags=["auth"], route_class=StrictRoute)


@router.get("/me")
def read_me(request: Request, session: SessionDep, actor: ActorDep) -> dict[str, Any]:
    """Who is signed in, in which consortium and with which roles, and the token that forms carry."""
    assert actor.id, "nobody comes through the web as the operator"
    consortia = list_consortia_of(session, actor.id)
    return {
        "id": str(actor.id),
        "name": actor.name,
        "email": actor.email,
        "consortium": {"id": str(actor.consortium_id)},
        "consortia": [{"id": str(found.id), "name": found.name} for found in consortia],
        "roles": [
            {"role": role.value, "organisation": str(organisation) if organisation else None}
            for organisation, role in actor.roles.items()
        ],
        "csrf_token": csrf_of(request),
    }


@router.get("/routes", dependencies=[permitted("routes.read")])
def read_routes(request: Request) -> list[dict[str, Any]]:
    """Every route with the permission it needs."""
    return list_routes(request.app)


def list_routes(app: FastAPI) -> list[dict[str, Any]]:
    """Every route of the product: name, method, path and the acts its guards ask for."""
    found: list[dict[str, Any]] = []
    for prefix, routers in (("", app.state.pages), ("/api/v1", app.state.api)):
        for router_ in routers:
            for route in router_.routes:
                if isinstance(route, APIRoute):
                    found.append(
                        {
                            "name": route.name,
                            "method": min(route.methods or {"GET"}),
                            "path": f"{prefix}{route.path}",
                            "permission": sorted(acts_of(route.dependant)),
                        }
                    )
    # the hot path is a plain route: it asks for the respondent's own token itself
    found.append(
        {
            "name": "save_answer",
            "method": "PUT",
            "path": "/api/v1/responses/{response_id}/answers/{code}",
            "permission": ["anyone"],
        }
    )
    return sorted(found, key=lambda line: (line["path"], line["method"]))


def acts_of(dependant: Dependant) -> set[str]:
    """The permissions that a route's guards ask for."""
    found = {act for below in dependant.dependencies for act in acts_of(below)}
    act = act_of(dependant.call) if callable(dependant.call) else None
    return found | ({act} if act else set())
