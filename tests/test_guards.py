"""Every route names its guard, every form is protected, and no two routes share a name."""

from collections import Counter
from collections.abc import Iterator

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from app.auth.guard import act_of
from app.auth.permissions import PERMISSIONS
from app.main import API, PAGES
from app.web.deps import SAFE_METHODS, wait_for_turn
from app.web.forms import read_form, read_upload
from app.web.security import check_call_is_ours, check_form_is_ours


def routes_of(routers: list[APIRouter]) -> list[APIRoute]:
    return [route for router in routers for route in router.routes if isinstance(route, APIRoute)]


def callables_of(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for below in dependant.dependencies:
        yield from callables_of(below)


def in_order(dependant: Dependant) -> Iterator[object]:
    """What a route depends on, in the order in which it is called."""
    for below in dependant.dependencies:
        yield from in_order(below)
        yield below.call


def acts_of(route: APIRoute) -> set[str]:
    """The permissions a route asks for."""
    found = {act_of(call) for call in callables_of(route.dependant) if callable(call)}
    return {act for act in found if act}


def named(route: APIRoute) -> str:
    return f"{min(route.methods or ())} {route.path}"


ROUTES = routes_of(PAGES) + routes_of(API)


def test_the_walk_finds_every_slice() -> None:
    assert len(ROUTES) > 25
    assert len(routes_of(PAGES)) > 15
    assert all(routes_of([router]) for router in (*PAGES, *API))


def test_every_route_has_a_guard() -> None:
    acts = {named(route): acts_of(route) for route in ROUTES}
    assert [name for name, found in acts.items() if not found] == [], "they let anybody in without saying so"
    unknown = {name: found - {"anyone", "signed in"} - set(PERMISSIONS) for name, found in acts.items()}
    assert {name: found for name, found in unknown.items() if found} == {}


def test_every_form_is_checked_to_be_ours() -> None:
    forms = [route for route in routes_of(PAGES) if "POST" in (route.methods or ())]
    assert len(forms) > 100
    unchecked = [route.name for route in forms if check_form_is_ours not in set(callables_of(route.dependant))]
    # mail programs send it without a cookie; it can only end mails, with a token that opens nothing else
    assert unchecked == ["stop_with_one_click"]


def test_every_call_that_writes_asks_a_browser_for_its_token() -> None:
    calls = [
        route
        for route in routes_of(API)
        if not (route.methods or set()) <= SAFE_METHODS and "anyone" not in acts_of(route)
    ]
    assert len(calls) > 25
    assert [named(route) for route in calls if check_call_is_ours not in set(callables_of(route.dependant))] == []


def test_no_route_waits_for_its_body_while_it_holds_a_turn_to_write() -> None:
    late: list[str] = []
    for route in ROUTES:
        order = list(in_order(route.dependant))
        readers = [order.index(one) for one in (check_form_is_ours, read_form, read_upload) if one in order]
        if readers and wait_for_turn in order and min(readers) > order.index(wait_for_turn):
            late.append(named(route))
    assert late == [], "slow bodies would keep everybody else from writing"


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
