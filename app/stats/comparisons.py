"""Worth from comparisons instead of ratings: pairs, rankings, best and worst (methods.md section 11)."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from app.stats.edge import Real, divide

PRIOR = 0.1
NEWTON_STEPS = 60
STEP = 1e-5


class Worth(NamedTuple):
    """What items are worth: log-odds with mean 0, shares that sum to 1, errors against the first item.

    `has_prior` says that the comparisons alone had no finite answer, so every pair compared got a tenth of a win
    each way. `ties` are the tie parameters of rankings, for ties of 2, 3, … items.
    """

    ability: Real
    worth: Real
    standard_error: Real
    log_likelihood: float
    has_prior: bool
    ties: Real


def bradley_terry(wins: Real) -> Worth | None:
    """The model of Bradley and Terry (1952) by maximum likelihood; `wins[a, b]` is how often a beat b, ties as halves.

    None without a comparison or with one item.

    >>> found = bradley_terry(np.array([[0.0, 3.0], [1.0, 0.0]]))
    >>> round(float(found.ability[0] - found.ability[1]), 4), found.has_prior
    (1.0986, False)
    """
    items = len(wins)
    if wins.shape != (items, items) or (wins < 0).any() or not np.isfinite(wins).all():
        raise ValueError("wins is a square matrix of counts")
    played = wins + wins.T
    if items < 2 or not played.sum():
        return None
    has_prior = not _is_connected(wins)
    won = wins + PRIOR * (played > 0) if has_prior else wins.astype(np.float64)
    if has_prior and not _is_connected(won):
        # parts that never met: every pair gets the prior
        won = wins + PRIOR * (1 - np.eye(items))
    played = won + won.T
    ability = np.zeros(items)
    for _ in range(NEWTON_STEPS):
        chance = 1 / (1 + np.exp(ability - ability[:, np.newaxis]))
        gradient = (won - played * chance).sum(axis=1)
        information = _information(played * chance * (1 - chance))
        step = np.zeros(items)
        step[1:] = np.linalg.solve(information[1:, 1:], gradient[1:])
        ability = ability + step
    chance = 1 / (1 + np.exp(ability - ability[:, np.newaxis]))
    information = _information(played * chance * (1 - chance))
    error = np.zeros(items)
    error[1:] = np.sqrt(np.diag(np.linalg.inv(information[1:, 1:])))
    likelihood = float((won * np.log(np.where(won > 0, chance, 1))).sum())
    return _worth(ability, error, likelihood, has_prior, np.array([]))


def deviance(wins: Real, found: Worth) -> float:
    """How far a Bradley-Terry fit is from the comparisons themselves, at least 0.

    >>> wins = np.array([[0.0, 3.0], [1.0, 0.0]])
    >>> round(deviance(wins, bradley_terry(wins)), 6)
    0.0
    """
    share = np.where(wins > 0, divide(wins, wins + wins.T), 1)
    return 2 * (float((wins * np.log(share)).sum()) - found.log_likelihood)


def _information(weights: Real) -> Real:
    return np.diag(weights.sum(axis=1)) - weights


def _is_connected(wins: Real) -> bool:
    """Whether everybody beat everybody, directly or through others: only then is there a finite answer."""
    graph = sparse.csr_array((wins > 0).astype(np.int8))
    parts, _ = sparse.csgraph.connected_components(graph, directed=True, connection="strong")
    return int(parts) == 1


def plackett_luce(rankings: NDArray[np.int64]) -> Worth | None:
    """The model of Plackett (1975) and Luce (1959) for rankings that may be partial and have ties.

    `rankings` has shape (rankings, items): 1 is best, 0 not ranked, equal numbers a tie. Ties follow Davidson and
    Luce (Turner et al., Comput. Stat. 35, 2020). None without a choice. Raises ValueError when rankings have no
    finite answer because some items always come before the others.

    >>> found = plackett_luce(np.array([[1, 2], [1, 2], [2, 1]]))
    >>> found.worth.round(4).tolist()
    [0.6667, 0.3333]
    """
    choices = [choice for row in rankings for choice in _choices(row)]
    if not choices:
        return None
    items = rankings.shape[1]
    before = np.zeros((items, items))
    for chosen, rest in choices:
        before[np.ix_(chosen, rest)] += 1
    if not _is_connected(before):
        raise ValueError("rankings do not compare all items both ways")
    most = max(len(chosen) for chosen, _ in choices)
    sizes = sorted({len(chosen) for chosen, _ in choices} - {1})

    def objective(parameters: Real) -> tuple[float, Real]:
        return _plackett_luce_loss(parameters, choices, items, most, sizes)

    start = np.zeros(items - 1 + len(sizes))
    settled: Any = optimize.minimize(objective, start, jac=True, method="BFGS", options={"gtol": 1e-9})  # pyright: ignore[reportUnknownVariableType] -- SciPy's types are partial
    parameters: Real = np.asarray(settled.x, dtype=np.float64)
    curvature = _curvature(objective, parameters)
    for _ in range(2):
        parameters = parameters - np.linalg.solve(curvature, objective(parameters)[1])
        curvature = _curvature(objective, parameters)
    error = np.zeros(items)
    error[1:] = np.sqrt(np.diag(np.linalg.inv(curvature)))[: items - 1]
    ability = np.concatenate([[0.0], parameters[: items - 1]])
    return _worth(ability, error, -objective(parameters)[0], has_prior=False, ties=np.exp(parameters[items - 1 :]))


Choice = tuple[NDArray[np.int64], NDArray[np.int64]]


def _choices(row: NDArray[np.int64]) -> list[Choice]:
    """Who was chosen first, next, … each with those left behind; the last group left is no choice."""
    places = sorted(set(row[row > 0].tolist()))
    return [
        (np.flatnonzero(row == place), np.flatnonzero(row > place))
        for place, _ in pairwise([*places, 0])
        if (row > place).any()
    ]


def _plackett_luce_loss(
    parameters: Real, choices: list[Choice], items: int, most: int, sizes: list[int]
) -> tuple[float, Real]:
    """Minus the log-likelihood and its gradient by log-worth (the first item's is 0) and log tie parameters."""
    ability = np.concatenate([[0.0], parameters[: items - 1]])
    ties = {1: 0.0} | dict(zip(sizes, parameters[items - 1 :], strict=True))
    loss, slope = 0.0, np.zeros(items)
    tie_slope = dict.fromkeys(ties, 0.0)
    for chosen, rest in choices:
        left = np.concatenate([chosen, rest])
        terms: dict[int, float] = {}
        slopes: dict[int, Real] = {}
        for size, tie in ties.items():
            if size <= min(len(left), most):
                value, by_item = _elementary(np.exp(ability[left] / size), size)
                terms[size], slopes[size] = np.exp(tie) * value, np.exp(tie) * by_item / size
        whole = sum(terms.values())
        loss += float(np.log(whole)) - ties[len(chosen)] - float(ability[chosen].mean())
        slope[left] += sum(slopes.values()) / whole
        slope[chosen] -= 1 / len(chosen)
        for size, term in terms.items():
            tie_slope[size] += term / whole
        tie_slope[len(chosen)] -= 1
    return loss, np.concatenate([slope[1:], [tie_slope[size] for size in sizes]])


def _elementary(values: Real, size: int) -> tuple[float, Real]:
    """The sum of products of all subsets of a size, and of those that hold each value."""

    def sums(some: Real) -> Real:
        found = np.zeros(size + 1)
        found[0] = 1
        for value in some:
            found[1:] = found[1:] + value * found[:-1]
        return found

    with_each = [values[place] * sums(np.delete(values, place))[size - 1] for place in range(len(values))]
    return float(sums(values)[size]), np.array(with_each)


def _curvature(objective: Callable[[Real], tuple[float, Real]], parameters: Real) -> Real:
    rows: list[Real] = []
    for place in range(len(parameters)):
        aside = np.zeros_like(parameters)
        aside[place] = STEP
        rows.append((objective(parameters + aside)[1] - objective(parameters - aside)[1]) / (2 * STEP))
    found = np.array(rows)
    return (found + found.T) / 2


def _worth(ability: Real, error: Real, likelihood: float, has_prior: bool, ties: Real) -> Worth:
    share = np.exp(ability - ability.max())
    return Worth(ability - ability.mean(), share / share.sum(), error, likelihood, has_prior, ties)


class BestWorst(NamedTuple):
    """How often items were called best and worst; each of shape `(items,)`.

    `standardised` is (best - worst) / times shown, -1 to 1. `ratio` is sqrt(best / worst), with half a call added
    to both where nobody called it worst (`is_adjusted`); `relative` is the ratio over the largest.
    """

    best: Real
    worst: Real
    difference: Real
    standardised: Real
    ratio: Real
    relative: Real
    is_adjusted: NDArray[np.bool_]


def best_worst(best: Real, worst: Real, shown: Real) -> BestWorst:
    """Best-worst scores from counts (Marley and Louviere, J. Math. Psychol. 49, 2005); `shown` counts presentations.

    Undefined (nan) for an item never shown.

    >>> found = best_worst(np.array([3.0, 0.0]), np.array([1.0, 2.0]), np.array([4.0, 4.0]))
    >>> found.difference.tolist(), found.standardised.tolist()
    ([2.0, -2.0], [0.5, -0.5])
    """
    if (best < 0).any() or (worst < 0).any() or (best + worst > shown).any():
        raise ValueError("best and worst are counts within those shown")
    is_adjusted = (worst == 0) & (shown > 0)
    ratio = np.sqrt(np.where(is_adjusted, (best + 0.5) / 0.5, divide(best, worst)))
    largest = np.nanmax(ratio) if np.isfinite(ratio).any() else np.nan
    return BestWorst(best, worst, best - worst, divide(best - worst, shown), ratio, ratio / largest, is_adjusted)
