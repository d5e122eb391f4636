"""The analysis of files: equal to the worked example, complete on real data, the same bytes for the same input."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from app.consensus.analysis import analyse, to_bytes
from app.consensus.panel import Panel, build_panel
from app.consensus.panel_files import read_panel_files
from tests.vectors import FOLDER, load

WEIGHTS = {"impact": 0.5, "feasibility": 0.3, "urgency": 0.2}
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
        lost = [f"{path}/{key} is missing" for key in keys if key not in ours]
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


@pytest.mark.parametrize(
    "key", ["raking", "kendall_w_complete_raters", "krippendorff_alpha", "smaa_weights_only", "mcda"]
)
def test_the_panel_as_a_whole_equals_the_example(found: dict[str, Any], expected: dict[str, Any], key: str) -> None:
    assert differences(found[key], expected[key]) == []


def test_no_field_of_the_example_is_left_out(found: dict[str, Any], expected: dict[str, Any]) -> None:
    # the plan comes with a plan file: tests/actionplan/test_portfolio.py and tests/test_cli.py
    assert set(expected) - set(found) == {"source", "implementations", "rel_tol", "plan"}


def test_rank_sets_are_within_one_place_of_the_example(found: dict[str, Any], expected: dict[str, Any]) -> None:
    ours, theirs = found["csranks"], expected["csranks"]
    assert (ours["draws"], ours["seed"], ours["confidence"]) == (20_000, 1, 0.95)
    for mine, names in ((ours["L"], ("L_min", "L_max")), (ours["U"], ("U_min", "U_max"))):
        for place, limit in enumerate(mine):
            assert theirs[names[0]][place] - 1 <= limit <= theirs[names[1]][place] + 1
    gap = np.array(ours["covariance"]) - np.array(theirs["covariance"])
    assert np.abs(gap).max() < 0.1 * np.diag(theirs["covariance"]).max()


def test_every_round_but_the_first_says_whether_to_stop(found: dict[str, Any]) -> None:
    assert list(found["stop"]) == ["round2"]
    stop = found["stop"]["round2"]
    stable = sum(line["stability"]["stable"] for line in found["items"] if line["round"] == 2)
    assert (stop["items"], stop["stable"], stop["may_stop"]) == (30, stable, False)
    assert stop["settled"] <= stable


def test_what_is_undefined_says_why(found: dict[str, Any]) -> None:
    for line in found["items"]:
        undefined = {key for key, value in line.items() if value is None} - {"dunn"}
        assert undefined - {"dunn"} == {key for key in line["undefined"] if "." not in key} - {"dunn"}
    first = next(line for line in found["items"] if line["round"] == 1)
    assert first["undefined"] == {"stability": "not_enough_pairs"}
    alike = next(line for line in found["items"] if (line["initiative"], line["criterion"]) == ("I09", "urgency"))
    settled = [line for line in found["items"] if line["round"] == 2 and line["kruskal"] is None]
    assert [line["undefined"]["kruskal"] for line in settled] == ["no_variation"] * len(settled)
    assert settled
    assert alike["n"] > 0


def small_panel(rows: Sequence[tuple[str, str, str, Sequence[int | None]]], *, rounds: int = 1) -> Panel:
    return build_panel(
        low=1,
        high=9,
        criteria=["impact", "urgency"],
        respondents={code: (helix, region) for code, helix, region, _ in rows},
        ratings=[
            (number, code, item, points)
            for number in range(1, rounds + 1)
            for code, _, _, points in rows
            for item in ("I1", "I2")
        ],
    )


def test_nobody_one_and_alike() -> None:
    rows = [("R1", "academia", "", [5, None]), ("R2", "industry", "", [None, None])]
    analysis = analyse(small_panel(rows, rounds=2), inputs={})
    assert to_bytes(analysis)
    impact, urgency = analysis["items"][4:6]
    assert impact["undefined"]["sd"] == "one_answer"
    assert impact["undefined"]["balanced_se"] == "one_answer"
    assert impact["undefined"]["kruskal"] == "too_few_groups"
    assert impact["undefined"]["stability.wilcoxon"] == "no_variation"
    assert impact["undefined"]["stability.kappa_quadratic"] == "no_variation"
    assert impact["undefined"]["stability.cv_change"] == "one_answer"
    assert urgency["undefined"]["mean"] == urgency["undefined"]["di"] == "no_answers"
    assert urgency["undefined"]["stability"] == "not_enough_pairs"
    assert analysis["composite"]["score"] == {"I1": None, "I2": None}
    assert analysis["csranks"]["L"] == [None, None]
    assert analysis["smaa_weights_only"] is None
    assert analysis["mcda"]["rows"] == []
    assert analysis["raking"]["without_region"] == 2


def test_a_margin_that_cannot_be_met_is_named() -> None:
    rows = [
        ("R1", "academia", "North", [5, 5]),
        ("R2", "industry", "South", [6, 6]),
        ("R3", "industry", "West", [6, 6]),
    ]
    raking = analyse(small_panel(rows), inputs={})["raking"]
    assert raking["weight"] is None
    assert "cannot be met" in raking["reason"]


def test_rules_of_others(found: dict[str, Any]) -> None:
    table = found["rule_sensitivity"]
    assert len(table["rules"]) >= 8
    assert all(rule["source"] for rule in table["rules"])
    fates = {(row["initiative"], row["criterion"]): row for row in table["rows"]}
    assert len(fates) == 30
    codes = {rule["code"] for rule in table["rules"]}
    for row in fates.values():
        assert (row["result"] == "robust") == (set(row["agreed"]) in (set(), codes))
    assert fates["I03", "impact"]["result"] == "robust"
    assert {row["result"] for row in fates.values()} == {"robust", "fragile"}
    by_comet = {(line["initiative"], line["criterion"]): line["comet"] for line in found["items"] if line["round"] == 2}
    for key, row in fates.items():
        assert ("comet_pooled" in row["agreed"]) == (by_comet[key] == "in")


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


MACHINES = {
    "four threads": {"OPENBLAS_NUM_THREADS": "4"},
    "another processor, one thread": {
        "OPENBLAS_NUM_THREADS": "1",
        "OPENBLAS_CORETYPE": "Prescott",
        "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL",
    },
}


def test_same_input_same_bytes_on_any_machine(tmp_path: Path) -> None:
    made: dict[str, bytes] = {}
    for number, (machine, surroundings) in enumerate(MACHINES.items()):
        out = tmp_path / f"{number}.json"
        command = [Path(sys.executable).with_name("innaxe"), "analyse", "--out", out]
        for name, file in (("respondents", "respondents.csv"), ("ratings", "ratings.csv"), ("plan", "plan_input.json")):
            command += [f"--{name}", FOLDER / "e2e" / file]
        # NumPy warns that what the processor does not have cannot be disabled
        subprocess.run(command, env=os.environ | surroundings | {"PYTHONWARNINGS": "ignore"}, check=True)
        made[machine] = out.read_bytes()
    assert len(set(made.values())) == 1


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
