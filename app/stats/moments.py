"""What the means of a group vary with, from sums over its people: no more is held for more people (decision 50)."""

from typing import NamedTuple

import numpy as np

from app.stats.edge import Real, divide


class Moments(NamedTuple):
    """Sums over the people of a group, of `n` columns: what they said, whether they said it, and the products of both.

    `values` and `heard` have shape (n,), the others (n, n); `mixed` joins a value in the row with being heard in the
    column.
    """

    people: int
    values: Real
    heard: Real
    products: Real
    mixed: Real
    together: Real

    def plus(self, other: "Moments") -> "Moments":
        """The sums over both."""
        return Moments(
            self.people + other.people,
            self.values + other.values,
            self.heard + other.heard,
            self.products + other.products,
            self.mixed + other.mixed,
            self.together + other.together,
        )

    def covariance(self) -> Real:
        """How the means of those heard vary together when the group is drawn again; undefined where nobody was."""
        means = divide(self.values, self.heard)
        spread = self.products - self.mixed * means - (self.mixed * means).T + self.together * np.outer(means, means)
        return divide(spread, np.outer(self.heard, self.heard))

    def draw(self, draws: int, rng: np.random.Generator) -> Real:
        """Means of the group as if drawn again, (draws, n); undefined where nobody was heard."""
        means = divide(self.values, self.heard)
        known = np.isfinite(means)
        found = np.full((draws, len(means)), np.nan)
        values, vectors = np.linalg.eigh(self.covariance()[np.ix_(known, known)])
        # libraries choose signs as they like: the largest entry is positive
        largest = np.take_along_axis(vectors, np.argmax(np.abs(vectors), axis=0)[np.newaxis], axis=0)
        root = vectors * np.where(largest < 0, -1, 1) * np.sqrt(np.maximum(values, 0))
        found[:, known] = means[known] + rng.standard_normal((draws, int(known.sum()))) @ root.T
        return found


def moments_of(ratings: Real) -> Moments:
    """The sums of ratings (people, n), nan where nothing was said.

    >>> found = moments_of(np.array([[1.0], [3.0], [np.nan]]))
    >>> found.people, found.heard.tolist(), found.covariance().tolist()
    (3, [2.0], [[0.5]])
    """
    said = np.isfinite(ratings)
    values, heard = np.where(said, ratings, 0.0), said.astype(np.float64)
    return Moments(
        len(ratings), values.sum(axis=0), heard.sum(axis=0), values.T @ values, values.T @ heard, heard.T @ heard
    )
