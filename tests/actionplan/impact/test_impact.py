"""Result chains: stated, changed, said about, and what changed beside them recomputed from the readings' file."""

import csv
import io
import json
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.actionplan.impact.models import ContributionStatement, ResultChain, ResultChainVersion
from app.actionplan.impact.queries import read_chains
from app.actionplan.impact.rules import ASSOCIATION, NO_CHANGE_WORDS, Association, NoChange
from app.actionplan.impact.schemas import ChainIn
from app.actionplan.impact.service import state_chain
from app.core.catalogues import translate
from app.core.words import LANGUAGES
from app.demo import _load_programmes  # pyright: ignore[reportPrivateUsage]
from app.erasure import export_person
from app.people.queries import operator
from tests.indicators.test_indicators_web import load
from tests.make import Cast, csrf_in, sign_in
from tests.scenes import lay

SECRET = "a secret for hashing"
READINGS = Path(__file__).parents[3] / "demo" / "indicators.csv"
CHAIN: dict[str, Any] = {
    "output": "Introductions that led to a meeting",
    "output_evidence": "self_reported",
    "output_source": "Yearly report",
    "outcome": "More companies work with research",
    "outcome_evidence": "none",
    "outcome_source": "",
    "dimension": "connections",
    "dimension_evidence": "external_evaluation",
    "dimension_source": "",
    "indicator": "IND07",
    "begun_year": "2020",
}
REFERENCE = ("BG", "CAT", "DK", "IDF", "RN")


@pytest.fixture
def ground(session: Session) -> None:
    """The indicators, readings and programmes of the demonstration."""

    def build() -> None:
        load(session)
        _load_programmes(session, operator(session))

    lay(session, "numbers and programmes", build, lambda: None)


def post(client: TestClient, path: str, data: dict[str, Any]) -> Any:
    return client.post(path, data={"csrf": csrf_in(client.get("/impact").text), **data})


def state(session: Session, programme: str = "S01", **other: Any) -> ResultChain:
    content = ChainIn.model_validate(CHAIN | other)
    return state_chain(session, operator(session), programme, content)


def of_file(indicator: str) -> dict[str, dict[int, float]]:
    """The values of an indicator by region and year, straight from the file."""
    found: dict[str, dict[int, float]] = {}
    for row in csv.DictReader(READINGS.read_text(encoding="utf-8").splitlines()):
        if row["indicator_id"] == indicator and row["value"]:
            found.setdefault(row["region_id"], {})[int(row["year"])] = float(row["value"])
    return found


def test_what_changed_is_recomputed_from_the_file(session: Session, ground: None) -> None:
    compared = 0
    codes = sorted({row["indicator_id"] for row in csv.DictReader(READINGS.read_text(encoding="utf-8").splitlines())})
    for begun in (2020, 2022):
        for code in codes:
            state(session, "S01", indicator=code, begun_year=begun)
    for one in read_chains(session, operator(session)).chains:
        values, begun = of_file(one.version.indicator), one.version.begun_year
        assert begun is not None
        own = values["CAT"]
        later = [year for year in own if year > begun]
        if begun not in own or not later:
            assert one.change in (NoChange.BEFORE, NoChange.AFTER)
            continue
        last = max(later)
        others = {
            region: values[region][last] - values[region][begun]
            for region in REFERENCE
            if region != "CAT" and {begun, last} <= values.get(region, {}).keys()
        }
        assert isinstance(one.change, Association)
        assert one.change.own.difference == pytest.approx(own[last] - own[begun], abs=1e-12)
        assert one.change.peers == pytest.approx(others)
        if len(others) < 2:
            assert one.change.beyond is None
        else:
            expected = own[last] - own[begun] - median(others.values())
            assert one.change.beyond == pytest.approx(expected, abs=1e-12)
            compared += 1
    assert compared > 30


@pytest.mark.parametrize(
    ("programme", "other", "reason"),
    [
        ("S01", {"indicator": ""}, NoChange.INDICATOR),
        ("S01", {"begun_year": None}, NoChange.YEAR),
        ("S01", {"begun_year": 2001}, NoChange.BEFORE),
        ("S01", {"begun_year": 2024}, NoChange.AFTER),
    ],
)
def test_without_data_there_is_a_reason_and_no_figure(
    client: TestClient, session: Session, cast: Cast, ground: None, programme: str, other: Any, reason: NoChange
) -> None:
    chain = state(session, programme, **other)
    session.commit()
    sign_in(client, session, cast.dora)
    for page in ("/impact", f"/impact/{chain.id}"):
        assert NO_CHANGE_WORDS[reason] in client.get(page).text
    found = client.get(f"/api/v1/impact/{chain.id}").json()
    assert (found["change"], found["change_unknown"]) == (None, reason.value)


def test_an_indicator_that_is_gone_is_said_to_be_unknown(session: Session, ground: None) -> None:
    chain = state(session)
    version = session.exec(select(ResultChainVersion).where(ResultChainVersion.chain_id == chain.id)).one()
    version.indicator = "GONE"
    session.flush()
    (found,) = read_chains(session, operator(session)).chains
    assert found.change is NoChange.UNKNOWN


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nowhere_is_it_called_a_proof(
    client: TestClient, session: Session, cast: Cast, ground: None, language: str
) -> None:
    assert ASSOCIATION == (
        "This is what changed at the same time: an association, never a proof that the programme caused it."
    )
    said = translate(language, ASSOCIATION)
    assert (said == ASSOCIATION) is (language == "en")
    chain = state(session)
    session.commit()
    sign_in(client, session, cast.dora)
    client.cookies.set("innaxe_language", language)
    headers = {"Accept-Language": language}
    for page in ("/impact", f"/impact/{chain.id}"):
        text = client.get(page, headers=headers).text
        assert said.replace("'", "&#39;") in text or said in text, page
    files = json.loads(client.get("/impact/export.json", headers=headers).content)
    assert said in json.dumps(files, ensure_ascii=False)
    assert client.get(f"/api/v1/impact/{chain.id}").json()["change"]["reading"] == ASSOCIATION


def test_a_chain_is_stated_changed_and_kept(client: TestClient, session: Session, cast: Cast, ground: None) -> None:
    sign_in(client, session, cast.alba)
    assert "nobody has said" in client.get("/impact").text
    refused = post(client, "/impact", CHAIN | {"programme": "S01", "output": "", "begun_year": "20O1"})
    assert refused.status_code == 422
    for field in ("output", "begun_year"):
        assert f'id="{field}-fault"' in refused.text
    assert post(client, "/impact", CHAIN | {"programme": "NONE"}).status_code == 422
    assert post(client, "/impact", CHAIN | {"programme": "S01", "indicator": "NONE"}).status_code == 422
    places = {post(client, "/impact", CHAIN | {"programme": "S01"}).headers["location"] for _ in range(2)}
    (place,) = places
    page = client.get(place).text
    assert "Introductions that led to a meeting" in page
    assert "self-reported: " in page
    assert "A chain is as well known as its weakest link: no evidence." in page
    form = client.get(f"{place}/change").text
    assert 'name="revision" value="1"' in form
    changed = CHAIN | {"outcome": "Another outcome", "because": "Said better", "revision": "1"}
    assert post(client, f"{place}/change", changed).headers["location"] == place
    late = post(client, f"{place}/change", changed | {"outcome": "Late"})
    assert late.status_code == 409
    assert 'value="Late"' in late.text
    assert [one.number for one in session.exec(select(ResultChainVersion)).all()] == [1, 2]
    session.commit()
    page = client.get(place).text
    assert "Said better" in page
    assert "More companies work with research" in page
    history = client.get("/history").text
    for words in ("Result chain of a programme stated", "Result chain given a new version"):
        assert words in history


def test_people_say_what_it_contributed_and_take_it_back(
    client: TestClient, session: Session, cast: Cast, ground: None
) -> None:
    chain = state(session)
    session.commit()
    place = f"/impact/{chain.id}"
    sign_in(client, session, cast.dora)
    assert post(client, f"{place}/statements", {"words": " ", "evidence": "none"}).status_code == 422
    said = {"words": "It brought us together.", "evidence": "self_reported", "source": "Minutes of May"}
    for _ in range(2):
        assert post(client, f"{place}/statements", said).status_code == 303
    (statement,) = session.exec(select(ContributionStatement)).all()
    session.commit()
    page = client.get(place).text
    for words in ("It brought us together.", "Minutes of May", cast.dora.name, "self-reported"):
        assert words in page
    assert "1 statement" in client.get("/impact").text
    known = export_person(session, cast.dora.email, secret=SECRET)["account"]
    assert [one["words"] for one in known["contributions"]] == ["It brought us together."]
    session.commit()
    for _ in range(2):
        assert post(client, f"{place}/statements/{statement.id}/take-back", {}).status_code == 303
    session.expire_all()
    kept = session.exec(select(ContributionStatement)).one()
    assert (kept.words, kept.source) == ("", "")
    assert kept.withdrawn_at is not None
    session.commit()
    page = client.get(place).text
    assert "It brought us together." not in page
    assert "Taken back on" in page
    assert "1 statement" not in client.get("/impact").text


def test_nobody_takes_back_what_somebody_else_said(
    client: TestClient, session: Session, cast: Cast, ground: None
) -> None:
    chain = state(session)
    session.commit()
    sign_in(client, session, cast.alba)
    post(client, f"/impact/{chain.id}/statements", {"words": "Mine", "evidence": "none"})
    statement = session.exec(select(ContributionStatement)).one()
    session.commit()
    sign_in(client, session, cast.dora)
    assert post(client, f"/impact/{chain.id}/statements/{statement.id}/take-back", {}).status_code == 403
    assert "Take back" not in client.get(f"/impact/{chain.id}").text


def test_programs_state_and_change_chains(client: TestClient, session: Session, cast: Cast, ground: None) -> None:
    sign_in(client, session, cast.alba)
    headers = {"X-CSRF-Token": csrf_in(client.get("/impact").text)}
    body = CHAIN | {"programme": "S01", "begun_year": 2020}
    made = [client.post("/api/v1/impact", json=body, headers=headers) for _ in "ab"]
    assert [one.status_code for one in made] == [201, 201]
    found = made[0].json()
    assert found["id"] == made[1].json()["id"]
    assert (found["partner"], found["weakest_evidence"], found["version"]) == ("CAT", "none", 1)
    path = f"/api/v1/impact/{found['id']}"
    new = CHAIN | {"begun_year": 2021, "because": "Began later"}
    assert client.put(path, json=new, headers=headers).status_code == 428
    assert client.put(path, json=new, headers=headers | {"If-Match": '"9"'}).status_code == 412
    assert client.put(path, json=new, headers=headers | {"If-Match": '"1"'}).json()["version"] == 2
    statement = {"words": "It helped", "evidence": "none"}
    assert client.post(f"{path}/statements", json=statement, headers=headers).status_code == 201
    listed = client.get("/api/v1/impact").json()
    assert [one["words"] for one in listed[0]["statements"]] == ["It helped"]
    assert client.post("/api/v1/impact", json=body | {"output_evidence": "sure"}, headers=headers).status_code == 422


def test_files_say_what_the_page_says(client: TestClient, session: Session, cast: Cast, ground: None) -> None:
    state(session)
    session.commit()
    sign_in(client, session, cast.dora)
    data = client.get("/impact/export.csv").content
    assert data == client.get("/impact/export.csv").content
    (line,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    values = of_file("IND07")["CAT"]
    assert float(line["Change"]) == pytest.approx(values[2024] - values[2020], abs=0.005)
    assert line["Evidence of the output"] == "self-reported"
    assert client.get("/impact/export.xlsx").content[:2] == b"PK"
    assert client.get("/impact/export.pdf").status_code == 404


def test_pages_without_anything(client: TestClient, session: Session, cast: Cast, engine: Engine) -> None:
    sign_in(client, session, cast.dora)
    for page in ("/impact", "/impact/links", "/impact/export.csv", "/impact/links/export.json"):
        assert client.get(page).status_code == 200, page
    assert client.get("/impact/00000000-0000-0000-0000-000000000000").status_code == 404
