"""Lists and rows of an initiative as the cells of a sheet, and back, without loss. Pure.

Entries stand apart by a semicolon, the parts of one by an upright line; a backslash before one of these, or before
another backslash, makes it a plain sign.
"""

import re
from collections.abc import Iterable, Sequence

SIGNS = re.compile(r"([\\;|])")
PIECES = re.compile(r"\\([\\;|])|([;|])|([^\\;|]+)|(\\)")


def write_cell(entries: Iterable[Sequence[str]]) -> str:
    r"""Entries of one or more parts as a cell.

    >>> print(write_cell([["Pilot; and more", "2028-Q1"], ["a|b", ""]]))
    Pilot\; and more | 2028-Q1; a\|b |
    """
    return "; ".join(" | ".join(SIGNS.sub(r"\\\1", part) for part in parts) for parts in entries).rstrip(" ")


def read_cell(cell: str) -> list[list[str]]:
    r"""The entries of a cell, each with its parts; empty entries are left out.

    >>> read_cell("Pilot\\; and more | 2028-Q1; a\\|b |;"), read_cell(" ")
    ([['Pilot; and more', '2028-Q1'], ['a|b', '']], [])
    """
    entries: list[list[str]] = [[""]]
    for escaped, sign, plain, backslash in PIECES.findall(cell):
        if sign == ";":
            entries.append([""])
        elif sign == "|":
            entries[-1].append("")
        else:
            entries[-1][-1] += escaped or plain or backslash
    trimmed = [[part.strip() for part in parts] for parts in entries]
    return [parts for parts in trimmed if any(parts)]


def read_list(cell: str) -> list[str]:
    """The entries of a list; an upright line parts them as well.

    >>> read_list("a|b; c")
    ['a', 'b', 'c']
    """
    return [part for parts in read_cell(cell) for part in parts if part]
