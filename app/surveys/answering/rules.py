"""What an answer may be, where a person goes on, and what a save does to what is there. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.surveys.authoring.rules import Scale, answer_code, split_code

SECONDS_PER_RATING = 8
"""A judgement and its share of reading and turning the page; ux.md J2: 27-30 s for three criteria and a page."""

TOKEN_COOKIE = "innaxe_answers_"  # noqa: S105 -- how the names of our cookies begin; the survey's name follows

LONGEST_WHY = 500

LARGEST_REVISION = 2**31 - 1

Value = int | str | None


@dataclass(frozen=True)
class Form:
    """What may be answered in one survey: which codes, and which values each takes."""

    scale: Scale
    ratings: frozenset[str]
    choices: Mapping[str, frozenset[str]]
    comments: Mapping[str, int]
    items: Sequence[str] = field(default_factory=tuple[str, ...])
    criteria: Sequence[str] = field(default_factory=tuple[str, ...])

    def only(self, items: Sequence[str] | None) -> "Form":
        """The form of somebody who is asked about these items, in this order; None means all."""
        return self if items is None else replace(self, items=tuple(items))

    def fault(self, code: str, value: object) -> str | None:
        """Why this value cannot be kept under this code, as a sentence; None when it can."""
        if code in self.ratings:
            if value is None or value in self.scale:
                return None
            return "Choose a number on the scale."
        if code in self.choices:
            return None if value in self.choices[code] else "Choose one of the options."
        if code in self.comments:
            if not isinstance(value, str) or not is_readable(value):
                return "This text has a character that cannot be stored."
            return None if len(value) <= self.comments[code] else "This text is too long."
        return "This survey has no such question."


def is_above(point: int | None, middle: Sequence[float | None]) -> bool | None:
    """Whether a rating lies above the middle half of the group's, rather than below; None inside it or without one.

    >>> is_above(5, [3.0, 4.0]), is_above(2, [3.0, 4.0]), is_above(3, [3.0, 4.0]), is_above(None, [3.0, 4.0])
    (True, False, None, None)
    """
    low, high = middle
    if point is None or low is None or high is None or low <= point <= high:
        return None
    return point > high


def left_out(code: str, item_codes: Collection[str] | None) -> str | None:
    """Why a round that asks about these items, None for all, takes no answer under a code; None when it does.

    >>> left_out("I2.impact", ["I1"]), left_out("I1.impact", ["I1"]), left_out("org_size", ["I1"])
    ('This round does not ask about this initiative.', None, None)
    """
    item, criterion = split_code(code)
    if item_codes is None or not criterion or item in item_codes:
        return None
    return "This round does not ask about this initiative."


def is_readable(text: str) -> bool:
    """Whether both databases can store the text: no NUL and no half of a character.

    >>> is_readable("Привет"), is_readable(chr(0)), is_readable(chr(0xD800))
    (True, False, False)
    """
    return "\x00" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


class Verdict(StrEnum):
    """What becomes of a save."""

    SAVE = "save"
    REPEATED = "repeated"
    STALE = "stale"


def judge_save(kept: tuple[int, Value] | None, value: Value, rev: int) -> Verdict:
    """Decide on a save that knows revision `rev`, against what is kept as (revision, value).

    A save that says what is already kept is repeated, so retries are harmless; one that does not
    know the newest revision is stale, so a slow device never overwrites a newer answer.

    >>> judge_save(None, 4, 0), judge_save((1, 4), 4, 0), judge_save((2, 5), 4, 1), judge_save((2, 5), 4, 2)
    (<Verdict.SAVE: 'save'>, <Verdict.REPEATED: 'repeated'>, <Verdict.STALE: 'stale'>, <Verdict.SAVE: 'save'>)
    """
    if kept is None:
        return Verdict.SAVE if rev == 0 else Verdict.STALE
    if kept[1] == value and rev <= kept[0]:
        return Verdict.REPEATED
    return Verdict.SAVE if rev == kept[0] else Verdict.STALE


class Progress(StrEnum):
    """How far an item is answered."""

    DONE = "done"
    PARTLY = "partly"
    OPEN = "open"


def progress_of(item: str, criteria: Sequence[str], answered: Collection[str]) -> Progress:
    """How far one item is answered; "can't judge" is an answer.

    >>> progress_of("I01", ["impact", "urgency"], {"I01.impact"})
    <Progress.PARTLY: 'partly'>
    """
    given = sum(answer_code(item, criterion) in answered for criterion in criteria)
    if given == len(criteria):
        return Progress.DONE
    return Progress.PARTLY if given else Progress.OPEN


def next_position(form: Form, answered: Collection[str]) -> int | None:
    """The position (from 1) of the first item not fully answered; None when all are."""
    for position, item in enumerate(form.items, start=1):
        if progress_of(item, form.criteria, answered) is not Progress.DONE:
            return position
    return None


def minutes_left(items_left: int, criteria: int) -> int:
    """About how many minutes the items left take, at least one while any is left.

    >>> minutes_left(24, 3), minutes_left(1, 3), minutes_left(0, 3)
    (10, 1, 0)
    """
    return -(-items_left * criteria * SECONDS_PER_RATING // 60)
