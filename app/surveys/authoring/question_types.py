"""The types of question: those answered by choosing, those answered by writing, and the table of all. Pure."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from app.surveys.authoring.answers import UNANSWERED, Kept, Plain, QuestionType, Spec, Unfit
from app.surveys.authoring.choice_types import (
    Allocation,
    BestWorst,
    MultipleChoice,
    Ranking,
    Rating,
    RatingSet,
    SingleChoice,
)
from app.surveys.authoring.rules import is_readable

LONGEST_SHORT_TEXT, LONGEST_LONG_TEXT = 200, 4000
LARGEST_NUMBER = Decimal(10) ** 12
MOST_DECIMALS = 6
SMALLEST_NUMBER = Decimal(10) ** -MOST_DECIMALS
LIMITS = "The limits of question %(code)s cannot be read."


class Number(QuestionType):
    """A number, whole or not, within limits."""

    name = "number"

    def keep(self, value: Plain) -> Kept:
        """A number; a text is read as people type it, with a comma or a point."""
        number = _decimal(value)
        if number is None:
            raise Unfit("Enter a number.")
        if self.spec.settings.get("integer") and number != number.to_integral_value():
            raise Unfit("Enter a whole number.")
        low, high = (_decimal(self.spec.settings.get(name)) for name in ("min", "max"))
        if (low is not None and number < low) or (high is not None and number > high):
            raise Unfit("Enter a number from %(low)s to %(high)s.", low=_end(low), high=_end(high))
        return Kept(text=f"{number.normalize():f}")

    def fault(self) -> str | None:
        """Whether its limits are numbers."""
        limits = [self.spec.settings.get(name) for name in ("min", "max")]
        if any(limit is not None and _decimal(limit) is None for limit in limits):
            return LIMITS
        return super().fault()

    def read_form(self, typed: Mapping[str, str], code: str) -> Plain:
        """What was typed."""
        return typed.get(code, "").strip() or UNANSWERED

    def show(self, kept: Kept) -> Plain:
        """A whole number where it is one."""
        number = Decimal(kept.text or "0")
        return int(number) if number == number.to_integral_value() else float(number)


class Day(QuestionType):
    """A day."""

    name = "date"

    def keep(self, value: Plain) -> Kept:
        """A day as 2027-03-31, within limits."""
        try:
            day = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
        except ValueError:
            day = None
        if day is None:
            raise Unfit("Enter a day such as 2027-03-31.")
        low, high = (_limit_of_days(self.spec.settings.get(name)) for name in ("min", "max"))
        if (low and day.isoformat() < low) or (high and day.isoformat() > high):
            raise Unfit("Enter a day from %(low)s to %(high)s.", low=low or "…", high=high or "…")
        return Kept(text=day.isoformat())

    def fault(self) -> str | None:
        """Whether its limits are days."""
        limits = [self.spec.settings.get(name) for name in ("min", "max")]
        if any(limit and not _limit_of_days(limit) for limit in limits):
            return LIMITS
        return super().fault()

    def read_form(self, typed: Mapping[str, str], code: str) -> Plain:
        """What was typed."""
        return typed.get(code, "").strip() or UNANSWERED


class LongText(QuestionType):
    """A text of several lines."""

    name = "long_text"
    longest = LONGEST_LONG_TEXT

    def keep(self, value: Plain) -> Kept:
        """A text both databases can store, not longer than the question allows."""
        if not isinstance(value, str) or not is_readable(value):
            raise Unfit("This text has a character that cannot be stored.")
        if len(value) > min(self.longest, self.spec.number("max_length", self.longest)):
            raise Unfit("This text is too long.")
        return Kept(text=value)

    def read_form(self, typed: Mapping[str, str], code: str) -> Plain:
        """What was typed."""
        return typed.get(code, "").replace("\r\n", "\n").strip() or UNANSWERED


class ShortText(LongText):
    """A text of one line."""

    name = "short_text"
    longest = LONGEST_SHORT_TEXT


class Consent(QuestionType):
    """Something to agree to."""

    name = "consent"

    def keep(self, value: Plain) -> Kept:
        """The word "yes"."""
        if value != "yes":
            raise Unfit("Tick the box if you agree.")
        return Kept(choice="yes")

    def read_form(self, typed: Mapping[str, str], code: str) -> Plain:
        """Whether the box is ticked."""
        return typed.get(code) or UNANSWERED

    def show(self, kept: Kept) -> Plain:
        """The word "yes"."""
        return kept.choice


class KeptApart(QuestionType):
    """An e-mail address: it never becomes an answer, and is kept where nothing joins it to one."""

    name = "email"
    is_answered = False

    def keep(self, value: Plain) -> Kept:  # noqa: ARG002 -- whatever it is
        """Never: an address is no answer."""
        raise Unfit("This survey has no such question.")

    def read_form(self, typed: Mapping[str, str], code: str) -> Plain:
        """The address typed."""
        return typed.get(code, "").strip() or UNANSWERED


class Note(KeptApart):
    """A text to read."""

    name = "note"

    def read_form(self, typed: Mapping[str, str], code: str) -> Plain:  # noqa: ARG002 -- nothing is asked
        """Nothing."""
        return UNANSWERED


TYPES: dict[str, type[QuestionType]] = {
    kind.name: kind
    for kind in (
        Rating,
        RatingSet,
        SingleChoice,
        MultipleChoice,
        Ranking,
        Allocation,
        BestWorst,
        Number,
        Day,
        ShortText,
        LongText,
        KeptApart,
        Consent,
        Note,
    )
}


def type_of(kind: str, spec: Spec) -> QuestionType:
    """The type of this name over one question. KeyError for a name that is none."""
    return TYPES[kind](spec)


def _decimal(value: Plain) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value).strip().replace("\u2212", "-").replace(",", ".")
    try:
        number = Decimal(text)
        if not text.isascii() or "_" in text or not number.is_finite():
            return None
        # compared as they are: what is reckoned with is rounded first, the smallest to 0
        is_small = number != 0 and -SMALLEST_NUMBER < number < SMALLEST_NUMBER
        if is_small or not -LARGEST_NUMBER <= number <= LARGEST_NUMBER:
            return None
        return number if -int(number.normalize().as_tuple().exponent) <= MOST_DECIMALS else None
    except ArithmeticError:  # no number, or one whose exponent leaves the decimals that can be reckoned with
        return None


def _limit_of_days(limit: Plain) -> str | None:
    """A day that was set as a limit; None for anything else."""
    try:
        return date.fromisoformat(limit).isoformat() if isinstance(limit, str) else None
    except ValueError:
        return None


def _end(limit: Decimal | None) -> str:
    return "…" if limit is None else f"{limit.normalize():f}"
