"""Calendars as RFC 5545 has them, read back by a reader of our own that only follows the standard."""

from datetime import UTC, date, datetime

import pytest

from app.documents.to_ics import Day, escaped, folded, to_ics

STAMP = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
HARD = "Обществен портал за търсене, с “кавички”; и\nнов ред \\ край 🧬" * 3


def read_back(data: bytes) -> list[dict[str, str]]:
    """The events of a calendar: lines end with CRLF, those that begin with a space go on from the line before."""
    assert data.endswith(b"\r\n")
    physical = data.split(b"\r\n")[:-1]
    assert all(len(line) <= 75 for line in physical)
    assert not any(b"\n" in line or b"\r" in line for line in physical)
    for line in physical:
        line.decode()  # no character is cut in two
    logical: list[bytes] = []
    for line in physical:
        if line[:1] in (b" ", b"\t"):
            logical[-1] += line[1:]
        else:
            logical.append(line)
    events: list[dict[str, str]] = []
    depth: list[str] = []
    for line in (each.decode() for each in logical):
        name, _, value = line.partition(":")
        if name == "BEGIN":
            depth.append(value)
            if value == "VEVENT":
                events.append({})
        elif name == "END":
            assert depth.pop() == value
        elif depth[-1] == "VEVENT":
            assert name not in events[-1], "given twice"
            events[-1][name] = plain(value) if name in ("SUMMARY", "DESCRIPTION", "UID") else value
    assert depth == []
    return events


def plain(value: str) -> str:
    found, signs = "", iter(value)
    for sign in signs:
        if sign == "\\":
            after = next(signs)
            found += {"n": "\n", "N": "\n"}.get(after, after)
        else:
            assert sign not in ",;", "not escaped"
            found += sign
    return found


def test_what_is_written_can_be_read() -> None:
    days = [
        Day("a@innaxe", date(2028, 2, 29), HARD, "One, two", "http://127.0.0.1/plans/1", 2),
        Day("b@innaxe", date(2027, 12, 31), "Short", is_cancelled=True),
    ]
    data = to_ics("Plan; one", days, STAMP)
    first, second = read_back(data)
    assert (first["SUMMARY"], first["DESCRIPTION"], first["UID"]) == (HARD, "One, two", "a@innaxe")
    assert (first["DTSTART;VALUE=DATE"], first["DTEND;VALUE=DATE"]) == ("20280229", "20280301")
    assert (first["DTSTAMP"], first["SEQUENCE"], first["STATUS"]) == ("20261201T093000Z", "2", "CONFIRMED")
    assert (second["DTEND;VALUE=DATE"], second["STATUS"], "DESCRIPTION" in second) == ("20280101", "CANCELLED", False)
    assert data.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
    assert b"X-WR-CALNAME:Plan\\; one\r\n" in data
    assert to_ics("Plan; one", days, STAMP) == data


@pytest.mark.parametrize("length", [*range(70, 80), 148, 149, 150, 151, 0])
@pytest.mark.parametrize("sign", ["a", "é", "€", "🧬"])
def test_lines_fold_at_75_octets_wherever_they_end(length: int, sign: str) -> None:
    parts = list(folded(sign * length))
    assert all(len(part) <= 75 for part in parts)
    assert b"".join(part[1:] if place else part for place, part in enumerate(parts)).decode() == sign * length


def test_nothing_breaks_out_of_a_value() -> None:
    assert escaped("x\r\nEND:VEVENT\rATTENDEE:y\x1f\x7f") == "x\\nEND:VEVENT\\nATTENDEE:y"
