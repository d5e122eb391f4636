"""Which part of an initiative somebody speaks about, and how its words are found and changed. Pure.

A place is written as a key: "" for the initiative as a whole, `rationale`, `summary.de` for a text in one language,
`expected_outputs.2` for the second line of a list.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from typing import Any

LONGEST_COMMENT = 2000
LONGEST_PASSAGE = 300
LONGEST_NOTE = 1000
"""So many signs may the reason of an amendment have, and an answer that everybody reads."""

WHOLE = ""
SPOKEN = ("title", "summary")
"""Fields with a text in each language."""
LISTED = "expected_outputs"
"""The field that is a list of lines."""
LONGEST_LINE_NUMBER = 4

FIELD_WORDS = {
    WHOLE: "The initiative as a whole",
    "title": "Title",
    "summary": "Summary",
    "rationale": "Why",
    "expected_outputs": "Expected outputs",
    "risks": "Risks",
    "lead_partner": "Lead",
    "partners": "Partners",
    "helix_groups": "Groups involved",
    "budget_min_eur": "Cost",
    "start_year": "Start",
    "duration_months": "Duration",
    "linked_indicators": "Indicators",
    "depends_on": "Depends on",
    "funding_candidates": "Funding",
    "trl_range": "Technology readiness",
    "topic": "Topic",
}
"""What can be spoken about, as people call it."""


def field_of(place: str) -> str:
    """The field of a place.

    >>> field_of("summary.de"), field_of("rationale"), field_of("")
    ('summary', 'rationale', '')
    """
    return place.partition(".")[0]


def language_in(place: str) -> str:
    """The language of the text at a place, empty where the field has only one text.

    >>> language_in("summary.de"), language_in("expected_outputs.2")
    ('de', '')
    """
    field, _, rest = place.partition(".")
    return rest if field in SPOKEN else ""


def text_at(content: Mapping[str, Any], place: str) -> str | None:
    r"""The words at a place; empty where a field has none, None when there is no such place.

    >>> content = {"title": {"de": "Eins"}, "rationale": "Why", "expected_outputs": ["A", "B"]}
    >>> text_at(content, "title.de"), text_at(content, "expected_outputs.2"), text_at(content, "expected_outputs")
    ('Eins', 'B', 'A\nB')
    >>> text_at(content, "title.en"), text_at(content, "title"), text_at(content, "expected_outputs.3")
    (None, None, None)
    >>> text_at(content, ""), text_at(content, "topic"), text_at(content, "id")
    ('', '', None)
    """
    field, dot, rest = place.partition(".")
    if field in SPOKEN:
        return content.get(field, {}).get(rest)
    if field == LISTED:
        lines: list[str] = content.get(field, [])
        if not dot:
            return "\n".join(lines)
        number = int(rest) if rest.isascii() and rest.isdecimal() and len(rest) < LONGEST_LINE_NUMBER else 0
        return lines[number - 1] if 0 < number <= len(lines) else None
    if field not in FIELD_WORDS or dot:
        return None
    return content.get(field, "") if field == "rationale" else ""


def places_to_amend(content: Mapping[str, Any]) -> list[str]:
    """The texts for which other words can be proposed.

    >>> places_to_amend({"title": {"en": "One"}, "summary": {"en": "Two"}, "expected_outputs": ["A"]})
    ['title.en', 'summary.en', 'rationale', 'expected_outputs.1']
    """
    spoken = [f"{field}.{tag}" for field in SPOKEN for tag in content.get(field, {})]
    lines = [f"{LISTED}.{number}" for number in range(1, len(content.get(LISTED, [])) + 1)]
    return [*spoken, "rationale", *lines]


def with_text(content: Mapping[str, Any], place: str, text: str) -> dict[str, Any]:
    """The content with other words at a place that can be amended; a line without words goes.

    >>> with_text({"expected_outputs": ["A", "B"]}, "expected_outputs.1", "")
    {'expected_outputs': ['B']}
    >>> with_text({"title": {"en": "One"}}, "title.en", "Two")
    {'title': {'en': 'Two'}}
    >>> with_text({"rationale": "One"}, "rationale", "Two")
    {'rationale': 'Two'}
    """
    changed = deepcopy(dict(content))
    field, _, rest = place.partition(".")
    if field in SPOKEN:
        changed[field][rest] = text
    elif field == LISTED:
        changed[field][int(rest) - 1 : int(rest)] = [text] if text else []
    else:
        changed[field] = text
    return changed


def passage_in(text: str, typed: str) -> str | None:
    r"""The words of a passage as they stand in the text, whatever its gaps were; None when they do not stand there.

    >>> passage_in("Heat from\n sewage plants", " from sewage "), passage_in("Heat", "Cold")
    ('from\n sewage', None)
    """
    words = typed.split()
    found = re.search(r"\s+".join(map(re.escape, words)), text) if words else None
    return found[0] if found else None


def stands_in(text: str | None, passage: str) -> bool:
    """Whether a passage still stands in a text; the whole always does.

    >>> stands_in("Heat from sewage", "from sewage"), stands_in(None, "from"), stands_in(None, "")
    (True, False, True)
    """
    return not passage or (text is not None and passage in text)


def replaced(text: str | None, before: str, after: str) -> str | None:
    """The text with the words of an amendment in place of those it is about.

    None when they do not stand there any more, or stand there more than once.

    >>> replaced("Heat from sewage", "sewage", "lakes"), replaced("Heat", "Heat", "Cold"), replaced("", "", "New")
    ('Heat from lakes', 'Cold', 'New')
    >>> replaced("Heat", "sewage", "lakes"), replaced("a a", "a", "b"), replaced(None, "", "New")
    (None, None, None)
    """
    if text is None:
        return None
    if text == before:
        return after
    return text.replace(before, after) if before and text.count(before) == 1 else None


def marked(text: str, passages: Collection[str]) -> list[tuple[bool, str]]:
    """The text in runs, each with whether somebody speaks about it.

    >>> marked("Heat from sewage plants", ["from sewage", "sewage plants"])
    [(False, 'Heat '), (True, 'from sewage plants')]
    >>> marked("Heat", ["Cold"])
    [(False, 'Heat')]
    """
    spoken_of = [False] * len(text)
    for passage in passages:
        start = text.find(passage) if passage else -1
        if start >= 0:
            spoken_of[start : start + len(passage)] = [True] * len(passage)
    runs: list[tuple[bool, str]] = []
    for sign, is_marked in zip(text, spoken_of, strict=True):
        if runs and runs[-1][0] is is_marked:
            runs[-1] = (is_marked, runs[-1][1] + sign)
        else:
            runs.append((is_marked, sign))
    return runs


def shown_places(content: Mapping[str, Any], language: str, spoken_about: Sequence[str]) -> list[str]:
    """The places of a page in the order in which an initiative is read, the whole last: its texts in one language, and
    all others that somebody speaks about.

    >>> shown_places({"title": {"en": "One"}, "summary": {}}, "en", ["topic", "title.de"])
    ['title.en', 'title.de', 'rationale', 'expected_outputs', 'topic', '']
    """
    own = {f"{field}.{language}" for field in SPOKEN if language in content.get(field, {})}
    own |= {WHOLE, "rationale", LISTED, *spoken_about}
    order = [*list(FIELD_WORDS)[1:], WHOLE]
    return sorted(own, key=lambda place: (order.index(field_of(place)), language_in(place) != language, place))
