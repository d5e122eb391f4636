"""Comparing our figures with those of a vector."""

from collections.abc import Mapping
from typing import Any, cast

import numpy as np

from app.stats.edge import as_value


def differences(ours: Any, theirs: Any, tolerance: float, path: str = "") -> list[str]:
    """Where two values differ: theirs may be a number, null, a list or a mapping of these."""
    if isinstance(ours, dict) and theirs is None:
        return [f"{path}: there is something instead of nothing"]
    if isinstance(theirs, dict):
        known = cast(Mapping[str, Any], ours)
        return [
            line
            for key, value in cast(dict[str, Any], theirs).items()
            for line in differences(known[key], value, tolerance, f"{path}/{key}")
        ]
    if isinstance(theirs, list):
        mine = list(np.asarray(ours, dtype=object)) if not isinstance(ours, list | tuple) else list(cast(Any, ours))
        wanted = cast(list[Any], theirs)
        if len(mine) != len(wanted):
            return [f"{path}: {len(mine)} values instead of {len(wanted)}"]
        return [
            line
            for place, pair in enumerate(zip(mine, wanted, strict=True))
            for line in differences(*pair, tolerance, f"{path}[{place}]")
        ]
    if isinstance(theirs, str | bool):
        return [] if ours == theirs else [f"{path}: {ours!r} is not {theirs!r}"]
    value = None if ours is None else as_value(ours)
    if value is None or theirs is None:
        return [] if value is theirs is None else [f"{path}: {value} is not {theirs}"]
    return [] if abs(value - theirs) <= tolerance * max(1, abs(theirs)) else [f"{path}: {value} is not {theirs}"]


def without(expected: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The expected fields but for some."""
    return {key: value for key, value in expected.items() if key not in names}
