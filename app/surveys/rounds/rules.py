"""When rounds end and who is reminded. Pure."""

from datetime import UTC, date, datetime, time


def end_of(day: date) -> datetime:
    """The last moment of a day on which answers are taken, in UTC.

    >>> end_of(date(2026, 10, 3)).isoformat()
    '2026-10-04T00:00:00+00:00'
    """
    return datetime.combine(date.fromordinal(day.toordinal() + 1), time(), UTC)
