"""How wide the columns of a printed table are, and into how many tables one of many columns is divided."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

ROOM = {False: 96, True: 148}
"""How many signs of the normal size stand beside one another on a page, upright and across, on the safe side."""
SMALLER = 1.22
"""How many more there are of the small size."""
GAP = 2
LONGEST_WORD, LONGEST_FIRST, LONGEST_LINE, SHORT = 18, 24, 60, 8


@dataclass(frozen=True)
class Part:
    """Some columns of a table: their places, their widths in signs, and whether they are set small."""

    places: Sequence[int]
    widths: Sequence[int]
    is_small: bool


def parts_of(heads: Sequence[str], numeric: Sequence[bool], rows: Sequence[Sequence[str]], is_wide: bool) -> list[Part]:
    """A table that stays inside its page: as it is, else small, else in parts that each begin with its first column.

    >>> [part.places for part in parts_of(["a" * 15] * 8, [True] * 8, [], is_wide=False)]
    [(0, 1, 2, 3, 4, 5), (0, 6, 7)]
    """
    needs = [_need(place, heads, numeric, rows) for place in range(len(heads))]
    room = ROOM[is_wide]
    if sum(least for least, _ in needs) <= room:
        return [_part(range(len(heads)), needs, room, is_small=False)]
    room = int(room * SMALLER)
    groups = _groups([least for least, _ in needs], room)
    return [_part(group, needs, room, is_small=True) for group in groups]


def _need(place: int, heads: Sequence[str], numeric: Sequence[bool], rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """The least width of a column and the width it would like to have."""
    cells = [row[place] for row in rows]
    longest = max((_longest_word(text) for text in (heads[place], *cells)), default=1)
    widest = max((len(line) for text in cells for line in text.split("\n")), default=1)
    whole = max((len(text) for text in cells if numeric[place] and is_number(text)), default=0)
    least = max(whole, min(longest, LONGEST_FIRST if place == 0 else LONGEST_WORD))
    # a quarter or a range of ranks stays on one line
    least = max(least, widest) if widest <= SHORT else least
    wished = least if numeric[place] else min(max(widest, len(heads[place])), LONGEST_LINE)
    return least + GAP, max(least, wished) + GAP


def is_number(text: str) -> bool:
    """Whether a cell is a number, which is never broken, and not a word in its place, such as why there is none.

    >>> is_number("1\u202f234,5"), is_number("hidden")
    (True, False)
    """
    return not any(sign.isalpha() for sign in text)


def _longest_word(text: str) -> int:
    return max((len(word) for word in text.split()), default=1)


def _groups(least: Sequence[int], room: int) -> list[tuple[int, ...]]:
    """The columns in groups that fit, the first column in each."""
    starts, used = [1], least[0]
    for place in range(1, len(least)):
        if used + least[place] > room and place > starts[-1]:
            starts.append(place)
            used = least[0]
        used += least[place]
    return [(0, *range(first, after)) for first, after in pairwise([*starts, len(least)])]


def _part(places: Sequence[int], needs: Sequence[tuple[int, int]], room: int, *, is_small: bool) -> Part:
    """What is left of the room goes to the columns that would like to be wider, in proportion."""
    least = [needs[place][0] for place in places]
    wished = [needs[place][1] - needs[place][0] for place in places]
    left, whole = max(room - sum(least), 0), sum(wished)
    given = [min(wish, left * wish // whole) if whole else 0 for wish in wished]
    return Part(tuple(places), [one + more for one, more in zip(least, given, strict=True)], is_small)
