"""What progress, readings and risks mean, and what cannot be right about them. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

AT_RISK_DAYS = 60
"""Unfinished with so many days to go, or fewer, a milestone is at risk."""
BEHIND = 25
"""By so many percentage points progress may stay behind the share of time that has passed."""
INDICATOR_BEHIND = 0.25
"""By such a share of the way from baseline to target an indicator may stay behind the straight line."""
WARNS_BEFORE, REMINDS_EVERY = 14, 30
"""Days: the owner is mailed so long before the day, on the day after, and then every so often."""
WHOLE = 100
LONGEST_TITLE, LONGEST_WORDS, SHORTEST_REASON, LONGEST_REASON = 200, 2000, 10, 2000
LARGEST_NUMBER = 1e15
MOST_SPENT = 10**9
FIRST_YEAR, LAST_YEAR = 2000, 2100
MONTHS_OF_A_QUARTER, QUARTERS = 3, 4

NO_PERCENT = "A percentage is a whole number from 0 to 100."
NO_DAY = "Give a day, such as 2027-06-30."
NO_NUMBER = "Give a number."
NO_YEAR = "Give a year from 2000 to 2100."
NO_EUROS = "Whole euros, at most 1,000,000,000."
FUTURE_DAY = "This day is still to come."
FUTURE_YEAR = "This year is still to come."
NO_TITLE = "Give it a title."
TITLE_LENGTH = "A title has at most 200 characters."
WORDS_LENGTH = "At most 2000 characters."
REASON_LENGTH = "Give a reason of 10 to 2000 characters."
NO_OUTCOME = "Choose what was decided."
NO_LEVEL = "Choose from 1 to 5."
NO_STATE = "Choose how far it is."


class Light(StrEnum):
    """How something stands, as its traffic light; a word and a shape stand beside the colour."""

    LATE = "late"
    AT_RISK = "at_risk"
    ON_TRACK = "on_track"
    DONE = "done"


class Kind(StrEnum):
    """What a milestone is: the start, the end of a phase where it goes on or stops, an output, the end, or another."""

    START = "start"
    GATE = "gate"
    OUTPUT = "output"
    END = "end"
    OTHER = "other"


class GateOutcome(StrEnum):
    """What may be decided at a go/stop point."""

    GO = "go"
    CHANGES = "changes"
    STOP = "stop"


class Mitigation(StrEnum):
    """How far what is done about a risk has come."""

    PLANNED = "planned"
    UNDER_WAY = "under_way"
    IN_PLACE = "in_place"
    GIVEN_UP = "given_up"


class Level(StrEnum):
    """How much a risk weighs: likelihood times impact."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Unjudged(StrEnum):
    """Why an indicator has no light."""

    NO_BASELINE = "no_baseline"
    NO_TARGET = "no_target"
    NO_YEAR = "no_year"
    NO_READING = "no_reading"
    SAME = "same"


def light_for(percent: int, begins_on: date, due: date, today: date) -> Light:
    """Judge a milestone: done at 100, late from the day after it was due, at risk when little time is left for it.

    At risk is what is unfinished 60 days before, or more than 25 points behind the share of its time that has passed.

    >>> light_for(40, date(2030, 1, 1), date(2030, 12, 31), date(2030, 6, 1))
    <Light.ON_TRACK: 'on_track'>
    >>> light_for(10, date(2030, 1, 1), date(2030, 12, 31), date(2030, 6, 1))
    <Light.AT_RISK: 'at_risk'>
    """
    if percent >= WHOLE:
        return Light.DONE
    if today > due:
        return Light.LATE
    is_near = due - today <= timedelta(days=AT_RISK_DAYS)
    return Light.AT_RISK if is_near or elapsed(begins_on, due, today) - percent > BEHIND else Light.ON_TRACK


def elapsed(begins_on: date, due: date, today: date) -> float:
    """How much of the time from the beginning to the due day has passed, in percent.

    >>> elapsed(date(2030, 1, 1), date(2030, 1, 11), date(2030, 1, 6))
    50.0
    """
    if today <= begins_on:
        return 0.0
    return min(1.0, (today - begins_on) / (due - begins_on)) * WHOLE if due > begins_on else float(WHOLE)


def first_day(year: int, quarter: int) -> date:
    """The first day of a quarter.

    >>> first_day(2027, 3)
    datetime.date(2027, 7, 1)
    """
    return date(year, MONTHS_OF_A_QUARTER * (quarter - 1) + 1, 1)


def last_day(year: int, quarter: int) -> date:
    """The last day of a quarter.

    >>> last_day(2027, 4), last_day(2028, 1)
    (datetime.date(2027, 12, 31), datetime.date(2028, 3, 31))
    """
    following = (year + 1, 1) if quarter == QUARTERS else (year, quarter + 1)
    return first_day(*following) - timedelta(days=1)


def moment_for(due: date, today: date) -> date | None:
    """The newest moment at which the owner of an unfinished milestone was to be mailed; None before the first.

    A worker that was away sends one mail for all the moments it missed.

    >>> due = date(2030, 6, 30)
    >>> [moment_for(due, day) for day in (date(2030, 6, 15), date(2030, 6, 16), date(2030, 6, 30))][1:]
    [datetime.date(2030, 6, 16), datetime.date(2030, 6, 16)]
    >>> moment_for(due, date(2030, 7, 1)), moment_for(due, date(2030, 8, 1))
    (datetime.date(2030, 7, 1), datetime.date(2030, 7, 31))
    """
    first_late = due + timedelta(days=1)
    if today >= first_late:
        return first_late + timedelta(days=(today - first_late).days // REMINDS_EVERY * REMINDS_EVERY)
    warning = due - timedelta(days=WARNS_BEFORE)
    return warning if today >= warning else None


@dataclass(frozen=True)
class Target:
    """Where an indicator is to go: from a baseline, which held before the initiative began, to a target by a year."""

    baseline: float | None
    target: float | None
    begins: int
    by_year: int | None


def expected_in(target: Target, year: int) -> float | None:
    """What the straight line from baseline to target says for a year; None where it cannot be drawn.

    The baseline stands for the year before the initiative begins.

    >>> expected_in(Target(10, 20, 2027, 2031), 2028), expected_in(Target(10, None, 2027, 2031), 2028)
    (14.0, None)
    """
    if target.baseline is None or target.target is None or target.by_year is None:
        return None
    return target.baseline + (target.target - target.baseline) * _share_of_time(target.begins, target.by_year, year)


def judge_indicator(target: Target, readings: Mapping[int, float], this_year: int) -> Light | Unjudged:
    """Judge the newest reading against the straight line; where the target is lower, lower is better.

    Done once the target is reached, on track on the line or beyond, at risk up to a quarter of the way behind it, late
    further behind, or when the year has passed without it.

    >>> judge_indicator(Target(10, 20, 2027, 2031), {2028: 13.0}, 2029)
    <Light.AT_RISK: 'at_risk'>
    >>> judge_indicator(Target(10, 20, 2027, 2031), {}, 2029)
    <Unjudged.NO_READING: 'no_reading'>
    """
    if target.baseline is None:
        return Unjudged.NO_BASELINE
    if target.target is None:
        return Unjudged.NO_TARGET
    if target.by_year is None:
        return Unjudged.NO_YEAR
    if target.target == target.baseline:
        return Unjudged.SAME
    if not readings:
        return Unjudged.NO_READING
    year = max(readings)
    reached = (readings[year] - target.baseline) / (target.target - target.baseline)
    if reached >= 1:
        return Light.DONE
    if this_year > target.by_year:
        return Light.LATE
    behind = _share_of_time(target.begins, target.by_year, year) - reached
    if behind <= 0:
        return Light.ON_TRACK
    return Light.AT_RISK if behind <= INDICATOR_BEHIND else Light.LATE


def level_of(likelihood: int, impact: int) -> Level:
    """How much a risk weighs: high from 15, medium from 8.

    >>> level_of(3, 5), level_of(2, 4), level_of(1, 5)
    (<Level.HIGH: 'high'>, <Level.MEDIUM: 'medium'>, <Level.LOW: 'low'>)
    """
    weight = likelihood * impact
    return Level.HIGH if weight >= 15 else Level.MEDIUM if weight >= 8 else Level.LOW


def depending_on(code: str, depends: Mapping[str, Sequence[str]]) -> list[str]:
    """The initiatives that need this one, directly or through others, in their order.

    >>> depending_on("A", {"A": [], "B": ["A"], "C": ["B"], "D": []})
    ['B', 'C']
    """
    reached = {code}
    while more := {name for name, needs in depends.items() if name not in reached and reached & set(needs)}:
        reached |= more
    return [name for name in depends if name in reached and name != code]


def read_percent(text: str) -> int | None:
    """A percentage somebody typed.

    >>> read_percent(" 40 "), read_percent("101"), read_percent("4.5"), read_percent("٤")
    (40, None, None, None)
    """
    found = _whole(text)
    return found if found is not None and found <= WHOLE else None


def read_euros(text: str) -> int | None:
    """An amount in whole euros somebody typed, with or without separators of thousands.

    >>> read_euros("12,500"), read_euros("12 500"), read_euros("-1")
    (12500, 12500, None)
    """
    found = _whole(text.translate(dict.fromkeys(map(ord, ",. \u00a0\u202f’'"))))
    return found if found is not None and found <= MOST_SPENT else None


def read_number(text: str) -> float | None:
    """A number somebody typed, with a point or a comma; None for anything else, NaN and infinity among it.

    >>> read_number("3,5"), read_number("-2"), read_number("NaN"), read_number("1e999"), read_number("x")
    (3.5, -2.0, None, None, None)
    >>> read_number("1_000"), read_number("٣")
    (None, None)
    """
    if "_" in text or not text.isascii():
        return None
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) <= LARGEST_NUMBER else None


def read_day(text: str) -> date | None:
    """A day somebody typed or picked, from 2000 to 2100.

    >>> read_day("2027-06-30"), read_day("30.6.2027"), read_day("9999-01-01")
    (datetime.date(2027, 6, 30), None, None)
    """
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def read_year(text: str) -> int | None:
    """A year somebody typed, from 2000 to 2100.

    >>> read_year("2027"), read_year("27")
    (2027, None)
    """
    found = _whole(text)
    return found if found is not None and FIRST_YEAR <= found <= LAST_YEAR else None


def as_line(text: str) -> str:
    r"""A text on one line, without signs that cannot be seen: titles end up in subjects of mails.

    >>> as_line(" One\r\ntwo\x00 ")
    'One two'
    """
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def is_reason(text: str) -> bool:
    """Whether a text is long enough, and not too long, to be a reason.

    >>> is_reason("So."), is_reason("The partner left the consortium.")
    (False, True)
    """
    return SHORTEST_REASON <= len(text) <= LONGEST_REASON


def _whole(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_SPENT)) else None


def _share_of_time(begins: int, by_year: int, year: int) -> float:
    """How much of the years from the one before the beginning to the last has passed in a year, from 0 to 1."""
    since = begins - 1
    return min(1.0, max(0.0, (year - since) / (by_year - since))) if by_year > since else 1.0
