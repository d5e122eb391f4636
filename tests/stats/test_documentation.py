"""No measure without its entry in docs/statistics.md."""

import ast
from pathlib import Path

import pytest

import app.stats

HOME = Path(app.stats.__path__[0])
PAGE = (HOME.parents[1] / "docs" / "statistics.md").read_text(encoding="utf-8")
# they hold or convert figures and measure nothing
PLUMBING = {"edge", "histogram", "reasons", "__init__"}
PLAIN = {"points_of", "thirds_as_answers", "agreement_weights"}


def measures() -> list[str]:
    found: list[str] = []
    for path in sorted(HOME.glob("*.py")):
        if path.stem not in PLUMBING:
            body = ast.parse(path.read_text(encoding="utf-8")).body
            found += [node.name for node in body if isinstance(node, ast.FunctionDef) and node.name[0] != "_"]
    return found


@pytest.mark.parametrize("name", [name for name in measures() if name not in PLAIN])
def test_measure_is_explained(name: str) -> None:
    assert f"`{name}`" in PAGE


def test_there_are_measures() -> None:
    assert len(measures()) > 80
