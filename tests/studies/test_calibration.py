import itertools
from pathlib import Path

import pytest

from app.stats.verdict import Rule, Standing, judge
from tests.studies import drawing
from tests.studies.calibration import ALIKE, PICTURES, Outcomes, Point, as_csv, is_met, study, summary

SMALL = 12
STATISTICS = Path(__file__).resolve().parents[2] / "docs" / "statistics.md"


@pytest.fixture(scope="module")
def points() -> list[Point]:
    return study([SMALL])


def test_the_truth_follows_from_the_rule() -> None:
    assert is_met([0.70] * 4)
    assert not is_met([0.69] * 4)
    assert is_met([0.60, 0.9, 0.9, 0.9])
    assert not is_met([0.59, 0.9, 0.9, 0.9])
    assert not is_met([0.60, 0.95, 0.9, 0.9])


def test_every_outcome_is_weighed_once() -> None:
    outcomes = Outcomes(3)
    assert outcomes.probabilities([0.2, 0.5, 0.7, 0.9]).sum() == pytest.approx(1, rel=1e-12)
    # all four helices unanimous: one order of one outcome
    assert outcomes.probabilities([0.9] * 4)[-1] == pytest.approx(0.9**12, rel=1e-12)


def test_saying_the_opposite_of_the_truth_stays_within_one_in_twenty(points: list[Point]) -> None:
    assert max(point.wrong for point in points) < 0.05


def test_a_verdict_without_doubt_is_wrong_far_more_often(points: list[Point]) -> None:
    assert max(point.wrong_without_doubt for point in points) > 0.5


def test_probabilities_of_the_three_standings_sum_to_one(points: list[Point]) -> None:
    for point in points:
        assert point.right + point.wrong + point.cannot_tell == pytest.approx(1, rel=1e-9)


def test_more_agreement_is_never_said_less_often(points: list[Point]) -> None:
    said = [point.agreed for point in points if point.case == "alike"]
    assert len(said) == len(ALIKE)
    assert all(low <= high + 1e-12 for low, high in itertools.pairwise(said))


def test_unanimity_of_twelve_in_every_helix_is_enough() -> None:
    assert judge(Rule(), [SMALL] * 4, [SMALL] * 4).standing is Standing.AGREED


def test_the_documentation_shows_what_the_study_finds(points: list[Point]) -> None:
    kept = (PICTURES / "calibration.csv").read_text(encoding="utf-8").splitlines()
    found = as_csv(points).splitlines()
    assert set(found) <= set(kept)
    assert len(kept) - 1 == 3 * (len(found) - 1)
    page = STATISTICS.read_text(encoding="utf-8")
    for case, people, *figures in summary(points):
        assert f"| {case} | {people} | {' | '.join(figures)} |" in page


def test_the_figure_is_drawn_the_same_twice(points: list[Point]) -> None:
    assert drawing.draw(points) == drawing.draw(points)
    assert "12 people per helix" in drawing.draw(points)
