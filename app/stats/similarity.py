"""Which texts are like each other, in whatever language: by the short runs of letters they share."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from scipy import sparse

from app.stats.edge import Real

SHORTEST_RUN, LONGEST_RUN = 3, 5
ALIKE = 0.2
"""Found on ideas in seven languages: unrelated ones of one language stay below 0.15, reworded ones above 0.2."""
BLOCK = 256

Vectors = Any
"""A sparse array, one row a text; SciPy's types do not say more."""


def runs_of(text: str) -> Counter[str]:
    """The runs of three to five letters in a text, with the gap before and after each word.

    >>> sorted(runs_of("Bio!"))
    [' bi', ' bio', ' bio ', 'bio', 'bio ', 'io ']
    """
    found: Counter[str] = Counter()
    for word, count in Counter(re.findall(r"\w+", text.casefold())).items():
        for run in _runs_in(word):
            found[run] += count
    return found


@lru_cache(maxsize=20_000)
def _runs_in(word: str) -> tuple[str, ...]:
    padded = f" {word} "
    sizes = range(SHORTEST_RUN, LONGEST_RUN + 1)
    return tuple(padded[at : at + size] for size in sizes for at in range(len(padded) - size + 1))


def vectors_of(texts: Sequence[str]) -> Vectors:
    """One row a text of length one: its runs, each weighing the more the fewer texts have it (TF-IDF).

    A text without a word has a row of zeros.
    """
    counts = [runs_of(text) for text in texts]
    columns: dict[str, int] = {}
    for own in counts:
        for run in own:
            columns.setdefault(run, len(columns))
    places = np.cumsum([0, *map(len, counts)])
    indices = np.array([columns[run] for own in counts for run in own], dtype=np.intp)
    times = np.array([count for own in counts for count in own.values()], dtype=np.float64)
    held = np.bincount(indices, minlength=len(columns))
    weights = (1 + np.log(times)) * (1 + np.log((1 + len(texts)) / (1 + held[indices])))
    rows = np.repeat(np.arange(len(texts)), np.diff(places))
    lengths = np.sqrt(np.bincount(rows, weights**2, minlength=len(texts)))
    return sparse.csr_array((weights / lengths[rows], indices, places), shape=(len(texts), len(columns)))


def similarities(text: str, others: Sequence[str]) -> list[float]:
    """How like a text each of the others is, from 0 (nothing in common) to 1 (the same words).

    >>> [round(one, 2) for one in similarities("Night buses", ["Night buses", "Buses by night", "Forest school"])]
    [1.0, 0.87, 0.0]
    """
    vectors = vectors_of([text, *others])
    return [float(one) for one in (vectors[1:] @ vectors[[0]].T).toarray().ravel()]


def groups_of(texts: Sequence[str], alike: float = ALIKE) -> list[list[int]]:
    """The texts by their places in groups of those alike, the largest group first; most stand alone.

    Each group has a text in its middle, which comes first, and all others in it are like that one, the likest first. So
    no chain of small likenesses draws in what has nothing to do with the rest. The same texts give the same groups.

    >>> groups_of(["Night buses", "Forest school", "Buses at night"])
    [[0, 2], [1]]
    """
    vectors = vectors_of(texts)
    near = [_near(vectors, start, alike) for start in range(0, len(texts), BLOCK)]
    neighbours = [own for block in near for own in block]
    left = {place for place, own in enumerate(neighbours) if len(own) > 1}
    groups = [[place] for place in range(len(texts)) if place not in left]
    while left:
        middle = max(left, key=lambda place: (sum(other in left for other in neighbours[place]), -place))
        others = [other for other in neighbours[middle] if other in left and other != middle]
        groups.append([middle, *sorted(others, key=lambda place: (-neighbours[middle][place], place))])
        left -= set(groups[-1])
    return sorted(groups, key=lambda group: (-len(group), group[0]))


def _near(vectors: Vectors, start: int, alike: float) -> list[dict[int, float]]:
    """The neighbours of a block of texts; block by block, since all pairs at once would not fit."""
    block: Real = (vectors[start : start + BLOCK] @ vectors.T).toarray()
    return [{int(place): float(row[place]) for place in np.flatnonzero(row >= alike)} for row in block]
