"""Every type of question: what it takes, how it is kept, and that a form holds what it reads."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.surveys.answering.rules import Form
from app.surveys.authoring.answers import UNANSWERED, Kept, Plain, Spec, Unfit
from app.surveys.authoring.question_types import TYPES, type_of
from app.surveys.authoring.rules import Scale

ABC = ("a", "b", "c")


def kind(name: str, **settings: Any) -> Any:
    return type_of(name, Spec(ABC, settings))


@pytest.mark.parametrize(
    ("name", "settings", "value", "kept"),
    [
        pytest.param("rating", {}, 5, Kept(point=5), id="a point"),
        pytest.param("rating", {}, None, Kept(), id="cannot judge"),
        pytest.param("rating", {"min": 0, "max": 10}, 0, Kept(point=0), id="nought is a point"),
        pytest.param("rating_set", {}, {"b": None, "a": 2}, Kept(text='{"a":2,"b":null}'), id="a set, one open"),
        pytest.param("single_choice", {}, "b", Kept(choice="b"), id="an option"),
        pytest.param("multiple_choice", {}, ["c", "a"], Kept(text='["a","c"]'), id="options, in the question's order"),
        pytest.param("multiple_choice", {}, [], Kept(text="[]"), id="none of the options"),
        pytest.param("ranking", {"most": 2}, ["c", "a"], Kept(text='["c","a"]'), id="ranks, as given"),
        pytest.param("allocation", {"total": 10}, {"a": 7, "c": 3}, Kept(text='{"a":7,"b":0,"c":3}'), id="points"),
        pytest.param("best_worst", {}, {"worst": "a", "best": "b"}, Kept(text='{"best":"b","worst":"a"}'), id="ends"),
        pytest.param("number", {}, "1 234".replace(" ", ""), Kept(text="1234"), id="a number as text"),
        pytest.param("number", {}, "2,50", Kept(text="2.5"), id="a decimal comma"),
        pytest.param("number", {"min": -5}, "\u22125", Kept(text="-5"), id="a true minus, at the limit"),
        pytest.param("number", {}, 1e3, Kept(text="1000"), id="a round number has no exponent"),
        pytest.param("date", {"min": "2027-01-01"}, "2027-01-01", Kept(text="2027-01-01"), id="the first day"),
        pytest.param("short_text", {}, "x" * 200, Kept(text="x" * 200), id="as long as it may be"),
        pytest.param("long_text", {"max_length": 3}, "äöü", Kept(text="äöü"), id="characters, not bytes"),
        pytest.param("consent", {}, "yes", Kept(choice="yes"), id="agreed"),
    ],
)
def test_what_is_kept_and_shown_again(name: str, settings: dict[str, Any], value: Plain, kept: Kept) -> None:
    question = kind(name, **settings)
    assert question.keep(value) == kept
    shown = question.show(kept)
    assert question.keep(shown) == kept, "what is shown can be sent again"


@pytest.mark.parametrize(
    ("name", "settings", "value"),
    [
        pytest.param("rating", {}, 6, id="above the scale"),
        pytest.param("rating", {}, True, id="a truth is no point"),
        pytest.param("rating", {"no_opinion": False}, None, id="must judge"),
        pytest.param("rating_set", {}, {"d": 1}, id="an unknown thing"),
        pytest.param("rating_set", {}, [1, 2], id="no mapping"),
        pytest.param("single_choice", {}, "d", id="no option"),
        pytest.param("single_choice", {}, ["a"], id="a list for one option"),
        pytest.param("multiple_choice", {"least": 1}, [], id="too few"),
        pytest.param("multiple_choice", {"most": 1}, ["a", "b"], id="too many"),
        pytest.param("multiple_choice", {}, ["a", "a"], id="twice the same"),
        pytest.param("ranking", {"most": 2}, ["a", "b", "c"], id="too many ranks"),
        pytest.param("allocation", {"total": 10}, {"a": 9}, id="points left"),
        pytest.param("allocation", {"total": 10}, {"a": 11}, id="points over"),
        pytest.param("allocation", {"total": 10}, {"a": 11, "b": -1}, id="negative points"),
        pytest.param("allocation", {"total": 10}, {"a": 9.5, "b": 0.5}, id="half points"),
        pytest.param("best_worst", {}, {"best": "a", "worst": "a"}, id="best and worst are one"),
        pytest.param("best_worst", {}, {"best": "a"}, id="only one end"),
        pytest.param("number", {"integer": True}, "2.5", id="no whole number"),
        pytest.param("number", {"max": 10}, "10.000001", id="above the limit"),
        pytest.param("number", {}, "1e400", id="too large a number"),
        pytest.param("number", {}, "NaN", id="not a number"),
        pytest.param("number", {}, "٣", id="digits that sort differently"),
        pytest.param("date", {}, "2027-02-30", id="no such day"),
        pytest.param("date", {"max": "2027-01-01"}, "2027-01-02", id="too late"),
        pytest.param("date", {}, "20270101", id="another way to write a day"),
        pytest.param("short_text", {}, "x" * 201, id="too long"),
        pytest.param("long_text", {}, "a\x00", id="NUL"),
        pytest.param("long_text", {}, "\ud800", id="half a character"),
        pytest.param("consent", {}, "no", id="not agreed"),
        pytest.param("email", {}, "a@example.org", id="an address is no answer"),
        pytest.param("note", {}, "anything", id="nothing is asked"),
    ],
)
def test_what_is_not_taken(name: str, settings: dict[str, Any], value: Plain) -> None:
    with pytest.raises(Unfit):
        kind(name, **settings).keep(value)


ANSWERS: dict[str, st.SearchStrategy[Plain]] = {
    "rating": st.one_of(st.none(), st.integers(1, 5)),
    "rating_set": st.dictionaries(st.sampled_from(ABC), st.one_of(st.none(), st.integers(1, 5)), min_size=1),
    "single_choice": st.sampled_from(ABC),
    "multiple_choice": st.lists(st.sampled_from(ABC), unique=True, min_size=1),
    "ranking": st.lists(st.sampled_from(ABC), unique=True, min_size=1),
    "allocation": st.integers(0, 100).flatmap(
        lambda a: st.integers(0, 100 - a).map(lambda b: {"a": a, "b": b, "c": 100 - a - b})
    ),
    "best_worst": st.permutations(ABC).map(lambda order: {"best": order[0], "worst": order[1]}),
    "number": st.decimals(-10_000, 10_000, places=3).map(str),
    "date": st.dates().map(lambda day: day.isoformat()),
    "short_text": st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=200),
    "long_text": st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1),
    "consent": st.just("yes"),
}


def test_every_type_is_tried() -> None:
    assert {name for name, one in TYPES.items() if one.is_answered} == set(ANSWERS)


@pytest.mark.parametrize("name", ANSWERS)
@given(data=st.data())
def test_a_form_holds_what_it_reads(name: str, data: st.DataObject) -> None:
    question = kind(name)
    kept = question.keep(data.draw(ANSWERS[name]))
    fields = question.fields(question.show(kept), "q")
    assert question.keep(question.read_form(fields, "q")) == kept
    assert (
        kept.text is None or name in ("number", "date", "short_text", "long_text") or json.loads(kept.text) is not None
    )


@pytest.mark.parametrize("name", TYPES)
def test_an_empty_form_is_no_answer(name: str) -> None:
    assert kind(name).read_form({}, "q") is UNANSWERED


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        pytest.param({"q.a": "1", "q.b": "1"}, "twice", id="a number given twice"),
        pytest.param({"q.a": "1", "q.b": "3"}, "Number your choices", id="a number left out"),
        pytest.param({"q.a": "first"}, "Number your choices", id="a word"),
        pytest.param({"q.a": "0"}, "Number your choices", id="nought"),
    ],
)
def test_ranks_that_are_none(typed: dict[str, str], sentence: str) -> None:
    with pytest.raises(Unfit, match=sentence):
        kind("ranking").read_form(typed, "q")


def test_points_say_how_many_are_left_and_over() -> None:
    for points, says in (({"a": 90}, {"left": 10, "total": 100}), ({"a": 70, "b": 45}, {"over": 15, "total": 100})):
        with pytest.raises(Unfit) as caught:
            kind("allocation").keep(points)
        assert caught.value.values == says
    with pytest.raises(Unfit, match="whole points"):
        kind("allocation").keep(kind("allocation").read_form({"q.a": "many", "q.b": "5"}, "q"))


@pytest.mark.parametrize(
    ("name", "options", "settings", "is_sound"),
    [
        pytest.param("single_choice", ABC, {}, True, id="options"),
        pytest.param("single_choice", ("a",), {}, False, id="one option is no choice"),
        pytest.param("rating", (), {"min": 1, "max": 1}, False, id="a scale of one point"),
        pytest.param("rating", (), {"min": 0, "max": 10}, True, id="eleven points"),
        pytest.param("rating_set", (), {}, False, id="nothing to rate"),
        pytest.param("rating_set", ABC, {"max": 20}, False, id="a scale too long"),
        pytest.param("ranking", ABC, {"least": 3, "most": 2}, False, id="more than it offers"),
        pytest.param("ranking", ABC, {"most": 9}, True, id="at most all there are"),
        pytest.param("multiple_choice", ABC, {"least": 1, "most": 3}, True, id="limits"),
        pytest.param("number", (), {}, True, id="a number needs nothing"),
    ],
)
def test_a_question_itself_is_judged(
    name: str, options: tuple[str, ...], settings: dict[str, Any], is_sound: bool
) -> None:
    assert (type_of(name, Spec(options, settings)).fault() is None) is is_sound


@pytest.mark.parametrize(
    ("name", "categories"),
    [("rating", ["1", "2", "3", "4", "5"]), ("single_choice", [*ABC]), ("long_text", [])],
)
def test_categories(name: str, categories: list[str]) -> None:
    assert kind(name).categories() == categories


def test_an_answer_can_be_taken_back_but_a_rating_cannot() -> None:
    form = Form(Scale(1, 5), frozenset(), {name: kind(name) for name in ("ranking", "rating")}, {})
    assert form.keep("ranking", None) == Kept()
    assert not form.is_given("ranking", Kept())
    assert form.show("ranking", Kept()) is None
    assert form.is_given("rating", form.keep("rating", None)), "can't judge is an answer"
    assert form.show("rating", Kept()) is None
    assert not form.is_given("comment", Kept(text=""))
