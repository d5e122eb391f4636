"""Every route against every role, in one's own consortium and a foreign one.

A new route without a row turns this red."""

from dataclasses import replace
from typing import Any

from fastapi import FastAPI

from app.auth.api import list_routes
from app.main import API, PAGES
from tests.auth.matrix import ALL, MATRIX
from tests.auth.world import World, world
from tests.make import beside, csrf_in

__all__ = ["world"]

LAST = ("set_password", "end_other_sessions", "sign_out")


THINGS = (
    *("plan_id", "share_id", "plan_comment_id", "survey_id", "round_id", "initiative_id", "person_id", "proposal_id"),
    *("key", "workshop_id", "interview_id", "version_id", "chain_id"),
)


"""What is named by an id; the code of a thing that is missing is said in the answer."""


NAMES_NO_THING = (
    "end_key",
    "export_readings_page",
    "export_programmes_page",
    "export_impact_page",
    "export_links_page",
    "export_coverage_page",
    "export_comparison_page",
    "export_learning_page",
    "initiative_sheet",
    "export_evidence_page",
    "export_page",
)


BODIES = {
    "judge_by_program": {"act": "ask", "revision": 0},
    "give_stand": {"version": 1, "agrees": True},
}


"""What programs must send before it is looked for what they name."""


LET_IN = frozenset({200, 201, 303, 409, 412, 422, 423})


def call(world: World, who: str, route: dict[str, Any]) -> Any:
    """Send a request to a route as somebody, with everything in it that a form would have."""
    client, things = world.clients[who], dict(world.things)
    if route["name"] == "history_of_thing":
        things["kind"] = "survey"
    if route["name"] == "ask_for_work":
        things["kind"] = "propose"
    if route["name"] == "give_stand":
        things["partner"] = "ONE"
    if "said_id" in route["path"]:
        things["kind"] = "comment"
    url = route["path"].format(**{key: things.get(key, "x") for key in _names(route["path"])})
    if route["method"] == "GET":
        return client.get(url)
    csrf = world.csrf(who)
    fields = {
        "s": "1",
        "job": things["job"],
        "csrf": csrf,
        "role": "reviewer",
        "consortium": things["consortium"],
        "email": "x",
        "remove": "yes",
    }
    if route["path"].startswith("/api/"):
        headers = {"X-CSRF-Token": csrf, "If-Match": '"of no version"'}
        return client.request(route["method"], url, json=BODIES.get(route["name"], {}), headers=headers)
    return client.post(url, data=fields)


def _names(path: str) -> list[str]:
    return [part[1:-1] for part in path.replace(".", "/").split("/") if part.startswith("{")]


def rows(app: FastAPI) -> list[dict[str, Any]]:
    found = [route for route in list_routes(app) if MATRIX[route["name"]] != "anyone"]
    return sorted(found, key=lambda route: LAST.index(route["name"]) if route["name"] in LAST else -1)


def test_every_route_has_its_row() -> None:
    app = FastAPI()
    app.state.pages, app.state.api = PAGES, API
    found = list_routes(app)
    assert len(found) > 60
    assert {route["name"] for route in found} == set(MATRIX)
    for route in found:
        assert (route["permission"] == ["anyone"]) == (MATRIX[route["name"]] == "anyone"), route


def test_roles_open_what_they_may_and_nothing_else(world: World) -> None:
    wrong: list[str] = []
    routes = rows(world.app)
    for who in sorted(ALL):
        for route in routes:
            status = call(world, who, route).status_code
            # a key of nobody's is no key of theirs
            is_in = status in LET_IN or (route["name"] == "end_key" and status == 404)
            if is_in != (who in MATRIX[route["name"]]):
                wrong.append(f"{who} {route['method']} {route['path']}: {status}")
    assert wrong == []


def test_without_signing_in_nothing_opens(world: World) -> None:
    assert {call(world, "nobody", route).status_code for route in rows(world.app)} == {401}


def test_from_another_consortium_nothing_is_seen_or_changed(world: World) -> None:
    wrong: list[str] = []
    for route in rows(world.app):
        answer = call(world, "foreign", route)
        missing = world.things | dict.fromkeys(THINGS, NO_ID)
        about_a_thing = bool(_names(route["path"])) and route["name"] not in NAMES_NO_THING
        if about_a_thing and answer.status_code != 404:
            wrong.append(f"{route['path']}: {answer.status_code}")
        if about_a_thing and "slug" not in _names(route["path"]):
            other = replace(world, things=missing)
            unknown = call(other, "foreign", route)
            if _plain(unknown, world) != _plain(answer, world):
                wrong.append(f"{route['path']}: a foreign thing answers otherwise than a missing one")
        wrong += [f"{route['path']} shows {mark}" for mark in world.marks if mark in answer.text]
    assert wrong == []


NO_ID = "00000000-0000-4000-8000-000000000000"


def _plain(answer: Any, world: World) -> tuple[int, str]:
    """An answer without what differs each time: its request id, and the address asked for."""
    text = answer.text.replace(answer.headers["X-Request-ID"], "").replace(NO_ID, "")
    for thing in world.things.values():
        text = text.replace(thing, "") if len(thing) == len(NO_ID) else text
    return answer.status_code, text


def test_programs_come_by_key(world: World) -> None:
    client = world.clients["reviewer"]
    page = client.post("/account/keys", data={"csrf": csrf_in(client.get("/account").text), "name": "a program"})
    key = page.text.split('<code class="num">')[1].split("</code>")[0]
    program = beside(client)
    headers = {"Authorization": f"Bearer {key}"}
    me = program.get("/api/v1/me", headers=headers).json()
    assert me["email"] == "dora@innaxe.example"
    assert program.get("/api/v1/initiatives", headers=headers).status_code == 200
    assert program.get("/api/v1/routes", headers=headers).status_code == 403
    assert program.get("/people", headers=headers).status_code == 401, "a key opens the API, not the pages"
    assert program.get("/api/v1/me", headers={"Authorization": "Bearer wrong"}).status_code == 401
