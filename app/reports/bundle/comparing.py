"""Published figures beside those recomputed, leaf by leaf. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, cast


@dataclass(frozen=True)
class Unknown:
    """Stands where a figure cannot be recomputed from what a bundle holds, with the reason."""

    reason: str


class Fate(StrEnum):
    """What became of a figure."""

    EQUAL = "equal"
    DIFFERS = "differs"
    NOT_RECOMPUTED = "not_recomputed"


class Line(NamedTuple):
    """One figure: the path of its keys, what became of it, and in words what differs or why it was not recomputed."""

    path: str
    fate: Fate
    told: str = ""


def compare(published: Any, found: Any, path: str = "") -> Iterator[Line]:
    """Every figure of what was published, beside what was recomputed; what one side lacks differs.

    >>> [line.path for line in compare({"n": 3, "mean": [2.5]}, {"n": 3, "mean": [2.4]}) if line.fate is Fate.DIFFERS]
    ['mean[0]']
    """
    if isinstance(found, Unknown):
        yield from (Line(one, Fate.NOT_RECOMPUTED, found.reason) for one, _ in leaves(published, path))
    elif isinstance(published, Mapping) and isinstance(found, Mapping) and (published or found):
        yield from _compare_keys(cast(Mapping[str, Any], published), cast(Mapping[str, Any], found), path)
    elif _is_list(published) and _is_list(found):
        if not published and not found:
            yield Line(path, Fate.EQUAL)
        yield from _compare_keys(_by_place(published), _by_place(found), path)
    elif is_same(published, found):
        yield Line(path, Fate.EQUAL)
    else:
        yield Line(path, Fate.DIFFERS, f"published {_short(published)}, recomputed {_short(found)}")


def is_same(one: Any, other: Any) -> bool:
    """Whether two values are the same to the last digit; a whole number is the same with and without a point.

    >>> is_same(1, 1.0), is_same(1, True), is_same(0.1 + 0.2, 0.3), is_same(None, 0)
    (True, False, False, False)
    """
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def leaves(content: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a content with the path of its keys."""
    if isinstance(content, Mapping) and content:
        for key, value in cast(Mapping[str, Any], content).items():
            yield from leaves(value, step(path, key))
    elif _is_list(content) and content:
        for place, value in enumerate(cast(Sequence[Any], content)):
            yield from leaves(value, step(path, place))
    else:
        yield path, content


def step(path: str, key: str | int) -> str:
    """A path and one key more.

    >>> step("items", 3), step("items[3]", "mean"), step("", "a.b")
    ('items[3]', 'items[3].mean', '["a.b"]')
    """
    if isinstance(key, int):
        return f"{path}[{key}]"
    if not key.replace("_", "").replace("-", "").isalnum():
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def _compare_keys(published: Mapping[Any, Any], found: Mapping[Any, Any], path: str) -> Iterator[Line]:
    for key, value in published.items():
        if key in found:
            yield from compare(value, found[key], step(path, key))
        else:
            yield Line(step(path, key), Fate.DIFFERS, f"published {_short(value)}, recomputed nothing")
    for key, value in found.items():
        if key not in published and not isinstance(value, Unknown):
            yield Line(step(path, key), Fate.DIFFERS, f"published nothing, recomputed {_short(value)}")


def _by_place(content: Any) -> dict[int, Any]:
    return dict(enumerate(cast(Sequence[Any], content)))


def _is_list(content: Any) -> bool:
    return isinstance(content, list | tuple)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}…"
