"""How long it takes to find what is like a new proposal among ten thousand, and how much of it is found.

Run it: `make bench`. Times are the least of several runs.
"""

import json
import random
import sys
import time
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

from app.stats.similarity import ALIKE, Index

ROOT = Path(__file__).resolve().parents[2]
SIZE = 10_000
SHOWN = 3
RUNS = 5
MOST_MILLISECONDS = 50
Text = tuple[Hashable, str]


@dataclass(frozen=True)
class Found:
    """Of the pairs of one language: how many first halves are among the three shown, and how many are shown in all."""

    pairs: int
    hits: int
    shown: int

    @property
    def recall(self) -> float:
        """The share of reworded proposals whose first wording is shown."""
        return self.hits / self.pairs

    @property
    def precision(self) -> float:
        """The share of what is shown that is the first wording."""
        return self.hits / self.shown if self.shown else 1.0


def read_pairs() -> dict[str, list[tuple[str, str]]]:
    """Proposals and how somebody else words the same, by language."""
    read = json.loads((ROOT / "tests" / "vectors" / "paraphrases.json").read_bytes())
    return {language: [(one, other) for one, other in pairs] for language, pairs in read.items()}


def make_corpus(size: int = SIZE) -> list[Text]:
    """The first halves of all pairs, real statements, the demonstration's initiatives in each language, and filler.

    Filler is made of runs of words from the initiatives of one language: no sense, but the letters of a language.
    """
    statements: list[str] = json.loads((ROOT / "tests" / "vectors" / "polis_statements.json").read_bytes())
    initiatives = json.loads((ROOT / "demo" / "initiatives.json").read_bytes())["initiatives"]
    corpus: list[Text] = [
        ((language, place), one) for language, pairs in read_pairs().items() for place, (one, _) in enumerate(pairs)
    ]
    corpus += [(("statement", place), text) for place, text in enumerate(statements)]
    summaries: dict[str, list[list[str]]] = {}
    for initiative in initiatives:
        for language, title in initiative["title"].items():
            corpus.append(((initiative["id"], language), f"{title}\n{initiative['summary'].get(language, '')}"))
            summaries.setdefault(language, []).append(initiative["summary"].get(language, title).split())
    draw = random.Random(7)
    while len(corpus) < size:
        language, words = draw.choice(sorted(summaries)), list[str]()
        for _ in range(12):
            source = draw.choice(summaries[language])
            start = draw.randrange(max(len(source) - 3, 1))
            words += source[start : start + draw.randint(2, 4)]
        corpus.append((("filler", len(corpus)), " ".join(words)))
    return corpus


def evaluate(index: Index) -> dict[str, Found]:
    """What is found of the second halves, by language."""
    found: dict[str, Found] = {}
    for language, pairs in read_pairs().items():
        shown = [[key for key, _ in index.nearest(other, SHOWN, ALIKE)] for _, other in pairs]
        hits = sum((language, place) in keys for place, keys in enumerate(shown))
        found[language] = Found(len(pairs), hits, sum(map(len, shown)))
    return found


def query_seconds(index: Index, runs: int = RUNS) -> float:
    """How long the slowest question takes, the least of several runs."""
    questions = [other for pairs in read_pairs().values() for _, other in pairs]
    return min(max(_seconds(index, question) for question in questions) for _ in range(runs))


def _seconds(index: Index, question: str) -> float:
    start = time.perf_counter()
    index.nearest(question, SHOWN)
    return time.perf_counter() - start


def main() -> int:
    """Print what is found and how fast; 1 when it takes longer than was promised."""
    corpus = make_corpus()
    start = time.perf_counter()
    index = Index()
    index.extend(corpus)
    made = time.perf_counter() - start
    start = time.perf_counter()
    index.extend([("one more", "Night buses between the towns")])
    extended = time.perf_counter() - start
    asked = query_seconds(index)
    lines = [
        f"What is like a proposal among {SIZE:,} texts",
        f"  made once      {made:10.1f} s",
        f"  one text more  {1000 * extended:10.0f} ms",
        f"  a question     {1000 * asked:10.0f} ms ({MOST_MILLISECONDS} at most)",
    ]
    for language, found in evaluate(index).items():
        lines.append(
            f"  {language}: {found.hits} of {found.pairs} found, {found.precision:.0%} of what is shown is right"
        )
    sys.stdout.write("\n".join(lines) + "\n")
    return int(1000 * asked > MOST_MILLISECONDS)


if __name__ == "__main__":
    sys.exit(main())
