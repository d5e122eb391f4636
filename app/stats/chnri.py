"""Scores of research options after CHNRI (Rudan et al., Croat. Med. J. 49, 2008); from counts alone."""

from typing import NamedTuple

import numpy as np

from app.stats.edge import Real, divide
from app.stats.histogram import total


class ResearchPriority(NamedTuple):
    """What scorers make of each option; undefined (nan) where nobody answered.

    `scores` and `agreement` have shape (..., criteria), scores 0 to 100, agreement 1/3 to 1. `priority` is the mean
    of the criterion scores that exist, 0 to 100; `expert_agreement` the mean of the agreements (AEA);
    `expert_agreement_of_all` divides by all scorers instead of those who answered.
    """

    scores: Real
    agreement: Real
    priority: Real
    expert_agreement: Real
    expert_agreement_of_all: Real


def research_priority(counts: Real, scorers: float, weights: Real | None = None) -> ResearchPriority:
    """Scores from counts of no (0), undecided (0.5) and yes (1), shape `(..., criteria, 3)`.

    `scorers` is the number of people asked; `weights`, shape (criteria,), are those of the criteria, else equal.
    A criterion nobody answered is left out.

    >>> found = research_priority(np.array([[1.0, 0, 3], [2, 2, 0]]), 4)
    >>> float(found.priority), float(found.expert_agreement)
    (50.0, 0.625)
    """
    if counts.shape[-1] != 3:
        raise ValueError("counts are of no, undecided and yes")
    n = total(counts)
    scores = 100 * divide(counts @ np.array([0, 0.5, 1]), n)
    most = counts.max(axis=-1)
    agreement = divide(most, n)
    used = np.where(n > 0, np.ones(counts.shape[-2]) if weights is None else weights, 0)
    return ResearchPriority(
        scores,
        agreement,
        divide((np.nan_to_num(scores) * used).sum(axis=-1), used.sum(axis=-1)),
        divide(np.nan_to_num(agreement).sum(axis=-1), (n > 0).sum(axis=-1)),
        divide(most.sum(axis=-1) / scorers, np.full(counts.shape[:-2], float(counts.shape[-2]))),
    )


def thirds_as_answers(counts: Real) -> Real:
    """Nine-point histograms as no, undecided and yes by their thirds (ours: label it), shape `(..., 3)`.

    >>> thirds_as_answers(np.array([1.0, 0, 0, 0, 2, 0, 0, 3, 1])).tolist()
    [1.0, 2.0, 4.0]
    """
    if counts.shape[-1] != 9:
        raise ValueError("counts have nine levels")
    return counts.reshape(*counts.shape[:-1], 3, 3).sum(axis=-1)
