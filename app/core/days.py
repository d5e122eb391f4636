"""Days in words."""

from datetime import date

from babel.dates import format_date


def spelt(day: date, language: str) -> str:
    """A day in words, in English as it is written in Europe.

    >>> spelt(date(2026, 10, 8), "en"), spelt(date(2026, 10, 8), "de")
    ('8 October 2026', '8. Oktober 2026')
    """
    return format_date(day, "long", locale="en_GB" if language == "en" else language)
