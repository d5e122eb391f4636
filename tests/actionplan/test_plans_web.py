"""Plans in the browser and for programs: every page, every form, and the same figures everywhere."""

import csv
import io
import json
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlalchemy import Engine
from sqlmodel import Session

from app.actionplan.portfolio.jobs import work_all
from app.actionplan.portfolio.queries import get_scenario, list_plans
from app.people.queries import operator
from tests.actionplan.planning import START, make_proposed_plan, planned_survey, state_of
from tests.make import Cast, csrf_in, sign_in

BECAUSE = "No other initiative serves them."


@pytest.fixture
def desk(client: TestClient, session: Session, cast: Cast) -> TestClient:
    """A browser in which the coordinator is signed in."""
    sign_in(client, session, cast.biel)
    return client


@pytest.fixture
def solved(desk: TestClient, session: Session, engine: Engine) -> TestClient:
    """The same, beside a plan that was proposed and priced."""
    make_proposed_plan(session, engine)
    return desk


def post(client: TestClient, page: str, path: str, **typed: str) -> Any:
    """Send a form of a page, with what its hidden fields carry."""
    text = client.get(page).text
    revision = re.findall(r'name="revision" value="(\d+)"', text)
    hidden = {"csrf": csrf_in(text), "s": "1"} | ({"revision": revision[0]} if revision else {})
    return client.post(path, data={**hidden, **typed})


def fields_in(page: str) -> dict[str, str]:
    """The numbers that a page's fields hold."""
    return dict(re.findall(r'name="([a-z_]+(?:\.\d+)?)"(?: id="[^"]*")? value="(\d*)"', page))


def heading(text: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)
    assert found, text[:300]
    return " ".join(found[1].split())


def test_from_results_to_a_plan(desk: TestClient, session: Session, engine: Engine) -> None:
    assert heading(desk.get("/plans").text) == "No plan yet"
    assert "There are no results yet" in desk.get("/plans/new").text
    survey = planned_survey(session)
    page = desk.get("/plans/new").text
    assert 'value="2027"' in page
    typed = {"csrf": csrf_in(page), "key": "k", "survey": survey.slug, "title": "Five years", "first_year": "2027"}
    refused = desk.post("/plans", data=typed)
    assert refused.status_code == 422
    assert "Enter what there is in all" in refused.text
    refused = desk.post("/plans", data={**typed, "amount.1": "1", "amount.2": "-1"})
    assert refused.status_code == 422
    assert 'id="amount.2-fault"' in refused.text
    refused = desk.post("/plans", data={**typed, "budget": "1 000 000", "title": ""})
    assert refused.status_code == 422
    assert 'id="title-fault"' in refused.text
    made = [desk.post("/plans", data={**typed, "budget": "2 000 000"}) for _ in range(2)]
    assert [answer.headers["location"] for answer in made] == ["/plans/1", "/plans/1"]
    assert len(list_plans(session, operator(session))) == 1
    session.commit()
    page = desk.get("/plans/1").text
    assert heading(page) == "A first plan is being worked out"
    assert 'hx-trigger="every 2s"' in page
    assert '<noscript><a href="/plans/1?s=1">Refresh</a></noscript>' in page
    work_all(engine)
    page = desk.get("/plans/1").text
    assert re.fullmatch(r"\d+ initiatives fit in €2M\.", heading(page))
    assert "hx-trigger" not in page.split('id="plan"')[1].split(">")[0]
    assert "All rules are kept." in page
    assert "No plan under these rules is worth more." in page


def test_every_page_of_a_plan_opens(solved: TestClient) -> None:
    for path in ("", "/table", "/checks", "/rules", "/repair", "/compare", "/history", "/history/1", "/scenarios/new"):
        page = solved.get(f"/plans/1{path}")
        assert page.status_code == 200, path
        assert "nan" not in page.text.lower().replace("finance", "").replace("governance", ""), path
        assert heading(page.text)
    assert solved.get("/plans/1?s=9").status_code == 404
    assert solved.get("/plans/9").status_code == 404
    assert solved.get("/plans/1/history/99").status_code == 404
    assert solved.get("/plans/1/items/I99").status_code == 404
    assert solved.get("/plans/1", headers={"HX-Request": "true"}).text.lstrip().startswith("<div")


def test_an_initiative_is_settled_by_hand(solved: TestClient, session: Session, engine: Engine) -> None:
    code = state_of(session, list_plans(session, operator(session))[0]).chosen[0].row.code
    session.commit()
    item = f"/plans/1/items/{code}"
    effect = solved.get(f"{item}?s=1&year=2029", headers={"HX-Request": "true"})
    assert "What it would change, starting in 2029" in effect.text
    refused = post(solved, item, f"{item}/place", act="out", reason="so")
    assert refused.status_code == 422
    assert "Say why in at least 10 characters" in refused.text
    done = post(solved, item, f"{item}/place", act="out", reason=BECAUSE)
    assert done.headers["location"] == "/plans/1?s=1"
    page = solved.get("/plans/1").text
    assert "was left out by hand" in page
    assert BECAUSE in page
    stale = solved.post(
        f"{item}/place",
        data={"csrf": csrf_in(solved.get(item).text), "s": "1", "revision": "2", "act": "out", "reason": BECAUSE},
    )
    assert stale.status_code == 409
    assert "was changed meanwhile" in stale.text
    work_all(engine)
    assert re.search(r"It costs [\d.]+ % of the plan", solved.get("/plans/1").text)
    done = post(solved, item, f"{item}/place", act="release")
    assert done.status_code == 303
    history = solved.get("/plans/1/history?by_hand=true").text
    assert history.count("Left out by hand") == 1
    assert "Left to the rules again" not in history


def test_one_ceiling_less_is_flagged_with_a_repair(solved: TestClient, session: Session) -> None:
    page = solved.get("/plans/1/rules").text
    typed = fields_in(page)
    for field, text in (("ceiling.2028", "-1"), ("discount", "0"), ("helix_floor", "x")):
        refused = solved.post("/plans/1/rules", data={**typed, "csrf": csrf_in(page), field: text})
        assert refused.status_code == 422
        assert f'id="{field}-fault"' in refused.text
    spent = state_of(session, list_plans(session, operator(session))[0]).spend[1]
    session.commit()
    changed = {**typed, "csrf": csrf_in(page), "helix_floor": "", "ceiling.2028": str(spent - 1000)}
    assert solved.post("/plans/1/rules", data=changed).status_code == 303
    page = solved.get("/plans/1").text
    assert "2028 is €1K over its ceiling." in page
    assert "One thing needs a fix." in heading(page)
    assert "This would repair it: " in page
    history = solved.get("/plans/1/history").text
    assert re.search(r"Ceilings: [^<]+ → [^<]+", history)
    assert re.search("What each group gets: 25 % → no such rule", history)
    preview = solved.get("/plans/1/repair").text
    assert "After the repair" in preview
    acts = dict(re.findall(r'name="(act\.[^"]+)" value="(\d*)"', preview))
    assert acts
    assert post(solved, "/plans/1/repair", "/plans/1/repair", **acts).status_code == 303
    assert "needs a fix" not in heading(solved.get("/plans/1").text)
    stale = solved.post("/plans/1/rules", data=changed)
    assert stale.status_code == 409
    old = solved.get("/plans/1/history/2").text
    assert "Restore this draft" in old
    assert post(solved, "/plans/1/history/2", "/plans/1/history/2").status_code == 303
    assert "Draft 5" in solved.get("/plans/1/history").text


def test_scenarios_are_added_compared_and_removed(solved: TestClient, engine: Engine) -> None:
    refused = post(solved, "/plans/1/scenarios/new", "/plans/1/scenarios", name=" ", key="a")
    assert refused.status_code == 422
    made = post(solved, "/plans/1/scenarios/new", "/plans/1/scenarios", name="The same", copied="1", key="b")
    assert made.headers["location"] == "/plans/1?s=2"
    assert heading(solved.get("/plans/1/compare?a=1&b=2").text) == "The two are the same."
    page = solved.get("/plans/1/rules?s=2").text
    typed = fields_in(page)
    changed = {**typed, "csrf": csrf_in(page), "s": "2", "revision": "1", "by_cost": "yes", "propose": "yes"}
    assert solved.post("/plans/1/rules", data=changed).status_code == 303
    work_all(engine)
    compared = solved.get("/plans/1/compare?a=1&b=2").text
    assert "differ in" in heading(compared)
    assert "Each euro counts, not each initiative" in compared
    renamed = post(solved, "/plans/1/rules?s=2", "/plans/1/scenarios/2", name="By the euro", revision="3")
    assert renamed.status_code == 303
    removed = post(solved, "/plans/1/rules?s=2", "/plans/1/scenarios/2", act="remove", revision="3")
    assert removed.headers["location"] == "/plans/1"
    assert solved.get("/plans/1?s=2").status_code == 404


def test_what_an_initiative_takes_is_set_for_the_plan(solved: TestClient) -> None:
    item = "/plans/1/items/I03"
    page = solved.get(item).text.split('id="facts"')[1]
    typed = dict(re.findall(r'name="([a-z_]+)" id="[a-z_]+" value="(\d*)"', page))
    uneven = post(solved, item, f"{item}/facts", **{**typed, "revision": "1", "amount.1": "5"})
    assert uneven.status_code == 422
    assert "The years add up to 5 € instead of the highest cost" in uneven.text
    negative = post(solved, item, f"{item}/facts", **{**typed, "revision": "1", "cost_low": "-1"})
    assert negative.status_code == 422
    done = post(solved, item, f"{item}/facts", **{**typed, "revision": "1", "months": "12", "lead": "North"})
    assert done.status_code == 303
    page = solved.get(item).text
    assert "Set for this plan; the initiative itself says otherwise" in page
    assert "Proposed: 30" in page
    stale = post(solved, item, f"{item}/facts", **{**typed, "revision": "1", "months": "24"})
    assert stale.status_code == 409


def test_work_is_asked_for_and_stopped(solved: TestClient, session: Session, engine: Engine) -> None:
    assert post(solved, "/plans/1", "/plans/1/work/robustness").status_code == 303
    page = solved.get("/plans/1").text
    assert "0 of 200 plans worked out" in page
    job = re.findall(r'name="job" value="([^"]+)"', page)[-1]
    assert post(solved, "/plans/1", "/plans/1/call-off", job=job).status_code == 303
    assert "Work it out" in solved.get("/plans/1").text
    assert post(solved, "/plans/1", "/plans/1/work/magic").status_code == 404
    swapped = solved.post(
        "/plans/1/work/propose",
        data={"csrf": csrf_in(solved.get("/plans/1").text), "s": "1"},
        headers={"HX-Request": "true"},
    )
    assert 'id="plan"' in swapped.text
    work_all(engine)
    assert get_scenario(session, list_plans(session, operator(session))[0].id).revision == 3


def test_files_page_and_api_agree(solved: TestClient, session: Session) -> None:
    plan = list_plans(session, operator(session))[0]
    state = state_of(session, plan)
    plan_id = plan.id
    session.commit()
    chosen = [line.row.code for line in state.chosen]
    read = json.loads(solved.get("/plans/1/export.json").content)
    from_json = read["tables"][0]["rows"]
    table = list(csv.DictReader(io.StringIO(solved.get("/plans/1/export.csv").content.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(solved.get("/plans/1/export.xlsx").content)).worksheets[1]
    head, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    content = solved.get(f"/api/v1/plans/{plan_id}").json()
    in_api = [item for item in content["items"] if item["is_in"]]
    assert [row["code"] for row in from_json] == [row["code"] for row in in_api] == chosen
    assert [row["Code"] for row in table][: len(chosen)] == chosen
    assert [row[0] for row in rows][: len(chosen)] == chosen
    assert not sheet.merged_cells.ranges
    column = head.index("Cost in euros")
    for place, line in enumerate(state.chosen):
        amounts: list[Any] = [
            from_json[place]["cost_eur"],
            int(table[place]["Cost in euros"]),
            rows[place][column],
            in_api[place]["cost"],
        ]
        assert amounts == [line.whole_cost] * 4
        for year, cost in in_api[place]["cost_by_year"].items():
            assert from_json[place][f"cost_{year}_eur"] == cost == int(table[place][f"Cost in {year} in euros"])
        assert from_json[place]["start"] == f"{in_api[place]['start'][0]} Q{in_api[place]['start'][1]}"
    assert content["planned"] == sum(line.whole_cost for line in state.chosen) == state.planned
    assert content["spend_by_year"] == state.spend
    text = solved.get("/plans/1/table").text
    for amount in (*state.spend, state.planned):
        assert f"{amount:,}" in text
    assert solved.get("/plans/1/export.docx").status_code == 422
    assert solved.get("/plans/1/export.json").content == solved.get("/plans/1/export.json").content


def test_programs_make_and_change_plans(desk: TestClient, session: Session, engine: Engine) -> None:
    survey = planned_survey(session)
    csrf = {"X-CSRF-Token": csrf_in(desk.get("/plans").text)}
    rules = {"ceilings": list(START.ceilings), "support_min": None}
    given = {"survey_id": str(survey.id), "title": "Five years", "first_year": 2027, "rules": rules}
    made = [desk.post("/api/v1/plans", json=given, headers={**csrf, "Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json() == made[1].json()
    plan_id = made[0].json()["id"]
    work_all(engine)
    read = desk.get(f"/api/v1/plans/{plan_id}")
    assert read.headers["ETag"] == '"2"'
    assert read.json()["work"]["state"] == "done"
    assert read.json()["solution"]["gap"] == 0
    assert desk.get("/api/v1/plans").json()[0]["scenarios"] == [{"number": 1, "name": "Balanced", "draft": 2}]
    path = f"/api/v1/plans/{plan_id}/scenarios/1"
    hand = {"state": "out", "reason": BECAUSE}
    code = next(item["code"] for item in read.json()["items"] if item["is_in"])
    assert desk.put(f"{path}/items/{code}", json=hand, headers=csrf).status_code == 428
    assert desk.put(f"{path}/items/{code}", json=hand, headers={**csrf, "If-Match": '"1"'}).status_code == 412
    done = desk.put(f"{path}/items/{code}", json=hand, headers={**csrf, "If-Match": '"2"'})
    assert (done.status_code, done.headers["ETag"]) == (200, '"3"')
    assert code not in done.json()["start_year"]
    changed = desk.put(f"{path}/rules", json={**rules, "max_starts": 2}, headers={**csrf, "If-Match": '"3"'})
    assert changed.json()["rules"]["max_starts"] == 2
    refusable: list[dict[str, Any]] = [
        {"ceilings": [-1]},
        {"ceilings": [1], "discount": 0},
        {"ceilings": [1], "more": 1},
        {"ceilings": []},
    ]
    for bad in refusable:
        refused = desk.put(f"{path}/rules", json=bad, headers={**csrf, "If-Match": '"4"'})
        assert refused.status_code == 422, bad
    added = desk.post(
        f"/api/v1/plans/{plan_id}/scenarios",
        json={"name": "Looser", "rules": {**rules, "helix_floor": None}},
        headers=csrf,
    )
    assert added.json() == {"number": 2, "name": "Looser", "draft": 1}
    released = desk.put(f"{path}/items/{code}", json={"state": "released"}, headers={**csrf, "If-Match": '"4"'})
    assert released.json()["hands"] == {}
    file = desk.get(f"/api/v1/plans/{plan_id}/export?format=csv&scenario=1")
    assert file.headers["content-disposition"].endswith('plan-1-scenario-1-draft-5.csv"')
