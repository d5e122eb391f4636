"""What may be shown: a minimum group, and nothing that subtraction would reveal (methods.md section 1)."""

import numpy as np
from numpy.typing import NDArray

from app.stats.edge import Real

Shown = NDArray[np.bool_]


def may_show(sizes: Real, minimum: int) -> Shown:
    """Which cells of a breakdown may be shown beside its total; sizes and result have shape `(..., cells)`.

    A cell under the minimum is hidden, an empty one too. If all hidden cells together hold fewer than the
    minimum, they could be found by taking the shown ones from the total, so the smallest shown cell is hidden
    as well, until what is hidden holds enough and is more than one cell. Under the minimum in all, nothing is shown.

    >>> may_show(np.array([30.0, 3.0, 8.0, 12.0]), 5).tolist()
    [True, False, False, True]
    >>> may_show(np.array([30.0, 9.0, 8.0]), 5).tolist()
    [True, True, True]
    >>> may_show(np.array([30.0, 0.0, 8.0, 9.0]), 5).tolist()
    [True, False, False, True]
    """
    flat = sizes.reshape(-1, sizes.shape[-1])
    return np.array([_one(row, minimum) for row in flat], dtype=np.bool_).reshape(sizes.shape)


def merge_hidden(counts: Real, shown: Shown) -> Real:
    """Histograms `(..., groups, levels)` with all hidden groups put together into the first hidden one's place.

    What is balanced over these groups says nothing that the total and the shown groups do not say already:
    balanced over the hidden ones singly, it would give their shares away to whoever solves the two equations.

    >>> counts = np.array([[4.0, 9.0], [2.0, 1.0], [0.0, 3.0]])
    >>> merge_hidden(counts, np.array([True, False, False])).tolist()
    [[4.0, 9.0], [2.0, 4.0], [0.0, 0.0]]
    """
    hidden = np.where(shown[..., np.newaxis], 0, counts)
    is_first = ~shown & (np.cumsum(~shown, axis=-1) == 1)
    together = hidden.sum(axis=-2, keepdims=True) * is_first[..., np.newaxis]
    return np.where(shown[..., np.newaxis], counts, together)


def _one(sizes: Real, minimum: int) -> Shown:
    if sizes.sum() < minimum:
        return np.zeros(len(sizes), dtype=np.bool_)
    shown = sizes >= minimum
    if shown.all():
        return shown
    for cell in np.argsort(sizes, kind="stable"):
        hidden = ~shown
        if hidden.sum() >= 2 and sizes[hidden].sum() >= minimum:
            break
        shown[cell] = False
    return shown
