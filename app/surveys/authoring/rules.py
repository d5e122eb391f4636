"""What a survey may look like. Pure."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.core.errors import Invalid

SMALLEST_SCALE, LARGEST_SCALE = 2, 11
LONGEST_COMMENT = 4000
WHY = ".why"


@dataclass(frozen=True)
class Scale:
    """The points of a rating, lowest to highest, one apart."""

    low: int
    high: int

    @property
    def points(self) -> range:
        """Every point from low to high."""
        return range(self.low, self.high + 1)

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and self.low <= value <= self.high


def is_scale(low: int, high: int) -> bool:
    """Whether a scale from low to high has between 2 and 11 points.

    >>> is_scale(1, 5), is_scale(0, 10), is_scale(1, 1), is_scale(1, 12)
    (True, True, False, False)
    """
    return SMALLEST_SCALE <= high - low + 1 <= LARGEST_SCALE


def answer_code(item: str, criterion: str) -> str:
    """The code under which an answer about an item is kept.

    >>> answer_code("I01", "impact")
    'I01.impact'
    """
    return f"{item}.{criterion}"


def why_code(rating: str) -> str:
    """The code under which the reason for a rating is kept; no criterion has a dot in its code.

    >>> why_code("I01.impact")
    'I01.impact.why'
    """
    return f"{rating}{WHY}"


def split_code(code: str) -> tuple[str, str]:
    """The item and criterion of a code; the criterion is empty for a question that is about no item.

    >>> split_code("I01.impact"), split_code("org_size")
    (('I01', 'impact'), ('org_size', ''))
    """
    item, _, criterion = code.partition(".")
    return item, criterion


def is_readable(text: str) -> bool:
    """Whether both databases can store the text: no NUL and no half of a character.

    >>> is_readable("Привет"), is_readable(chr(0)), is_readable(chr(0xD800))
    (True, False, False)
    """
    return "\x00" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def protocol_hash(protocol: Mapping[str, object]) -> str:
    """The SHA-256 of a protocol, whatever the order of its keys.

    >>> protocol_hash({"a": 1, "b": 2}) == protocol_hash({"b": 2, "a": 1})
    True
    """
    text = json.dumps(protocol, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def assign_items(
    items: Sequence[str], k: int, in_helix: Mapping[str, int], overall: Mapping[str, int], seed: str
) -> list[str]:
    """The k items one more person of a helix is asked about: those least asked there, then least asked of all.

    `in_helix` and `overall` count how often each item was given out before. Taking the least asked keeps the counts
    within a helix at most one apart; ties go to what all have been asked least, then by a seeded shuffle, so that
    no two items always travel together. The order is shuffled by the same seed.

    >>> sorted(assign_items(["I1", "I2", "I3"], 2, {"I1": 1}, {"I1": 1, "I2": 1}, "a person"))
    ['I2', 'I3']
    """
    drawn = {item: hashlib.sha256(f"{seed}:{item}".encode()).digest() for item in items}
    by_need = sorted(items, key=lambda item: (in_helix.get(item, 0), overall.get(item, 0), drawn[item]))
    return sorted(by_need[:k], key=drawn.__getitem__)


def in_own_order(items: Sequence[str], warm_ups: int, seed: str) -> list[str]:
    """The items in the order of one person: the first few for everybody, the rest shuffled by the seed.

    >>> in_own_order(["I1", "I2", "I3", "I4"], 1, "a person")
    ['I1', 'I2', 'I4', 'I3']
    """
    rest = sorted(items[warm_ups:], key=lambda item: hashlib.sha256(f"{seed}:{item}".encode()).digest())
    return [*items[:warm_ups], *rest]


@dataclass(frozen=True)
class ListedItem:
    """A thing to rate, as one line of a pasted list."""

    code: str
    title: str
    summary: str


MOST_ITEMS, LONGEST_ITEM_TITLE, LONGEST_ITEM_SUMMARY = 300, 200, 1000


def parse_listed(text: str) -> list[ListedItem]:
    """The things of a pasted list: code, title and summary with tabs or semicolons between. Raises Invalid.

    >>> parse_listed("K1; Patents a year; Filed at the EPO")
    [ListedItem(code='K1', title='Patents a year', summary='Filed at the EPO')]
    """
    found: dict[str, ListedItem] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        parts = [part.strip() for part in re.split(r"\t|;", line, maxsplit=2)]
        code, title, summary = (*parts, "", "")[:3]
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", code, re.ASCII) or not is_readable(line):
            raise _wrong_line("Line %(number)s: the code has letters, digits and - only.", number)
        if not title or len(title) > LONGEST_ITEM_TITLE or len(summary) > LONGEST_ITEM_SUMMARY:
            raise _wrong_line("Line %(number)s: the title is missing, or a text is too long.", number)
        if code in found:
            raise _wrong_line("Line %(number)s: this code stands there twice.", number)
        found[code] = ListedItem(code, title, summary)
    if not 1 <= len(found) <= MOST_ITEMS:
        raise Invalid("Give 1 to 300 lines.", {"items": "Give 1 to 300 lines."})
    return [*found.values()]


def _wrong_line(sentence: str, number: int) -> Invalid:
    return Invalid(sentence, {"items": sentence}, number=number)


WIDEST_END, LONGEST_WORD, LONGEST_END = 44, 18, 120
"""What fits half of a row 300 pixels wide, in characters: a whole label and one word of it; and what fits no layout."""


def fits_in_a_row(labels: Iterable[str]) -> bool:
    """Whether labels fit the ends of a row of buttons on the smallest phone; where one does not, all stand in a column.

    >>> fits_in_a_row(["very low", "sehr hoch"]), fits_in_a_row(["Donaudampfschifffahrt"])
    (True, False)
    """
    return all(
        len(label) <= WIDEST_END and all(len(word) <= LONGEST_WORD for word in label.split()) for label in labels
    )


def region_code(name: str, taken: Sequence[str]) -> str:
    """A code for a region made from its name, not yet taken.

    >>> region_code("Île-de-France", []), region_code("Île de France", ["LE_DE_FRANCE"]), region_code("България", [])
    ('LE_DE_FRANCE', 'LE_DE_FRANCE_2', 'REGION')
    """
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in name.upper())
    stem = "_".join(part for part in plain.split("_") if part)[:40] or "REGION"
    code, number = stem, 2
    while code in taken:
        code, number = f"{stem}_{number}", number + 1
    return code
