"""Reads a drawing without its table: its texts, and the values that its marks stand for by its own ticks."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as Tree

SVG = "{http://www.w3.org/2000/svg}"
PLACE = re.compile(r"translate\((-?[\d.]+),(-?[\d.]+)\)")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")

UNDER_MIDDLE = 4
"""How far the line that text stands on lies under its middle."""

Scale = Callable[[float], float]


@dataclass(frozen=True)
class Shape:
    """Where a mark begins and ends."""

    x: float
    y: float
    x2: float
    y2: float


class Drawing:
    """A drawing, read back."""

    def __init__(self, svg: str) -> None:
        self.svg, self.root = svg, Tree.fromstring(svg)

    def texts(self, *, ticks: bool = False) -> list[str]:
        """What is written in it; the labels of its scales apart."""
        return [text.text or "" for text, is_tick in self._texts() if is_tick == ticks]

    def texts_at_the_edge(self) -> list[str]:
        """What a frame writes around a drawing."""
        return [text.text or "" for text in self.root.findall(f"{SVG}text")]

    def _texts(self) -> Iterator[tuple[Tree.Element, bool]]:
        for group in self.root.iter(f"{SVG}g"):
            is_tick = "ticks" in group.get("class", "")
            for text in group.findall(f"{SVG}text"):
                yield text, is_tick

    def marks(self, name: str) -> list[Shape]:
        """The marks of a layer."""
        found = [
            mark
            for group in self.root.iter(f"{SVG}g")
            if f"{name}_marks" in group.get("class", "").split() or f" {name}_" in f" {group.get('class', '')} "
            for mark in group
        ]
        return [_shape(mark) for mark in found]

    def scale(self, name: str = "ticks", *, axis: int = 0) -> Scale:
        """From a place in the drawing to a value, by two of its ticks."""
        places: list[tuple[float, float]] = []
        for group in self.root.iter(f"{SVG}g"):
            if f"{name}_marks" in group.get("class", "").split():
                for text in group.findall(f"{SVG}text"):
                    places.append((_place(text)[axis] - axis * UNDER_MIDDLE, number(text.text or "")))
        if len({value for _, value in places}) < len(places):
            # a scale to both sides of zero, without signs
            zero = next(place for place, value in places if value == 0)
            places = [(place, value) for place, value in places if place >= zero]
        (a, first), (b, last) = min(places), max(places)
        return lambda place: first + (place - a) / (b - a) * (last - first)


def number(text: str) -> float:
    """A label of a scale as a number: shares between 0 and 1."""
    value = float(text.replace("%", "").replace(",", "").strip())
    return value / 100 if "%" in text else value


def _place(mark: Tree.Element) -> tuple[float, float]:
    found = PLACE.search(mark.get("transform", ""))
    return (float(found[1]), float(found[2])) if found else (0.0, 0.0)


def _shape(mark: Tree.Element) -> Shape:
    x, y = _place(mark)
    if mark.tag == f"{SVG}line":
        return Shape(x, y, x + float(mark.get("x2", 0)), y + float(mark.get("y2", 0)))
    path = mark.get("d", "")
    if x or y:
        # a symbol, drawn around its place
        return Shape(x, y, x, y)
    xs, ys = _corners(path)
    return Shape(min(xs), min(ys), max(xs), max(ys))


def _corners(path: str) -> tuple[list[float], list[float]]:
    xs: list[float] = []
    ys: list[float] = []
    for letter, rest in re.findall(r"([MLHVChvZ])([^MLHVChvZ]*)", path):
        values = [float(found) for found in NUMBER.findall(rest)]
        if letter == "h":
            xs.append(xs[-1] + values[0])
        elif letter == "v":
            ys.append(ys[-1] + values[0])
        elif letter in "MLC":
            xs += values[0::2]
            ys += values[1::2]
    return xs, ys
