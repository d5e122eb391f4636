"""Days as a calendar that other programs subscribe to (iCalendar, RFC 5545)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

WIDEST_LINE = 75
"""Octets, without the line break (RFC 5545, 3.1)."""
PRODUCT = "-//INNAXE//Plan//EN"


@dataclass(frozen=True)
class Day:
    """Something on a whole day. `uid` names it for good, `sequence` grows with each change of it."""

    uid: str
    on: date
    title: str
    text: str = ""
    url: str = ""
    sequence: int = 0
    is_cancelled: bool = False


def to_ics(title: str, days: Iterable[Day], stamp: datetime) -> bytes:
    """The bytes of the file; `stamp` is when its contents were last fixed, so the same contents are the same bytes."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines += [f"NAME:{escaped(title)}", f"X-WR-CALNAME:{escaped(title)}"]
    for day in days:
        lines += _event(day, stamp)
    lines.append("END:VCALENDAR")
    return b"".join(part + b"\r\n" for line in lines for part in folded(line))


def escaped(text: str) -> str:
    r"""A text as a value: backslash, comma, semicolon and line breaks escaped, other control signs left out (3.3.11).

    >>> print(escaped("One, two;\nthree\x00"))
    One\, two\;\nthree
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\\", "\\\\")
    text = text.replace(",", "\\,").replace(";", "\\;").replace("\n", "\\n")
    return "".join(sign for sign in text if sign >= " " and sign != "\x7f")


def folded(line: str) -> Iterator[bytes]:
    """A line in parts of at most 75 octets, all but the first beginning with a space; no sign is cut in two (3.1).

    >>> [len(part) for part in folded("é" * 60)]
    [74, 47]
    """
    part, is_first = b"", True
    for sign in line:
        octets = sign.encode()
        if len(part) + len(octets) > WIDEST_LINE:
            yield part
            part, is_first = b" ", False
        part += octets
    if part != b" " or is_first:
        yield part


def _event(day: Day, stamp: datetime) -> Sequence[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{escaped(day.uid)}",
        f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{day.on:%Y%m%d}",
        # the end is the first day after (3.6.1)
        f"DTEND;VALUE=DATE:{day.on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{escaped(day.title)}",
    ]
    if day.text:
        lines.append(f"DESCRIPTION:{escaped(day.text)}")
    if day.url:
        lines.append(f"URL:{day.url}")
    lines += [f"SEQUENCE:{day.sequence}", f"STATUS:{'CANCELLED' if day.is_cancelled else 'CONFIRMED'}"]
    return [*lines, "TRANSP:TRANSPARENT", "END:VEVENT"]
