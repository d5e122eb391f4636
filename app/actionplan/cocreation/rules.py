"""Ideas beside those like them, and an initiative begun from some of them. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.core.words import LANGUAGES
from app.stats.similarity import similarities
from app.surveys.ideas.rules import IdeaText


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


def free_code(taken: Collection[str]) -> str:
    """The id of the next initiative that comes from an idea.

    >>> free_code(["I1", "idea-1"])
    'idea-2'
    """
    return next(code for number in range(1, len(taken) + 2) if (code := f"idea-{number}") not in taken)


def by_likeness(words: str, candidates: Sequence[tuple[str, str]]) -> list[str]:
    """The codes of candidates (code and words), those most like the words first; equally like ones as they came.

    >>> by_likeness("Buses at night", [("I1", "Forest school"), ("I2", "Night buses")])
    ['I2', 'I1']
    """
    likeness = similarities(words, [text for _, text in candidates])
    order = sorted(range(len(candidates)), key=lambda place: -likeness[place])
    return [candidates[place][0] for place in order]
