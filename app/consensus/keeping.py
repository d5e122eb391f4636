"""What a round did not ask about keeps its figures as they were frozen.

Counted anew, they would lack the answers of those who withdrew meanwhile, and beside the figures frozen before tell
exactly what these had said.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from app.consensus.tally import Tally
from app.stats.edge import Real

NOT_KEPT = ("rank", "rank50", "rank90", "change", "round")
"""These belong to the round that is frozen."""

Kept = Mapping[tuple[int, int], Mapping[str, Any]]
"""Frozen lines by the places of their initiative and criterion."""


def kept_lines(before: Mapping[str, Any] | None, tally: Tally) -> Kept:
    """The lines of the findings frozen last of what this round did not ask about."""
    if before is None:
        return {}
    found: dict[tuple[int, int], Mapping[str, Any]] = {}
    for column, criterion in enumerate(tally.criteria):
        lines = {(line["initiative"], line.get("round")): line for line in before["items"].get(criterion, ())}
        for row, key in enumerate(zip(tally.initiatives, tally.numbers, strict=True)):
            if tally.numbers[row] != tally.round and key in lines:
                found[row, column] = {name: value for name, value in lines[key].items() if name not in NOT_KEPT}
    return found


def keep_in(values: Any, kept: Kept, name: str) -> Real:
    """Values of shape (initiatives, criteria) with those of kept lines in place; nan where a line has none."""
    found = np.array(values, dtype=np.float64)
    for place, line in kept.items():
        found[place] = np.nan if line[name] is None else line[name]
    return found
