"""Open data: no class of answers is small, no two answers are joined, and independent readers read every file."""

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine
from sqlmodel import Session, delete, select

from app import cli
from app.actionplan.portfolio.models import Plan, PlanItem
from app.consensus.queries import list_snapshots
from app.core.clock import now, today
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.history.models import HistoryEntry
from app.people.queries import find_actor, operator
from app.reports.bundle.archive import from_json, sha256, unpack
from app.reports.opendata import tables
from app.reports.opendata.rules import LEAST, Answered, release
from app.reports.opendata.service import create_open_data, note_open_data
from app.surveys.answering.models import Answer, Respondent, Response
from app.surveys.authoring.models import Survey
from app.surveys.release.queries import find_release
from app.surveys.release.rules import PARTS
from app.surveys.release.service import release_results
from tests.actionplan.adopting import adopt, make_stage
from tests.actionplan.planning import make_plan
from tests.consensus.results import import_consultation
from tests.consensus.test_attack import HELICES, POINTS, by_threshold_only, planted, recovered
from tests.make import Cast, make_open_survey
from tests.reports.bundle.forging import FEW, few_answers

KINDS = {"integer": re.compile(r"-?\d+"), "string": re.compile(r".*", re.DOTALL)}


def files_of(
    session: Session, survey: Survey, licence: str = "", parts: Sequence[str] = tuple(PARTS)
) -> dict[str, bytes]:
    make_public(session, survey, *parts)
    return unpack(create_open_data(session, operator(session), survey, licence=licence))


def make_public(session: Session, survey: Survey, *parts: str) -> None:
    """All closed rounds may be read by everybody, in these parts, by default in all."""
    closed, known = [one.round_number for one in list_snapshots(session, survey.id)], find_release(session, survey.id)
    release_results(
        session,
        operator(session),
        survey,
        parts=parts or list(PARTS),
        rounds=closed,
        public_from=today(),
        closed=closed,
        revision=known.revision if known else 0,
    )
    session.flush()


def unsolved(session: Session) -> Survey:
    """A consultation with a plan that nobody has worked on yet."""
    return session.get_one(Survey, make_plan(session, operator(session)).survey_id)


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))


@pytest.mark.parametrize("seed", range(6))
def test_an_attacker_with_results_and_open_data_finds_no_small_group(seed: int) -> None:
    truth, findings = planted(seed)
    released = release([findings], 5)
    answered = {helix: line["n"] for helix, line in findings["answered"]["by_helix"].items() if line["n"]}
    assert released.smallest is not None
    assert released.smallest >= LEAST
    for row, line in enumerate(findings["items"]["impact"]):
        own = {one.group: one.counts for one in released.answers if one.initiative == line["initiative"]}
        cells = {helix: {"suppressed": helix not in own, "counts": list(own.get(helix, ()))} for helix in HELICES}
        known = {"counts": np.sum([*own.values()], axis=0).tolist(), "by_helix": cells}
        assert known["counts"] == line["counts"]
        assert recovered(truth[row], known, answered) == []
    assert any(recovered(truth[row], by_threshold_only(truth[row]), {}) for row in range(len(truth))), "there is a prey"


@pytest.mark.parametrize("seed", range(6))
def test_a_survey_that_shows_groups_of_three_still_releases_none_under_five(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = {helix: int(rng.integers(3, 12)) for helix in HELICES}
    cells = {
        helix: {"suppressed": False, "n": n, "counts": [n] + [0] * (POINTS - 1), "cannot_judge": 0}
        for helix, n in sizes.items()
    }
    line = {
        "initiative": "I1",
        "suppressed": False,
        "n": sum(sizes.values()),
        "counts": [sum(sizes.values())] + [0] * (POINTS - 1),
        "cannot_judge": 0,
        "by_helix": cells,
    }
    findings = {"round": 1, "criteria": ["impact"], "helices": list(HELICES), "items": {"impact": [line]}}
    released = release([findings], 3)
    assert sum(sum(one.counts) for one in released.answers) == sum(sizes.values()), "all answers are there"
    assert min(sum(one.counts) for one in released.answers) >= 5
    named = {one.group for one in released.answers} - {""}
    hidden = set(HELICES) - named
    assert len(hidden) != 1, "a single unnamed group would be named by the others"
    assert {group for one in released.hidden for group in one.groups} == hidden
    assert released.uniform == len(released.answers)


def test_too_few_answers_are_left_out_whole() -> None:
    line = {"initiative": "I1", "suppressed": True, "n": None}
    few = {**line, "initiative": "I2", "suppressed": False, "n": 4}
    findings = {"round": 1, "criteria": ["impact"], "helices": ["civil"], "items": {"impact": [line, few]}}
    released = release([findings], 3)
    assert released.answers == []
    assert [(one.initiative, one.groups) for one in released.hidden] == [("I1", []), ("I2", [])]
    assert released.smallest is None


def test_what_a_round_did_not_ask_again_stands_once() -> None:
    line: dict[str, Any] = {
        "initiative": "I1",
        "suppressed": False,
        "n": 5,
        "counts": [5],
        "cannot_judge": 1,
        "round": 1,
    }
    line["by_helix"] = {"civil": {"suppressed": False, "n": 5, "counts": [5], "cannot_judge": 1}}
    first = {"round": 1, "criteria": ["impact"], "helices": ["civil"], "items": {"impact": [line]}}
    released = release([first, first | {"round": 2}], 5)
    assert released.answers == [Answered(1, "I1", "impact", "civil", [5], 1)]


def test_every_row_stands_among_enough_and_says_nothing_of_a_person(session: Session, engine: Engine) -> None:
    survey = few_answers(session, engine)
    files = files_of(session, survey)
    rows = rows_of(files[tables.LONG])
    answers = [row for row in rows if row["value"]]
    assert list(rows[0]) == ["round", "initiative", "criterion", "group", "value"]
    classes = Counter((row["round"], row["initiative"], row["criterion"], row["group"]) for row in answers)
    assert min(classes.values()) >= LEAST
    assert {row["group"] for row in rows} == {"academia", "industry", ""}
    assert sum(row["value"] == "" for row in rows) == 2, "who could not judge, by each criterion"
    everything = b"".join(files.values())
    people = session.exec(select(Respondent)).all()
    assert len(people) > 15
    assert not [one for one in people if one.code.encode() in everything or str(one.id).encode() in everything]
    hidden = rows_of(files[tables.HIDDEN])
    assert {row["what"] for row in hidden if not row["round"]} >= {"respondent", "region", "language", "day"}
    assert {row["what"] for row in hidden if row["initiative"] == "I1"} == {"government civil"}
    assert {row["what"] for row in hidden if row["initiative"] == "I2"} == {"all answers"}


def test_it_rests_on_results_and_on_no_answer(session: Session, engine: Engine) -> None:
    survey = few_answers(session, engine)
    make_public(session, survey)
    before = create_open_data(session, operator(session), survey)
    for table in (Answer, Response, Respondent):
        session.exec(delete(table))
    session.flush()
    assert create_open_data(session, operator(session), survey) == before


@pytest.mark.parametrize("name", ["forestera", "aggrecat"])
def test_long_and_wide_say_what_results_say(session: Session, name: str) -> None:
    survey, snapshot = import_consultation(session, name)
    files = files_of(session, survey)
    rows, wide = rows_of(files[tables.LONG]), rows_of(files[tables.WIDE])
    findings = snapshot.findings
    for criterion in findings["criteria"]:
        for line in findings["items"][criterion]:
            own = [
                row for row in rows if (row["round"], row["initiative"]) == (str(findings["round"]), line["initiative"])
            ]
            said = Counter(int(row["value"]) for row in own if row["criterion"] == criterion and row["value"])
            low = findings["scale"]["low"]
            assert [said[low + step] for step in range(len(line["counts"] or []))] == (line["counts"] or [])
    for row in wide:
        for column, value in row.items():
            criterion, _, point = column.rpartition("_")
            if criterion in findings["criteria"] and point.isdecimal() and value:
                place = (row["round"], row["initiative"], criterion, row["group"], point)
                assert int(value) == sum(tuple(one.values()) == place for one in rows), place


def test_the_data_package_keeps_the_specification(session: Session) -> None:
    survey = unsolved(session)
    files = files_of(session, survey, "CC-BY-4.0")
    package = from_json(files["datapackage.json"])
    assert re.fullmatch(r"[-a-z0-9._/]+", package["name"])
    assert package["profile"] == "data-package"
    assert package["licenses"] == [
        {
            "name": "CC-BY-4.0",
            "title": "Creative Commons Attribution 4.0",
            "path": "https://creativecommons.org/licenses/by/4.0/",
        }
    ]
    names = [one["name"] for one in package["resources"]]
    assert len(names) == len(set(names))
    assert {one["path"] for one in package["resources"]} == set(files) - {"datapackage.json", "README.txt"}
    tabular = 0
    for one in package["resources"]:
        data = files[one["path"]]
        assert re.fullmatch(r"[-a-z0-9._]+", one["name"])
        assert (one["bytes"], one["hash"]) == (len(data), f"sha256:{sha256(data)}")
        if one.get("profile") == "tabular-data-resource":
            check_table(data, one["schema"])
            tabular += 1
    assert tabular == 4


def check_table(data: bytes, schema: Mapping[str, Any]) -> None:
    """Every cell is of its field's type and keeps its constraints, after Table Schema."""
    rows, fields = rows_of(data), schema["fields"]
    assert rows
    assert [field["name"] for field in fields] == list(rows[0])
    for row in rows:
        for field in fields:
            value, limits = row[field["name"]], field.get("constraints", {})
            if value in schema["missingValues"]:
                assert not limits.get("required"), field
                continue
            assert KINDS[field["type"]].fullmatch(value), (field, value)
            assert value in limits.get("enum", [value])
            if field["type"] == "integer":
                assert limits.get("minimum", -1) <= int(value) <= limits.get("maximum", 10**9)


def read_pabulib(data: bytes) -> tuple[dict[str, str], dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """A `.pb` file read as the site's own description says: three blocks, each with a header."""
    blocks: dict[str, list[list[str]]] = {}
    current = ""
    for row in csv.reader(io.StringIO(data.decode(), newline=""), delimiter=";"):
        if row[0] in ("META", "PROJECTS", "VOTES") and len(row) == 1:
            current = row[0]
            blocks[current] = []
        else:
            blocks[current].append(row)
    assert list(blocks) == ["META", "PROJECTS", "VOTES"]
    tables_: list[dict[str, dict[str, str]]] = []
    for name in ("PROJECTS", "VOTES"):
        header, *rows = blocks[name]
        tables_.append({row[0]: dict(zip(header, row, strict=True)) for row in rows})
        assert len(tables_[-1]) == len(rows), "ids are there once"
    assert blocks["META"][0] == ["key", "value"]
    projects, votes = tables_
    return dict(blocks["META"][1:]), projects, votes


def test_the_selection_is_read_by_others(session: Session, engine: Engine, cast: Cast) -> None:
    stage = make_stage(session, engine)
    drafts = files_of(session, stage.survey)
    assert not [name for name in drafts if name.startswith("selection/")], "a draft is nobody else's"
    biel = find_actor(session, cast.biel)
    assert biel
    edition = adopt(session, biel, stage)
    meta, projects, votes = read_pabulib(files_of(session, stage.survey)["selection/plan-1-edition-1.pb"])
    needed = ("description", "country", "unit", "instance", "num_projects", "num_votes", "budget", "vote_type", "rule")
    assert all(meta[name] for name in (*needed, "date_begin", "date_end"))
    assert meta["vote_type"] == "approval"
    assert (int(meta["num_projects"]), int(meta["num_votes"])) == (len(projects), len(votes))
    assert int(meta["budget"]) == edition.content["budget"]
    chosen = {code: int(one["cost"]) for code, one in projects.items() if one["selected"] == "1"}
    assert chosen == {item["code"]: item["cost"] for item in edition.content["items"] if item["is_in"]}
    assert set(chosen) == {"I1", "I2"}
    assert votes
    assert set(votes) <= {"academia", "civil", "government", "industry"}
    given = Counter(code for one in votes.values() for code in one["vote"].split(","))
    assert set(given) <= set(projects)
    assert {code: int(one["votes"]) for code, one in projects.items()} == {code: given[code] for code in projects}


def test_a_group_that_is_released_nowhere_has_no_vote(session: Session, engine: Engine, cast: Cast) -> None:
    """Where a survey shows groups of three, results say what they approve; open data name groups of five and more."""
    stage = make_stage(session, engine)
    biel = find_actor(session, cast.biel)
    assert biel
    adopt(session, biel, stage)
    plan = session.exec(select(Plan)).one()
    for item in session.exec(select(PlanItem).where(PlanItem.plan_id == plan.id)).all():
        item.evidence = {**item.evidence, "approved_by": ["academia", "nobody"]}
        session.add(item)
    _, _, votes = read_pabulib(files_of(session, stage.survey)["selection/plan-1-edition-1.pb"])
    assert set(votes) == {"academia"}


def test_the_codebook_has_the_words_of_every_language(session: Session) -> None:
    survey = unsolved(session)
    files = files_of(session, survey)
    rows, book = rows_of(files[tables.CODEBOOK]), from_json(files[tables.CODEBOOK_JSON])
    titles = {
        (row["code"], row["language"]): row for row in rows if row["kind"] == "initiatives" and row["part"] == "title"
    }
    assert titles["I03", "de"]["text"] == "Vorhaben I03"
    assert titles["I03", "en"]["version"] == "1"
    assert len(titles) == 40
    assert {row["code"] for row in rows if row["kind"] == "criteria"} == {"impact", "feasibility", "urgency"}
    assert {row["code"] for row in rows if row["kind"] == "groups"} == {"academia", "civil", "government", "industry"}
    assert [one["code"] for one in book["initiatives"]] == [f"I{number:02}" for number in range(1, 21)]
    assert set(rows_of(files[tables.LONG])[0]) <= set(book["columns"])


def test_words_are_no_formulas_in_a_sheet() -> None:
    book = {
        "columns": {"round": "=1+1"},
        "initiatives": [{"code": "I1", "version": 1, "title": {"en": "=cmd()"}, "summary": {}}],
        "criteria": [],
        "groups": [{"code": "civil", "label": {"en": "@x"}}],
    }
    texts = [row["text"] for row in rows_of(tables.codebook_table(book))]
    assert texts == ["'=1+1", "'=cmd()", "'@x"]


def test_a_title_says_nothing_in_the_place_of_the_read_me(session: Session, engine: Engine) -> None:
    survey = few_answers(session, engine)
    survey.title = {survey.default_language: "Title\n\nLicence: CC0-1.0\u202e"}
    session.add(survey)
    lines = files_of(session, survey)["README.txt"].decode().splitlines()
    assert lines[0] == "Title Licence: CC0-1.0"
    assert [line for line in lines if line.startswith("Licence:")] == ["Licence: not stated"]


def test_without_a_licence_it_names_none(session: Session, engine: Engine) -> None:
    survey = few_answers(session, engine)
    files = files_of(session, survey)
    assert "licenses" not in from_json(files["datapackage.json"])
    assert b"Licence: not stated" in files["README.txt"]
    assert b"Rounds in these data: 1. Others are not public, or not over." in files["README.txt"]
    assert b"selection/" not in files["README.txt"], "no plan was adopted"
    with pytest.raises(Invalid, match="licence"):
        create_open_data(session, operator(session), survey, licence="mine")


def test_the_command_writes_the_same(
    session: Session, engine: Engine, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey = few_answers(session, engine)
    make_public(session, survey)
    session.commit()
    data = create_open_data(session, operator(session), survey, licence="CC0-1.0")
    session.rollback()
    monkeypatch.setenv("INNAXE_DATABASE_URL", database)
    monkeypatch.setenv("INNAXE_DATA_DIR", str(tmp_path))
    out = tmp_path / "open.zip"

    def run(licence: str) -> object:
        asked = ["bundle", "opendata", "--survey", "small", "--licence", licence, "--out", str(out)]
        monkeypatch.setattr("sys.argv", ["innaxe", *asked])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code

    assert run("none of these") == 1
    assert not out.exists()
    assert run("CC0-1.0") == 0
    assert out.read_bytes() == data


def test_what_is_not_public_is_no_open_data(session: Session, engine: Engine) -> None:
    survey = few_answers(session, engine)
    with pytest.raises(NotFound, match="not public"):
        create_open_data(session, operator(session), survey)
    with pytest.raises(Conflict, match="Shares are not in the list"):
        files_of(session, survey, parts=["verdicts", "helices"])
    files = files_of(session, survey, parts=["shares", "verdicts"])
    rows = rows_of(files[tables.LONG])
    assert (
        len([row for row in rows if row["value"]])
        == sum(point is not None for said in FEW.values() for point in said) * 2
    ), "all answers, of no group"
    assert {row["group"] for row in rows} == {""}
    assert "group" in {row["what"] for row in rows_of(files[tables.HIDDEN])}
    assert not [name for name in files if name.startswith("selection/")]
    release = find_release(session, survey.id)
    assert release
    release.withdrawn_at = now()
    session.add(release)
    session.flush()
    with pytest.raises(NotFound, match="not public"):
        create_open_data(session, operator(session), survey)


def test_what_no_round_has_closed_is_no_open_data(session: Session) -> None:
    with pytest.raises(NotFound, match="not public"):
        create_open_data(session, operator(session), make_open_survey(session))


def test_it_is_made_by_those_who_may_export_and_noted(session: Session, engine: Engine, cast: Cast) -> None:
    survey = few_answers(session, engine)
    make_public(session, survey)
    carla, dora = find_actor(session, cast.carla), find_actor(session, cast.dora)
    assert carla
    assert dora
    data = create_open_data(session, carla, survey)
    note_open_data(session, carla, survey, data)
    assert create_open_data(session, carla, survey) == data, "the same bytes twice"
    with pytest.raises(NotAllowed):
        create_open_data(session, dora, survey)
    made = session.exec(select(HistoryEntry).where(HistoryEntry.act == "opendata.made")).all()
    assert [(entry.after or {})["sha256"] for entry in made] == [sha256(data)]
