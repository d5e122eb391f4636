"""The fixed words about indicators, and how the cells of a file are read. Pure."""

import re
from enum import StrEnum


class Direction(StrEnum):
    """Which way is better; `context` says what a region is like and is never scored."""

    HIGHER = "higher_better"
    LOWER = "lower_better"
    CONTEXT = "context"


class Status(StrEnum):
    """What a value is worth: published by its source, estimated, invented to illustrate, or not there."""

    PUBLISHED = "published"
    ESTIMATED = "estimated"
    ILLUSTRATIVE = "illustrative"
    MISSING = "missing"


class Territory(StrEnum):
    """Which territory a value was measured in: the region itself, the nearest there is, or a larger reference."""

    OWN = "own"
    NEAREST = "nearest"
    REFERENCE = "reference"


DIRECTION_WORDS = {
    "higher_better": "higher is better",
    "lower_better": "lower is better",
    "context": "context only, never scored",
}
STATUS_WORDS = {
    "published": "published",
    "estimated": "estimated",
    "illustrative": "illustrative",
    "missing": "missing",
}
TERRITORY_WORDS = {
    "own": "the region itself",
    "nearest": "nearest territory",
    "reference": "larger reference",
}

FLAGS = frozenset("bcdefnprsuz")
"""The signs Eurostat puts behind a value: break in series, confidential, definition differs, estimated, and so on."""
GUESSED = frozenset("ef")
"""Those that make a value an estimate: estimated, forecast."""
EMPTY = frozenset({"", ":"})

AGGREGATES = frozenset({"EU27_2020", "EU28", "EU27_2007", "EA19", "EA20"})
"""Codes of Eurostat for territories that are no NUTS region of one country."""

FIRST_YEAR, LAST_YEAR = 1900, 2200
LONGEST_NUMBER = 60
"""A longer cell is no number; the patterns below would take a time that grows with its square."""
LARGEST, SMALLEST = 1e15, 1e-15
"""Beyond them squares and cubes of values, which profiles rest on, are no numbers any more."""

NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$", re.ASCII)
YEAR = re.compile(r"^(\d{4})(\.0)?$", re.ASCII)
WITH_FLAGS = re.compile(r"^(\S*?)\s*([a-z]*)$", re.ASCII)

DECIMAL_COMMA = "has a decimal comma: write 12.5"
EITHER_COMMA = "has a comma, of decimals or of thousands: write 12.5 or 12500"
SEPARATORS = "has separators of thousands: write 12500"
EUROSTAT_SIGN = "has Eurostat's sign for a missing value: leave it empty, with the status missing"
EUROSTAT_FLAG = "has a flag of Eurostat behind the number: put it into the status or the note"
NO_NUMBER = "is not a number"
OUT_OF_RANGE = "is too long, too large or too small"
NO_YEAR = "is not a year"
UNKNOWN_FLAG = "has a flag that Eurostat does not use"


class Unreadable(ValueError):
    """A cell that does not say what it should; the text is the reason."""


def read_number(text: str) -> float:
    """The number in a cell, written with a point and nothing else.

    Raises Unreadable, never guesses: 1,234 may be one thousand or one and a quarter.

    >>> read_number(" 12.5 "), read_number("-3")
    (12.5, -3.0)
    >>> read_number("12,5")
    Traceback (most recent call last):
    app.indicators.rules.Unreadable: has a decimal comma: write 12.5
    >>> read_number("1,234")
    Traceback (most recent call last):
    app.indicators.rules.Unreadable: has a comma, of decimals or of thousands: write 12.5 or 12500
    """
    text = text.strip()
    if len(text) > LONGEST_NUMBER:
        raise Unreadable(OUT_OF_RANGE)
    if NUMBER.match(text):
        found = float(text)
        if found and not SMALLEST <= abs(found) <= LARGEST:
            raise Unreadable(OUT_OF_RANGE)
        return found
    raise Unreadable(_what_is_wrong(text))


def _what_is_wrong(text: str) -> str:
    if text.startswith(":"):
        return EUROSTAT_SIGN
    without = re.sub(r"[\s'’\u202f]", "", text)
    body, flags = split_flags(text)
    if flags and NUMBER.match(body):
        return EUROSTAT_FLAG
    if NUMBER.match(without) or without.count(",") > 1 or re.match(r"^[+-]?\d[\d.]*\.\d{3}(,\d+)?$", without):
        return SEPARATORS
    if re.match(r"^[+-]?\d+,\d{3}\.\d+$", without):
        return SEPARATORS
    if re.match(r"^[+-]?\d*,\d+$", without):
        if without != text:
            return SEPARATORS
        return EITHER_COMMA if re.match(r"^[+-]?[1-9]\d{0,2},\d{3}$", text) else DECIMAL_COMMA
    return NO_NUMBER


def split_flags(text: str) -> tuple[str, str]:
    """A cell of Eurostat's tables: the value, and the flags behind it.

    >>> split_flags("12.5 ep"), split_flags(": c"), split_flags(":"), split_flags("7b")
    (('12.5', 'ep'), (':', 'c'), (':', ''), ('7', 'b'))
    """
    text = text.strip()
    found = WITH_FLAGS.match(text) if len(text) <= LONGEST_NUMBER else None
    return (found[1], found[2]) if found else (text, "")


def read_year(text: str) -> int:
    """The year in a cell; one that a program wrote as a fraction of nothing counts. Raises Unreadable.

    >>> read_year("2019"), read_year("2019.0")
    (2019, 2019)
    >>> read_year("20O4")
    Traceback (most recent call last):
    app.indicators.rules.Unreadable: is not a year
    """
    found = YEAR.match(text.strip())
    if not found or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        raise Unreadable(NO_YEAR)
    return int(found[1])


def status_of(value: str, flags: str) -> Status:
    """What a value of Eurostat is worth by its flags. Raises Unreadable for a flag that is none of Eurostat's.

    >>> status_of("3", "b"), status_of("3", "ep"), status_of(":", "c")
    (<Status.PUBLISHED: 'published'>, <Status.ESTIMATED: 'estimated'>, <Status.MISSING: 'missing'>)
    """
    if set(flags) - FLAGS:
        raise Unreadable(UNKNOWN_FLAG)
    if value in EMPTY:
        return Status.MISSING
    return Status.ESTIMATED if set(flags) & GUESSED else Status.PUBLISHED
