"""Every route names its guard, every form is protected, and no two routes share a name."""

from collections import Counter
from collections.abc import Iterator

import pytest
from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from app.auth.guard import act_of
from app.auth.permissions import PERMISSIONS
from app.main import API, PAGES
from app.web.security import check_form_is_ours


def routes_of(routers: list[APIRouter]) -> list[APIRoute]:
    return [route for router in routers for route in router.routes if isinstance(route, APIRoute)]


def callables_of(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for below in dependant.dependencies:
        yield from callables_of(below)


def acts_of(route: APIRoute) -> set[str]:
    """The permissions a route asks for."""
    found = {act_of(call) for call in callables_of(route.dependant) if callable(call)}
    return {act for act in found if act}


ROUTES = routes_of(PAGES) + routes_of(API)


def test_the_walk_finds_every_slice() -> None:
    assert len(ROUTES) > 25
    assert len(routes_of(PAGES)) > 15
    assert all(routes_of([router]) for router in (*PAGES, *API))


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{min(route.methods or ())} {route.path}")
def test_every_route_has_a_guard(route: APIRoute) -> None:
    acts = acts_of(route)
    assert acts, f"{route.path} lets anybody in without saying so"
    assert acts - {"anyone", "signed in"} <= set(PERMISSIONS)


@pytest.mark.parametrize(
    "route",
    [route for route in routes_of(PAGES) if "POST" in (route.methods or ())],
    ids=lambda route: route.path,
)
def test_every_form_is_checked_to_be_ours(route: APIRoute) -> None:
    if route.name == "stop_with_one_click":
        pytest.skip(
            "mail programs send it without a cookie; it can only end mails, with a token that opens nothing else"
        )
    assert check_form_is_ours in set(callables_of(route.dependant))


def test_route_names_are_unique() -> None:
    names = Counter(route.name for route in ROUTES)
    assert [name for name, count in names.items() if count > 1] == []


def test_a_missing_guard_is_found_out() -> None:
    router = APIRouter()

    @router.get("/open")
    def forgotten() -> None:
        """A route without a guard."""

    [route] = routes_of([router])
    assert acts_of(route) == set()
