"""Forms of a followed plan: from what was typed to what acts take. Raises Invalid, naming the fields."""

from collections.abc import Mapping
from uuid import UUID

from app.actionplan.monitoring.rules import (
    FUTURE_DAY,
    LONGEST_WORDS,
    NO_DAY,
    NO_EUROS,
    NO_PERCENT,
    WORDS_LENGTH,
    as_line,
    read_day,
    read_euros,
    read_number,
    read_percent,
    read_year,
)
from app.actionplan.monitoring.service import MilestoneIn, ReportIn
from app.actionplan.monitoring.tracking import AssessmentIn, ReadingIn
from app.core.clock import today
from app.core.errors import Invalid
from app.web.forms import whole_number

Typed = Mapping[str, str]
NOBODY = UUID(int=0)
"""The key of nobody: what is no key at all is refused as an unknown one."""


def read_milestone(typed: Typed) -> MilestoneIn:
    """A milestone from its form."""
    due = read_day(typed.get("due", ""))
    if due is None:
        raise Invalid(NO_DAY, {"due": NO_DAY})
    return MilestoneIn(as_line(typed.get("title", "")), due, _key(typed, "owner"), _key(typed, "partner"))


def read_report(typed: Typed) -> ReportIn:
    """A report from its form; without a day it is of today."""
    faults: dict[str, str] = {}
    percent = read_percent(typed.get("percent", ""))
    if percent is None:
        faults["percent"] = NO_PERCENT
    day = read_day(typed["reported_on"]) if typed.get("reported_on", "").strip() else today()
    if day is None:
        faults["reported_on"] = NO_DAY
    elif day > today():
        faults["reported_on"] = FUTURE_DAY
    spent = read_euros(typed["spent"]) if typed.get("spent", "").strip() else None
    if spent is None and typed.get("spent", "").strip():
        faults["spent"] = NO_EUROS
    words = read_text(typed, "words")
    if len(words) > LONGEST_WORDS:
        faults["words"] = WORDS_LENGTH
    if faults or percent is None or day is None:
        raise Invalid(next(iter(faults.values())), faults)
    corrects = typed.get("corrects", "")
    return ReportIn(percent, day, words, spent, whole_number(corrects, -1) if corrects else None)


def read_reading(typed: Typed) -> ReadingIn:
    """A reading of an indicator from its form."""
    year, value = read_year(typed.get("year", "")), read_number(typed.get("value", ""))
    return ReadingIn(
        typed.get("indicator", ""), year, value, as_line(typed.get("source", "")), read_text(typed, "note")
    )


def read_assessment(typed: Typed) -> AssessmentIn:
    """How a risk stands, from its form."""
    return AssessmentIn(
        whole_number(typed.get("likelihood", ""), 0),
        whole_number(typed.get("impact", ""), 0),
        typed.get("mitigation_state", ""),
        _key(typed, "owner"),
        read_text(typed, "words"),
    )


def read_text(typed: Typed, name: str) -> str:
    """A text of several lines as it is kept."""
    return typed.get(name, "").replace("\0", "").replace("\r\n", "\n").strip()


def _key(typed: Typed, name: str) -> UUID | None:
    text = typed.get(name, "")
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        return NOBODY
