"""Who thinks alike across statements (methods.md section 12; Small et al., Recerca 26, 2021).

Votes are 1 agree, 0 pass, -1 disagree, nan not seen; shape `(people, statements)`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from app.stats.edge import Real, count_from, divide

ENOUGH_VOTES, LEAST_PEOPLE = 7, 15
FEWEST_TO_GROUP = 8
MOST_GROUPS, PEOPLE_PER_GROUP = 5, 12
STARTS = 400
WORTH_A_CHANGE = 0.02
CLEAR = 0.25


class Space(NamedTuple):
    """Opinions in two dimensions.

    `means` (statements,) and `components` (2, statements) describe the space, `variance` (2,) what each dimension
    explains, `places` (people, 2) where people stand; `extremity` (statements,) how far one agreement moves.
    """

    means: Real
    components: Real
    variance: Real
    places: Real
    extremity: Real


def active(votes: Real) -> NDArray[np.bool_]:
    """Who has voted enough to take part: on seven statements (or all), at least the fifteen most active.

    >>> active(np.array([[1.0, 1.0], [1.0, np.nan]])).tolist()
    [True, True]
    """
    cast = np.isfinite(votes).sum(axis=1)
    found = cast >= min(ENOUGH_VOTES, votes.shape[1])
    if found.sum() < LEAST_PEOPLE:
        most = np.argsort(-cast, kind="stable")[:LEAST_PEOPLE]
        found[most] = cast[most] > 0
    return found


def opinion_space(votes: Real) -> Space | None:
    """The two main directions of opinion; what was not seen counts as the statement's mean, projections do not use it.

    None with fewer than two people or statements.

    >>> space = opinion_space(np.array([[1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, 1.0]]))
    >>> space.places[:, 0].round(3).tolist()
    [1.414, 1.414, -1.414, -1.414]
    """
    people, statements = votes.shape
    if people < 2 or statements < 2:
        return None
    seen = np.isfinite(votes)
    means = np.nan_to_num(divide(np.where(seen, votes, 0).sum(axis=0), seen.sum(axis=0).astype(np.float64)))
    away = np.where(seen, votes - means, 0)
    centred = away - away.mean(axis=0)
    _, lengths, directions = np.linalg.svd(centred, full_matrices=False)
    components = directions[:2]
    largest = np.argmax(np.abs(components), axis=1)
    components = components * np.sign(components[[0, 1], largest])[:, np.newaxis]
    cast = seen.sum(axis=1).astype(np.float64)
    scale = np.sqrt(np.nan_to_num(divide(np.full_like(cast, statements), cast)))
    one_vote = np.sqrt(statements) * (1 - means) * components
    return Space(
        means,
        components,
        lengths[:2] ** 2 / (people - 1),
        away @ components.T * scale[:, np.newaxis],
        np.sqrt((one_vote**2).sum(axis=0)),
    )


class Grouping(NamedTuple):
    """People in groups, the largest first: `labels` (people,); `silhouette` is None for a single group.

    `is_clear` is False when the silhouette is under 0.25. `by_k` holds inertia and silhouette of every k tried.
    """

    labels: NDArray[np.int64]
    groups: int
    silhouette: float | None
    is_clear: bool
    by_k: dict[int, tuple[float, float]]


def opinion_groups(places: Real, *, seed: int, before: int | None = None) -> Grouping:
    """Group people by where they stand: k-means with the k of the best mean silhouette.

    `before` is the number of groups shown last time; it stays unless another is better by 0.02. Fewer than eight
    people, or all in one place, are one group.

    >>> places = np.array([[x, 0.0] for x in (0, 1, 2, 3, 20, 21, 22, 23, 24)])
    >>> opinion_groups(places, seed=1).labels.tolist()
    [1, 1, 1, 1, 0, 0, 0, 0, 0]
    """
    people = len(places)
    distinct = len(np.unique(places.round(9), axis=0))
    if people < FEWEST_TO_GROUP or distinct < 2:
        return Grouping(np.zeros(people, dtype=np.int64), 1, None, False, {})
    tried: dict[int, tuple[float, float, NDArray[np.int64]]] = {}
    distances = np.asarray(cdist(places, places), dtype=np.float64)
    for k in range(2, min(MOST_GROUPS, 2 + people // PEOPLE_PER_GROUP, distinct) + 1):
        inertia, labels = _k_means(places, k, seed)
        tried[k] = inertia, _silhouette(distances, labels), labels
    best = max(tried, key=lambda k: tried[k][1])
    if before in tried and tried[best][1] < tried[before][1] + WORTH_A_CHANGE:
        best = before
    _, silhouette, labels = tried[best]
    return Grouping(
        _by_size(labels), best, silhouette, silhouette >= CLEAR, {k: (found[0], found[1]) for k, found in tried.items()}
    )


def _k_means(places: Real, k: int, seed: int) -> tuple[float, NDArray[np.int64]]:
    """Lloyd's algorithm from many starts at once; the best inertia with every group filled."""
    centres = places[_starts(places, k, np.random.default_rng(seed))]
    labels = np.full((STARTS, len(places)), -1)
    while ((moved := _nearest(places, centres)) != labels).any():
        labels = moved
        member = (labels[..., np.newaxis] == np.arange(k)).astype(np.float64)
        sizes = member.sum(axis=1)[..., np.newaxis]
        centres = np.where(sizes > 0, np.nan_to_num(divide(member.transpose(0, 2, 1) @ places, sizes)), centres)
    inertia = ((places - np.take_along_axis(centres, labels[..., np.newaxis], axis=1)) ** 2).sum(axis=(1, 2))
    filled = np.array([len(np.unique(row)) == k for row in labels])
    best = int(np.argmin(np.where(filled, inertia.round(12), np.inf)))
    return float(inertia[best]), labels[best]


def _nearest(places: Real, centres: Real) -> NDArray[np.int64]:
    return ((places[:, np.newaxis] - centres[:, np.newaxis]) ** 2).sum(axis=-1).argmin(axis=-1).astype(np.int64)


def _starts(places: Real, k: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Places to start from, shape (starts, k): each drawn the likelier the farther from those before (k-means++)."""
    squares = cdist(places, places, "sqeuclidean")
    chosen = [rng.integers(len(places), size=STARTS)]
    nearest = squares[chosen[0]]
    while len(chosen) < k:
        reached = np.cumsum(nearest, axis=1)
        drawn = (reached < rng.random((STARTS, 1)) * reached[:, [-1]]).sum(axis=1)
        chosen.append(np.minimum(drawn, len(places) - 1))
        nearest = np.minimum(nearest, squares[chosen[-1]])
    return np.stack(chosen, axis=1)


def _silhouette(distances: Real, labels: NDArray[np.int64]) -> float:
    member: NDArray[np.bool_] = labels[:, np.newaxis] == count_from(0, int(labels.max()) + 1)
    sizes: Real = member.sum(axis=0).astype(np.float64)
    mean: Real = distances @ member / sizes
    own = np.where(
        sizes[labels] > 1, mean[np.arange(len(labels)), labels] * sizes[labels] / np.maximum(sizes[labels] - 1, 1), 0
    )
    other = np.where(member, np.inf, mean).min(axis=1)
    found = divide(other - own, np.maximum(own, other))
    return float(np.where(sizes[labels] > 1, np.nan_to_num(found), 0).mean())


def _by_size(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    # groups of one size by whoever comes first: the numbers k-means gives are accidental
    groups = range(int(labels.max()) + 1)
    sizes = np.bincount(labels).tolist()
    order = np.array(sorted(groups, key=lambda group: (-sizes[group], int(np.argmax(labels == group)))))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return place[labels].astype(np.int64)
