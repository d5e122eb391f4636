"""How a group is drawn: a shape first, a colour second, the same on every page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.words import pick

KNOWN = {
    "industry": "circle",
    "academia": "square",
    "government": "triangle",
    "civil": "diamond",
}
SHAPES = ("circle", "square", "triangle", "diamond", "hexagon")
TONES = ("industry", "academia", "government", "civil", "other")


@dataclass(frozen=True)
class Mark:
    """A group's shape, the tone of its colour, and its name."""

    code: str
    kind: str
    tone: str
    label: str


def mark_of(code: str, place: int, label: str) -> Mark:
    """The mark of a group; groups other than the four helices take the marks in the order they are asked.

    >>> mark_of("civil", 0, "Civil society").kind, mark_of("citizen", 0, "Citizens").kind
    ('diamond', 'circle')
    """
    if code in KNOWN:
        return Mark(code, KNOWN[code], code, label)
    return Mark(code, SHAPES[place % len(SHAPES)], TONES[place % len(TONES)], label)


def marks_of(options: Sequence[Mapping[str, Any]], language: str, fallback: str) -> list[Mark]:
    """The marks of a survey's groups, from the options of its question, in the order they are asked."""
    return [
        mark_of(option["code"], place, pick(option["label"], language, fallback))
        for place, option in enumerate(options)
    ]
