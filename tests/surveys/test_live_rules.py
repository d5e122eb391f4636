"""What a board of a running survey may show: tables of cases, and an attack on what it shows."""

from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.surveys.rounds.live_rules import (
    Call,
    ShownTable,
    Stretch,
    Target,
    calls,
    furthest_page,
    groups_to_remind,
    half_width,
    is_quiet,
    median_minutes,
    shade,
    shown_in_row,
    shown_table,
    stretches,
)
from app.surveys.rounds.rules import answers_needed

MINIMUM = 5


@pytest.mark.parametrize(
    ("counts", "invited", "expected"),
    [
        pytest.param([9, 8, 7], [9, 9, 9], [True, True, True], id="all are large enough"),
        pytest.param([30, 3, 8, 12], [40, 9, 9, 19], [True, False, False, True], id="one small takes another with it"),
        pytest.param([4, 4, 9], [9, 9, 9], [False, False, True], id="two small ones hide each other"),
        pytest.param([4, 6, 20], [4, 6, 30], [False, False, False], id="all invited in the hidden ones have answered"),
        pytest.param([4, 6, 20], [4, 7, 30], [False, False, True], id="one of them has not"),
        pytest.param([4, 9, 20], [5, 9, 30], [False, False, False], id="five and eight would have been shown"),
        pytest.param([4, 6, 20], [0, 0, 0], [False, False, True], id="nobody is invited by name"),
        pytest.param([1, 2], [9, 9], [False, False], id="fewer than the minimum in all"),
        pytest.param([7], [9], [True], id="a survey without regions"),
        pytest.param([0], [0], [False], id="nobody at all"),
        pytest.param([], [], [], id="no cells"),
        pytest.param([0, 6, 20], [0, 9, 30], [False, True, True], id="where nobody is invited nothing is hidden"),
        pytest.param([3, 7, 20], [0, 9, 30], [False, False, True], id="unless somebody came all the same"),
    ],
)
def test_what_may_be_shown_in_a_row(counts: list[int], invited: list[int], expected: list[bool]) -> None:
    assert shown_in_row(counts, invited, MINIMUM) == expected


def test_a_hidden_row_shows_no_cell() -> None:
    shown = shown_table([[20, 20], [6, 7], [0, 3]], [[30, 30], [9, 9], [9, 9]], MINIMUM)
    assert shown == ShownTable((True, False, False), ((True, True), (False, False), (False, False)))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), min_size=2, max_size=3))
@example([(4, 1), (9, 0), (20, 10)])
@example([(4, 0), (6, 0), (20, 2)])
def test_no_hidden_count_can_be_worked_out(people: list[tuple[int, int]]) -> None:
    """Who knows the rule finds two values for each hidden cell, but where the total alone leaves one only."""
    counts = [done for done, _ in people]
    reach = [done + left for done, left in people]
    shown = shown_in_row(counts, reach, MINIMUM)
    every = [row for row in product(*(range(most + 1) for most in reach)) if sum(row) == sum(counts)]
    alike = [
        row
        for row in every
        if all(not is_shown or row[cell] == counts[cell] for cell, is_shown in enumerate(shown))
        and shown_in_row(row, reach, MINIMUM) == shown
    ]
    for cell, is_shown in enumerate(shown):
        if is_shown:
            assert counts[cell] >= MINIMUM
        else:
            known = len({row[cell] for row in every}) == 1
            assert known or len({row[cell] for row in alike}) > 1, (counts, reach, shown)


def test_rows_too_large_to_try_all_are_cut_like_others() -> None:
    counts = [9, 8, 6, 1, 3, 2, 4, 0, 12, 3, 2, 1, 3]
    assert shown_in_row(counts, [20] * 13, MINIMUM) == [count >= MINIMUM for count in counts]
    assert shown_in_row([3, 900, 800], [9, 999, 999], MINIMUM) == [False, True, False]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 3)), min_size=3, max_size=3), min_size=1, max_size=4)
)
def test_groups_to_remind_hold_every_cell_once_and_give_away_no_hidden_one(rows: list[list[tuple[int, int]]]) -> None:
    done = [[cell[0] for cell in row] for row in rows]
    invited = [[sum(cell) for cell in row] for row in rows]
    shown = shown_table(done, invited, MINIMUM)
    groups = groups_to_remind(shown, invited, MINIMUM)
    assert sorted(cell for group in groups for cell in group) == sorted(product(range(len(rows)), range(3)))
    for group in groups[:-1]:
        assert sum(invited[row][column] for row, column in group) >= MINIMUM
    for group in groups:
        if len(group) == 1:
            [(row, column)] = group
            assert shown.cells[row][column] or invited[row][column] < MINIMUM, (
                "a cell is reminded alone only if its count is shown; with fewer than five nobody is"
            )


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        pytest.param([], [], id="no days"),
        pytest.param([2, 2], [], id="fewer than the minimum in all"),
        pytest.param([5, 0, 7], [Stretch(0, 0, 5), Stretch(1, 2, 7)], id="each long enough"),
        pytest.param([1, 4, 9, 1], [Stretch(0, 1, 5), Stretch(2, 3, 10)], id="the rest joins the last"),
        pytest.param([0, 0, 6, 0, 0], [Stretch(0, 4, 6)], id="empty ends belong to a stretch"),
    ],
)
def test_stretches(counts: list[int], expected: list[Stretch]) -> None:
    assert stretches(counts, MINIMUM) == expected


@given(st.lists(st.integers(0, 9), max_size=30))
def test_stretches_lose_nobody_and_none_is_small(counts: list[int]) -> None:
    found = stretches(counts, MINIMUM)
    assert all(one.people >= MINIMUM for one in found)
    if sum(counts) >= MINIMUM:
        assert [place for one in found for place in range(one.first, one.last + 1)] == list(range(len(counts)))
        assert [one.people for one in found] == [sum(counts[one.first : one.last + 1]) for one in found]


@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        pytest.param(set[str](), 0, id="nothing answered"),
        pytest.param({"helix_detail"}, 0, id="only what stands on the start page"),
        pytest.param({"size"}, 1, id="a section before"),
        pytest.param({"I1", "I3"}, 4, id="a gap does not matter"),
        pytest.param({"ideas", "I1"}, 5, id="a section after"),
    ],
)
def test_furthest_page(answered: set[str], expected: int) -> None:
    assert furthest_page([{"size"}, {"I1"}, {"I2"}, {"I3"}, {"ideas"}], answered) == expected


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        pytest.param({}, None, id="nobody"),
        pytest.param({9: 4}, None, id="four are too few"),
        pytest.param({9: 5}, 9, id="five are enough"),
        pytest.param({0: 1, 10: 3, 60: 1}, 10, id="the middle one"),
    ],
)
def test_median_minutes(counts: dict[int, int], expected: int | None) -> None:
    assert median_minutes(counts, MINIMUM) == expected


@pytest.mark.parametrize("levels", [5, 7, 9])
def test_the_half_width_undoes_the_answers_needed(levels: int) -> None:
    needed = answers_needed(levels)
    assert half_width(levels, needed) <= 0.5 < half_width(levels, needed - 1)


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        pytest.param([Target("a", 40, 20)], [], id="nothing is missing"),
        pytest.param([Target("a", 40, 9), Target("b", 40, 14)], [Call("b", 2), Call("a", 7)], id="the nearest first"),
        pytest.param([Target("a", 12, 9)], [], id="too few are invited to get there"),
        pytest.param([Target("a", 9, None), Target("b", 30, 15)], [Call("a", None), Call("b", 1)], id="hidden first"),
        pytest.param(
            [Target("a", 9, None), Target("b", 20, None)], [Call("b", None), Call("a", None)], id="by invited"
        ),
        pytest.param([Target("a", 4, None)], [], id="four can never be shown"),
        pytest.param([Target(code, 40, 9) for code in "abcd"], [Call(code, 7) for code in "abc"], id="three at most"),
    ],
)
def test_calls(targets: list[Target], expected: list[Call]) -> None:
    assert calls(targets, 16, MINIMUM) == expected


def test_shades() -> None:
    assert [shade(done, 8) for done in range(9)] == [0, 1, 2, 2, 3, 3, 4, 4, 4]
    assert shade(3, 0) == 4, "more came by the open address than were invited"


@pytest.mark.parametrize(("hour", "expected"), [(5, True), (6, False), (19, False), (20, True)])
def test_nights(hour: int, expected: bool) -> None:
    assert is_quiet(datetime(2027, 3, 1, hour, tzinfo=UTC)) is expected
