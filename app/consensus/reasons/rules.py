"""Which reasons fit a choice, and which language a text is in by its own words. Pure."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

WORDS_OF: dict[str, str] = {
    "en": "the and of to is it that for we this not are with but our too be no will have",
    "ca": "els amb per que no és una dels ja ho hi aquesta aquest molt però més ens són fa les al",
    "es": "los las con para que no es una del muy pero más está esto esta hay se por ya lo y el",
    "fr": "les des est pas pour une que dans trop nous avec mais plus ce cette sont du qui il et le",
    "de": "der die das und ist nicht zu für mit wir ein eine auch aber den sind es im von wird",
    "bg": "и на не да за се от това е са но ще по много няма има с как в ни",
    "da": "det er ikke og til for vi en et der som med på af har kan men den de skal",
}
"""The words that tell a language; those shared by several tell nothing and weigh on all of them alike."""

FREQUENT = {tag: frozenset(words.split()) for tag, words in WORDS_OF.items()}

CYRILLIC = re.compile(r"[\u0400-\u04ff]")
WORD = re.compile(r"[^\W\d_]+")
LEAST_WORDS = 2


def language_in(text: str, offered: Collection[str]) -> str:
    """The language of a text by its frequent words, empty when they do not tell.

    It is read from the text itself: the language somebody answered in would tell more of them than what they wrote.

    >>> language_in("Das ist für uns nicht zu teuer", ["en", "de"]), language_in("Ja", ["en", "de"])
    ('de', '')
    """
    words = [word.lower() for word in WORD.findall(text)]
    counts = {tag: sum(word in FREQUENT[tag] for word in words) for tag in FREQUENT if tag in offered}
    if CYRILLIC.search(text):
        return "bg" if "bg" in offered else ""
    best = sorted(counts, key=lambda tag: -counts[tag])[:2]
    if not best or counts[best[0]] < LEAST_WORDS or (len(best) > 1 and counts[best[1]] == counts[best[0]]):
        return ""
    return best[0]


class Finding(NamedTuple):
    """Where most reasons stand: for and against in all, and for the one initiative that has more than any other."""

    for_it: int
    against: int
    most: tuple[str, int, int] | None


def finding_of(counts: Sequence[tuple[str, int, int]]) -> Finding:
    """What reasons by initiative, for and against, say in a heading; `most` is None where two have equally many.

    >>> finding_of([("Buses", 3, 2), ("Schools", 1, 0)])
    Finding(for_it=4, against=2, most=('Buses', 3, 2))
    >>> finding_of([("Buses", 1, 0), ("Schools", 0, 1)]).most is None
    True
    """
    by_size = sorted(counts, key=lambda one: -(one[1] + one[2]))
    is_tied = len(by_size) > 1 and sum(by_size[0][1:]) == sum(by_size[1][1:])
    most = by_size[0] if by_size and not is_tied else None
    return Finding(sum(one[1] for one in counts), sum(one[2] for one in counts), most)


@dataclass(frozen=True)
class Choice:
    """What a reader wants to see; empty is everything."""

    item: str = ""
    criterion: str = ""
    theme: str = ""
    words: str = ""

    def fits(self, *, item: str, criterion: str, theme: str, text: str) -> bool:
        """Whether a reason is among what is wanted; all words must stand in it or its theme.

        >>> Choice(words="too costly").fits(item="I1", criterion="impact", theme="", text="It is costly, too costly.")
        True
        >>> Choice(item="I2").fits(item="I1", criterion="impact", theme="", text="")
        False
        """
        looked_in = f"{text} {theme}".casefold()
        return (
            self.item in ("", item)
            and self.criterion in ("", criterion)
            and self.theme in ("", theme)
            and all(word in looked_in for word in self.words.casefold().split())
        )
