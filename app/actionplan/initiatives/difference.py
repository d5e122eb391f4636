"""What changed between two wordings of a text, word by word. Pure."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Literal, NamedTuple

Kind = Literal["same", "added", "removed"]

PARTS = re.compile(r"\w+(?:['’·-]\w+)*|\s+|[^\w\s]")
"""A word, a gap, or a sign; elisions such as l'aigua and the Catalan col·lectiu are one word."""


class Piece(NamedTuple):
    """A run of words that only the later text has, only the earlier one, or both."""

    kind: Kind
    text: str


def words_changed(before: str, after: str) -> list[Piece]:
    """The pieces from one wording to the other; what was removed stands before what came in its place.

    The same and the removed pieces together are the earlier text, the same and the added ones the later.
    Gaps and words that are everywhere in a long text do not count as common ground, for whoever reads it would see
    a changed sentence chopped into crumbs.

    >>> [tuple(piece) for piece in words_changed("Heat the town hall.", "Heat the old school.")]
    [('same', 'Heat the '), ('removed', 'town hall'), ('added', 'old school'), ('same', '.')]
    """
    old, new = PARTS.findall(before), PARTS.findall(after)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    pieces = [Piece("same", "".join(old[:start]))]
    for kind, i1, i2, j1, j2 in SequenceMatcher(str.isspace, middle_old, middle_new).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(middle_old[i1:i2])))
        else:
            pieces.append(Piece("removed", "".join(middle_old[i1:i2])))
            pieces.append(Piece("added", "".join(middle_new[j1:j2])))
    pieces.append(Piece("same", "".join(old[len(old) - end :])))
    return [piece for piece in pieces if piece.text]


def is_changed(pieces: Sequence[Piece]) -> bool:
    """Whether anything was added or removed."""
    return any(piece.kind != "same" for piece in pieces)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many parts are the same from the beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
