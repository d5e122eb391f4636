"""What makes two versions of an initiative the same, and the order of initiatives. Pure."""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from app.core.words import LANGUAGES


def digest_of(content: dict[str, Any]) -> str:
    """The SHA-256 of an initiative's content, whatever the order of its keys.

    >>> digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})
    True
    """
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two sheets say the same; `status` is kept beside the sheet, as the state of the initiative.

    >>> is_same({"tags": [], "status": "open"}, {"tags": [], "status": "draft"})
    True
    """
    return {**one, "status": ""} == {**other, "status": ""}


def etag_of(digest: str) -> str:
    """What names a version in an ETag.

    >>> len(etag_of("ab" * 32))
    32
    """
    return digest[:32]


FAULTS = {
    "missing": "This is missing.",
    "string_too_long": "This text is too long.",
    "string_too_short": "This is empty.",
    "too_short": "Give the title in at least one language.",
    "too_long": "These are too many.",
    "int_parsing": "Enter a whole number.",
    "int_from_float": "Enter a whole number.",
    "int_type": "Enter a whole number.",
    "float_parsing": "Enter a number.",
    "float_type": "Enter a number.",
    "finite_number": "Enter a number.",
    "greater_than_equal": "This number is too small.",
    "less_than_equal": "This number is too large.",
    "string_pattern_mismatch": "This has not the form it needs: years such as 2028, quarters such as 2028-Q1.",
    "value_error": "This text has a character that cannot be stored.",
    "extra_forbidden": "This is no part of an initiative.",
}
UNREADABLE_FIELD = "This cannot be read."


def fields_at_fault(faults: Iterable[tuple[tuple[int | str, ...], str]]) -> dict[str, str]:
    """What a check of a sheet found, as a sentence for each field: places such as `phases.0.end`.

    >>> fields_at_fault([(("phases", 0, "end"), "missing"), (("risks",), "strange")])["risks"]
    'This cannot be read.'
    """
    found: dict[str, str] = {}
    for place, kind in faults:
        name = ".".join(str(step) for step in place if step != "[key]").encode("utf-8", "replace").decode()
        found.setdefault(name[:100], FAULTS.get(kind, UNREADABLE_FIELD))
    return found


def natural_order(code: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts codes as people count: I2 before I10.

    >>> sorted(["I10", "I2", "A"], key=natural_order)
    ['A', 'I2', 'I10']
    """
    parts = re.findall(r"\d+|\D+", code)
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)


TRANSLATED = ("title", "summary")


def merge_columns(kept: Mapping[str, Any], brought: Mapping[str, Any], columns: Collection[str]) -> dict[str, Any]:
    """An initiative's content after a sheet: what the sheet has no column for stays as it was.

    A text in several languages has one column a language; a column without one, such as `title`, is English.

    >>> kept = {"title": {"en": "One", "de": "Eins"}, "tags": ["a"], "status": "adopted"}
    >>> merge_columns(kept, {"title": {"en": "Two"}, "tags": [], "status": "proposed"}, {"id", "title", "tags"})
    {'title': {'de': 'Eins', 'en': 'Two'}, 'tags': [], 'status': 'adopted'}
    """
    merged: dict[str, Any] = {}
    for name, value in brought.items():
        languages = {"en" if column == name else column.partition("_")[2] for column in _columns_of(name, columns)}
        if not languages:
            merged[name] = kept.get(name, value)
        elif name in TRANSLATED:
            staying = {code: text for code, text in kept.get(name, {}).items() if code not in languages}
            merged[name] = staying | value
        else:
            merged[name] = value
    return merged


def _columns_of(name: str, columns: Collection[str]) -> list[str]:
    return [column for column in columns if column == name or column in {f"{name}_{code}" for code in LANGUAGES}]
