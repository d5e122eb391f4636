"""Plans in the hands of somebody who means no good: what they send that no form sends, and what it may not do."""

from types import SimpleNamespace
from typing import cast

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.actionplan.portfolio.check_routes import chains_of
from app.actionplan.portfolio.modelling import Item
from app.actionplan.portfolio.showing import Shown
from app.people.queries import operator
from tests.actionplan.planning import make_plan, planned_survey, state_of
from tests.make import Cast, csrf_in, sign_in

BEYOND = 10**30


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
