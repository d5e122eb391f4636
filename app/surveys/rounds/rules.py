"""When rounds end and who is reminded. Pure."""

import math
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum


def end_of(day: date) -> datetime:
    """The last moment of a day on which answers are taken, in UTC.

    >>> end_of(date(2026, 10, 3)).isoformat()
    '2026-10-04T00:00:00+00:00'
    """
    return datetime.combine(date.fromordinal(day.toordinal() + 1), time(), UTC)


class Standing(StrEnum):
    """How far somebody invited has come in the open round, as those who run the survey see it."""

    WAITING = "waiting"
    SENT = "sent"
    STARTED = "started"
    DONE = "done"
    DECLINED = "declined"
    STOPPED = "stopped"
    BOUNCED = "bounced"


MAY_BE_REMINDED = frozenset({Standing.SENT, Standing.STARTED})
BETWEEN_REMINDERS = timedelta(hours=48)
LAST_DAY = timedelta(hours=24)
BEFORE_LAST_DAY = timedelta(hours=24)
PLANNED_REMINDERS = 2


def due_reminders(opened: datetime, closes: datetime, at: datetime) -> int:
    """How many of the planned reminders are due: one after a third of the time, one after two thirds.

    A round of less than six days has one at most, for two would be less than 48 hours apart.

    >>> day = timedelta(days=1)
    >>> [due_reminders(datetime(2027, 3, 1), datetime(2027, 3, 22), datetime(2027, 3, 1) + n * day) for n in (6, 7, 14)]
    [0, 1, 2]
    >>> due_reminders(datetime(2027, 3, 1), datetime(2027, 3, 4), datetime(2027, 3, 3, 12))
    1
    """
    third = (closes - opened) / (PLANNED_REMINDERS + 1)
    due = min(PLANNED_REMINDERS, max(0, int((at - opened) / third)))
    return due if third >= BETWEEN_REMINDERS else min(due, 1)


def wants_reminder(
    standing: Standing, reminded: int, last: datetime | None, opened: datetime, closes: datetime | None, at: datetime
) -> bool:
    """Whether a planned reminder goes to somebody now: never to those who finished, declined or stopped mails.

    Between two mails lie at least 48 hours.
    """
    if standing not in MAY_BE_REMINDED or closes is None or at >= closes:
        return False
    if last is not None and at - last < BETWEEN_REMINDERS:
        return False
    return reminded < due_reminders(opened, closes, at)


def wants_last_day(
    standing: Standing, had_one: bool, last: datetime | None, closes: datetime | None, at: datetime
) -> bool:
    """Whether somebody who has begun and not sent is told now that the round ends: once, within the last 24 hours.

    It may follow another mail after 24 hours and not 48: in a round of six to nine days the second reminder lies
    closer to the end than that, and this is the mail that keeps what they have already given from being lost unsent.

    >>> end, hour = datetime(2027, 3, 22), timedelta(hours=1)
    >>> [wants_last_day(Standing.STARTED, False, end - 49 * hour, end, end - n * hour) for n in (25, 24, 1, 0)]
    [False, True, True, False]
    >>> wants_last_day(Standing.STARTED, False, end - 30 * hour, end, end - 7 * hour)
    False
    >>> wants_last_day(Standing.STARTED, True, None, end, end - hour), wants_last_day(
    ...     Standing.SENT, False, None, end, end - hour
    ... )
    (False, False)
    """
    if standing is not Standing.STARTED or had_one or closes is None or not closes - LAST_DAY <= at < closes:
        return False
    return last is None or at - last >= BEFORE_LAST_DAY


def answers_needed(levels: int, half_width: float = 0.5) -> int:
    """How many answers a group needs for its mean to be known to ± half_width points, 19 times of 20.

    It takes a quarter of the scale's range as standard deviation, which is usual for ratings: n = (1.96 s / h)².

    >>> answers_needed(5), answers_needed(9), answers_needed(5, 0.25)
    (16, 62, 62)
    """
    deviation = (levels - 1) / 4
    return math.ceil((1.96 * deviation / half_width) ** 2)


ROLE_NAMES = frozenset({"info", "office", "contact", "admin", "secretariat", "mail", "hello", "support", "sales"})


def is_role_address(email: str) -> bool:
    """Whether an address seems to be read by an office and not by one person.

    >>> is_role_address("info@example.org"), is_role_address("ana@example.org")
    (True, False)
    """
    return email.partition("@")[0].lower() in ROLE_NAMES
