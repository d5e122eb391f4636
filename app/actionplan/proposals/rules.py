"""What a proposal consists of, when it is one, and what of the voices about it may be shown. Pure."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.core.tokens import sign
from app.core.words import LANGUAGES
from app.people.rules import Helix, is_plain_line
from app.surveys.ideas.rules import plain

LONGEST = {"title": 70, "summary": 1000, "first_step": 300}
LONGEST_NAME = 80
LONGEST_BECAUSE = 300
LONGEST_ANSWER = 1000
LONGEST_QUESTION = 500
SHORTEST_QUESTION = 10
LONGEST_TYPED = 20_000
"""So much of a field comes back in a form that is refused; more than that nobody typed."""

SMALLEST_SHOWN = 5
CONFIRMED_WITHIN_DAYS = 7
ADDRESS_KEPT_DAYS = 30
"""So long after the outcome the author's address is kept, in case it is reconsidered."""
LONGEST_WAIT_DAYS = 730
"""An address is deleted after so long even when nobody has decided."""


class State(StrEnum):
    """What became of a proposal so far."""

    WAITING = "waiting"
    ASKED_BACK = "asked_back"
    ACCEPTED = "accepted"
    MERGED = "merged"
    DECLINED = "declined"


OPEN = (State.WAITING, State.ASKED_BACK)
STATE_WORDS = {
    State.WAITING: "Not decided yet",
    State.ASKED_BACK: "Question to the author",
    State.ACCEPTED: "Accepted",
    State.MERGED: "Put together with another",
    State.DECLINED: "Declined",
}


@dataclass(frozen=True)
class Draft:
    """A proposal as somebody writes it; `language` is that of its words."""

    title: str
    summary: str
    first_step: str
    language: str
    helix: str = ""

    @property
    def words(self) -> str:
        r"""All of it, for finding others like it.

        >>> Draft("Night buses", "", "Ask the drivers", "en").words
        'Night buses\nAsk the drivers'
        """
        return "\n".join(part for part in (self.title, self.summary, self.first_step) if part)


def draft_in(typed: Mapping[str, str], language: str) -> Draft:
    r"""What somebody typed, without signs that nobody sees; a title is one line.

    >>> draft_in({"title": " Night\nbuses ", "helix": "nobody", "language": "tlh"}, "da")
    Draft(title='Night buses', summary='', first_step='', language='da', helix='')
    """
    spoken, helix = typed.get("language", ""), typed.get("helix", "")
    return Draft(
        title=" ".join(plain(typed.get("title", "")).split()),
        summary=plain(typed.get("summary", "")),
        first_step=plain(typed.get("first_step", "")),
        language=spoken if spoken in LANGUAGES else language,
        helix=helix if helix in {*Helix} else "",
    )


def faults_in(draft: Draft) -> dict[str, str]:
    """What is wrong with a draft, by field.

    >>> faults_in(Draft("Night buses", "There are none.", "", "en"))
    {}
    >>> sorted(faults_in(Draft("", "x" * 1001, "x" * 301, "en")))
    ['first_step', 'summary', 'title']
    >>> sorted(faults_in(Draft("x" * 71, "", "", "en")))
    ['summary', 'title']
    """
    errors: dict[str, str] = {}
    if not draft.title:
        errors["title"] = "Give your proposal a title."
    elif len(draft.title) > LONGEST["title"]:
        errors["title"] = "A title has at most 70 characters."
    if not draft.summary:
        errors["summary"] = "Say in a sentence or two what the problem is and what should happen."
    elif len(draft.summary) > LONGEST["summary"]:
        errors["summary"] = "This has at most 1,000 characters."
    if len(draft.first_step) > LONGEST["first_step"]:
        errors["first_step"] = "The first step has at most 300 characters."
    return errors


def is_name(text: str) -> bool:
    """Whether a text can stand beside a proposal as its author's name.

    >>> is_name("Anna Kovač"), is_name(""), is_name("A" * 81), is_name("A" + chr(10))
    (True, False, False, False)
    """
    return 0 < len(text) <= LONGEST_NAME and is_plain_line(text)


def shown_count(count: int) -> int | None:
    """A number of voices as others may see it, "so many or more": in fives, and none under five.

    Whoever keeps looking would else see each voice when it comes, and on which side.

    >>> shown_count(4), shown_count(5), shown_count(9), shown_count(12)
    (None, 5, 5, 10)
    """
    return count - count % SMALLEST_SHOWN or None


def voter_of(secret: str, consortium_id: UUID, email: str) -> str:
    """Whose voice it is: the same for the same address in one consortium, and without the key nobody's.

    >>> one, other = UUID(int=1), UUID(int=2)
    >>> voter_of("s", one, " A@b.example") == voter_of("s", one, "a@b.example") != voter_of("s", other, "a@b.example")
    True
    """
    return sign(secret, f"stance {consortium_id}", email.strip().lower())


def author_of(secret: str, email: str) -> str:
    """What leads from an address to what was sent from it, for erasing; without the key to nobody.

    >>> author_of("s", " A@b.example") == author_of("s", "a@b.example") != author_of("t", "a@b.example")
    True
    """
    return sign(secret, "proposal author", email.strip().lower())


def slug_of(name: str, taken: Collection[str]) -> str:
    """A part of an address made from a name.

    >>> slug_of("Bio-Región Sud!", []), slug_of("Bio", ["bio"]), slug_of("…", [])
    ('bio-region-sud', 'bio-2', 'ideas')
    """
    letters = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:60] or "ideas"
    return next(one for one in (slug, *(f"{slug}-{number}" for number in range(2, len(taken) + 3))) if one not in taken)


def code_of(number: int, taken: Collection[str]) -> str:
    """The code of the initiative that a proposal becomes.

    >>> code_of(3, []), code_of(3, ["proposal-3"])
    ('proposal-3', 'proposal-3-2')
    """
    code = f"proposal-{number}"
    return next(one for one in (code, *(f"{code}-{again}" for again in range(2, len(taken) + 3))) if one not in taken)


def has_words(text: str, wanted: str) -> bool:
    """Whether a text has each of the words looked for, in any case and as part of longer ones.

    >>> has_words("Night buses for Girona", "bus GIRONA"), has_words("Night buses", "day bus")
    (True, False)
    """
    text = text.casefold()
    return all(word in text for word in wanted.casefold().split())
