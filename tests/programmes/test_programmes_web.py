"""Programmes in the browser and for programs: the catalogue, its versions, comparison, coverage and learning."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.people.models import Organisation
from app.people.queries import operator
from app.people.service import create_person
from app.programmes.importing.checking import guess, read_sheet
from app.programmes.importing.service import import_programmes
from app.programmes.models import Programme, ProgrammeVersion
from tests.indicators.test_taking_readings import areas
from tests.make import Cast, csrf_in, sign_in
from tests.programmes.catalogues import SERVICES
from tests.scenes import lay

CONTENT = {
    "name": "Match day",
    "category": "connect",
    "target-sme": "yes",
    "delivery_mode": "online",
    "participants_last_year": "40",
    "capacity_per_year": "50",
    "annual_cost_eur": "1000",
    "annual_cost_eur_high": "1200",
    "satisfaction_0_10": "8,0",
    "satisfaction_asked": "25",
    "evidence_level": "self_reported",
    "open_to_other_regions": "yes",
    "transferability_1_5": "4",
}


def load(session: Session) -> None:
    """The areas and programmes of the demonstration."""

    def build() -> None:
        areas(session)
        sheet = read_sheet("services.csv", SERVICES.read_bytes())
        assert not import_programmes(session, operator(session), sheet, guess(sheet, {}), None).is_refused

    lay(session, "programmes", build, lambda: None)


def key_of(session: Session, code: str) -> str:
    key = str(session.exec(select(Organisation).where(Organisation.code == code)).one().id)
    session.commit()
    return key


def post(client: TestClient, path: str, data: dict[str, Any]) -> Any:
    return client.post(path, data={"csrf": csrf_in(client.get("/programmes").text), **data})


def test_a_programme_is_added_and_changed_and_its_versions_stay(
    client: TestClient, session: Session, cast: Cast
) -> None:
    areas(session)
    session.commit()
    sign_in(client, session, cast.alba)
    new = CONTENT | {"code": "M1", "partner": key_of(session, "CAT")}
    for _ in range(2):
        assert post(client, "/programmes", new).status_code == 303
    assert len(session.exec(select(Programme)).all()) == 1
    session.commit()
    assert post(client, "/programmes", new | {"name": "Other"}).status_code == 409
    bad = {"code": "M 2", "name": "", "category": "", "participants_last_year": "many", "transferability_1_5": "6"}
    refused = post(client, "/programmes", new | bad)
    assert refused.status_code == 422
    for field in bad:
        assert f'id="{field}-fault"' in refused.text
    nobody = post(client, "/programmes", new | {"code": "M2", "partner": "x"})
    assert (nobody.status_code, 'id="partner-fault"' in nobody.text) == (422, True)
    high = post(client, "/programmes", new | {"code": "M2", "annual_cost_eur": ""})
    assert (high.status_code, 'id="annual_cost_eur_high-fault"' in high.text) == (422, True)
    page = client.get("/programmes/M1").text
    for text in ("80%", "25–30", "Between 6.1 and 9.1 in 19 of 20 cases, 25 asked", "small and medium companies"):
        assert text in page
    assert "not known: not stated" in page
    form = client.get("/programmes/M1/change").text
    assert 'value="8"' in form
    changed = CONTENT | {"capacity_per_year": "", "because": "They closed a room", "revision": "1"}
    assert post(client, "/programmes/M1/change", changed | {"satisfaction_0_10": "11"}).status_code == 422
    assert post(client, "/programmes/M1/change", changed).status_code == 303
    assert post(client, "/programmes/M1/change", changed | {"name": "Late"}).status_code == 409
    assert post(client, "/programmes/M1/change", changed | {"revision": "2"}).status_code == 303
    assert [one.number for one in session.exec(select(ProgrammeVersion)).all()] == [1, 2]
    session.commit()
    page = client.get("/programmes/M1").text
    for text in ("They closed a room", "<del>50</del>", "not known: no capacity", "Version 2"):
        assert text in page
    history = client.get("/history").text
    assert "Programme added" in history
    assert "Programme given a new version" in history
    assert client.get("/programmes/NONE").status_code == 404


def test_a_partners_manager_changes_its_own_only(client: TestClient, session: Session, cast: Cast) -> None:
    load(session)
    own = create_person(
        session,
        operator(session),
        email="m@innaxe.example",
        role="manager",
        name="M",
        organisation=key_of(session, "CAT"),
    )
    session.commit()
    sign_in(client, session, own)
    assert client.get("/programmes/S01/change").status_code == 200
    assert client.get("/programmes/S05/change").status_code == 403
    assert post(client, "/programmes/S05/change", CONTENT | {"revision": "1"}).status_code == 403
    other = CONTENT | {"code": "M1", "partner": key_of(session, "DK")}
    assert post(client, "/programmes", other).status_code == 422
    assert post(client, "/programmes", other | {"partner": key_of(session, "CAT")}).status_code == 303


def test_what_is_handed_out_comes_in_again(client: TestClient, session: Session, cast: Cast) -> None:
    load(session)
    sign_in(client, session, cast.dora)
    for kind in ("csv", "xlsx"):
        data = client.get(f"/programmes/export.{kind}").content
        assert data == client.get(f"/programmes/export.{kind}").content
        sheet = read_sheet(f"p.{kind}", data)
        again = import_programmes(session, operator(session), sheet, guess(sheet, {}), None)
        assert [str(one) for one in again.report.faults] == []
        assert (again.added, again.changed, again.unchanged) == (0, 0, 30)
        session.commit()
    for path in ("export", "comparison/export", "coverage/export", "learning/export"):
        assert client.get(f"/programmes/{path}.pdf").status_code == 404
        for kind in ("csv", "xlsx", "json"):
            assert client.get(f"/programmes/{path}.{kind}").status_code == 200
    learning = client.get("/programmes/learning/export.csv").content.decode("utf-8-sig")
    assert learning.count("\r\n") == 21
    assert "S10: says it has no evidence" in learning
    sign_in(client, session, cast.alba)
    assert "Programmes handed out" in client.get("/history").text


def test_the_catalogue_is_shown_by_partner_and_category(client: TestClient, session: Session, cast: Cast) -> None:
    load(session)
    sign_in(client, session, cast.dora)
    page = client.get("/programmes").text
    assert "30 programmes" in page
    assert "Import programmes" not in page
    page = client.get("/programmes?partner=DK&category=talent").text
    assert "Digital health academy" in page
    assert "Job fair" not in page
    assert "1 of 30" in page
    assert "No programme is like that." in client.get("/programmes?partner=XX").text


def test_the_comparison_says_what_is_not_known_and_why(client: TestClient, session: Session, cast: Cast) -> None:
    load(session)
    sign_in(client, session, cast.dora)
    page = client.get("/programmes/comparison?category=competitiveness").text
    assert "not known: no capacity" in page
    assert "no interval: how many were asked is not known" in page
    assert "this is no ranking" in page
    assert page.index("Policy dialogue") < page.index("Yearly ecosystem report") < page.index("Export readiness check")
    out = client.get("/api/v1/programmes/comparison?category=competitiveness").json()
    report = next(one for one in out["programmes"] if one["code"] == "S25")
    assert (report["use"], report["unknown"]["use"]) == (None, "capacity")
    assert report["cost_per_participant"] == [120000 / 5200, 120000 / 5200]
    assert out["medians"]["use"]["partners"] == 5
    assert out["medians"]["years"] == {"value": 9.5, "partners": 6}
    assert client.get("/programmes/comparison?category=x").status_code == 200
    assert client.get("/api/v1/programmes/comparison?category=x").status_code == 422


def test_coverage_and_learning_pages_say_what_the_rules_found(client: TestClient, session: Session, cast: Cast) -> None:
    load(session)
    sign_in(client, session, cast.dora)
    page = client.get("/programmes/coverage").text
    assert "What nobody offers" in page
    assert page.count('class="cell step-1"') == 30
    by_target = client.get("/programmes/coverage?by=target").text
    assert "step-0" in by_target
    out = client.get("/api/v1/programmes/coverage?by=target").json()
    assert {"category": "connect", "target_group": "citizen", "silent": 0} in out["gaps"]
    assert len(out["overlaps"]) == 11
    shown = client.get("/programmes/learning").text
    lessons = client.get("/api/v1/programmes/lessons").json()
    assert len(lessons) == shown.count("<h3>") == 20
    for one in lessons:
        assert f"{one['learner']} could learn from {one['partner']}:" in shown
    one = client.get("/programmes/learning?learner=DK").text
    assert one.count("<h3>") == 1
    assert "nothing in Talent for: research, citizens" in one


@pytest.mark.parametrize("path", ["", "/comparison", "/coverage", "/learning", "/export.csv", "/learning/export.json"])
def test_pages_without_anything(client: TestClient, session: Session, cast: Cast, path: str) -> None:
    sign_in(client, session, cast.alba)
    assert client.get(f"/programmes{path}").status_code == 200


def test_programs_read_and_write(client: TestClient, session: Session, cast: Cast) -> None:
    load(session)
    sign_in(client, session, cast.alba)
    headers = {"X-CSRF-Token": csrf_in(client.get("/programmes").text)}
    listed = client.get("/api/v1/programmes").json()
    assert [one["code"] for one in listed] == [f"S{number:02}" for number in range(1, 31)]
    assert listed[0]["use"] == 140 / 180
    assert listed[0]["satisfaction_interval_unknown"] == "asked"
    given: dict[str, Any] = {"name": "New", "category": "talent", "target_groups": ["research", "sme", "sme"]}
    path = "/api/v1/programmes"
    made = client.post(path, json=given | {"code": "N1", "partner": "CAT"}, headers=headers)
    assert (made.status_code, made.json()["version"], made.json()["target_groups"]) == (201, 1, ["sme", "research"])
    assert client.post(path, json=given | {"code": "N1", "partner": "DK"}, headers=headers).status_code == 409
    assert client.post(path, json=given | {"code": "N2", "partner": "XX"}, headers=headers).status_code == 404
    assert client.post(path, json=given | {"code": "N2", "partner": "CAT", "x": 1}, headers=headers).status_code == 422
    one = f"{path}/N1"
    assert client.put(one, json=given, headers=headers).status_code == 428
    assert client.put(one, json=given, headers=headers | {"If-Match": '"7"'}).status_code == 412
    changed = given | {"participants_last_year": 0, "because": "Counted"}
    out = client.put(one, json=changed, headers=headers | {"If-Match": '"1"'}).json()
    assert (out["version"], out["participants_last_year"], out["use"]) == (2, 0, None)
    assert out["cost_per_participant_unknown"] == "cost"
    assert client.get(one).json() == out
    assert client.get(f"{path}/XX").status_code == 404
