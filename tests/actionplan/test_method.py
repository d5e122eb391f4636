"""The method page: every figure defined once, recomputed for the reader's own survey, and every column explained."""

import csv
import importlib
import io
import pkgutil
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

import app.stats
from app.actionplan.disclosure.document import WITH_FILE
from app.actionplan.method.dictionary import files_of
from app.actionplan.method.example import Example, worked_example
from app.actionplan.method.measures import MEASURES
from app.consensus.service import close_round
from app.core.words import LANGUAGES
from app.people.queries import operator
from tests.actionplan.releasing import close_small_survey, release
from tests.consensus.test_closing import PANEL, fill
from tests.make import Cast, make_open_survey, sign_in

DOCS = Path(__file__).parents[2] / "docs" / "statistics.md"
FULL = {**PANEL, "civil": [5, 3, 4, 4, 4]}


def line_of(findings: dict[str, Any], example: Example) -> dict[str, Any]:
    return next(line for line in findings["items"][example.criterion] if line["initiative"] == example.initiative)


@pytest.mark.parametrize("panel", [PANEL, FULL], ids=["a hidden group", "all shown"])
def test_the_example_recomputes_what_the_results_say(
    session: Session, engine: Engine, panel: dict[str, list[int]]
) -> None:
    survey = make_open_survey(session)
    fill(session, engine, survey, panel)
    findings = close_round(session, operator(session), survey).findings
    example = worked_example(findings)
    assert example
    line = line_of(findings, example)
    overall = next(one for one in findings["overall"] if one["initiative"] == example.initiative)
    found = [(step.measure, step.value) for step in example.steps]
    expected = [
        ("answers", line["n"]),
        ("box_share", line["box_share"]),
        ("interval", line["wilson"][0]),
        ("mean", line["mean"]),
        ("median", line["median"]),
        ("shares", line["share_high"]),
        ("mean", line["balanced_mean"]),
        ("score", overall["score"]),
    ]
    assert [measure for measure, _ in found] == [measure for measure, _ in expected]
    assert [value for _, value in found] == pytest.approx([value for _, value in expected], abs=1e-8)
    for step in example.steps:
        said = float(step.working.rpartition("= ")[2])
        assert said == pytest.approx(step.value, abs=0.0006), step


@pytest.mark.parametrize("panel", [PANEL, FULL], ids=["a hidden group", "all shown"])
def test_every_line_could_be_the_example(session: Session, engine: Engine, panel: dict[str, list[int]]) -> None:
    survey = make_open_survey(session)
    fill(session, engine, survey, panel)
    findings = dict(close_round(session, operator(session), survey).findings)
    for code in ("I1", "I2"):
        only = {
            criterion: [
                line | ({} if line["initiative"] == code else {"suppressed": True})
                for line in findings["items"][criterion]
            ]
            for criterion in findings["criteria"]
        }
        example = worked_example(findings | {"items": only})
        assert example
        assert example.initiative == code
        shares = next(step.value for step in example.steps if step.measure == "shares")
        assert shares == pytest.approx(line_of(findings, example)["share_high"], abs=1e-8)


def test_nothing_shown_has_no_example(session: Session, engine: Engine) -> None:
    survey = make_open_survey(session)
    fill(session, engine, survey, {"civil": [1, 2]})
    assert worked_example(close_round(session, operator(session), survey).findings) is None


def test_every_measure_is_computed_and_documented() -> None:
    known: set[str] = set()
    for module in pkgutil.iter_modules(app.stats.__path__):
        known |= set(dir(importlib.import_module(f"app.stats.{module.name}")))
    text = DOCS.read_text(encoding="utf-8")
    named = {function for measure in MEASURES for function in measure.functions}
    assert len(named) > 15
    assert named - known == set()
    # counting and sums need no page of their own
    assert {name for name in named - {"total"} if f"`{name}`" not in text} == set()
    assert len({measure.code for measure in MEASURES}) == len(MEASURES)


def headers_of(client: TestClient, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return next(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))


def test_every_column_of_every_file_is_explained(
    client: TestClient, session: Session, engine: Engine, cast: Cast
) -> None:
    survey, snapshot = close_small_survey(session, engine)
    release(session, survey)
    sign_in(client, session, cast.biel)
    said = files_of(snapshot.findings)
    assert set(headers_of(client, f"/results/{survey.slug}/table.csv")) == set(said["results"])
    exported = client.get(f"/priorities/{survey.slug}/export.json").json()["tables"][0]["columns"]
    assert set(exported) == set(said["priorities"])
    for part in WITH_FILE:
        assert headers_of(client, f"/s/{survey.slug}/results/{part}.csv") == list(said[f"public {part}"]), part
    rows = list(csv.DictReader(io.StringIO(client.get(f"/method/{survey.slug}/dictionary.csv").text.lstrip("\ufeff"))))
    assert {(row["file"], row["column"]) for row in rows} == {
        (file, column) for file, columns in said.items() for column in columns
    }
    assert all(row["kind"] and row["words"] for row in rows)


def test_page_file_and_program_say_the_same(client: TestClient, session: Session, engine: Engine, cast: Cast) -> None:
    survey, snapshot = close_small_survey(session, engine)
    sign_in(client, session, cast.dora)
    page = client.get(f"/method/{survey.slug}")
    content = client.get(f"/method/{survey.slug}/method.json").json()
    assert content == client.get(f"/api/v1/surveys/{survey.id}/method").json()
    assert content["format"] == "innaxe-method/1"
    assert content["rounds"][0]["snapshot"] == snapshot.sha256
    assert snapshot.sha256[:12] in page.text
    for step in content["example"]["steps"]:
        assert step["working"] in page.text
    for measure in content["measures"]:
        assert measure["code"] in page.text
    assert (
        client.get(f"/method/{survey.slug}/method.json").content
        == client.get(f"/method/{survey.slug}/method.json").content
    )


def test_in_seven_languages_and_before_any_results(client: TestClient, session: Session, cast: Cast) -> None:
    survey = make_open_survey(session)
    sign_in(client, session, cast.dora)
    titles: set[str] = set()
    for language in LANGUAGES:
        page = client.get(f"/method/{survey.slug}", headers={"Accept-Language": language})
        assert page.status_code == 200
        titles.add(page.text.partition("<h1>")[2].partition("<")[0])
    assert len(titles) == len(LANGUAGES)
    assert client.get("/method/nothing").status_code == 404
