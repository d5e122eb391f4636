"""A survey rates programmes; pages, files and programs then say what it said, as far as it may be said."""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any
from zipfile import ZipFile

import pytest
from fastapi.testclient import TestClient
from scipy.stats import binomtest  # pyright: ignore[reportUnknownVariableType] -- scipy has no types
from sqlmodel import Session, select

from app.consensus.queries import find_snapshot
from app.people.queries import operator
from app.people.service import create_person
from app.programmes.queries import get_programme
from app.programmes.rated.queries import ratings
from app.programmes.rated.rules import Said, Unrated, said_in
from app.programmes.service import change_programme, content_of
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import list_criteria, list_items, list_questions
from tests.indicators.test_agreed_set import EACH, close, publish
from tests.make import HELICES, Cast, csrf_in, sign_in
from tests.programmes.test_programmes_web import load

ASKED = ("S01", "S02", "S05", "S12")
Points = Mapping[str, int | None]
ALL: Points = {"S01": 5, "S02": 4, "S05": 5}
# of each helix: S02 is rated by two of civil society only, S05 by hardly anybody, S12 by nobody
EACH_SAYS: dict[str, list[Points]] = {
    "academia": [ALL, ALL, ALL, {"S01": 4, "S02": 2}, {"S01": 4, "S02": 4}, {"S01": None, "S02": 4}],
    "industry": [{"S01": 5, "S02": 2}] * EACH,
    "government": [{"S01": 4, "S02": 5}] * EACH,
    "civil": [{"S01": 3, "S02": 5}, {"S01": 5, "S02": 5}, *[{"S01": 5}] * (EACH - 2)],
}


def make_draft(client: TestClient, codes: tuple[str, ...] = ASKED, **typed: str) -> str:
    """Choose programmes in the browser; returns the short name of the survey."""
    form = {"csrf": csrf_in(client.get("/programmes/ask").text), "title": "Our programmes", "language": "en", **typed}
    made = client.post("/programmes/ask", data=form | {f"programme.{code}": "yes" for code in codes})
    assert made.status_code == 303, made.text
    return made.headers["location"].split("/")[-2]


def hold_a_round(client: TestClient, session: Session, slug: str, says: Mapping[str, list[Points]]) -> Survey:
    """Publish, have each person answer, and close."""
    publish(client, slug)
    survey = session.exec(select(Survey).where(Survey.slug == slug)).one()
    session.commit()
    for helix in HELICES:
        for points in says[helix]:
            start = {"consent": True, "helix": helix, "region": "ES51", "language": "en"}
            begun = client.post(f"/api/v1/surveys/{survey.id}/responses", json=start).json()
            headers = {"authorization": f"Bearer {begun['token']}"}
            path = f"/api/v1/responses/{begun['response_id']}"
            for code, point in points.items():
                answer = {"value": point, "rev": 0}
                saved = client.put(f"{path}/answers/{code}.meets", json=answer, headers=headers)
                assert saved.status_code == 200, saved.text
            assert client.post(f"{path}/submit", headers=headers).status_code == 200
    close(client, session, survey)
    session.expire_all()
    return survey


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_programmes_are_rated_and_every_page_and_file_says_the_same(
    client: TestClient, session: Session, cast: Cast
) -> None:
    load(session)
    sign_in(client, session, cast.carla)
    assert 'href="/programmes/ask"' in client.get("/programmes").text
    assert "not known: stakeholders were not asked" in client.get("/programmes/S01").text
    slug = make_draft(client)
    assert make_draft(client) == slug, "the same form again is the same draft"
    assert f"/surveys/{slug}/programmes" in client.get(f"/surveys/{slug}/build").text
    versions = {code: get_programme(session, operator(session), code).version.id for code in ASKED}
    session.commit()
    survey = hold_a_round(client, session, slug, EACH_SAYS)
    assert (survey.item_kind, survey.items_returning, survey.planned_rounds) == ("programme", "all", 2)
    assert {one.code: one.source_id for one in list_items(session, survey.id)} == versions

    snapshot = find_snapshot(session, survey.id)
    assert snapshot
    lines = {line["initiative"]: line for line in snapshot.findings["items"]["meets"]}
    session.commit()
    interval = binomtest(22, 23).proportion_ci(method="wilson")
    out = client.get("/api/v1/programmes/S01").json()["expectations"]
    assert (out["n"], out["cannot_judge"]) == (23, 1)
    assert out["share"] == pytest.approx(22 / 23)
    assert out["interval"] == pytest.approx([interval.low, interval.high])
    assert (out["verdict"], out["survey"], out["round"], out["version"]) == ("consensus", slug, 1, 1)
    assert out["by_helix"]["civil"]["share"] == pytest.approx(5 / 6)
    page = client.get("/programmes/S01").text
    for said in ("96%", "rated by 23", "1 person can't judge it", "Consensus", f"/results/{slug}?round=1", "83%"):
        assert said in page, said
    comparison = client.get("/programmes/comparison?category=connect").text
    assert "rated by 23" in comparison

    # two of civil society alone are hidden, and one more helix, from which they would follow
    hidden = client.get("/api/v1/programmes/S02").json()["expectations"]
    assert hidden["n"] == 20
    told = {helix: cell["n"] for helix, cell in hidden["by_helix"].items()}
    assert told["civil"] is None
    assert list(told.values()).count(None) == 2
    assert all(cell["unknown"] == "too_few" for cell in hidden["by_helix"].values() if cell["n"] is None)
    for helix, cell in lines["S02"]["by_helix"].items():
        assert (cell["n"], cell.get("share_high")) == (told[helix], hidden["by_helix"][helix]["share"])
    assert client.get("/programmes/S02").text.count("another group could be found by it") == 2
    for code in ("S05", "S12"):
        few = client.get(f"/api/v1/programmes/{code}").json()["expectations"]
        assert (few["share"], few["n"], few["by_helix"], few["unknown"]) == (None, None, {}, "too_few")
        assert "not shown: too few answers" in client.get(f"/programmes/{code}").text

    category = get_programme(session, operator(session), "S02").version.category
    session.commit()
    compared = client.get(f"/api/v1/programmes/comparison?category={category}").json()["programmes"]
    assert next(one for one in compared if one["code"] == "S02")["expectations"] == hidden
    path = f"/programmes/comparison/export.%s?category={category}"
    text = client.get(path % "csv").content.decode("utf-8-sig")
    head, *rows = rows_of(text.split("\r\n\r\n")[0])
    line = dict(zip(head, next(row for row in rows if row[0] == "S02"), strict=True))
    assert float(line["Meets expectations"]) == pytest.approx(hidden["share"], abs=1e-4)
    assert (line["How many rated it"], line["Version asked about"]) == ("20", "1")
    assert text.count("another group could be found by it") == 2
    document = json.loads(client.get(path % "json").content)
    [row] = [one for one in cells_in(document) if one.get("code") == "S02" and "expected" in one]
    assert (row["expected"], row["expected_n"]) == (pytest.approx(hidden["share"]), 20)
    with ZipFile(io.BytesIO(client.get(path % "xlsx").content)) as book:
        sheets = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert sheets.count("another group could be found by it") >= 1
    assert client.get(path % "csv").content == client.get(path % "csv").content


def cells_in(document: Any) -> list[dict[str, Any]]:
    """Every line of every table in a document as JSON."""
    parts: list[Any] = [*document.values()] if isinstance(document, dict) else []  # pyright: ignore[reportUnknownArgumentType] -- JSON
    parts += document if isinstance(document, list) else []
    found = [line for part in parts for line in cells_in(part)]
    return [document, *found] if isinstance(document, dict) and "code" in document else found  # pyright: ignore[reportUnknownVariableType] -- JSON


def test_only_the_version_asked_about_and_only_who_may_read_results(
    client: TestClient, session: Session, cast: Cast
) -> None:
    load(session)
    sign_in(client, session, cast.carla)
    slug = make_draft(client, ("S01",))
    everybody: dict[str, list[Points]] = {helix: [{"S01": 5}] * EACH for helix in HELICES}
    publish(client, slug)
    session.expire_all()
    found = ratings(session, operator(session))["S01"]
    assert (found.said, found.version, found.closed_at) == (Unrated.STILL_OPEN, 1, None)
    session.commit()
    assert "not known yet: no round has closed" in client.get("/programmes/S01").text
    second = make_draft(client, ("S01",))
    assert second != slug, "a published survey is no draft to go on with"
    hold_a_round(client, session, second, everybody)
    found = ratings(session, operator(session))["S01"]
    assert isinstance(found.said, Said)
    assert (found.survey and found.survey.slug, found.said.share.share) == (second, 1.0)
    editor = create_person(session, operator(session), email="e@innaxe.example", role="editor", name="E")
    session.commit()
    sign_in(client, session, editor)
    page = client.get("/programmes/S01").text
    assert "not shown: only those who may read results see it" in page
    assert "/results/" not in page
    assert "/programmes/ask" not in client.get("/programmes").text
    assert client.get("/programmes/ask").status_code == 403
    kept = client.get("/api/v1/programmes/S01").json()["expectations"]
    assert (kept["share"], kept["by_helix"], kept["unknown"]) == (None, {}, "not_yours")
    text = client.get("/programmes/comparison/export.csv?category=connect").content.decode("utf-8-sig")
    assert "only those who may read results" in text

    content = content_of(get_programme(session, operator(session), "S01").version)
    again = content.model_copy(update={"description": "Another"})
    change_programme(session, operator(session), "S01", again, revision=1)
    session.commit()
    sign_in(client, session, cast.dora)
    page = client.get("/programmes/S01").text
    assert "not known: stakeholders were asked about another version" in page
    assert "now it is version 2" in page
    assert "100%" not in page.split('id="expected"')[1].split("</section>")[0]
    other = client.get("/api/v1/programmes/S01").json()["expectations"]
    assert (other["share"], other["unknown"], other["version"]) == (None, "other_version", 1)


def test_the_survey_asks_one_thing_in_seven_languages(client: TestClient, session: Session, cast: Cast) -> None:
    load(session)
    sign_in(client, session, cast.carla)
    form = {"csrf": csrf_in(client.get("/programmes/ask").text), "title": "T"}
    refused = client.post("/programmes/ask", data=form)
    assert (refused.status_code, 'id="programmes-fault"' in refused.text) == (422, True)
    assert client.post("/programmes/ask", data=form | {"title": "", "programme.S01": "yes"}).status_code == 422
    assert client.post("/programmes/ask", data=form | {"programme.NONE": "yes"}).status_code == 422
    usual = "Do our programmes meet what you expect of them?"
    slug = make_draft(client, ("S01", "S02"), title=usual, language="da")
    survey = session.exec(select(Survey).where(Survey.slug == slug)).one()
    assert (survey.default_language, survey.outdated) == ("da", {})
    [criterion] = list_criteria(session, survey.id)
    for words in (survey.title, criterion.label, criterion.text, criterion.low, criterion.high):
        assert len({words[tag] for tag in survey.languages}) == 7, words
    assert {one.code for one in list_questions(session, survey.id)} >= {"consent", "helix", "region", "comment"}
    assert {tag for item in list_items(session, survey.id) for tag in item.title} == {"da"}
    session.commit()
    path = f"/surveys/{slug}/programmes"
    page = client.get(path).text
    assert page.count(" checked") == 2
    revision = page.split('name="revision" value="')[1].split('"')[0]
    form = {"csrf": csrf_in(page), "revision": revision}
    assert client.post(path, data=form).status_code == 422
    assert client.post(path, data=form | {"programme.S03": "yes"}).status_code == 303
    assert client.post(path, data=form | {"programme.S04": "yes"}).status_code == 409
    session.expire_all()
    assert [item.code for item in list_items(session, survey.id)] == ["S03"]


def test_programs_make_the_survey_too(client: TestClient, session: Session, cast: Cast) -> None:
    load(session)
    sign_in(client, session, cast.carla)
    headers = {"X-CSRF-Token": csrf_in(client.get("/programmes/ask").text)}
    given: dict[str, Any] = {"title": "Ours", "language": "de", "programmes": ["S01", "S02"]}
    made = client.post("/api/v1/programmes/surveys", json=given, headers=headers)
    assert (made.status_code, made.json()["programmes"]) == (201, 2)
    assert client.post("/api/v1/programmes/surveys", json=given, headers=headers).json() == made.json()
    in_danish = client.post("/api/v1/programmes/surveys", json=given | {"language": "da"}, headers=headers)
    assert in_danish.json()["slug"] != made.json()["slug"]
    unknown = client.post("/api/v1/programmes/surveys", json=given | {"programmes": ["NONE"]}, headers=headers)
    assert unknown.status_code == 422


def test_a_line_kept_from_an_earlier_round_names_it() -> None:
    cell = {"n": 6, "suppressed": False, "share_high": 0.5, "wilson": [0.2, 0.8]}
    line = cell | {
        "initiative": "P1",
        "box_share": 0.5,
        "cannot_judge": 0,
        "verdict": "leaning",
        "standing": "cannot_tell",
        "by_helix": {"civil": cell, "industry": {"n": None, "suppressed": True}},
        "round": 1,
    }
    said = said_in({"round": 2, "items": {"meets": [line]}}, "meets", "P1")
    assert isinstance(said, Said)
    assert (said.round, said.by_helix["industry"]) == (1, None)
    assert said.by_helix["civil"] == said.share
