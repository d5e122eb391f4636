"""Where a person goes on, and what an answer may be."""

import pytest

from app.surveys.answering.rules import Form, Progress, Value, next_position, progress_of
from app.surveys.authoring.answers import Spec
from app.surveys.authoring.choice_types import SingleChoice
from app.surveys.authoring.rules import Scale

FORM = Form(
    scale=Scale(1, 5),
    ratings=frozenset({"I1.impact", "I1.urgency", "I2.impact", "I2.urgency"}),
    questions={"org_size": SingleChoice(Spec(["small", "large"]))},
    comments={"I1.comment": 10},
    items=("I1", "I2"),
    criteria=("impact", "urgency"),
)


@pytest.mark.parametrize(
    ("code", "value", "is_fine"),
    [
        pytest.param("I1.impact", 1, True, id="the lowest point"),
        pytest.param("I1.impact", 5, True, id="the highest point"),
        pytest.param("I1.impact", None, True, id="cannot judge"),
        pytest.param("I1.impact", 0, False, id="below"),
        pytest.param("I1.impact", True, False, id="a truth is no point"),
        pytest.param("org_size", "small", True, id="an option"),
        pytest.param("org_size", "huge", False, id="no option"),
        pytest.param("I1.comment", "0123456789", True, id="a comment as long as it may be"),
        pytest.param("I1.comment", "0123456789!", False, id="a comment too long"),
        pytest.param("I1.comment", "a\x00", False, id="a comment with NUL"),
        pytest.param("I1.comment", "\udc00", False, id="half a character"),
        pytest.param("I1.comment", 4, False, id="a number as comment"),
        pytest.param("I3.impact", 3, False, id="an unknown item"),
    ],
)
def test_what_may_be_kept(code: str, value: Value, is_fine: bool) -> None:
    assert (FORM.fault(code, value) is None) is is_fine


@pytest.mark.parametrize(
    ("code", "value"),
    [
        pytest.param("I1.impact", 3, id="a point"),
        pytest.param("I1.impact", None, id="cannot judge"),
        pytest.param("I1.comment", "Words", id="words"),
        pytest.param("org_size", "small", id="an option"),
        pytest.param("org_size", None, id="taken back"),
    ],
)
def test_what_was_kept_is_shown_as_it_was_given(code: str, value: Value) -> None:
    assert FORM.show(code, FORM.keep(code, value)) == value


def test_who_is_asked_about_some_is_asked_in_their_order() -> None:
    assert FORM.only(["I2"]).items == ("I2",)
    assert FORM.only(None) is FORM


@pytest.mark.parametrize(
    ("answered", "position"),
    [
        pytest.param(set[str](), 1, id="nothing yet"),
        pytest.param({"I1.impact"}, 1, id="the first is open still"),
        pytest.param({"I1.impact", "I1.urgency"}, 2, id="the first is done"),
        pytest.param({"I2.impact", "I2.urgency"}, 1, id="a gap before the end"),
        pytest.param(set(FORM.ratings), None, id="all done"),
    ],
)
def test_where_to_go_on(answered: set[str], position: int | None) -> None:
    assert next_position(FORM, answered) == position


def test_progress() -> None:
    assert progress_of("I1", FORM.criteria, {"I1.impact", "I1.urgency"}) is Progress.DONE
    assert progress_of("I1", FORM.criteria, set()) is Progress.OPEN


def test_scale_points() -> None:
    assert list(Scale(0, 3).points) == [0, 1, 2, 3]
