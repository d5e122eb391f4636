"""What lights say, to the day; what an edition proposes; and when owners are mailed."""

from datetime import date, timedelta
from typing import Any

import pytest

from app.actionplan.monitoring.proposing import proposed_for
from app.actionplan.monitoring.rules import (
    Level,
    Light,
    Target,
    Unjudged,
    depending_on,
    elapsed,
    expected_in,
    judge_indicator,
    last_day,
    level_of,
    light_for,
    moment_for,
    read_day,
    read_euros,
    read_number,
    read_percent,
    read_year,
)
from tests.actionplan.monitoring import plan_item

BEGINS, DUE = date(2030, 1, 1), date(2030, 12, 31)


@pytest.mark.parametrize(
    ("percent", "today", "expected"),
    [
        pytest.param(0, BEGINS, Light.ON_TRACK, id="on the first day nothing is behind"),
        pytest.param(100, BEGINS, Light.DONE, id="done early"),
        pytest.param(100, DUE + timedelta(days=900), Light.DONE, id="done stays done"),
        pytest.param(99, DUE + timedelta(days=1), Light.LATE, id="late the day after"),
        pytest.param(99, DUE, Light.AT_RISK, id="the due day itself is not late"),
        pytest.param(99, DUE - timedelta(days=60), Light.AT_RISK, id="60 days before"),
        pytest.param(99, DUE - timedelta(days=61), Light.ON_TRACK, id="61 days before"),
        pytest.param(25, BEGINS + (DUE - BEGINS) // 2, Light.ON_TRACK, id="25 points behind"),
        pytest.param(24, BEGINS + (DUE - BEGINS) // 2, Light.AT_RISK, id="26 points behind"),
        pytest.param(0, date(2029, 1, 1), Light.ON_TRACK, id="before it begins"),
    ],
)
def test_light(percent: int, today: date, expected: Light) -> None:
    assert light_for(percent, BEGINS, DUE, today) is expected


def test_a_milestone_that_begins_on_its_day_has_no_time_to_pass() -> None:
    assert elapsed(DUE, DUE, DUE) == 0
    assert elapsed(DUE, DUE, DUE + timedelta(days=1)) == 100
    assert light_for(0, DUE, DUE, DUE - timedelta(days=61)) is Light.ON_TRACK


GROWS, SHRINKS = Target(10, 20, 2027, 2031), Target(20, 10, 2027, 2031)


@pytest.mark.parametrize(
    ("target", "readings", "year", "expected"),
    [
        pytest.param(GROWS, {2028: 14.0}, 2028, Light.ON_TRACK, id="on the line"),
        pytest.param(GROWS, {2028: 13.99}, 2028, Light.AT_RISK, id="just behind"),
        pytest.param(GROWS, {2028: 11.5}, 2028, Light.AT_RISK, id="a quarter of the way behind"),
        pytest.param(GROWS, {2028: 11.49}, 2028, Light.LATE, id="more than a quarter behind"),
        pytest.param(GROWS, {2027: 20.0}, 2028, Light.DONE, id="reached early"),
        pytest.param(GROWS, {2030: 20.0, 2031: 19.0}, 2031, Light.AT_RISK, id="the newest counts"),
        pytest.param(GROWS, {2031: 19.9}, 2032, Light.LATE, id="the year has passed"),
        pytest.param(SHRINKS, {2028: 16.0}, 2028, Light.ON_TRACK, id="lower is better, on the line"),
        pytest.param(SHRINKS, {2028: 16.1}, 2028, Light.AT_RISK, id="lower is better, behind"),
        pytest.param(SHRINKS, {2028: 9.0}, 2028, Light.DONE, id="lower is better, reached"),
        pytest.param(SHRINKS, {2028: 25.0}, 2028, Light.LATE, id="the wrong way"),
        pytest.param(Target(0, 1, 2031, 2031), {2026: 0.0}, 2026, Light.ON_TRACK, id="before it begins"),
        pytest.param(Target(0, 1, 2032, 2031), {2031: 0.5}, 2031, Light.LATE, id="due before it begins"),
        pytest.param(GROWS, {}, 2040, Unjudged.NO_READING, id="no reading"),
        pytest.param(Target(None, 1, 2027, 2031), {2028: 1.0}, 2028, Unjudged.NO_BASELINE, id="no baseline"),
        pytest.param(Target(0, None, 2027, 2031), {2028: 1.0}, 2028, Unjudged.NO_TARGET, id="no target"),
        pytest.param(Target(0, 1, 2027, None), {2028: 1.0}, 2028, Unjudged.NO_YEAR, id="no year"),
        pytest.param(Target(1, 1, 2027, 2031), {2028: 1.0}, 2028, Unjudged.SAME, id="nothing to change"),
    ],
)
def test_indicators(target: Target, readings: dict[int, float], year: int, expected: Light | Unjudged) -> None:
    assert judge_indicator(target, readings, year) is expected


def test_the_line_is_straight_and_ends_level() -> None:
    assert [expected_in(SHRINKS, year) for year in (2025, 2026, 2027, 2031, 2035)] == [20, 20, 18, 10, 10]
    assert expected_in(Target(1, 2, 2027, None), 2028) is None


@pytest.mark.parametrize(
    ("days", "moment"),
    [(-15, None), (-14, -14), (0, -14), (1, 1), (30, 1), (31, 31), (60, 31), (61, 61), (400, 391)],
)
def test_the_newest_moment_of_a_mail(days: int, moment: int | None) -> None:
    expected = None if moment is None else DUE + timedelta(days=moment)
    assert moment_for(DUE, DUE + timedelta(days=days)) == expected


def test_every_weight_of_a_risk() -> None:
    levels = {(one, two): level_of(one, two) for one in range(1, 6) for two in range(1, 6)}
    assert [sum(level is one for level in levels.values()) for one in Level] == [6, 7, 12]
    assert (levels[3, 5], levels[2, 4], levels[1, 5], levels[3, 4]) == (
        Level.HIGH,
        Level.MEDIUM,
        Level.LOW,
        Level.MEDIUM,
    )


def test_what_depends_is_found_through_others_and_in_circles() -> None:
    depends = {"A": ["C"], "B": ["A"], "C": ["B"], "D": []}
    assert depending_on("A", depends) == ["B", "C"]
    assert depending_on("D", depends) == []


def test_an_edition_proposes_start_go_stop_points_outputs_and_end() -> None:
    found = list(proposed_for(plan_item("I1", outputs=["A", "B"])))
    assert [(one.origin, one.about, one.due.isoformat()) for one in found] == [
        ("start", "", "2027-03-31"),
        ("gate.1", "design", "2027-06-30"),
        ("gate.2", "Trial in two regions", "2028-06-30"),
        ("output.1", "A", "2029-12-31"),
        ("output.2", "B", "2029-12-31"),
        ("end", "", "2029-12-31"),
    ]
    assert [one.begins_on.isoformat() for one in found[:3]] == ["2027-01-01", "2027-01-01", "2027-07-01"]
    assert list(proposed_for(plan_item("I1", start=None, end=None))) == []


@pytest.mark.parametrize("text", ["101", "-1", "4.5", "", "1e2", "٤٠", "9" * 400])
def test_percentages_that_cannot_be(text: str) -> None:
    assert read_percent(text) is None


def test_what_people_type() -> None:
    assert (read_percent("0"), read_percent(" 100 ")) == (0, 100)
    assert [read_number(text) for text in ("nan", "inf", "-inf", "1e16", "", "1,5")] == [None] * 5 + [1.5]
    assert [read_euros(text) for text in ("1.250", "1000000001", "", "12k")] == [1250, None, None, None]
    assert [read_day(text) for text in ("", "2027-02-30", "1999-12-31", "2100-12-31")] == [None] * 3 + [
        date(2100, 12, 31)
    ]
    assert [read_year(text) for text in ("1999", "2101", "2030")] == [None, None, 2030]
    assert last_day(2029, 3) == date(2029, 9, 30)


def changed(**values: Any) -> dict[str, Any]:
    return plan_item("I1", **values)


def test_a_one_phase_initiative_has_no_go_stop_point() -> None:
    phases = [{"kind": "operate", "name": "", "start": [2027, 1], "end": [2027, 2]}]
    assert [one.origin for one in proposed_for(changed(phases=phases, outputs=[]))] == ["start", "end"]
