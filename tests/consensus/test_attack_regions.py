"""The attacker of the helices, with everything that regions, the flow, changes and the running survey's board add.

They know every number of every permitted view, file and answer of the API, and the rule; they solve for the rest by
integer programming. No helix, region, or helix within a region under the minimum may follow.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize

from app.consensus.findings import Setting, make_findings
from app.consensus.panel import build_panel
from app.stats.disclosure import may_show
from app.stats.histogram import top_box

HELICES, REGIONS = ("academia", "civil", "government", "industry"), ("BG", "CAT", "DK", "IDF")
SIZES = {"academia": 22, "civil": 6, "government": 11, "industry": 17}
ITEMS, POINTS, MINIMUM = 4, 5, 5
RULE = {"agree_share": 0.7, "helix_share": 0.6, "divided_gap": 0.35, "low_share": 0.4, "shortlist": 3}
HIGH = top_box(POINTS)

Truth = NDArray[np.int64]


def planted(seed: int) -> tuple[Truth, Truth, dict[str, Any]]:
    """True counts (items, helices, regions, points), people (helices, regions), and the findings of a second round.

    With an even seed everybody rates everything, which tells the most: then sizes are known exactly.
    """
    rng = np.random.default_rng(seed)
    spread = rng.dirichlet([4, 3, 2, 2], size=len(HELICES))
    people: Truth = np.array([rng.multinomial(SIZES[h], share) for h, share in zip(HELICES, spread, strict=True)])
    codes = {
        f"{helix}-{region}-{n}": (helix, region)
        for row, helix in enumerate(HELICES)
        for column, region in enumerate(REGIONS)
        for n in range(people[row, column])
    }
    truth: Truth = np.zeros((ITEMS, len(HELICES), len(REGIONS), POINTS), dtype=np.int64)
    lines: list[Any] = []
    for code, (helix, region) in codes.items():
        for item in range(ITEMS):
            first = int(rng.integers(1, POINTS + 1))
            lines.append((1, code, f"I{item + 1}", [first]))
            point = None if seed % 2 and rng.random() < 0.15 else min(POINTS, max(1, first + int(rng.integers(-1, 2))))
            lines.append((2, code, f"I{item + 1}", [point]))
            if point:
                truth[item, HELICES.index(helix), REGIONS.index(region), point - 1] += 1
    panel = build_panel(low=1, high=POINTS, criteria=["impact"], respondents=codes, ratings=lines)
    course = {
        (helix, region): (int(people[row, column]) + 4, int(people[row, column]), int(people[row, column]))
        for row, helix in enumerate(HELICES)
        for column, region in enumerate(REGIONS)
    }
    setting = Setting(
        survey="s",
        helices=HELICES,
        weights={"impact": 1.0},
        rule=RULE,
        minimum=MINIMUM,
        seed=seed,
        invited=dict.fromkeys(HELICES, 40),
        course=course,
    )
    return truth, people, make_findings(panel, setting, datetime(2027, 1, 1, tzinfo=UTC))


class Knowledge:
    """Linear facts about two kinds of whole numbers: answers by helix, region and point, and people by both."""

    def __init__(self) -> None:
        self.answers = np.arange(len(HELICES) * len(REGIONS) * POINTS).reshape(len(HELICES), len(REGIONS), POINTS)
        self.people = np.arange(len(HELICES) * len(REGIONS)).reshape(len(HELICES), len(REGIONS)) + self.answers.size
        self.count = self.answers.size + self.people.size
        self.rows: list[NDArray[np.float64]] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def know(self, plus: NDArray[np.int64], least: float, most: float, minus: Sequence[int] = ()) -> None:
        row = np.zeros(self.count)
        row[np.ravel(plus)] = 1
        row[list(minus)] = -1
        self.rows.append(row)
        self.low.append(least)
        self.high.append(most)

    def bounds(self, variables: NDArray[np.int64]) -> tuple[int, int]:
        # SciPy's types are partial
        solver: Any = optimize
        constraint = solver.LinearConstraint(np.array(self.rows), self.low, self.high)
        goal = np.zeros(self.count)
        goal[np.ravel(variables)] = 1
        ends: list[int] = []
        for sign in (1, -1):
            answer = solver.milp(sign * goal, constraints=constraint, integrality=np.ones(self.count))
            assert answer.success
            ends.append(round(sign * answer.fun))
        return ends[0], ends[1]


def learn(findings: dict[str, Any], line: dict[str, Any], people: Truth) -> Knowledge:
    """Everything that the permitted views tell of one item, and what the board of the running survey told."""
    told = Knowledge()
    for point, value in enumerate(line["counts"]):
        told.know(told.answers[:, :, point], value, value)
    for row, helix in enumerate(HELICES):
        cell = line["by_helix"][helix]
        for point, value in enumerate(cell.get("counts", [])):
            told.know(told.answers[row, :, point], value, value)
        if (n := findings["answered"]["by_helix"][helix]["n"]) is not None:
            told.know(told.people[row], n, n)
        # the board shows at most this of each row
        for column, is_shown in enumerate(may_show(people[row].astype(float), MINIMUM)):
            if is_shown and n is not None:
                told.know(told.people[row, column], people[row, column], people[row, column])
    for column, region in enumerate(REGIONS):
        cell = line["by_region"].get(region, {"suppressed": True})
        if not cell["suppressed"]:
            high = round(cell["n"] * cell["share_high"])
            told.know(told.answers[:, column, HIGH], high, high)
            told.know(told.answers[:, column], cell["n"], cell["n"])
        counted = findings["flow"]["by_region"].get(region, {"counted": None})["counted"]
        if counted is not None:
            told.know(told.people[:, column], counted, counted)
    is_everybody = line["n"] == findings["answered"]["all"]
    told.know(told.people, findings["answered"]["all"], findings["answered"]["all"])
    for row in range(len(HELICES)):
        for column in range(len(REGIONS)):
            # nobody answers twice; where all answered, the answers of a cell are its people
            least = 0 if is_everybody else -1e6
            told.know(told.answers[row, column], least, 0, minus=[int(told.people[row, column])])
    return told


def found_out(truth: Truth, people: Truth, findings: dict[str, Any], line: dict[str, Any]) -> list[tuple[str, str]]:
    """The small groups of which the attacker is sure how many rated high, or not, or answered at all."""
    told = learn(findings, line, people)
    rest = [point for point in range(POINTS) if point not in range(*HIGH.indices(POINTS))]
    sure: list[tuple[str, str]] = []
    groups = {
        **{(helix, ""): (row, slice(None)) for row, helix in enumerate(HELICES)},
        **{("", region): (slice(None), column) for column, region in enumerate(REGIONS)},
        **{(h, r): (row, column) for row, h in enumerate(HELICES) for column, r in enumerate(REGIONS)},
    }
    for name, (row, column) in groups.items():
        own = truth[row, column].reshape(-1, POINTS).sum(axis=0)
        if not 0 < own.sum() < MINIMUM:
            continue
        for points in (range(*HIGH.indices(POINTS)), rest, range(POINTS)):
            variables = told.answers[row, column][..., list(points)]
            least, most = told.bounds(variables)
            assert least <= own[list(points)].sum() <= most, "the attacker's bounds hold the truth"
            if least == most and most > 0:
                sure.append(name)
    return sure


@pytest.mark.parametrize("seed", range(4))
def test_regions_give_no_small_group_away(seed: int) -> None:
    truth, people, findings = planted(seed)
    assert ((people > 0) & (people < MINIMUM)).sum() > 3, "there is something to find"
    lines = findings["items"]["impact"]
    assert any(not cell["suppressed"] for line in lines for cell in line["by_region"].values()), "regions are shown"
    for row, line in enumerate(lines):
        assert found_out(truth[row], people, findings, line) == []


def test_crossed_groups_would_have_given_them_away() -> None:
    """Were every region's share shown beside the helices, whatever it tells, the same attacker would find people."""

    def found() -> Iterator[list[tuple[str, str]]]:
        for seed in (3, 2, 1, 0):  # the last one tells at once
            truth, people, findings = planted(seed)
            for row, line in enumerate(findings["items"]["impact"]):
                counts = truth[row].sum(axis=0)
                cells = {
                    region: {"suppressed": False, "n": int(n), "share_high": high / n if n else 0}
                    for region, n, high in zip(REGIONS, counts.sum(axis=1), counts[:, HIGH].sum(axis=1), strict=True)
                }
                yield found_out(truth[row], people, findings, {**line, "by_region": cells})

    assert any(found()), "one is enough"


def test_a_region_that_is_all_one_helix_may_tell_the_others() -> None:
    """All of CAT are of academia, as the board said, and hold all its high ratings: the one in BG is of civil."""
    table = {"academia": {"BG": (4, 0), "CAT": (3, 2), "DK": (2, 0)}, "civil": {"BG": (2, 1), "DK": (3, 3)}}
    codes: dict[str, tuple[str, str]] = {}
    lines: list[Any] = []
    for helix, cells in table.items():
        for region, (others, high) in cells.items():
            for number, point in enumerate([2] * others + [5] * high):
                codes[code := f"{helix}-{region}-{number}"] = (helix, region)
                lines.append((1, code, "I1", [point]))
    panel = build_panel(low=1, high=POINTS, criteria=["impact"], respondents=codes, ratings=lines)
    setting = Setting("s", ["academia", "civil"], {"impact": 1.0}, RULE, MINIMUM, 1, {})
    line = make_findings(panel, setting, datetime(2027, 1, 1, tzinfo=UTC))["items"]["impact"][0]
    assert line["region_reason"] == "would_tell"
    assert all(cell["suppressed"] for cell in line["by_region"].values())


def test_a_helix_in_a_region_is_shown_where_all_are_large() -> None:
    codes = {f"{h}-{r}-{n}": (h, r) for h in HELICES for r in REGIONS[:2] for n in range(6)}
    lines = [(1, code, "I1", [4]) for code in codes]
    panel = build_panel(low=1, high=POINTS, criteria=["impact"], respondents=codes, ratings=lines)
    setting = Setting("s", HELICES, {"impact": 1.0}, RULE, MINIMUM, 1, {})
    line = make_findings(panel, setting, datetime(2027, 1, 1, tzinfo=UTC))["items"]["impact"][0]
    assert line["by_both"]["civil"]["BG"] == {
        "n": 6,
        "suppressed": False,
        "share_high": 1.0,
        "wilson": [pytest.approx(0.6097, abs=1e-3), 1.0],
    }
    smaller = build_panel(
        low=1,
        high=POINTS,
        criteria=["impact"],
        respondents=codes,
        ratings=[x for x in lines if x[1] != "civil-BG-0"][1:],
    )
    line = make_findings(smaller, setting, datetime(2027, 1, 1, tzinfo=UTC))["items"]["impact"][0]
    assert line["by_both"] is not None
    smaller = build_panel(
        low=1,
        high=POINTS,
        criteria=["impact"],
        respondents=codes,
        ratings=[x for x in lines if x[1][:8] != "civil-BG"][1:],
    )
    line = make_findings(smaller, setting, datetime(2027, 1, 1, tzinfo=UTC))["items"]["impact"][0]
    assert line["by_both"] is None
