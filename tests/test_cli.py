"""The command line as operators meet it: what it prints, what it refuses, how it ends."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.actionplan.portfolio.jobs import work_all
from app.people.queries import operator
from tests.actionplan.planning import make_plan
from tests.commands import Run, printed
from tests.make import DEMO
from tests.vectors import FOLDER

E2E = FOLDER / "e2e"
TABLES = ["--respondents", str(E2E / "respondents.csv"), "--ratings", str(E2E / "ratings.csv")]
WEIGHTS = "impact=0.5,feasibility=0.3,urgency=0.2"


@pytest.fixture
def ready(innaxe: Run, database: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Commands over a database with the demonstration's initiatives and survey."""
    monkeypatch.setenv("INNAXE_DATABASE_URL", database)
    assert innaxe("initiatives", "import", DEMO / "initiatives.json")[0] == 0
    assert innaxe("survey", "import", DEMO / "survey.json")[0] == 0
    return innaxe


def test_a_consultation_from_the_command_line(ready: Run, tmp_path: Path) -> None:
    assert printed(ready("initiatives", "import", DEMO / "initiatives.json"))["unchanged"] == 24
    again = printed(ready("survey", "import", DEMO / "survey.json"))
    assert again["new"] is False
    listed = printed(ready("survey", "list", "--json"))
    assert [line["external_id"] for line in listed] == ["demo-validation-survey"]
    key = listed[0]["id"]
    assert printed(ready("survey", "open", key))["round"] == 1
    made = printed(ready("invite", "create", "--survey", key, "--email", "a@b.example", "--helix", "civil"))
    assert made["url"].startswith("http://127.0.0.1:8000/i/")
    assert [line["email"] for line in printed(ready("invite", "list", "--survey", key, "--json"))] == ["a@b.example"]
    code, _, said = ready("survey", "close", key)
    assert (code, said) == (1, "Nobody has rated anything in this round yet.\n")
    code, _, said = ready("plan", "export", key, "--format", "csv", "--out", tmp_path / "list.csv")
    assert code == 1
    assert said.count("\n") == 1
    assert not (tmp_path / "list.csv").exists()


def test_people_and_organisations(ready: Run) -> None:
    assert printed(ready("org", "create", "--name", "A cluster", "--region", "ES51", "--helix", "industry"))["id"]
    person = ("user", "create", "--email", "zoe@innaxe.example", "--role", "manager", "--org", "A cluster")
    assert printed(ready(*person))["id"]
    code, _, said = ready(*person)
    assert code == 1
    assert said.count("\n") == 1
    code, out, _ = ready("user", "link", "--email", "zoe@innaxe.example")
    assert code == 0
    assert "http://127.0.0.1:8000/login/" in out
    assert ready("user", "create", "--email", "x@y.example", "--role", "king", "--org", "A cluster")[0] in (1, 2)


def test_results_equal_analyse_to_the_last_byte(ready: Run, tmp_path: Path) -> None:
    survey = json.loads((DEMO / "survey.json").read_bytes())
    survey["id"] = "files"
    survey["initiatives"] = [f"I{number:02}" for number in range(1, 21)]
    for section in survey["sections"]:
        for question in section["questions"]:
            if question["type"] == "rating_matrix":
                question["scale"] |= {"min": 1, "max": 9}
    (tmp_path / "survey.json").write_text(json.dumps(survey))
    assert ready("survey", "import", tmp_path / "survey.json")[0] == 0
    assert printed(ready("responses", "import", "--survey", "files", *TABLES))["rounds"] == 2
    assert ready("results", "--survey", "files", "--out", tmp_path / "database.json")[0] == 0
    assert ready("analyse", *TABLES, "--weights", WEIGHTS, "--out", tmp_path / "files.json")[0] == 0
    one, other = (json.loads((tmp_path / name).read_bytes()) for name in ("database.json", "files.json"))
    assert one.pop("inputs") != other.pop("inputs")
    assert json.dumps(one) == json.dumps(other)
    for kind in ("csv", "xlsx", "json"):
        paths = [tmp_path / f"{name}.{kind}" for name in ("first", "second")]
        for path in paths:
            assert ready("plan", "export", "files", "--format", kind, "--out", path)[0] == 0
        assert paths[0].read_bytes() == paths[1].read_bytes() != b""


def test_a_plan_is_written_by_its_id(
    innaxe: Run, database: str, session: Session, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INNAXE_DATABASE_URL", database)
    key = str(make_plan(session, operator(session)).id)
    work_all(engine)
    for kind in ("csv", "xlsx", "json"):
        paths = [tmp_path / f"{name}.{kind}" for name in ("first", "second")]
        for path in paths:
            assert innaxe("plan", "export", key, "--format", kind, "--out", path)[0] == 0
        assert paths[0].read_bytes() == paths[1].read_bytes() != b""
    assert innaxe("plan", "export", key, "--scenario", "9", "--out", tmp_path / "none.csv")[0] == 1


def test_analyse_needs_no_database(innaxe: Run, tmp_path: Path) -> None:
    out = tmp_path / "analysis.json"
    code, _, said = innaxe("analyse", *TABLES, "--plan", E2E / "plan_input.json", "--seed", 5, "--out", out)
    assert code == 0
    assert "scale was taken to be 1-9" in said
    first = out.read_bytes()
    assert json.loads(first)["seed"] == 5
    assert innaxe("analyse", *TABLES, "--plan", E2E / "plan_input.json", "--seed", 5, "--out", out)[0] == 0
    assert out.read_bytes() == first
    assert {path.name for path in tmp_path.iterdir()} == {"analysis.json"}


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--scale", "1-5"], id="ratings outside the scale named"),
        pytest.param(["--scale", "9"], id="no scale"),
        pytest.param(["--weights", "impact=x"], id="weights that are none"),
        pytest.param(["--weights", "beauty=1"], id="an unknown criterion"),
        pytest.param(["--weights", "impact=0"], id="weights that sum to nothing"),
        pytest.param(["--plan", str(E2E / "ratings.csv")], id="a plan that is none"),
        pytest.param(["--plan", "/nowhere/plan.json"], id="a plan that is not there"),
    ],
)
def test_analyse_refuses_in_one_breath(innaxe: Run, tmp_path: Path, arguments: list[str]) -> None:
    code, _, said = innaxe("analyse", *TABLES, *arguments, "--out", tmp_path / "out.json")
    assert code == 1
    assert said.strip().endswith(".")
    assert not (tmp_path / "out.json").exists()


def test_wrong_usage_ends_with_2(innaxe: Run) -> None:
    assert innaxe("analyse")[0] == 2
    assert innaxe("nothing")[0] == 2
    assert innaxe("analyse", "--seed", "many")[0] == 2


def test_migrate_says_how_it_stands(innaxe: Run) -> None:
    assert innaxe("migrate", "--check")[0] == 3
    assert innaxe("survey", "list")[0] == 1
    assert innaxe("migrate")[0] == 0
    assert innaxe("migrate", "--check")[0] == 0
    facts = printed(innaxe("selfcheck", "--json"))
    assert (facts["journal_mode"], facts["synchronous"], facts["foreign_keys"]) == ("wal", "full", True)


def test_production_without_a_secret_ends_with_78(innaxe: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INNAXE_ENV", "production")
    code, _, said = innaxe("migrate")
    assert code == 78
    assert "INNAXE_SECRET_KEY" in said
    monkeypatch.setenv("INNAXE_SECRET_KEY", "s" * 40)
    monkeypatch.setenv("INNAXE_BASE_URL", "https://survey.example.org")
    assert innaxe("migrate")[0] == 0
    code, _, said = innaxe("demo")
    assert code == 1
    assert "production" in said


def test_what_is_exported_is_what_was_imported(ready: Run, tmp_path: Path) -> None:
    for kind in ("json", "csv", "xlsx"):
        out = tmp_path / f"initiatives.{kind}"
        assert ready("initiatives", "export", "--format", kind, "--out", out)[0] == 0
        assert printed(ready("initiatives", "import", out)) == {"added": 0, "changed": 0, "unchanged": 24}
    code, _, said = ready("initiatives", "import", tmp_path / "none.json")
    assert (code, said.count("\n")) == (1, 1)
