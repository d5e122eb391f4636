"""When a mail is tried again, when it is given up, and why it did not leave. Pure."""

import re
from collections.abc import Sequence
from datetime import timedelta

MOST_ATTEMPTS = 16
"""With the pauses below a server may be away for two days before a mail is given up."""

NO_MAILBOX = "The server knows no such mailbox (%(code)s)."
MAILBOX_FULL = "The mailbox is full (%(code)s)."
SENDER_REFUSED = "The server takes no mails from this sender (%(code)s)."
ADDRESS_REFUSED = "The server refused the address (%(code)s)."
SERVER_ANSWERED = "The server answered %(code)s."
UNREACHABLE = "The server could not be reached (%(code)s)."
TOO_SLOW = "The server said nothing for too long."
HUNG_UP = "The server hung up before it confirmed the mail."
NO_ENCRYPTION = "The server offers no encryption for the password."
PROBLEMS = (
    NO_MAILBOX,
    MAILBOX_FULL,
    SENDER_REFUSED,
    ADDRESS_REFUSED,
    SERVER_ANSWERED,
    UNREACHABLE,
    TOO_SLOW,
    HUNG_UP,
    NO_ENCRYPTION,
)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: a minute, then twice as long each time, at most six hours.

    >>> [pause_after(attempts).total_seconds() for attempts in (1, 2, 3, 12)]
    [60.0, 120.0, 240.0, 21600.0]
    >>> sum((pause_after(attempts) for attempts in range(1, MOST_ATTEMPTS)), timedelta()).days
    1
    """
    return min(timedelta(minutes=2 ** (attempts - 1)), timedelta(hours=6))


def reason_of(code: int, text: str) -> str:
    """Why an address was refused, from the server's reply code and the finer one its text may begin with (RFC 3463).

    The text itself is not kept: servers repeat the address in it.

    >>> reason_of(550, "5.1.1 <ada@example.org> unknown") % {"code": 550}
    'The server knows no such mailbox (550).'
    >>> reason_of(452, "4.2.2 over quota"), reason_of(550, "5.7.26 unauthenticated") == SENDER_REFUSED
    ('The mailbox is full (%(code)s).', True)
    >>> reason_of(550, "no such user")
    'The server refused the address (%(code)s).'
    """
    found = re.match(r"[245]\.(\d{1,3})\.(\d{1,3})\b", text.strip())
    subject, detail = (found[1], found[2]) if found else ("", "")
    if subject == "1" and detail in ("1", "2", "3", "10"):
        return NO_MAILBOX
    if subject == "2" and detail == "2":
        return MAILBOX_FULL
    if subject == "7":
        return SENDER_REFUSED
    return SENDER_REFUSED if code == 554 and not found else ADDRESS_REFUSED


def sentence_of(problem: str, sentences: Sequence[str] = PROBLEMS) -> tuple[str, dict[str, str]]:
    """The sentence a kept problem was made from, and its values, so that it can be said in another language.

    >>> sentence_of("The mailbox is full (552).")
    ('The mailbox is full (%(code)s).', {'code': '552'})
    >>> sentence_of("What an older version wrote")
    ('What an older version wrote', {})
    """
    for sentence in sentences:
        pattern = re.escape(sentence).replace(re.escape("%(code)s"), r"(?P<code>\w+)")
        found = re.fullmatch(pattern, problem)
        if found:
            return sentence, found.groupdict()
    return problem, {}
