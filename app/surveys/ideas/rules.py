"""What an idea consists of, and when it is one. Pure."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from app.core.tags import normal_tag
from app.surveys.authoring.rules import answer_code

IDEA_ROUND = 0
"""The number of the round that asks for ideas: it comes before the first that asks for ratings."""

MOST_IDEAS = 5
MINUTES_FOR_IDEAS = 5
"""About as long as somebody needs for two ideas of three sentences, reading included."""

LONGEST = {"title": 70, "summary": 1000, "first_step": 300, "language": 35}
"""The parts of an idea, each with how many signs it may have."""

TURNING_SIGNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the direction of the words after them, and could make a text read as another."""


def idea_key(number: int) -> str:
    """What stands before the dot in the codes of an idea; no initiative or question has a colon in its code.

    >>> idea_key(1)
    'idea:1'
    """
    return f"idea:{number}"


IDEA_CODES = {
    answer_code(idea_key(number), part): longest
    for number in range(1, MOST_IDEAS + 1)
    for part, longest in LONGEST.items()
}
"""The codes under which the parts of ideas are kept, as any answer is."""


@dataclass(frozen=True)
class IdeaText:
    """One idea as it was written; `language` is that of its words."""

    number: int
    title: str
    summary: str
    first_step: str
    language: str

    @property
    def words(self) -> str:
        r"""All of it, for finding others like it.

        >>> IdeaText(1, "Night buses", "", "Ask the drivers", "en").words
        'Night buses\nAsk the drivers'
        """
        return "\n".join(part for part in (self.title, self.summary, self.first_step) if part)


def ideas_in(texts: Mapping[str, str], language: str) -> list[IdeaText]:
    r"""The ideas among somebody's answers by code; of one that names no language, it is the person's own.

    An idea is there once its title or its summary is. Without a title the beginning of the summary stands for it.

    >>> ideas_in({"idea:2.title": " Heat from sewage ", "idea:3.first_step": "Ask", "idea:2.language": "de"}, "en")
    [IdeaText(number=2, title='Heat from sewage', summary='', first_step='', language='de')]
    >>> ideas_in({"idea:1.summary": "Buses at night.\nThey are missing."}, "en")[0].title
    'Buses at night.'
    """
    found: list[IdeaText] = []
    for number in range(1, MOST_IDEAS + 1):
        parts = {part: plain(texts.get(answer_code(idea_key(number), part), "")) for part in LONGEST}
        if parts["title"] or parts["summary"]:
            title = " ".join((parts["title"] or parts["summary"].split("\n")[0]).split())[: LONGEST["title"]]
            spoken = normal_tag(parts["language"]) or language
            found.append(IdeaText(number, title.strip(), parts["summary"], parts["first_step"], spoken))
    return found


def plain(text: str) -> str:
    r"""The text without signs that nobody sees and that change what one reads.

    >>> plain(" One" + chr(7) + chr(13) + chr(10) + "two " + chr(0x202E))
    'One\ntwo'
    """
    lines = text.replace("\r\n", "\n")
    kept = (one for one in lines if one == "\n" or not (unicodedata.category(one) == "Cc" or one in TURNING_SIGNS))
    return "".join(kept).strip()
