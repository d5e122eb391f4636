"""Ideas beside those like them, and an initiative begun from some of them. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.words import LANGUAGES
from app.stats.similarity import ALIKE, groups_of, similarities
from app.surveys.ideas.rules import IdeaText

MOST_GROUPED = 1000
"""So many ideas are compared with each other; with more, a page would take too long."""
MOST_KEPT = 32
MOST_COMPARED = 370
"""So many signs of each: its title, and as much of its summary as says what it is about."""


@dataclass(frozen=True)
class Beginning:
    """What the form for a new initiative holds at first."""

    language: str
    title: str
    summary: str


def begin_initiative(texts: Sequence[IdeaText], own: str) -> Beginning:
    """An initiative in the language of the first idea that the interface speaks: its title, and the words of all of it.

    Words of other languages are left to whoever writes it. Where no idea is in such a language, it is the survey's own.

    >>> one, two = IdeaText(1, "Night buses", "Buses.", "", "en"), IdeaText(2, "Nachtbus", "Nachts.", "", "de")
    >>> begin_initiative([one, two], "ca")
    Beginning(language='en', title='Night buses', summary='Buses.')
    >>> begin_initiative([IdeaText(1, "A", "B", "C", "ar")], "ar")
    Beginning(language='en', title='', summary='')
    """
    spoken = next((text.language for text in texts if text.language in LANGUAGES), None)
    if spoken is None:
        return Beginning(own if own in LANGUAGES else "en", "", "")
    same = [text for text in texts if text.language == spoken]
    parts = [part for text in same for part in (text.summary, text.first_step) if part]
    return Beginning(spoken, same[0].title, "\n\n".join(parts))


_known: dict[tuple[UUID, ...], list[list[int]]] = {}
"""The last groupings by the ids of the ideas, whose words stay as they are once their round has closed."""


def grouped(texts: Sequence[tuple[UUID, str]]) -> list[list[int]]:
    """The places of ideas (id and words) in groups of those alike; the last groupings are remembered.

    The beginning of an idea tells what it is about. Beyond the most that are compared each stands alone.

    >>> one, two = UUID(int=1), UUID(int=2)
    >>> grouped([(one, "Night buses"), (two, "Buses at night")])
    [[0, 1]]
    """
    key, rest = tuple(key for key, _ in texts), range(min(len(texts), MOST_GROUPED), len(texts))
    found = _known.get(key)
    if found is None:
        found = groups_of([text[:MOST_COMPARED] for _, text in texts[:MOST_GROUPED]])
        while len(_known) >= MOST_KEPT:
            _known.pop(next(iter(_known)), None)
        _known[key] = found
    return found + [[place] for place in rest]


def free_code(taken: Collection[str]) -> str:
    """The id of the next initiative that comes from an idea.

    >>> free_code(["I1", "idea-1"])
    'idea-2'
    """
    return next(code for number in range(1, len(taken) + 2) if (code := f"idea-{number}") not in taken)


def by_likeness(words: str, candidates: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """The codes of candidates (code and words) that are like the words, the likest first, and the others as they came.

    >>> by_likeness("Buses at night", [("I1", "Forest school"), ("I2", "Night buses")])
    (['I2'], ['I1'])
    """
    likeness = similarities(words, [text for _, text in candidates])
    order = sorted(range(len(candidates)), key=lambda place: -likeness[place])
    similar = [candidates[place][0] for place in order if likeness[place] >= ALIKE]
    return similar, [code for code, _ in candidates if code not in similar]
