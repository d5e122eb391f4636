"""The 35 points a methods report speaks of, in our own words and order, and what people write about them. Pure.

Their sections, and how many points each has, are those of ACCORD (PLOS Medicine 2024,
doi 10.1371/journal.pmed.1004326). Inside a section they stand in the order of our own list: their numbers are ours.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

State = Literal["written", "recorded", "missing"]

LONGEST = 5000
TOO_LONG = "This is too long: at most %(most)s characters."
NO_POINT = "There is no such point in a methods report."
USUAL_QUESTION = "What should readers know about it that the records do not say?"

PARTS = {
    "T": "Title",
    "I": "Introduction",
    "M": "Methods",
    "R": "Results",
    "D": "Discussion",
    "O": "Further information",
}
STATE_WORDS: dict[State, str] = {
    "written": "Written by people",
    "recorded": "The records say it",
    "missing": "missing",
}


@dataclass(frozen=True)
class Point:
    """One thing a methods report tells: its topic in our words, and what people are asked about it."""

    code: str
    topic: str
    question: str = USUAL_QUESTION

    @property
    def part(self) -> str:
        """The section it stands in, a key of `PARTS`.

        >>> Point("M1", "Registration of the protocol").part
        'M'
        """
        return self.code[0]


POINTS: tuple[Point, ...] = (
    Point("T1", "What kind of exercise it was"),
    Point("I1", "Why agreement was sought this way", "Why ask for agreement, and not go about it another way?"),
    Point("I2", "Aim, users and reach", "What is it for, who will use it, and where does it hold?"),
    Point("I3", "Earlier editions", "Does it update earlier work? Which, and why? If not, say so."),
    Point("M1", "Registration of the protocol", "Where was it registered beforehand? If nowhere, say so."),
    Point("M2", "Who directed it", "What experience did those bring who directed it?"),
    Point("M3", "Who was to take part", "Who could take part, why so many, and who chose them?"),
    Point("M4", "How people were found and invited", "How were people found, and who wrote to them?"),
    Point("M5", "Public, patients and civil society", "What part did they have in each step, besides answering?"),
    Point("M6", "What was gathered before", "What was gathered before the wording, from whom and how?"),
    Point("M7", "Search of the literature", "Was the literature searched? Where, when and for what? Or cite it."),
    Point("M8", "Evidence shown to people", "How was evidence summed up, and was it shown to those who answered?"),
    Point("M9", "Method and steps"),
    Point("M10", "What was asked, word for word"),
    Point("M11", "What each step was for"),
    Point("M12", "What counts as consensus, and why", "Why this rule and these thresholds?"),
    Point("M13", "Whether what was agreed stayed in"),
    Point("M14", "How answers were collected"),
    Point("M15", "How answers were processed"),
    Point("M16", "Trying it out", "Was it tried out beforehand? With whom, and what was changed?"),
    Point("M17", "What people were told between rounds"),
    Point("M18", "Anonymity"),
    Point("M19", "Whether those who directed it answered", "Did those who directed it answer, or decide on results?"),
    Point("M20", "Incentives", "Was anything given for taking part? If nothing, say so."),
    Point("M21", "Accessibility", "What else was done so that everybody could take part, also in meetings?"),
    Point("R1", "Days and delays"),
    Point("R2", "Deviations from the protocol"),
    Point("R3", "Who took part in each step"),
    Point("R4", "What came out"),
    Point("R5", "What was changed or dropped"),
    Point("D1", "Strengths and limits", "What are its strengths and limits?"),
    Point("D2", "Other work", "Does it agree with earlier work? Where not, why?"),
    Point("O1", "Who endorses it", "Which bodies endorse it, and what was their part? If none, say so."),
    Point("O2", "Conflicts of interest", "Which interests did organisers and participants declare, and what followed?"),
    Point("O3", "Funding", "Who paid for it, and what did they have a say in?"),
)
BY_CODE = {point.code: point for point in POINTS}


@dataclass(frozen=True)
class Counterpart:
    """A part of another guideline, how many items it has, and which of our parts speak of the same matters."""

    name: str
    items: int
    parts: Collection[str]


DELPHISTAR: tuple[Counterpart, ...] = (
    Counterpart("Title and abstract", 3, ("T",)),
    Counterpart("Context", 7, ("I",)),
    Counterpart("Method", 20, ("M",)),
    Counterpart("Results", 4, ("R",)),
    Counterpart("Discussion", 4, ("D",)),
)
"""Parts of DELPHISTAR with their numbers of items, as its abstract states them (PLOS ONE 2024,
doi 10.1371/journal.pone.0304651). What its single items ask was not checked, so none is paired with one of ours."""


def state_of(*, is_whole: bool, text: str) -> State:
    """Whether people wrote about a point, whether its records suffice, or whether it is missing.

    >>> state_of(is_whole=True, text=""), state_of(is_whole=False, text=""), state_of(is_whole=False, text="A word")
    ('recorded', 'missing', 'written')
    """
    return "written" if text else "recorded" if is_whole else "missing"


def clean(typed: str) -> str:
    r"""What somebody typed, without blanks around it, with one kind of line end, without what no database keeps.

    >>> clean(" A\r\nB\0 ")
    'A\nB'
    """
    return typed.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()
