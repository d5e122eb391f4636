"""Links, votes and differences of editions, decided without a database."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.actionplan.adoption.rules import (
    Changed,
    Tally,
    YearChange,
    difference_of,
    faults_in_comment,
    faults_in_share,
    faults_in_vote,
    is_readable,
    tally_of,
)

TODAY = date(2027, 1, 31)
ONE, OTHER, THIRD = (UUID(int=number) for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("until", "label", "fields"),
    [
        (TODAY, "The board", set[str]()),
        (TODAY + timedelta(days=90), "", set[str]()),
        (TODAY + timedelta(days=91), "", {"until"}),
        (TODAY - timedelta(days=1), "", {"until"}),
        (None, "x" * 81, {"until", "label"}),
        (TODAY, "two\nlines", {"label"}),
    ],
)
def test_a_link_lasts_at_most_ninety_days(until: date | None, label: str, fields: set[str]) -> None:
    assert set(faults_in_share(label, until, TODAY)) == fields


def test_a_link_opens_until_the_end_of_its_day_or_until_it_was_ended() -> None:
    assert is_readable(TODAY, is_ended=False, today=TODAY)
    assert not is_readable(TODAY, is_ended=True, today=TODAY)
    assert not is_readable(TODAY, is_ended=False, today=TODAY + timedelta(days=1))


@pytest.mark.parametrize(
    ("text", "name", "fields"),
    [
        ("Good.", "", set[str]()),
        ("x" * 2000, "x" * 80, set[str]()),
        ("", "", {"text"}),
        ("x" * 2001, "x" * 81, {"text", "name"}),
        ("Good.", "two\nlines", {"name"}),
    ],
)
def test_comments_have_their_lengths(text: str, name: str, fields: set[str]) -> None:
    assert set(faults_in_comment(text, name)) == fields


@pytest.mark.parametrize(
    ("vote", "words", "is_for_another", "fields"),
    [
        ("abstained", "", False, set[str]()),
        ("yes", "x" * 1001, False, {"words"}),
        ("yes", "x" * 9, True, {"words"}),
        ("no", "x" * 10, True, set[str]()),
        ("", "", False, {"vote"}),
    ],
)
def test_a_vote_for_another_says_how_it_is_known(vote: str, words: str, is_for_another: bool, fields: set[str]) -> None:
    assert set(faults_in_vote(vote, words, is_for_another=is_for_another)) == fields


def test_votes_add_up_over_all_partners() -> None:
    tally = tally_of({ONE: "yes", OTHER: "no"}, [ONE, OTHER, THIRD])
    assert tally == Tally(yes=1, no=1, abstained=0, missing=1)
    assert (tally.partners, tally.has_majority) == (3, False)
    assert tally_of({ONE: "yes", OTHER: "yes"}, [ONE, OTHER, THIRD]).has_majority
    assert not tally_of({ONE: "yes"}, [ONE, OTHER]).has_majority, "a half is no majority"
    assert tally_of({ONE: "abstained"}, []).partners == 1, "who voted counts, also off the list"


def plan(**changes: Any) -> dict[str, Any]:
    return {
        "first_year": 2027,
        "spend_by_year": [100, 200],
        "ceilings": [300, 300],
        "planned": 300,
        "budget": 600,
        "items": [item("A", 2027), item("B", 2028), item("C", None)],
    } | changes


def item(code: str, year: int | None, cost: int = 100) -> dict[str, Any]:
    return {"code": code, "is_in": year is not None, "start": year and [year, 1], "cost": cost}


def test_two_plans_differ_in_what_differs_and_nothing_else() -> None:
    assert difference_of(plan(), plan()).is_nothing
    later = plan(
        first_year=2028,
        spend_by_year=[150, 200],
        planned=350,
        budget=700,
        items=[item("A", 2028), item("B", None), item("C", 2027, 250)],
    )
    found = difference_of(plan(), later)
    assert (found.came_in, found.went_out) == (("C",), ("B",))
    assert found.changed == (Changed("A", ((2027, 1), (2028, 1)), None),)
    assert found.years == (
        YearChange(2027, (100, None), (300, None)),
        YearChange(2028, (200, 150), (300, 300)),
        YearChange(2029, (None, 200), (None, 300)),
    )
    assert (found.planned, found.budget) == ((300, 350), (600, 700))
    dearer = difference_of(plan(), plan(items=[item("A", 2027, 120), item("B", 2028), item("C", None)]))
    assert dearer.changed == (Changed("A", None, (100, 120)),)
    assert not dearer.is_nothing
