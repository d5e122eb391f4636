"""Indicators, imports and profiles in the browser and for programs."""

import io
from dataclasses import replace
from statistics import median
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.indicators.checking import Choices
from app.indicators.models import Indicator, IndicatorStand, IndicatorVersion, RegionReading
from app.indicators.profiles.queries import profile_of, read_values, setting_of
from app.indicators.queries import get_indicator, list_indicators, list_readings
from app.indicators.service import import_readings
from app.people.models import Organisation
from app.people.queries import operator
from app.people.service import create_person
from tests.indicators.test_indicator_import import ROOT, TSV
from tests.indicators.test_taking_readings import areas
from tests.make import Cast, csrf_in, sign_in
from tests.scenes import lay

DEFINITION = {
    "name": "Tertiary education",
    "dimension": "people",
    "unit": "%",
    "direction": "higher_better",
    "definition": "",
    "source": "Eurostat",
    "source_url": "https://ec.europa.eu/eurostat",
    "territory_rule": "NUTS 2",
}


def load(session: Session) -> None:
    """The areas, indicators and readings of the demonstration."""

    def build() -> None:
        areas(session)
        data = (ROOT / "demo" / "indicators.csv").read_bytes()
        taken = import_readings(session, operator(session), "i.csv", data, Choices(edition="2021", defines=True))
        assert not taken.is_refused

    lay(session, "indicators", build, lambda: None)


def post(client: TestClient, path: str, data: dict[str, Any], **more: Any) -> Any:
    return client.post(path, data={"csrf": csrf_in(client.get("/indicators").text), **data}, **more)


def test_an_indicator_is_defined_changed_and_agreed_with(client: TestClient, session: Session, cast: Cast) -> None:
    areas(session)
    sign_in(client, session, cast.alba)
    assert post(client, "/indicators", DEFINITION | {"code": "T1"}).status_code == 303
    assert post(client, "/indicators", DEFINITION | {"code": "T1"}).status_code == 303
    assert post(client, "/indicators", DEFINITION | {"code": "T1", "unit": "people"}).status_code == 409
    refused = post(client, "/indicators", DEFINITION | {"code": "T 2", "source_url": "javascript:alert(1)", "name": ""})
    assert refused.status_code == 422
    for field in ("code", "name", "source_url"):
        assert f'id="{field}-fault"' in refused.text
    partner = session.exec(select(Organisation).where(Organisation.code == "CAT")).one()
    session.commit()
    stand = {"partner": str(partner.id), "agrees": "no", "words": "Which age?", "revision": "1"}
    for _ in range(2):
        assert post(client, "/indicators/T1/stands", stand).status_code == 303
    page = client.get("/indicators/T1").text
    assert "Which age?" in page
    assert "0 of 6 agree" in client.get("/indicators").text
    assert post(client, "/indicators/T1/stands", stand | {"agrees": ""}).status_code == 422
    changed = DEFINITION | {"definition": "Aged 25 to 34", "revision": "1"}
    assert post(client, "/indicators/T1/change", changed).status_code == 422
    assert post(client, "/indicators/T1/change", changed | {"because": "Asked for", "name": ""}).status_code == 422
    assert post(client, "/indicators/T1/change", changed | {"because": "Asked for"}).status_code == 303
    assert post(client, "/indicators/T1/change", changed | {"because": "Late", "name": "Other"}).status_code == 409
    assert post(client, "/indicators/T1/stands", stand | {"agrees": "yes"}).status_code == 409
    assert post(client, "/indicators/T1/stands", stand | {"agrees": "yes", "revision": "2"}).status_code == 303
    assert "1 of 6 agree" in client.get("/indicators").text
    assert [one.number for one in session.exec(select(IndicatorVersion)).all()] == [1, 2]
    assert len(session.exec(select(IndicatorStand)).all()) == 2
    history = client.get("/history").text
    for word in ("Indicator defined", "Indicator given a new version", "whether it agrees with an indicator"):
        assert word in history
    assert client.get("/indicators/NONE").status_code == 404


def test_a_manager_of_a_partner_speaks_for_it_only(client: TestClient, session: Session, cast: Cast) -> None:
    load(session)
    partners = {one.code: one for one in session.exec(select(Organisation)).all()}
    own = create_person(
        session,
        operator(session),
        email="m@innaxe.example",
        role="manager",
        name="M",
        organisation=str(partners["CAT"].id),
    )
    session.commit()
    sign_in(client, session, own)
    given = {"agrees": "yes", "revision": "1"}
    assert post(client, "/indicators/IND01/stands", given | {"partner": str(partners["CAT"].id)}).status_code == 303
    assert post(client, "/indicators/IND01/stands", given | {"partner": str(partners["DK"].id)}).status_code == 403
    assert client.get("/indicators/import").status_code == 403
    assert client.get("/indicators/IND01/change").status_code == 403


def test_a_unit_stays_once_there_are_values(client: TestClient, session: Session, cast: Cast) -> None:
    load(session)
    sign_in(client, session, cast.alba)
    refused = post(client, "/indicators/IND01/change", DEFINITION | {"unit": "x", "because": "y", "revision": "1"})
    assert refused.status_code == 422
    assert 'id="unit-fault"' in refused.text


def test_a_file_is_imported_in_the_browser_or_named_in_full(client: TestClient, session: Session, cast: Cast) -> None:
    load(session)
    sign_in(client, session, cast.carla)
    before = len(session.exec(select(RegionReading)).all())
    session.commit()
    choices = {"edition": "2021", "indicator": "IND01", "unit": "PC"}
    bad = {"sheet": ("edu.tsv", io.BytesIO(TSV.replace("13", "1,3").encode()))}
    refused = post(client, "/indicators/import", choices, files=bad)
    assert refused.status_code == 422
    assert "Nothing of edu.tsv was taken over." in refused.text
    assert "<strong>Row 3</strong> <code>2021</code> has a decimal comma: write 12.5" in refused.text
    assert len(session.exec(select(RegionReading)).all()) == before
    session.commit()
    good = {"sheet": ("edu.tsv", io.BytesIO(TSV.encode()))}
    done = post(client, "/indicators/import", choices | {"source": "Eurostat edat"}, files=good)
    assert done.status_code == 200
    assert "2 readings added, 2 changed" in done.text
    key = get_indicator(session, operator(session), "IND01").indicator.id
    kept = {(one.region, one.year): one for one in list_readings(session, [key])}
    session.commit()
    assert (kept["ES51", 2020].value, kept["ES51", 2020].flags, kept["ES51", 2020].source) == (
        12.5,
        "b",
        "Eurostat edat",
    )
    assert kept["BG", 2020].value is None
    assert post(client, "/indicators/import", choices, files={"sheet": ("a.pdf", b"%PDF")}).status_code == 422
    assert post(client, "/indicators/import", choices).status_code == 422
    assert "Readings of regions imported" in client.get("/history").text


def test_what_is_handed_out_comes_in_again(client: TestClient, session: Session, cast: Cast) -> None:
    load(session)
    sign_in(client, session, cast.dora)
    for kind in ("csv", "xlsx"):
        session.commit()
        data = client.get(f"/indicators/export.{kind}").content
        assert data == client.get(f"/indicators/export.{kind}").content
        again = import_readings(session, operator(session), f"r.{kind}", data, Choices(defines=True))
        assert [str(one) for one in again.report.faults] == []
        assert (again.added, again.changed, again.unchanged, again.versions) == (0, 0, 660, 0)
    assert client.get("/indicators/export.pdf").status_code == 404
    assert client.get("/indicators/profiles/CAT/export.pdf").status_code == 404


def test_the_page_of_a_profile_says_what_the_rules_found(client: TestClient, session: Session, cast: Cast) -> None:
    load(session)
    sign_in(client, session, cast.dora)
    page = client.get("/indicators/profiles/CAT").text
    assert "A profile, not a ranking." in page
    # values stand as the file has them: no decimals that nobody measured
    assert '>2,174<span class="under">2024' in page
    assert '>48.4<span class="under">2024' in page
    assert '>2.15<span class="under">2024' in page
    assert "Composite" not in page
    assert "Show it all the same" in page
    values = read_values(session, operator(session))
    assert values.partners == ["BG", "CAT", "DK", "IDF", "RN"]
    found = profile_of(values, "CAT", setting_of(values))
    for line in found.lines:
        others = [
            found.profile.scores[line.code][one]
            for one in ("BG", "DK", "IDF", "RN")
            if one in found.profile.scores[line.code]
        ]
        assert line.middle == (median(others) if others else None)
    assert f"Scores on {found.covered} of {found.scored} indicators, 2015–2024, on scales of 5 regions" in page
    assert "nearest territory: BG41" in client.get("/indicators/profiles/BG").text
    ranked = client.get("/indicators/profiles/CAT?figure=yes&beside=alike&among=all&first=2020&last=2022").text
    assert "Rank, as weights vary" in ranked
    assert "2020–2022, on scales of 6 regions" in ranked
    for odd in ("first=x&last=99999999999", "first=2024&last=2015", "first=1&last=1"):
        assert client.get(f"/indicators/profiles/CAT?{odd}").status_code == 200
    assert client.get("/indicators/profiles/XX").status_code == 404
    listed = client.get("/indicators/profiles").text
    assert listed.index("Bulgaria cluster") < listed.index("Catalonia cluster")
    session.commit()
    exported = client.get("/indicators/profiles/CAT/export.csv").content.decode("utf-8-sig")
    assert exported.count("\r\n") == 23


@pytest.mark.parametrize("path", ["/indicators", "/indicators/profiles", "/indicators/export.csv"])
def test_pages_without_anything(client: TestClient, session: Session, cast: Cast, path: str) -> None:
    sign_in(client, session, cast.alba)
    assert client.get(path).status_code == 200


def test_programs_read_and_define(client: TestClient, session: Session, cast: Cast) -> None:
    load(session)
    sign_in(client, session, cast.alba)
    headers = {"X-CSRF-Token": csrf_in(client.get("/indicators").text)}
    listed = client.get("/api/v1/indicators").json()
    assert [one["code"] for one in listed] == [f"IND{number:02}" for number in range(1, 23)]
    assert listed[0]["partners"] == 6
    made = client.post("/api/v1/indicators", json=DEFINITION | {"code": "T1"}, headers=headers)
    assert (made.status_code, made.json()["version"]) == (201, 1)
    path = "/api/v1/indicators/T1"
    new = DEFINITION | {"name": "Other", "because": "Asked for"}
    assert client.put(path, json=new, headers=headers).status_code == 428
    assert client.put(path, json=new, headers=headers | {"If-Match": '"7"'}).status_code == 412
    assert client.put(path, json=new, headers=headers | {"If-Match": '"1"'}).json()["version"] == 2
    assert client.get(path).json()["name"] == "Other"
    readings = client.get("/api/v1/indicators/IND10/readings").json()
    assert {one["status"] for one in readings} == {"published"}
    assert [one["year"] for one in readings if one["region"] == "CAT"] == [2015, 2016, 2017, 2018, 2019]
    profile = client.get("/api/v1/regions/CAT/profile").json()
    assert profile["reference"] == ["BG", "CAT", "DK", "IDF", "RN"]
    context = next(one for one in profile["lines"] if one["indicator"] == "IND10")
    assert (context["score"], context["scale"]) == (None, {"unscored": "context"})
    assert client.get("/api/v1/regions/XX/profile").status_code == 404


def test_another_consortium_has_its_own_codes(session: Session) -> None:
    load(session)
    assert len(list_indicators(session, operator(session))) == 22
    assert {one.consortium_id for one in session.exec(select(Indicator)).all()} == {operator(session).consortium_id}


def test_a_partners_area_under_its_code_of_nuts_counts_once(session: Session) -> None:
    load(session)
    values = read_values(session, operator(session))
    twice = {code: one | {"ES51": one["CAT"]} for code, one in values.series.items() if "CAT" in one}
    assert values.twins == {"ES51", "FR10", "DE12"}
    every = setting_of(replace(values, series=twice), is_of_all=True).reference
    assert "CAT" in every
    assert "ES51" not in every
