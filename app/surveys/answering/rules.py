"""What an answer may be, where a person goes on, and what a save does to what is there. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, cast

from app.surveys.authoring.answers import Kept, QuestionType, Spec, Unfit
from app.surveys.authoring.choice_types import Rating
from app.surveys.authoring.question_types import LongText
from app.surveys.authoring.rules import Scale, answer_code, split_code
from app.surveys.ideas.rules import IDEA_CODES, IDEA_ROUND

SECONDS_PER_RATING = 8
"""A judgement and its share of reading and turning the page; ux.md J2: 27-30 s for three criteria and a page."""

TOKEN_COOKIE = "innaxe_answers_"  # noqa: S105 -- how the names of our cookies begin; the survey's name follows

LONGEST_WHY = 500

LARGEST_REVISION = 2**31 - 1

Value = Any
"""An answer as plain data, as the API takes and shows it."""


@dataclass(frozen=True)
class Form:
    """What may be answered in one survey: which codes, and which values each takes."""

    scale: Scale
    ratings: frozenset[str]
    questions: Mapping[str, QuestionType]
    comments: Mapping[str, int]
    items: Sequence[str] = field(default_factory=tuple[str, ...])
    criteria: Sequence[str] = field(default_factory=tuple[str, ...])

    def only(self, items: Sequence[str] | None) -> "Form":
        """The form of somebody who is asked about these items, in this order; None means all."""
        return self if items is None else replace(self, items=tuple(items))

    def keep(self, code: str, value: Value) -> Kept:
        """How this value is kept under this code. Raises Unfit when it cannot be.

        None is "can't judge" for a rating; for any other question it takes the answer back.
        """
        if code in self.ratings:
            if value is not None and value not in self.scale:
                raise Unfit("Choose a number on the scale.")
            return Kept(point=value)
        if code in self.questions:
            question = self.questions[code]
            if value is None and not isinstance(question, Rating):
                return Kept()
            return question.keep(value)
        if code in self.comments:
            return LongText(Spec(settings={"max_length": self.comments[code]})).keep(value)
        raise Unfit("This survey has no such question.")

    def fault(self, code: str, value: Value) -> str | None:
        """Why this value cannot be kept under this code, as a sentence; None when it can."""
        try:
            self.keep(code, value)
        except Unfit as unfit:
            return unfit.sentence
        return None

    def show(self, code: str, kept: Kept) -> Value:
        """What was answered, as plain data; None is "can't judge", or an answer taken back."""
        if code in self.questions and kept != Kept():
            return self.questions[code].show(kept)
        return kept.choice if kept.choice is not None else kept.text if kept.text is not None else kept.point

    def is_given(self, code: str, kept: Kept) -> bool:
        """Whether this is an answer: one that was taken back, or an empty text, is none."""
        if code in self.ratings or isinstance(self.questions.get(code), Rating):
            return kept.text != "{}"
        return kept != Kept() and kept.text != ""


def is_above(point: int | None, middle: Sequence[float | None]) -> bool | None:
    """Whether a rating lies above the middle half of the group's, rather than below; None inside it or without one.

    >>> is_above(5, [3.0, 4.0]), is_above(2, [3.0, 4.0]), is_above(3, [3.0, 4.0]), is_above(None, [3.0, 4.0])
    (True, False, None, None)
    """
    low, high = middle
    if point is None or low is None or high is None or low <= point <= high:
        return None
    return point > high


def left_out(code: str, item_codes: Collection[str] | None, number: int) -> str | None:
    """Why a round that asks about these items, None for all, takes no answer under a code; None when it does.

    >>> left_out("I2.impact", ["I1"], 2), left_out("I1.impact", ["I1"], 2), left_out("org_size", ["I1"], 2)
    ('This round does not ask about this initiative.', None, None)
    >>> left_out("I1.impact", None, 0), left_out("idea:1.title", None, 1), left_out("idea:1.title", [], 0)
    ('This round asks for ideas.', 'Ideas were asked for in the round of ideas.', None)
    """
    if number == IDEA_ROUND:
        return None if code in IDEA_CODES else "This round asks for ideas."
    if code in IDEA_CODES:
        return "Ideas were asked for in the round of ideas."
    item, criterion = split_code(code)
    if item_codes is None or not criterion or item in item_codes:
        return None
    return "This round does not ask about this initiative."


class Verdict(StrEnum):
    """What becomes of a save."""

    SAVE = "save"
    REPEATED = "repeated"
    STALE = "stale"


def judge_save(kept: tuple[int, object] | None, value: object, rev: int) -> Verdict:
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


def values_of(answer: Value) -> set[str]:
    """The values of an answer that conditions can ask for.

    >>> values_of("CAT"), values_of(["news"]), values_of(4), values_of({"best": "a"}), values_of(None)
    ({'CAT'}, {'news'}, {'4'}, {'a'}, {'none'})
    """
    if isinstance(answer, list | dict):
        parts = cast("Iterable[object]", answer.values() if isinstance(answer, dict) else answer)
        return {str(part) for part in parts}
    return {"none" if answer is None else str(answer)}
