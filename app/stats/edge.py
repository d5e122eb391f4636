"""From masked numbers to values: what is undefined is None, never NaN and never a silent zero."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
FEW = 1000
DIGITS = 10


def as_value(number: Any) -> float | None:
    """A number for people and files; None when it is undefined.

    >>> as_value(np.float64(2.5)), as_value(np.nan)
    (2.5, None)
    """
    real = float(number)
    return real if math.isfinite(real) else None


def as_values(numbers: Real) -> list[float | None]:
    """A row of numbers, shape `(n,)`, each as `as_value` gives it."""
    return [as_value(number) for number in numbers]


def settle(figures: Any) -> Any:
    """Every float in lists and mappings to ten significant digits, so that the same data give the same bytes anywhere.

    Processors and libraries disagree in the last of sixteen digits: about logarithms, about the order of a sum.

    >>> settle({"share": [0.1 + 0.2, 2 / 3, 5]})
    {'share': [0.3, 0.6666666667, 5]}
    """
    if isinstance(figures, float):
        return float(f"{figures:.{DIGITS}g}")
    if isinstance(figures, Mapping):
        return {key: settle(value) for key, value in cast(Mapping[str, Any], figures).items()}
    if isinstance(figures, list | tuple):
        return [settle(value) for value in cast(Sequence[Any], figures)]
    return figures


def count_from(first: float, length: int) -> Real:
    """The numbers first, first + 1, …, shape `(length,)`.

    >>> count_from(1, 3).tolist()
    [1.0, 2.0, 3.0]
    """
    return np.array([first + step for step in range(length)], dtype=np.float64)


def divide(numerator: Real, denominator: Real) -> Real:
    """Element by element; undefined where the denominator is zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        out: Real = np.asarray(np.divide(numerator, denominator), dtype=np.float64)
    np.copyto(out, np.nan, where=np.asarray(denominator) == 0)
    return out


def by_distinct(compute: Callable[[Real, Real], Real], n: Real, k: Real) -> Real:
    """`compute(n, k)`, once for each pair of whole numbers that occurs; for functions dear to compute.

    `n` and `k` have one shape, `0 <= k <= n`. Small panels have few distinct pairs, however many there are of them.

    >>> by_distinct(np.add, np.array([[3.0, 3.0]]), np.array([[1.0, 2.0]])).tolist()
    [[4.0, 5.0]]
    """
    largest = float(n.max()) if n.size else 0.0
    if n.size < FEW or largest**2 > n.size or (n != np.floor(n)).any() or (k != np.floor(k)).any():
        return compute(n, k)
    width = int(largest) + 1
    key: NDArray[np.int64] = (n * width + k).astype(np.int64)
    occurs = np.bincount(key.ravel(), minlength=width**2) > 0
    distinct = np.flatnonzero(occurs)
    values = compute((distinct // width).astype(np.float64), (distinct % width).astype(np.float64))
    place = np.cumsum(occurs) - 1
    return values[place[key]]
