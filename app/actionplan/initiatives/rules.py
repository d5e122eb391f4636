"""What makes two versions of an initiative the same, and the order of initiatives. Pure."""

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from app.core.words import LANGUAGES


def digest_of(content: dict[str, Any]) -> str:
    """The SHA-256 of an initiative's content, whatever the order of its keys.

    >>> digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})
    True
    """
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def natural_order(code: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts codes as people count: I2 before I10.

    >>> sorted(["I10", "I2", "A"], key=natural_order)
    ['A', 'I2', 'I10']
    """
    parts = re.findall(r"\d+|\D+", code)
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)


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
        elif isinstance(value, dict):
            staying = {code: text for code, text in kept.get(name, {}).items() if code not in languages}
            merged[name] = staying | value
        else:
            merged[name] = value
    return merged


def _columns_of(name: str, columns: Collection[str]) -> list[str]:
    return [column for column in columns if column == name or column in {f"{name}_{code}" for code in LANGUAGES}]
