"""Agreement that looks at who answered what: Kendall's W and intraclass correlations (methods.md section 5).

Ratings have shape `(objects, raters)`, nan where nothing was said; raters who missed an object are left out.
"""

from typing import NamedTuple

import numpy as np
from scipy import stats

from app.stats.edge import Real, divide
from app.stats.scoring import rank


class Concordance(NamedTuple):
    """Kendall's W with its test; `raters` and `objects` say how many it rests on."""

    w: float
    chi2: float
    p: float
    raters: int
    objects: int
    w_without_ties: float


def kendall_w(ratings: Real) -> Concordance:
    """Kendall's W, 0 to 1, corrected for ties (Kendall and Babington Smith 1939; Siegel and Castellan 1988).

    Undefined (nan) with fewer than two complete raters, fewer than two objects, or when nobody makes a difference.

    >>> round(kendall_w(np.array([[1.0, 1, 2], [2, 2, 1], [3, 3, 3]])).w, 4)
    0.7778
    """
    return concordance(rank_sums(ratings))


class RankSums(NamedTuple):
    """What Kendall's W rests on, to be added up over raters: how many, the sum of ranks by object, and their ties."""

    raters: int
    sums: Real
    ties: float

    def plus(self, other: "RankSums") -> "RankSums":
        """The sums over both.

        >>> rank_sums(np.array([[1.0], [1]])).plus(rank_sums(np.array([[1.0, 1], [2, 2]])))
        RankSums(raters=3, sums=array([5.5, 3.5]), ties=6.0)
        """
        return RankSums(self.raters + other.raters, self.sums + other.sums, self.ties + other.ties)


def rank_sums(ratings: Real) -> RankSums:
    """The sums over those who rated every object.

    >>> rank_sums(np.array([[1.0, 1, np.nan], [1, 2, 2]]))
    RankSums(raters=2, sums=array([3.5, 2.5]), ties=6.0)
    """
    complete = ratings[:, np.isfinite(ratings).all(axis=0)]
    if not complete.size:
        return RankSums(complete.shape[1], np.zeros(len(complete)), 0.0)
    ranks = rank(complete.T)
    # of t alike, each adds t² - 1 to t³ - t
    alike = sum(float(((ranks == column[:, np.newaxis]).sum(axis=1) ** 2 - 1).sum()) for column in ranks.T)
    return RankSums(complete.shape[1], ranks.sum(axis=0), alike)


def concordance(found: RankSums) -> Concordance:
    """Kendall's W from sums."""
    raters, objects = found.raters, len(found.sums)
    if objects < 2 or raters < 2:
        return Concordance(np.nan, np.nan, np.nan, raters, objects, np.nan)
    spread = float(((found.sums - found.sums.mean()) ** 2).sum())
    most = raters**2 * (objects**3 - objects)
    w = float(divide(np.array(12 * spread), np.array(most - raters * found.ties)))
    chi2 = raters * (objects - 1) * w
    p = float(stats.chi2.sf(chi2, objects - 1))
    return Concordance(w, chi2, p, raters, objects, 12 * spread / most)


class Correlation(NamedTuple):
    """An intraclass correlation: itself, its F test and its 95 % interval."""

    value: float
    f: float
    df1: float
    df2: float
    p: float
    low: float
    high: float


def intraclass_correlations(ratings: Real) -> dict[str, Correlation] | None:
    """The six correlations of Shrout and Fleiss (1979) by the names `1_1`, `1_k`, `2_1` … `3_k`; may be negative.

    2_1 and 2_k are two-way random with absolute agreement: how reliable one rater is, and the panel's mean. Limits
    after McGraw and Wong (1996). None with fewer than two complete raters or objects, or without variation.

    >>> found = intraclass_correlations(np.array([[1.0, 2], [3, 4], [5, 5]]))
    >>> round(found["2_1"].value, 4), round(found["2_k"].value, 4)
    (0.9, 0.9474)
    """
    complete = ratings[:, np.isfinite(ratings).all(axis=0)]
    n, k = complete.shape
    if n < 2 or k < 2 or not complete.var():
        return None
    middle, rows, columns = complete.mean(), complete.mean(axis=1), complete.mean(axis=0)
    msr = k * float(((rows - middle) ** 2).sum()) / (n - 1)
    msc = n * float(((columns - middle) ** 2).sum()) / (k - 1)
    within = float(((complete - rows[:, np.newaxis]) ** 2).sum())
    msw = within / (n * (k - 1))
    mse = float(((complete - rows[:, np.newaxis] - columns + middle) ** 2).sum()) / ((n - 1) * (k - 1))
    found: dict[str, Correlation] = {}
    for model, error, df2 in (("1", msw, n * (k - 1)), ("3", mse, (n - 1) * (k - 1))):
        f = _ratio(msr, error)
        f_low, f_high = f / float(stats.f.ppf(0.975, n - 1, df2)), f * float(stats.f.ppf(0.975, df2, n - 1))
        p = float(stats.f.sf(f, n - 1, df2))
        single, low, high = ((x - 1) / (x + k - 1) if np.isfinite(x) else 1.0 for x in (f, f_low, f_high))
        found[f"{model}_1"] = Correlation(single, f, n - 1, df2, p, low, high)
        mean, low, high = (float(1 - 1 / x) if x else float("-inf") for x in (f, f_low, f_high))
        found[f"{model}_k"] = Correlation(mean, f, n - 1, df2, p, low, high)
    found["2_1"] = _absolute(msr, msc, mse, n, k, of_mean=False)
    found["2_k"] = _absolute(msr, msc, mse, n, k, of_mean=True)
    return found


def _absolute(msr: float, msc: float, mse: float, n: int, k: int, *, of_mean: bool) -> Correlation:
    raters = 1 if of_mean else k
    value = (msr - mse) / (msr + (raters - 1) * mse + raters * (msc - mse) / n)
    f = _ratio(msr, mse)
    # Satterthwaite's degrees of freedom, McGraw and Wong 1996, table 7
    a = k * value / (n * (1 - value)) if value < 1 else np.inf
    b = 1 + k * value * (n - 1) / (n * (1 - value)) if value < 1 else np.inf
    if not np.isfinite(a):
        return Correlation(value, f, n - 1, (n - 1) * (k - 1), 0.0, 1.0, 1.0)
    parts = (a * msc) ** 2 / (k - 1) + (b * mse) ** 2 / ((n - 1) * (k - 1))
    df2 = (a * msc + b * mse) ** 2 / parts
    f_low, f_high = stats.f.ppf(0.975, n - 1, df2), stats.f.ppf(0.975, df2, n - 1)
    rest = (msc - mse) if of_mean else k * msc + (k * n - k - n) * mse
    low = n * (msr - f_low * mse) / (f_low * rest + n * msr)
    high = n * (f_high * msr - mse) / (rest + n * f_high * msr)
    return Correlation(value, f, n - 1, float(df2), float(stats.f.sf(f, n - 1, df2)), float(low), float(high))


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else float("inf")
