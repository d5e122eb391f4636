"""The analysis of files: equal to the worked example, complete on real data, the same bytes for the same input."""

import json
from typing import Any, cast

import numpy as np
import pytest

from app.consensus.analysis import analyse, to_bytes
from app.consensus.panel import Panel
from app.consensus.panel_files import read_panel_files
from tests.vectors import FOLDER, load

WEIGHTS = {"impact": 0.5, "feasibility": 0.3, "urgency": 0.2}
NOT_YET = {"kruskal", "dunn", "stability"}
TOLERANCE = 1e-8


def read(name: str) -> Panel:
    panel, _ = read_panel_files(
        (FOLDER / name / "respondents.csv").read_bytes(), (FOLDER / name / "ratings.csv").read_bytes()
    )
    return panel


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return load("e2e/expected.json")


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return analyse(read("e2e"), weights=WEIGHTS, seed=1, draws=4000, inputs={})


def differences(ours: Any, theirs: Any, path: str = "") -> list[str]:
    """Where two values differ by more than the tolerance."""
    if isinstance(theirs, dict):
        keys: list[str] = list(cast(dict[str, Any], theirs))
        lost = [f"{path}/{key} is missing" for key in keys if key not in ours and key not in NOT_YET]
        return lost + [
            line for key in keys if key in ours for line in differences(ours[key], theirs[key], f"{path}/{key}")
        ]
    if isinstance(theirs, list):
        pairs = list(zip(cast(list[Any], ours), cast(list[Any], theirs), strict=False))
        short = [f"{path} has another length"] if len(ours) != len(cast(list[Any], theirs)) else []
        return short + [line for place, pair in enumerate(pairs) for line in differences(*pair, f"{path}[{place}]")]
    if isinstance(theirs, float | int) and not isinstance(theirs, bool) and ours is not None:
        is_near = abs(ours - theirs) <= TOLERANCE * max(1, abs(theirs))
        return [] if is_near else [f"{path}: {ours} is not {theirs}"]
    return [] if ours == theirs else [f"{path}: {ours} is not {theirs}"]


def test_every_item_equals_the_example(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert len(found["items"]) == len(expected["items"]) == 60
    assert differences(found["items"], expected["items"]) == []


def test_composite_and_participation_equal_the_example(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert differences(found["composite"], expected["composite"]) == []
    assert differences(found["participation"], expected["participation"]) == []


def test_the_comparison_can_fail(found: dict[str, Any], expected: dict[str, Any]) -> None:
    wrong = json.loads(json.dumps(expected["items"]))
    wrong[3]["mean"] += 1e-6
    wrong[4]["counts"].append(0)
    assert len(differences(found["items"], wrong)) == 2


def test_the_bootstrap_agrees_within_its_error(found: dict[str, Any], expected: dict[str, Any]) -> None:
    ours, theirs = found["bootstrap"], expected["bootstrap"]
    gap = np.abs(np.array(ours["rank_probability"]) - np.array(theirs["rank_probability"]))
    assert gap.max() < 0.045
    assert ours["rank_order_of_rows"] == theirs["rank_order_of_rows"]
    for name, error in theirs["se"].items():
        assert ours["se"][name] == pytest.approx(error, rel=0.06)


def test_same_input_same_bytes() -> None:
    first, again = (to_bytes(analyse(read("e2e"), weights=WEIGHTS, inputs={})) for _ in range(2))
    assert first == again
    assert b"NaN" not in first


def test_real_groups_that_are_not_the_four_helices() -> None:
    panel = read("forestera")
    assert (panel.low, panel.high) == (1, 11)
    found = analyse(panel, inputs={})
    assert found["helices"] == ["citizen", "stakeholder"]
    assert len(found["items"]) == 90
    first = found["items"][0]
    assert first["initiative"] == "C1"
    assert first["box"] == [8, 9, 10, 11]
    assert first["comet"] is first["di"] is first["pct_7_9"] is None
    assert first["n"] == sum(first["counts"]) == 20
    assert to_bytes(found)
