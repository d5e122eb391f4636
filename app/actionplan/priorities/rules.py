"""Ways to weights, as people fill them in. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations

import numpy as np

from app.stats.aggregation import pairwise_weights, rank_order_weights, swing_weights
from app.stats.edge import settle

LARGEST_WEIGHT = 1_000_000
LONGEST_VALUE = 40
MOST_COMPARED = 10
CONSISTENT = 0.10
NO_NUMBER = "Enter a number of at least 0."
NO_WEIGHT = "Give at least one criterion a weight above 0."
NO_SWING = "Enter points from 0 to 100."
NO_BEST = "Give the criterion whose change matters most 100 points."
NO_ORDER = "Number the criteria 1, 2, 3 and so on."
NO_PAIR = "Choose how much more one counts than the other."
NOT_ASKED = "Stakeholders were not asked about the weights in this survey."
NOT_DECIDED = "No weights have been decided yet."
TOO_MANY = "Criteria can be compared in pairs up to ten of them."
NO_WAY = "Choose how the weights come about."


class Way(StrEnum):
    """How weights come about."""

    FIXED = "fixed"
    EQUAL = "equal"
    SET = "set"
    SWING = "swing"
    ORDER = "order"
    PAIRS = "pairs"
    ASKED = "asked"
    DECIDED = "decided"


@dataclass(frozen=True)
class Doubt:
    """The pair of criteria that fits the other judgements least: what was said of it, and what would fit."""

    one: str
    other: str
    said: float
    fitting: float


@dataclass(frozen=True)
class Weighing:
    """Weights that add up to 1, or what is wrong with each field. `consistency` is the ratio of pairwise judgements."""

    way: Way
    weights: dict[str, float]
    faults: dict[str, str] = field(default_factory=dict[str, str])
    consistency: float | None = None
    doubt: Doubt | None = None

    @property
    def is_consistent(self) -> bool:
        """Whether the judgements fit one another well enough to rest weights on."""
        return self.consistency is None or self.consistency <= CONSISTENT


Given = Mapping[Way, Mapping[str, float] | None]
"""The weights that exist already, by the way they came about; None for those that do not."""


def read_way(typed: Mapping[str, str], criteria: Sequence[str], given: Given) -> Weighing:
    """The weights that an address or a form asks for; those fixed with the survey when it asks for none.

    Weights by name alone, without a way, are set by hand.

    >>> read_way({"impact": "3", "urgency": "1"}, ["impact", "urgency"], {}).weights
    {'impact': 0.75, 'urgency': 0.25}
    >>> read_way({"way": "asked"}, ["impact"], {Way.ASKED: None}).faults
    {'way': 'Stakeholders were not asked about the weights in this survey.'}
    """
    name = typed.get("way", "") or (Way.SET if any(code in typed for code in criteria) else Way.FIXED)
    if name not in {*Way}:
        return Weighing(Way.FIXED, {}, {"way": NO_WAY})
    way = Way(name)
    if way is Way.EQUAL:
        return _sharing(way, dict.fromkeys(criteria, 1.0))
    if way in READERS:
        return READERS[way](typed, criteria)
    known = given.get(way)
    if known is None:
        return Weighing(way, {}, {"way": NOT_ASKED if way is Way.ASKED else NOT_DECIDED})
    return _sharing(way, known)


def read_weights(typed: Mapping[str, str], criteria: Sequence[str]) -> tuple[dict[str, float], dict[str, str]]:
    """The weights in a form, and what is wrong with each field; a field left empty counts 0.

    >>> read_weights({"impact": "50", "urgency": "x"}, ["impact", "urgency"])
    ({'impact': 50.0}, {'urgency': 'Enter a number of at least 0.'})
    >>> read_weights({"impact": "0"}, ["impact"])[1]
    {'impact': 'Give at least one criterion a weight above 0.'}
    """
    weights: dict[str, float] = {}
    faults: dict[str, str] = {}
    for name in criteria:
        text = typed.get(name, "").strip().replace(",", ".")
        number = _number(text)
        if text and (number is None or number > LARGEST_WEIGHT):
            faults[name] = NO_NUMBER
        else:
            weights[name] = number or 0.0
    if not faults and not any(weights.values()):
        faults[criteria[0]] = NO_WEIGHT
    return weights, faults


def fields_of(weighing: Weighing, typed: Mapping[str, str], criteria: Sequence[str]) -> dict[str, str]:
    """The fields that say these weights again: for a link, or for a form that carries them on.

    >>> fields_of(Weighing(Way.EQUAL, {}), {"way": "equal", "x": "1"}, ["impact"])
    {'way': 'equal'}
    """
    names = field_names(criteria).get(weighing.way, [])
    return {"way": weighing.way.value} | {name: typed[name] for name in names if name in typed}


def field_names(criteria: Sequence[str]) -> dict[Way, list[str]]:
    """The fields of each way that has any.

    >>> field_names(["impact"])[Way.SWING]
    ['swing.impact']
    """
    return {
        Way.SET: [*criteria],
        Way.SWING: [f"swing.{name}" for name in criteria],
        Way.ORDER: [f"place.{name}" for name in criteria],
        Way.PAIRS: [pair_field(one, other) for one, other in combinations(criteria, 2)],
    }


def typed_in(params: Mapping[str, str]) -> dict[str, str]:
    """What an address says, none of it longer than weights can be.

    >>> len(typed_in({"impact": "5" * 100})["impact"])
    40
    """
    return {name: value[:LONGEST_VALUE] for name, value in params.items()}


def pair_field(one: str, other: str) -> str:
    """The field in which two criteria are compared."""
    return f"pair.{one}.{other}"


def read_ratio(text: str) -> float | None:
    """How many times as much one counts as the other, from 1/9 to 9; None for anything else.

    >>> read_ratio("3"), read_ratio("1/3") == 1 / 3, read_ratio("10"), read_ratio("1/0")
    (3.0, True, None, None)
    """
    found = re.fullmatch(r"(1/)?([1-9])", text)
    return None if found is None else 1 / int(found[2]) if found[1] else float(found[2])


def _set_by_hand(typed: Mapping[str, str], criteria: Sequence[str]) -> Weighing:
    weights, faults = read_weights(typed, criteria)
    return Weighing(Way.SET, {}, faults) if faults else _sharing(Way.SET, weights)


def _swing(typed: Mapping[str, str], criteria: Sequence[str]) -> Weighing:
    points: dict[str, float] = {}
    faults: dict[str, str] = {}
    for name in criteria:
        number = _number(typed.get(f"swing.{name}", "").strip().replace(",", "."))
        if number is None or number > 100:
            faults[f"swing.{name}"] = NO_SWING
        else:
            points[name] = number
    if not faults and max(points.values()) < 100:
        faults[f"swing.{criteria[0]}"] = NO_BEST
    if faults:
        return Weighing(Way.SWING, {}, faults)
    return _weighing(Way.SWING, criteria, swing_weights([points[name] for name in criteria]).tolist())


def _order(typed: Mapping[str, str], criteria: Sequence[str]) -> Weighing:
    places: dict[int, str] = {}
    faults: dict[str, str] = {}
    for name in criteria:
        text = typed.get(f"place.{name}", "").strip()
        place = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
        if not 1 <= place <= len(criteria) or place in places:
            faults[f"place.{name}"] = NO_ORDER
        else:
            places[place] = name
    if faults:
        return Weighing(Way.ORDER, {}, faults)
    by_name = dict(
        zip((places[place] for place in sorted(places)), rank_order_weights(len(criteria)).tolist(), strict=True)
    )
    return _weighing(Way.ORDER, criteria, [by_name[name] for name in criteria])


def _pairs(typed: Mapping[str, str], criteria: Sequence[str]) -> Weighing:
    if len(criteria) > MOST_COMPARED:
        return Weighing(Way.PAIRS, {}, {"way": TOO_MANY})
    judgements = np.ones((len(criteria), len(criteria)))
    faults: dict[str, str] = {}
    for (row, one), (column, other) in combinations(enumerate(criteria), 2):
        ratio = read_ratio(typed.get(pair_field(one, other), "").strip())
        if ratio is None:
            faults[pair_field(one, other)] = NO_PAIR
        else:
            judgements[row, column], judgements[column, row] = ratio, 1 / ratio
    if faults:
        return Weighing(Way.PAIRS, {}, faults)
    found = pairwise_weights(judgements)
    made = _weighing(Way.PAIRS, criteria, found.weights.tolist())
    ratio = settle(max(0.0, found.consistency))
    if ratio <= CONSISTENT:
        return Weighing(Way.PAIRS, made.weights, consistency=ratio)
    fitting = found.weights[:, np.newaxis] / found.weights
    away = np.abs(np.log(judgements / fitting))
    row, column = divmod(int(np.argmax(np.triu(away))), len(criteria))
    doubt = Doubt(
        criteria[row], criteria[column], float(judgements[row, column]), _nearest(float(fitting[row, column]))
    )
    return Weighing(Way.PAIRS, made.weights, consistency=ratio, doubt=doubt)


READERS: dict[Way, Callable[[Mapping[str, str], Sequence[str]], Weighing]] = {
    Way.SET: _set_by_hand,
    Way.SWING: _swing,
    Way.ORDER: _order,
    Way.PAIRS: _pairs,
}


def _nearest(ratio: float) -> float:
    """The judgement from 1/9 to 9 nearest to a ratio."""
    steps = [1 / step for step in range(9, 1, -1)] + [float(step) for step in range(1, 10)]
    return min(steps, key=lambda step: abs(np.log(step / ratio)))


def _sharing(way: Way, weights: Mapping[str, float]) -> Weighing:
    whole = sum(weights.values())
    return Weighing(way, {name: weight / whole for name, weight in weights.items()})


def _weighing(way: Way, criteria: Sequence[str], weights: Sequence[float]) -> Weighing:
    return Weighing(way, dict(zip(criteria, weights, strict=True)))


def _number(text: str) -> float | None:
    return float(text) if text.replace(".", "", 1).isdecimal() and text.isascii() else None
