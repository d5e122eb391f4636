"""Making every helix count equally (methods.md section 8)."""

from typing import NamedTuple

import numpy as np

from app.stats.edge import Real, divide
from app.stats.histogram import shares, total
from app.stats.spread import mean, variance, weighted_quantile


class Balanced(NamedTuple):
    """Figures in which every helix that answered has the same weight; each of shape `(...)`."""

    mean: Real
    standard_error: Real
    effective_n: Real
    median: Real
    shares: Real


def balance(counts: Real, low: int = 1) -> Balanced:
    """Balance histograms by helix, shape `(..., helices, levels)`, over the helices that answered.

    The mean is the plain mean of the helix means; its standard error sqrt(sum s_h^2 / n_h) / H is undefined
    when a helix has a single answer; the effective n is Kish's (1965), H^2 / sum(1 / n_h); the median is
    weighted by the "school" rule. Source: post-stratification, R survey 4.1.1. Undefined without answers.

    >>> balanced = balance(np.array([[2.0, 0.0, 0.0], [0.0, 0.0, 8.0]]))
    >>> float(balanced.mean), float(balanced.effective_n)
    (2.0, 6.4)
    """
    n = total(counts)
    has_answered = n > 0
    helices = has_answered.sum(axis=-1).astype(np.float64)
    inverse = np.where(has_answered, divide(np.ones_like(n), n), 0)
    means = np.where(has_answered, mean(counts, low), 0)
    # a helix of one answer has no variance, and then neither has the whole a standard error
    of_means = np.where(has_answered, variance(counts) * inverse, 0)
    cell_shares = np.where(has_answered[..., np.newaxis], shares(counts), 0)
    balanced_shares = divide(cell_shares.sum(axis=-2), helices[..., np.newaxis])
    return Balanced(
        mean=divide(means.sum(axis=-1), helices),
        standard_error=divide(np.sqrt(of_means.sum(axis=-1)), helices),
        effective_n=divide(helices**2, inverse.sum(axis=-1)),
        median=weighted_quantile(np.nan_to_num(balanced_shares), 0.5, low),
        shares=balanced_shares,
    )
