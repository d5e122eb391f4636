"""Which texts are like each other, in whatever language: by the short runs of letters they share."""

import re
from collections import Counter
from collections.abc import Hashable, Sequence
from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from app.stats.edge import Real

SHORTEST_RUN, LONGEST_RUN = 3, 5
ALIKE = 0.2
"""Found on ideas in seven languages: unrelated ones of one language stay below 0.15, reworded ones above 0.2."""
BLOCK = 256

Vectors = Any
"""A sparse array, one row a text; SciPy's types do not say more."""
Places = NDArray[np.int32]


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


class Index:
    """Many texts kept ready for the question which of them are like a new one. Texts are added, none changes.

    The measure is that of `similarities`; how many texts have a run is counted over the texts that are kept.
    """

    def __init__(self) -> None:
        self.keys: list[Hashable] = []
        self._columns: dict[str, int] = {}
        self._words: dict[str, Places] = {}
        self._held: Real = np.zeros(0)
        self._blocks: list[Vectors] = []
        self._lengths: Real = np.zeros(0)
        self._lock = Lock()

    def extend(self, texts: Sequence[tuple[Hashable, str]]) -> None:
        """Take in further texts, each under its key."""
        with self._lock:
            for start in range(0, len(texts), BLOCK):
                part = texts[start : start + BLOCK]
                self._add([text for _, text in part])
                self.keys += [key for key, _ in part]
            if texts:
                self._measure()

    def nearest(self, text: str, most: int, alike: float = ALIKE) -> list[tuple[Hashable, float]]:
        """The keys of the texts most like this one, the likest first, each with how like it is.

        >>> index = Index()
        >>> index.extend([(1, "Night buses"), (2, "Forest school")])
        >>> [key for key, _ in index.nearest("Buses at night", 3)]
        [1]
        """
        times: dict[int, int] = {}
        unknown: Counter[str] = Counter()
        for run, count in runs_of(text).items():
            if run in self._columns:
                times[self._columns[run]] = count
            else:
                unknown[run] = count
        with self._lock:
            if not self.keys or not times:
                return []
            places = np.fromiter(times, dtype=np.intp)
            weights = (1 + np.log(np.fromiter(times.values(), dtype=np.float64))) * self._rarity(self._held[places])
            strange = (1 + np.log(np.array([*unknown.values()]))) * self._rarity(np.zeros(len(unknown)))
            asked = np.zeros(len(self._held), dtype=np.float32)
            asked[places] = weights * self._rarity(self._held[places])
            found = np.concatenate([block @ asked[: block.shape[1]] for block in self._blocks]).astype(np.float64)
            length = np.sqrt((weights**2).sum() + (strange**2).sum())
            found = np.minimum(found / (self._lengths * length), 1)
            near = np.flatnonzero(found >= alike)
            best = near[np.argsort(-found[near], kind="stable")][:most]
            return [(self.keys[place], float(found[place])) for place in best]

    def _add(self, texts: Sequence[str]) -> None:
        rows, columns, times = [np.zeros(0, dtype=np.int32)], [np.zeros(0, dtype=np.int32)], [np.zeros(0)]
        for row, text in enumerate(texts):
            for word, count in Counter(re.findall(r"\w+", text.casefold())).items():
                places = self._places_of(word)
                rows.append(np.full(len(places), row, dtype=np.int32))
                columns.append(places)
                times.append(np.full(len(places), count))
        entries = (np.concatenate(times).astype(np.float32), (np.concatenate(rows), np.concatenate(columns)))
        block: Vectors = sparse.coo_array(entries, shape=(len(texts), len(self._columns))).tocsr()
        self._held = np.pad(self._held, (0, len(self._columns) - len(self._held)))
        self._held += np.bincount(block.indices, minlength=len(self._held))
        block.data = 1 + np.log(block.data)
        self._blocks.append(block)
        # a big block is copied only once as much has come after it
        while len(self._blocks) > 1 and self._blocks[-2].shape[0] <= 2 * self._blocks[-1].shape[0]:
            last, before = self._blocks.pop(), self._blocks.pop()
            before.resize((before.shape[0], last.shape[1]))
            self._blocks.append(sparse.vstack([before, last], format="csr"))

    def _places_of(self, word: str) -> Places:
        """The columns of a word's runs; a new run gets a new one."""
        found = self._words.get(word)
        if found is None:
            places = [self._columns.setdefault(run, len(self._columns)) for run in _runs_in(word)]
            found = self._words[word] = np.array(places, dtype=np.int32)
        return found

    def _measure(self) -> None:
        """The lengths of all rows, which change with every text: a run becomes rarer or less rare."""
        rarity = (self._rarity(self._held) ** 2).astype(np.float32)
        squares = [block.power(2) @ rarity[: block.shape[1]] for block in self._blocks]
        # a text without a word is like none
        self._lengths = np.sqrt(np.maximum(np.concatenate(squares), 1e-9)).astype(np.float64)

    def _rarity(self, held: Real) -> Real:
        return 1 + np.log((1 + len(self.keys)) / (1 + held))
