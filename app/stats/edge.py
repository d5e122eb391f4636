"""From masked numbers to values: what is undefined is None, never NaN and never a silent zero."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]


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


def count_from(first: float, length: int) -> Real:
    """The numbers first, first + 1, …, shape `(length,)`.

    >>> count_from(1, 3).tolist()
    [1.0, 2.0, 3.0]
    """
    return np.array([first + step for step in range(length)], dtype=np.float64)


def divide(numerator: Real, denominator: Real) -> Real:
    """Element by element; undefined where the denominator is zero."""
    out = np.full(np.broadcast_shapes(np.shape(numerator), np.shape(denominator)), np.nan)
    np.divide(numerator, denominator, out=out, where=np.broadcast_to(np.asarray(denominator) != 0, out.shape))
    return out
