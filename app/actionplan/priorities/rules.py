"""Weights as people type them. Pure."""

from collections.abc import Mapping, Sequence

LARGEST_WEIGHT = 1_000_000


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
        number = float(text) if text.replace(".", "", 1).isdecimal() and text.isascii() else None
        if text and (number is None or number > LARGEST_WEIGHT):
            faults[name] = "Enter a number of at least 0."
        else:
            weights[name] = number or 0.0
    if not faults and not any(weights.values()):
        faults[criteria[0]] = "Give at least one criterion a weight above 0."
    return weights, faults
