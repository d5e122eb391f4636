"""How cells are read, and what becomes of values, compared with an independent computation."""

import csv
import random
import statistics
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats

from app.indicators.profiles.rules import (
    Composite,
    Newest,
    Profile,
    Scale,
    Trend,
    Unscored,
    composites,
    line_of,
    make_profile,
    newest,
    scale_of,
    skewness_of,
    slope_of,
    strengths,
    structural_peers,
    trend_of,
    weaknesses,
)
from app.indicators.rules import (
    DECIMAL_COMMA,
    EITHER_COMMA,
    EUROSTAT_FLAG,
    EUROSTAT_SIGN,
    NO_NUMBER,
    NO_YEAR,
    OUT_OF_RANGE,
    SEPARATORS,
    UNKNOWN_FLAG,
    Direction,
    Status,
    Unreadable,
    read_number,
    read_year,
    split_flags,
    status_of,
)

DEMO = Path(__file__).resolve().parents[2] / "demo" / "indicators.csv"
YEARS = range(2015, 2025)
PARTNERS = ("BG", "CAT", "DK", "IDF", "RN")
UP, DOWN, CONTEXT = Direction.HIGHER, Direction.LOWER, Direction.CONTEXT


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("12,5", DECIMAL_COMMA),
        ("0,125", DECIMAL_COMMA),
        ("1,234", EITHER_COMMA),
        ("0,234", DECIMAL_COMMA),
        ("1,234.5", SEPARATORS),
        ("1.234,5", SEPARATORS),
        ("1.234.567", SEPARATORS),
        ("1,234,567", SEPARATORS),
        ("12 500", SEPARATORS),
        ("12 500,5", SEPARATORS),
        ("12\u202f500", SEPARATORS),
        ("12'500", SEPARATORS),
        (":", EUROSTAT_SIGN),
        (": c", EUROSTAT_SIGN),
        ("12.5 e", EUROSTAT_FLAG),
        ("12.5b", EUROSTAT_FLAG),
        ("", NO_NUMBER),
        ("n/a", NO_NUMBER),
        ("12%", NO_NUMBER),
        ("nan", NO_NUMBER),
        ("inf", NO_NUMBER),
        ("1e999", OUT_OF_RANGE),
        ("-1e-16", OUT_OF_RANGE),
        ("1" * 61, OUT_OF_RANGE),
        ("١٢", NO_NUMBER),
    ],
)
def test_no_number_is_guessed(text: str, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_number(text)
    assert str(refused.value) == reason


@given(some.floats(min_value=1e-15, max_value=1e15) | some.floats(min_value=-1e15, max_value=-1e-15) | some.just(0.0))
def test_every_number_with_a_point_is_read(value: float) -> None:
    assert read_number(repr(value)) == value


@pytest.mark.parametrize("text", ["20O4", "2019-Q1", "19", "2019.5", "", "1899", "2201", "２０１９"])
def test_no_year_is_guessed(text: str) -> None:
    with pytest.raises(Unreadable, match=NO_YEAR):
        read_year(text)


def test_flags() -> None:
    assert split_flags("1 2 x") == ("1 2 x", "")
    with pytest.raises(Unreadable, match=UNKNOWN_FLAG):
        status_of("3", "x")
    assert status_of("", "") is Status.MISSING


def demo_values() -> tuple[dict[str, Direction], dict[str, dict[str, dict[int, float]]]]:
    directions: dict[str, Direction] = {}
    values: dict[str, dict[str, dict[int, float]]] = {}
    with DEMO.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            directions[row["indicator_id"]] = Direction(row["direction"])
            series = values.setdefault(row["indicator_id"], {}).setdefault(row["region_id"], {})
            if row["value"]:
                series[int(row["year"])] = float(row["value"])
    return directions, values


def test_scores_of_the_demonstration_are_those_of_an_independent_computation() -> None:
    directions, values = demo_values()
    profile = make_profile(directions, values, PARTNERS, YEARS)
    rooted = 0
    with DEMO.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["value"]]
    compared = 0
    for code, direction in directions.items():
        pool = [float(row["value"]) for row in rows if row["indicator_id"] == code and row["region_id"] in PARTNERS]
        if direction is CONTEXT:
            assert profile.scales[code] is Unscored.CONTEXT
            continue
        is_rooted = len(pool) >= 8 and float(stats.skew(pool, bias=False)) > 1 and min(pool) >= 0
        rooted += is_rooted
        power = 0.5 if is_rooted else 1
        low, high = min(pool) ** power, max(pool) ** power
        for region in {row["region_id"] for row in rows}:
            mine = [row for row in rows if row["indicator_id"] == code and row["region_id"] == region]
            if not mine:
                assert region not in profile.scores[code]
                continue
            last = max(mine, key=lambda row: int(row["year"]))
            share = (float(last["value"]) ** power - low) / (high - low)
            expected = share if direction is UP else 1 - share
            assert profile.scores[code][region] == pytest.approx(expected, abs=1e-12)
            compared += 1
    assert compared == 125
    assert rooted > 0


def test_reversing_a_direction_mirrors_every_score() -> None:
    directions, values = demo_values()
    there = make_profile(directions, values, PARTNERS, YEARS)
    turned = {code: {UP: DOWN, DOWN: UP, CONTEXT: CONTEXT}[one] for code, one in directions.items()}
    back = make_profile(turned, values, PARTNERS, YEARS)
    for code, scores in there.scores.items():
        assert {region: 1 - score for region, score in back.scores[code].items()} == pytest.approx(scores, abs=1e-12)


def test_a_region_outside_the_reference_set_changes_nobody_elses_score() -> None:
    directions, values = demo_values()
    before = make_profile(directions, values, PARTNERS, YEARS)
    for code in values:
        values[code]["NEW"] = {2024: 1e6}
    after = make_profile(directions, values, PARTNERS, YEARS)
    for code, scores in before.scores.items():
        assert {region: one for region, one in after.scores[code].items() if region != "NEW"} == scores
    assert after.scores["IND01"]["NEW"] > 1


def test_order_of_regions_changes_nothing() -> None:
    directions, values = demo_values()
    turned = {code: dict(reversed(one.items())) for code, one in reversed(values.items())}
    one, other = (make_profile(directions, found, PARTNERS, YEARS) for found in (values, turned))
    assert one == other
    weights = dict.fromkeys(directions, 1.0)
    assert composites(one.scores, weights, PARTNERS, seed=1) == composites(other.scores, weights, PARTNERS, seed=1)


def test_scales() -> None:
    assert scale_of(CONTEXT, [1, 2]) is Unscored.CONTEXT
    assert scale_of(UP, []) is Unscored.NO_VALUES
    skewed = [1.0, 1, 1, 2, 2, 3, 4, 100]
    scale = scale_of(UP, skewed)
    assert isinstance(scale, Scale)
    assert scale.is_rooted
    assert scale.score(49, UP) == pytest.approx((7 - 1) / (10 - 1))
    assert scale.score(-1, UP) is None
    below = scale_of(UP, [-1.0, *skewed])
    assert isinstance(below, Scale)
    assert not below.is_rooted
    few = scale_of(UP, [1.0, 1, 1, 100])
    assert isinstance(few, Scale)
    assert not few.is_rooted


@given(some.lists(some.floats(0, 100), min_size=3, max_size=20).filter(lambda one: max(one) - min(one) > 1))
def test_skewness_is_that_of_scipy(values: list[float]) -> None:
    assert skewness_of(values) == pytest.approx(float(stats.skew(values, bias=False)), abs=1e-9)


def test_a_value_without_a_root_has_no_score() -> None:
    values = {"A": {str(place): {2020: value} for place, value in enumerate([1.0, 1, 1, 2, 2, 3, 4, 100])}}
    values["A"]["below"] = {2020: -1.0}
    profile = make_profile({"A": UP}, values, [str(place) for place in range(8)], [2020])
    assert "below" not in profile.scores["A"]


def test_trends() -> None:
    random.seed(1)
    years = list(range(2015, 2022))
    series = {year: random.random() for year in years}
    expected = statistics.linear_regression(years, list(series.values())).slope
    assert slope_of(series) == pytest.approx(expected, abs=1e-12)
    assert slope_of({2020: 1.0, 2021: 2.0}) is None
    up = {2020: 1.0, 2021: 2.0, 2022: 3.0}
    found = [trend_of(up, one, 10) for one in (UP, DOWN, CONTEXT)]
    assert found == [Trend.BETTER, Trend.WORSE, Trend.RISING]
    down = {year: -value for year, value in up.items()}
    found = [trend_of(down, one, 10) for one in (UP, DOWN, CONTEXT)]
    assert found == [Trend.WORSE, Trend.BETTER, Trend.FALLING]
    assert trend_of(up, UP, 1000) is Trend.STEADY
    assert trend_of(up, UP, 0) is None
    assert newest({2020: 1.0}, [2021]) is None


def test_lines_name_what_lies_clearly_above_and_below() -> None:
    values = {
        "high": {"X": {2020: 9.0}, "P": {2020: 1.0}, "Q": {2020: 2.0}, "R": {2020: 10.0}},
        "low": {"X": {2020: 1.0}, "P": {2020: 9.0}, "Q": {2020: 10.0}, "R": {2020: 8.0}},
        "alone": {"X": {2020: 1.0, 2019: 2.0}},
        "none": {},
    }
    directions = dict.fromkeys(values, UP)
    profile = make_profile(directions, values, ["P", "Q", "R", "X"], [2019, 2020])
    lines = [
        line_of(profile, code, UP, values[code].get("X", {}), "X", ["P", "Q", "R"], [2019, 2020]) for code in values
    ]
    assert [one.code for one in strengths(lines)] == ["high"]
    assert [one.code for one in weaknesses(lines)] == ["low"]
    assert lines[0].gap == pytest.approx(8 / 9 - 1 / 9)
    assert lines[2].middle is None
    assert lines[2].gap is None
    assert lines[3].newest is None


def test_peers_are_those_most_alike() -> None:
    def at(**values: float) -> dict[str, Newest]:
        return {region: Newest(2020, value) for region, value in values.items()}

    latest = {"S": at(A=1, B=1, C=3, X=2), "T": at(A=10, B=20, X=10), "U": at(A=5, B=5, C=5, X=5), "V": at(C=1)}
    found = structural_peers(latest, ["S", "T", "U", "W"], "X", ["A", "B", "C"])
    deviation, other = statistics.pstdev([1, 1, 3]), statistics.pstdev([10, 20])
    assert [one.region for one in found] == ["A", "C", "B"]
    assert found[0].distance == pytest.approx((((1 / deviation) ** 2 + 0) / 2) ** 0.5)
    assert found[2].distance == pytest.approx((((1 / deviation) ** 2 + (10 / other) ** 2) / 2) ** 0.5)
    assert [one.shared for one in found] == [2, 1, 2]
    assert structural_peers({}, ["S"], "X", ["A"]) == []


def test_composites_leave_out_what_is_missing_and_say_how_far_ranks_move() -> None:
    scores = {
        "a": {"X": 1.0, "Y": 0.0, "Z": 0.9},
        "b": {"X": 0.0, "Y": 1.0, "Z": 0.8},
        "c": {"X": 0.5, "Y": 0.4, "lost": 1.0},
    }
    found = composites(scores, {"a": 2, "b": 1, "c": 1, "d": 0}, ["X", "Y", "Z", "lost"], seed=4)
    by_region = {one.region: one for one in found}
    assert by_region["X"].score == pytest.approx((2 + 0 + 0.5) / 4)
    assert by_region["Z"].score == pytest.approx((1.8 + 0.8) / 3)
    assert by_region["Z"].coverage == pytest.approx(0.75)
    assert "lost" not in by_region
    assert [one.rank for one in found] == [1, 2, 3]
    for one in found:
        assert one.least <= one.low <= one.rank <= one.high <= one.most
    assert by_region["Y"].least == 1
    assert composites(scores, {}, ["X"], seed=1) == []
    assert composites(scores, {"a": 1}, ["nobody"], seed=1) == []
    tied = composites({"a": {"X": 1.0, "Y": 1.0}}, {"a": 1}, ["X", "Y"], seed=1)
    assert tied == [Composite(one, 1.0, 1.0, 1, 1, 1, 1, 1) for one in ("X", "Y")]


def test_an_empty_profile() -> None:
    assert make_profile({}, {}, [], []) == Profile({}, {}, {}, {})
