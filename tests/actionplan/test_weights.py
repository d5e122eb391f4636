"""Ways to weights: what is typed, what is refused, and what a way starts from."""

from collections.abc import Mapping

import pytest

from app.actionplan.priorities.pages import (
    starting_fields,
)
from app.actionplan.priorities.rules import (
    NO_BEST,
    NO_NUMBER,
    NO_ORDER,
    NO_PAIR,
    NO_SWING,
    NO_WAY,
    NO_WEIGHT,
    NOT_ASKED,
    NOT_DECIDED,
    TOO_MANY,
    Way,
    Weighing,
    fields_of,
    read_way,
)

CRITERIA = ["impact", "urgency"]


THREE = ["a", "b", "c"]


GIVEN: dict[Way, Mapping[str, float] | None] = {
    Way.FIXED: {"impact": 0.6, "urgency": 0.4},
    Way.ASKED: {"impact": 3, "urgency": 1},
    Way.DECIDED: None,
}


@pytest.mark.parametrize(
    ("typed", "way", "weights"),
    [
        pytest.param({}, Way.FIXED, [0.6, 0.4], id="nothing asked"),
        pytest.param({"way": "equal"}, Way.EQUAL, [0.5, 0.5], id="equal"),
        pytest.param({"impact": "30", "urgency": "10"}, Way.SET, [0.75, 0.25], id="by name alone"),
        pytest.param({"way": "set", "impact": "2,5", "urgency": ""}, Way.SET, [1, 0], id="a comma, and left empty"),
        pytest.param({"way": "swing", "swing.impact": "100", "swing.urgency": "25"}, Way.SWING, [0.8, 0.2], id="swing"),
        pytest.param({"way": "order", "place.impact": "2", "place.urgency": "1"}, Way.ORDER, [0.25, 0.75], id="order"),
        pytest.param({"way": "pairs", "pair.impact.urgency": "1/4"}, Way.PAIRS, [0.2, 0.8], id="pairs"),
        pytest.param({"way": "asked"}, Way.ASKED, [0.75, 0.25], id="asked"),
    ],
)
def test_ways_to_weights(typed: dict[str, str], way: Way, weights: list[float]) -> None:
    found = read_way(typed, CRITERIA, GIVEN)
    assert (found.way, found.faults) == (way, {})
    assert [*found.weights.values()] == pytest.approx(weights)


@pytest.mark.parametrize(
    ("typed", "faults"),
    [
        pytest.param({"way": "best"}, {"way": NO_WAY}, id="no such way"),
        pytest.param({"way": "decided"}, {"way": NOT_DECIDED}, id="nothing decided"),
        pytest.param({"way": "set", "impact": "-1"}, {"impact": NO_NUMBER}, id="below 0"),
        pytest.param({"way": "set", "impact": "1e9"}, {"impact": NO_NUMBER}, id="no plain number"),
        pytest.param({"way": "set", "impact": "0"}, {"impact": NO_WEIGHT}, id="all 0"),
        pytest.param(
            {"way": "swing", "swing.impact": "101", "swing.urgency": "x"},
            {"swing.impact": NO_SWING, "swing.urgency": NO_SWING},
            id="swing over 100",
        ),
        pytest.param(
            {"way": "swing", "swing.impact": "80", "swing.urgency": "5"}, {"swing.impact": NO_BEST}, id="nobody has 100"
        ),
        pytest.param(
            {"way": "order", "place.impact": "1", "place.urgency": "1"}, {"place.urgency": NO_ORDER}, id="a place twice"
        ),
        pytest.param(
            {"way": "order", "place.impact": "3", "place.urgency": "1"},
            {"place.impact": NO_ORDER},
            id="a place too far",
        ),
        pytest.param({"way": "pairs", "pair.impact.urgency": "10"}, {"pair.impact.urgency": NO_PAIR}, id="beyond 9"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(typed: dict[str, str], faults: dict[str, str]) -> None:
    found = read_way(typed, CRITERIA, GIVEN)
    assert found.faults == faults
    assert found.weights == {}


def test_weights_nobody_was_asked_for() -> None:
    assert read_way({"way": "asked"}, CRITERIA, {Way.ASKED: None}).faults == {"way": NOT_ASKED}
    many = [f"c{number}" for number in range(11)]
    assert read_way({"way": "pairs"}, many, GIVEN).faults == {"way": TOO_MANY}


def test_judgements_that_contradict_one_another_name_the_worst_pair() -> None:
    # a is 3 b, b is 3 c, so a should be 9 c; said the other way round
    found = read_way({"way": "pairs", "pair.a.b": "3", "pair.b.c": "3", "pair.a.c": "1/9"}, THREE, GIVEN)
    assert found.faults == {}
    assert found.consistency
    assert found.consistency > 0.10
    assert not found.is_consistent
    assert found.doubt
    # by symmetry all three weigh the same, and a beside c is farthest from that
    assert [*found.weights.values()] == pytest.approx([1 / 3] * 3, abs=0.2)
    assert (found.doubt.one, found.doubt.other, found.doubt.said) == ("a", "c", pytest.approx(1 / 9))
    good = read_way({"way": "pairs", "pair.a.b": "2", "pair.b.c": "2", "pair.a.c": "4"}, THREE, GIVEN)
    assert good.consistency == pytest.approx(0, abs=1e-9)
    assert [*good.weights.values()] == pytest.approx([4 / 7, 2 / 7, 1 / 7])
    assert good.is_consistent
    assert Weighing(Way.SET, {}).is_consistent


@pytest.mark.parametrize("way", [Way.SET, Way.SWING, Way.ORDER, Way.PAIRS])
def test_what_a_way_starts_from_says_weights_and_carries_on(way: Way) -> None:
    typed = {"way": way.value} | starting_fields(way, THREE, {"a": 0.5, "b": 0.3, "c": 0.2})
    found = read_way(typed, THREE, GIVEN)
    assert found.faults == {}
    assert found.way is way
    assert fields_of(found, typed | {"utm": "x"}, THREE) == typed
