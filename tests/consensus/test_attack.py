"""An attacker who knows all that is published and solves for the rest by integer programming finds no small cell."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize

from app.consensus.findings import Setting, make_findings
from app.consensus.panel import build_panel

HELICES = ("academia", "civil", "government", "industry")
ITEMS, POINTS, MINIMUM = 6, 5, 5
RULE = {"agree_share": 0.7, "helix_share": 0.6, "divided_gap": 0.35, "low_share": 0.4, "shortlist": 3}

Truth = NDArray[np.int64]


def planted(seed: int) -> tuple[Truth, dict[str, Any]]:
    """A population with small groups: true counts of shape (items, helices, points), and what is published of it."""
    rng = np.random.default_rng(seed)
    sizes = {"academia": 14, "industry": 11, "government": int(rng.integers(5, 9)), "civil": int(rng.integers(1, 5))}
    respondents = {f"{helix}{n}": (helix, "") for helix, size in sizes.items() for n in range(size)}
    truth: Truth = np.zeros((ITEMS, len(HELICES), POINTS), dtype=np.int64)
    lines: list[Any] = []
    for code, (helix, _) in respondents.items():
        for item in range(ITEMS):
            point = None if rng.random() < 0.15 else int(rng.integers(1, POINTS + 1))
            lines.append((1, code, f"I{item + 1}", [point]))
            if point:
                truth[item, HELICES.index(helix), point - 1] += 1
    panel = build_panel(low=1, high=POINTS, criteria=["impact"], respondents=respondents, ratings=lines)
    setting = Setting(
        survey="s",
        helices=list(HELICES),
        weights={"impact": 1.0},
        rule=RULE,
        minimum=MINIMUM,
        seed=seed,
        invited=dict.fromkeys(HELICES, 20),
    )
    findings = make_findings(panel, setting, datetime(2027, 1, 1, tzinfo=UTC))
    return truth, findings


def solve(published: Mapping[str, Any], answered: Mapping[str, Any]) -> NDArray[np.int64]:
    """The least and largest count of each cell that fits everything published: shape (helices + sizes, points + 1, 2).

    The last column of each helix is its size.
    """
    cells = published["by_helix"]
    total = np.array(published["counts"])
    count = len(HELICES) * POINTS
    rows: list[NDArray[np.float64]] = []
    low: list[float] = []
    high: list[float] = []

    def know(variables: list[int], at_least: float, at_most: float) -> None:
        row = np.zeros(count)
        row[variables] = 1
        rows.append(row)
        low.append(at_least)
        high.append(at_most)

    for point in range(POINTS):
        know([helix * POINTS + point for helix in range(len(HELICES))], total[point], total[point])
    for place, helix in enumerate(HELICES):
        own = [place * POINTS + point for point in range(POINTS)]
        if not cells[helix]["suppressed"]:
            for point, value in enumerate(cells[helix]["counts"]):
                know([own[point]], value, value)
        else:
            present = answered.get(helix)
            know(own, 0, present if present is not None else total.sum())
    # SciPy's types are partial
    solver: Any = optimize
    constraint = solver.LinearConstraint(np.array(rows), low, high)
    found = np.zeros((len(HELICES), POINTS + 1, 2), dtype=np.int64)
    for place in range(len(HELICES)):
        for point in range(POINTS + 1):
            goal = np.zeros(count)
            goal[[place * POINTS + point] if point < POINTS else range(place * POINTS, (place + 1) * POINTS)] = 1
            for side, sign in enumerate((1, -1)):
                answer = solver.milp(sign * goal, constraints=constraint, integrality=np.ones(count))
                assert answer.success
                found[place, point, side] = round(sign * answer.fun)
    return found


def recovered(truth: Truth, published: Mapping[str, Any], answered: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The small cells the attacker is sure of: sizes and counts above zero of helices under the minimum."""
    bounds = solve(published, answered)
    sure: list[tuple[str, int]] = []
    for place, helix in enumerate(HELICES):
        own = [*truth[place], truth[place].sum()]
        if own[-1] >= MINIMUM:
            continue
        for point in range(POINTS + 1):
            least, most = bounds[place, point]
            assert least <= own[point] <= most, "the attacker's bounds hold the truth"
            if least == most and most > 0:
                sure.append((helix, point))
    return sure


def by_threshold_only(truth: Truth) -> dict[str, Any]:
    """What a product publishes that hides groups under the minimum and thinks no further."""
    cells = {
        helix: {"suppressed": bool(truth[place].sum() < MINIMUM), "counts": truth[place].tolist()}
        for place, helix in enumerate(HELICES)
    }
    return {"counts": truth.sum(axis=0).tolist(), "by_helix": cells}


@pytest.mark.parametrize("seed", range(6))
def test_what_is_published_gives_no_small_cell_away(seed: int) -> None:
    truth, findings = planted(seed)
    answered = {helix: line["n"] for helix, line in findings["answered"]["by_helix"].items() if line["n"]}
    assert answered, "how many answered is published too"
    small = 0
    for row, line in enumerate(findings["items"]["impact"]):
        small += int((truth[row].sum(axis=1) < MINIMUM).sum())
        assert recovered(truth[row], line, answered) == []
    assert small >= ITEMS, "there is something to find"


@pytest.mark.parametrize("seed", range(6))
def test_a_plain_threshold_would_have_given_them_away(seed: int) -> None:
    truth, _ = planted(seed)
    assert any(recovered(truth[row], by_threshold_only(truth[row]), {}) for row in range(ITEMS))
