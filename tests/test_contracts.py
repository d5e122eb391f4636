"""The import contracts hold what they promise: each deliberate violation turns `lint-imports` red, by name."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINT = Path(sys.executable).with_name("lint-imports")

TOWER = "The tower: a slice imports only slices below it"
FLOORS = "The floors: inside a slice, imports go down"
WEB = "Below the web floor nobody knows the web"
PURE = "Rules and statistics are pure"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the code that a test may spoil."""
    shutil.copytree(ROOT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def broken_contracts(folder: Path) -> set[str]:
    done = subprocess.run([LINT, "--no-cache"], cwd=folder, capture_output=True, text=True)
    lines = done.stdout.splitlines()
    broken = {line.removesuffix(" BROKEN") for line in lines if line.endswith(" BROKEN")}
    assert (done.returncode != 0) == bool(broken), done.stdout + done.stderr
    return broken


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        pytest.param("surveys/rounds/service.py", "import app.consensus.findings", TOWER, id="a slice looks up"),
        pytest.param("stats/spread.py", "import app.documents.document", TOWER, id="neighbours look at each other"),
        pytest.param("people/rules.py", "import app.people.models", FLOORS, id="rules know rows"),
        pytest.param("surveys/rounds/queries.py", "import app.surveys.rounds.service", FLOORS, id="queries act"),
        pytest.param("consensus/service.py", "import fastapi", WEB, id="a service speaks HTTP"),
        pytest.param("stats/spread.py", "import sqlalchemy", PURE, id="statistics read the database"),
        pytest.param("actionplan/priorities/rules.py", "import app.core.clock", PURE, id="rules read the clock"),
    ],
)
def test_a_violation_is_named(copy: Path, file: str, line: str, broken: str) -> None:
    spoiled = copy / "app" / file
    spoiled.write_text(f"{spoiled.read_text()}\n{line}\n")
    assert broken in broken_contracts(copy)


def test_a_new_folder_must_be_given_a_place(copy: Path) -> None:
    (copy / "app" / "gossip").mkdir()
    (copy / "app" / "gossip" / "__init__.py").touch()
    done = subprocess.run([LINT, "--no-cache"], cwd=copy, capture_output=True, text=True)
    assert done.returncode != 0
    assert "gossip" in done.stdout


def test_the_unspoiled_copy_is_sound(copy: Path) -> None:
    assert broken_contracts(copy) == set()
