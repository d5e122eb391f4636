"""When a mail is tried again, and when it is given up."""

from datetime import timedelta

MOST_ATTEMPTS = 8


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: a minute, then twice as long each time, at most six hours.

    >>> [pause_after(attempts).total_seconds() for attempts in (1, 2, 3, 12)]
    [60.0, 120.0, 240.0, 21600.0]
    """
    return min(timedelta(minutes=2 ** (attempts - 1)), timedelta(hours=6))
