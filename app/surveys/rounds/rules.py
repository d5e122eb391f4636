"""When rounds end, what they ask and may tell, and who is reminded. Pure."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from app.stats.disclosure import may_show


def end_of(day: date) -> datetime:
    """The last moment of a day on which answers are taken, in UTC.

    >>> end_of(date(2026, 10, 3)).isoformat()
    '2026-10-04T00:00:00+00:00'
    """
    return datetime.combine(date.fromordinal(day.toordinal() + 1), time(), UTC)


def asked_in(item_codes: Sequence[str] | None, items: Sequence[str]) -> list[str]:
    """The items a round asks about, in the survey's order; a round that names none asks about all.

    >>> asked_in(["I3", "I1"], ["I1", "I2", "I3"]), asked_in(None, ["I1", "I2"])
    (['I1', 'I3'], ['I1', 'I2'])
    """
    return [item for item in items if item_codes is None or item in item_codes]


REASONS_FROM = 10
"""Free text tells more of who wrote it than a number: this many must stand behind it (decision 21)."""


def named_helices(raters: int, givers: Mapping[str, int], minimum: int) -> set[str] | None:
    """Which helices may be named beside the reasons about an item; None when no reason may be shown.

    Ten people must have rated it, and of the minimum group reasons be given; a helix is named when ten of it gave one,
    and the others could not be told by subtraction.

    >>> named_helices(40, {"civil": 12, "industry": 11}, 5) == {"civil", "industry"}, named_helices(9, {"civil": 9}, 5)
    (True, None)
    >>> named_helices(40, {"civil": 12, "industry": 3}, 5), named_helices(40, {"civil": 3}, 5)
    (set(), None)
    """
    if raters < REASONS_FROM or sum(givers.values()) < minimum:
        return None
    names = sorted(givers)
    shown = may_show(np.array([float(givers[name]) for name in names]), REASONS_FROM)
    return {name for name, is_shown in zip(names, shown, strict=True) if is_shown}


class Step(NamedTuple):
    """The histogram of a helix that is shown in real time, and the one that waits to be shown next."""

    shown: tuple[int, ...]
    waiting: tuple[int, ...]


def advance(step: Step, now: Sequence[int], minimum: int) -> Step:
    """The step after answers came: what waited is shown once the minimum group of new people stands behind it.

    So any two histograms shown, and the last one and the results of the closed round, differ by the answers of at least
    that many people of the helix, and none of them can be told by subtraction. People who change their answers count
    only with the next step: otherwise one who changes again and again could make others visible.

    >>> first = advance(Step((0, 0), (0, 0)), [2, 3], 5)
    >>> first, advance(first, [4, 5], 5), advance(first, [5, 5], 5)
    (Step(shown=(0, 0), waiting=(2, 3)), Step(shown=(0, 0), waiting=(2, 3)), Step(shown=(2, 3), waiting=(5, 5)))
    """
    return Step(step.waiting, tuple(now)) if sum(now) - sum(step.waiting) >= minimum else step


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
LINK_REQUEST_LASTS = timedelta(minutes=10)
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

    >>> opened, at, closes = (datetime(2027, 3, day) for day in (1, 15, 22))
    >>> [wants_reminder(Standing.SENT, reminded, None, opened, closes, at) for reminded in (1, 2)]
    [True, False]
    >>> [wants_reminder(Standing.SENT, 1, at - timedelta(hours=n), opened, closes, at) for n in (47, 48)]
    [False, True]
    >>> [wants_reminder(Standing.DONE, 0, None, opened, end, at) for end in (closes, at, None)]
    [False, False, False]
    >>> [wants_reminder(Standing.SENT, 0, None, opened, end, at) for end in (closes, at, None)]
    [True, False, False]
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
