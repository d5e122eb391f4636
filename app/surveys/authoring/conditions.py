"""Show-if conditions: which questions somebody is asked, given what they answered before. Pure.

A condition names a question and the values for which it holds; with no values it holds once the question is answered.
All conditions of a question must hold. What is not shown counts as not answered, so that they can build on each other.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Conditions = Sequence[Mapping[str, Any]]
"""Each `{"question": code, "is": [values]}`."""


@dataclass(frozen=True)
class Asked:
    """A question in its place, with its conditions."""

    code: str
    conditions: Conditions = ()


class Trouble(StrEnum):
    """What can be wrong with a condition."""

    UNKNOWN = "unknown"
    CIRCLE = "circle"
    LATER = "later"


def shown(questions: Sequence[Asked], given: Mapping[str, Collection[str]]) -> list[str]:
    """The codes of the questions to show, in their order; `given` holds the values answered, by question.

    >>> asked = [Asked("more"), Asked("mail", [{"question": "more", "is": ["news", "event"]}])]
    >>> shown(asked, {}), shown(asked, {"more": ["news"]}), shown(asked, {"more": ["no"]})
    (['more'], ['more', 'mail'], ['more'])
    """
    hidden: set[str] = set()
    for question in questions:
        if not all(_holds(condition, given, hidden) for condition in question.conditions):
            hidden.add(question.code)
    return [question.code for question in questions if question.code not in hidden]


def troubles(questions: Sequence[Asked]) -> list[tuple[str, Trouble]]:
    """The questions whose conditions can never be decided, with the reason.

    >>> troubles([Asked("a", [{"question": "b", "is": []}]), Asked("b", [{"question": "a", "is": []}])])
    [('a', <Trouble.CIRCLE: 'circle'>), ('b', <Trouble.CIRCLE: 'circle'>)]
    >>> troubles([Asked("a", [{"question": "b", "is": []}]), Asked("b"), Asked("c", [{"question": "x", "is": []}])])
    [('a', <Trouble.LATER: 'later'>), ('c', <Trouble.UNKNOWN: 'unknown'>)]
    """
    places = {question.code: place for place, question in enumerate(questions)}
    needs = {question.code: [str(one["question"]) for one in question.conditions] for question in questions}
    found: list[tuple[str, Trouble]] = []
    for place, question in enumerate(questions):
        wanted = needs[question.code]
        if any(code not in places for code in wanted):
            found.append((question.code, Trouble.UNKNOWN))
        elif _reaches(question.code, needs):
            found.append((question.code, Trouble.CIRCLE))
        elif any(places[code] >= place for code in wanted):
            found.append((question.code, Trouble.LATER))
    return found


def parse_conditions(text: str) -> list[dict[str, Any]]:
    """Conditions in words: `q is not empty`, `q is a`, `q is a or b`, joined by `and`. ValueError for anything else.

    >>> parse_conditions("follow_up is not empty and region is CAT or IDF")
    [{'question': 'follow_up', 'is': []}, {'question': 'region', 'is': ['CAT', 'IDF']}]
    """
    code = r"[A-Za-z0-9_-]{1,64}"
    found: list[dict[str, Any]] = []
    for part in re.split(r"\s+and\s+", text.strip()):
        match = re.fullmatch(rf"({code})\s+is\s+(?:(not empty)|({code}(?:\s+or\s+{code})*))", part)
        if match is None:
            raise ValueError(text)
        values = [] if match[2] else re.split(r"\s+or\s+", match[3])
        found.append({"question": match[1], "is": values})
    return found


def _holds(condition: Mapping[str, Any], given: Mapping[str, Collection[str]], hidden: Collection[str]) -> bool:
    code = str(condition["question"])
    values = () if code in hidden else given.get(code, ())
    wanted: Collection[str] = condition["is"]
    return bool(set(values) & set(wanted)) if wanted else bool(values)


def _reaches(start: str, needs: Mapping[str, Sequence[str]]) -> bool:
    """Whether following what each question needs leads back to the start."""
    seen: set[str] = set()
    waiting = [*needs[start]]
    while waiting:
        code = waiting.pop()
        if code == start:
            return True
        if code not in seen:
            seen.add(code)
            waiting += needs.get(code, ())
    return False
