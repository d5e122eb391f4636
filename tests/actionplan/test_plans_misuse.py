"""Plans in the hands of somebody who means no good: what they send that no form sends, and what it may not do."""

import re
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.actionplan.monitoring.queries import get_following
from app.actionplan.monitoring.service import start_following
from app.actionplan.portfolio.check_routes import chains_of
from app.actionplan.portfolio.modelling import Item
from app.actionplan.portfolio.showing import Shown
from app.main import API, PAGES
from app.people.queries import operator
from app.people.service import create_consortium, create_person
from tests.actionplan.adopting import adopt, make_stage
from tests.actionplan.adopting import as_actor as actor_of
from tests.actionplan.planning import make_plan, planned_survey, state_of
from tests.make import Cast, csrf_in, sign_in

BEYOND = 10**30
BEYOND_KEY = UUID(int=7)


@pytest.fixture
def desk(client: TestClient, session: Session, cast: Cast) -> TestClient:
    """A browser in which the coordinator is signed in."""
    sign_in(client, session, cast.biel)
    return client


def test_numbers_that_no_database_counts_to_are_nothing_at_all(desk: TestClient, session: Session) -> None:
    make_plan(session, operator(session))
    for number in (BEYOND, 2**63, 2**31, -BEYOND):
        for path in (f"/plans/{number}", f"/plans/{number}/follow", f"/plans/1/history/{number}"):
            assert desk.get(path).status_code == 404, path
        assert desk.get(f"/api/v1/plans/{number}/milestones").status_code == 404


def test_needs_that_all_cross_do_not_fill_the_page() -> None:
    codes = [f"I{number:02}" for number in range(40)]
    items = [
        Item(code, 3.0, {}, 1, 1, 2027, 1, 12, depends_on=tuple(codes[:place])) for place, code in enumerate(codes)
    ]
    state = SimpleNamespace(frame=SimpleNamespace(items=items), start={})
    found = SimpleNamespace(state=state, teller=SimpleNamespace(title=str))
    nodes, todo = 0, chains_of(cast(Shown, found))
    whole: list[str] = []
    while todo:
        one = todo.pop()
        nodes += 1
        whole += [one["code"]] if one["after"] else []
        todo += one["after"]
    assert nodes == 1 + 40 * 39 // 2
    assert sorted(whole) == codes[:-1]


def test_a_repair_that_was_not_proposed_is_not_done(desk: TestClient, session: Session) -> None:
    plan = make_plan(session, operator(session))
    form = {"csrf": csrf_in(desk.get("/plans/1").text), "s": "1", "revision": "1"}
    for act in ({"act.I01": "2028"}, {"act.I01": "999999"}, {"act.I01": ""}, {}):
        assert desk.post("/plans/1/repair", data=form | act).status_code == 409, act
    assert state_of(session, plan).start == {}


def test_a_title_keeps_no_sign_that_no_database_keeps(desk: TestClient, session: Session) -> None:
    survey = planned_survey(session)
    session.commit()
    typed = {"title": "Five\0 years", "first_year": "2027", "budget": "2000000", "survey": survey.slug, "key": "a"}
    made = desk.post("/plans", data={**typed, "csrf": csrf_in(desk.get("/plans/new").text)})
    assert made.status_code == 303
    assert "Five years" in desk.get("/plans/1").text


def test_nobody_of_another_consortium_reaches_a_plan_by_any_address(
    client: TestClient, session: Session, engine: Engine, cast: Cast
) -> None:
    stage = make_stage(session, engine)
    leads = actor_of(session, cast.biel)
    adopt(session, leads, stage)
    start_following(session, leads, get_following(session, leads, 1))
    create_consortium(session, operator(session), name="Other")
    stranger = create_person(session, operator(session, "Other"), email="eve@other.example", role="admin", name="Eve")
    session.commit()
    sign_in(client, session, stranger)
    token = {"X-CSRF-Token": csrf_in(client.get("/").text)}
    keys: dict[str, object] = {
        "number": 1, "plan_id": stage.plan.id, "scenario_number": 1, "draft_number": 1, "code": "I1", "item": "I1",
        "kind": "csv", "ballot": 1, "edition": 1, "milestone": 1, "risk": 1, "year": 2027, "partner": stage.nord.id,
        "share_id": BEYOND_KEY, "plan_comment_id": BEYOND_KEY,
    }  # fmt: skip
    reached: list[str] = []
    count = 0
    for prefix, routers in (("", PAGES), ("/api/v1", API)):
        for route in (one for router in routers for one in router.routes if isinstance(one, APIRoute)):
            if not route.path.startswith("/plans/{") or "{token}" in route.path:
                continue
            path = prefix + re.sub(r"{(\w+)}", lambda found: str(keys[found[1]]), route.path)
            for method in route.methods or ():
                count += 1
                sent: dict[str, Any] = {} if method == "GET" else {"json": {}} if prefix else {"data": {"s": "1"}}
                answer = client.request(method, path, headers=token, **sent)
                if answer.status_code != 404:
                    reached.append(f"{method} {path}: {answer.status_code}")
    assert count > 80
    assert reached == []


def test_whoever_leads_an_initiative_is_a_partner(desk: TestClient, session: Session) -> None:
    plan = make_plan(session, operator(session))
    item = "/plans/1/items/I01"
    page = desk.get(item).text
    typed = dict(re.findall(r'name="([a-z_]+)"(?: id="[^"]*")? value="(\d*)"', page)) | {"csrf": csrf_in(page)}
    for lead, status in (("x" * 5000, 422), ("=1+1", 422), ("South", 303)):
        refused = desk.post(f"{item}/facts", data={**typed, "s": "1", "revision": "1", "lead": lead})
        assert refused.status_code == status, lead
        assert ('id="lead-fault"' in refused.text) == (status == 422)
    assert state_of(session, plan).lines[0].item.lead == "South"
