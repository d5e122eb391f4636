"""What a survey may look like. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
