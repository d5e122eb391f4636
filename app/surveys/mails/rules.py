"""The kinds of mails a survey sends, and the placeholders that texts of one's own may hold. Pure."""

import re
from collections.abc import Mapping
from enum import StrEnum


class MailKind(StrEnum):
    """Why somebody gets a mail; each has its folder in `templates/mail`."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    LAST_DAY = "last_day"
    NEXT_ROUND = "next_round"
    THANKS = "thanks"
    NEW_LINK = "new_link"
    RESULTS = "results"


TO_ANYBODY = frozenset({MailKind.INVITATION, MailKind.RESULTS})
"""What an anonymous survey can send: those it goes to are not known to have answered."""


PLACEHOLDERS = ("title", "minutes", "last_day", "name", "controller")
LONGEST_SUBJECT, LONGEST_OPENING = 150, 4000
_BRACES = re.compile(r"\{([^{}]*)\}|[{}]")


def first_unknown(text: str) -> str | None:
    """The first thing in braces that is no placeholder, or a brace without its other half; None when there is none.

    >>> first_unknown("By {last_day}: {title}"), first_unknown("Dear {nmae},"), first_unknown("By {last_day")
    (None, '{nmae}', '{')
    """
    return next((found[0] for found in _BRACES.finditer(text) if found[1] not in PLACEHOLDERS), None)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders replaced, once: what is put in is not read again.

    >>> fill("{minutes} minutes for {title}", {"minutes": "12", "title": "{name}"})
    '12 minutes for {name}'
    """
    return _BRACES.sub(lambda found: values.get(found[1] or "", found[0]), text)


def one_line(text: str) -> str:
    r"""The text on one line and without control signs, as the header of a mail must be.

    >>> one_line(" Your view\r\nBcc: all@example.org\x00 ")
    'Your view Bcc: all@example.org'
    """
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def paragraphs_of(text: str) -> list[list[str]]:
    r"""The paragraphs of a plain text, each as its lines.

    >>> paragraphs_of("One\nline\n\n\n Two ")
    [['One', 'line'], ['Two']]
    """
    parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return [[line.strip() for line in part.splitlines()] for part in parts if part.strip()]
