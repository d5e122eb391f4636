"""What makes two versions of an initiative the same, and the order of initiatives. Pure."""

import hashlib
import json
import re
from typing import Any


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
