"""Why a figure is undefined (methods.md section 0): each reason is a code that pages and files can put in words."""

from enum import StrEnum

import numpy as np

from app.stats.edge import Real
from app.stats.histogram import total


class Reason(StrEnum):
    """What is missing."""

    NO_ANSWERS = "no_answers"
    ONE_ANSWER = "one_answer"
    NO_VARIATION = "no_variation"
    TOO_FEW_GROUPS = "too_few_groups"
    NOT_ENOUGH_PAIRS = "not_enough_pairs"


def why_no_figure(counts: Real, *, least: int = 1, varied: bool = False) -> Reason | None:
    """Why a figure of one histogram is undefined, when it needs `least` answers and perhaps different ones.

    >>> why_no_figure(np.zeros(5)).value, why_no_figure(np.array([1.0, 0]), least=2).value
    ('no_answers', 'one_answer')
    >>> why_no_figure(np.array([3.0, 0]), varied=True).value, why_no_figure(np.array([3.0, 1]), varied=True)
    ('no_variation', None)
    """
    n = float(total(counts))
    if not n:
        return Reason.NO_ANSWERS
    if n < least:
        return Reason.ONE_ANSWER
    return Reason.NO_VARIATION if varied and (counts > 0).sum() < 2 else None


def why_no_difference(counts: Real) -> Reason | None:
    """Why a test between groups is undefined, from counts of shape (groups, levels).

    >>> why_no_difference(np.array([[3.0, 1], [0, 0]])).value
    'too_few_groups'
    """
    if not counts.sum():
        return Reason.NO_ANSWERS
    if (total(counts) > 0).sum() < 2:
        return Reason.TOO_FEW_GROUPS
    return why_no_figure(counts.sum(axis=0), varied=True)


def why_no_change(pairs: Real, *, moved: bool = False) -> Reason | None:
    """Why a figure of pairs is undefined, shape (levels, levels); `moved`: it needs somebody to have changed.

    >>> why_no_change(np.zeros((2, 2))).value, why_no_change(np.eye(2), moved=True).value
    ('not_enough_pairs', 'no_variation')
    """
    if not pairs.sum():
        return Reason.NOT_ENOUGH_PAIRS
    return Reason.NO_VARIATION if moved and not (pairs - np.diag(np.diag(pairs))).any() else None
