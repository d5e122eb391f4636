"""What a ranking under any weights rests on: balanced means, and how they vary together. Pure.

The re-samples themselves are not kept: their seed is published, so whoever had them could solve for what every single
person said. Means and their covariance are figures of groups, and give the same ranges for any weights (decision 29).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from app.consensus.overall import hidden_line
from app.consensus.points import Points, asked_weights
from app.stats.acceptability import Acceptability, acceptability
from app.stats.bootstrap import Draws, in_shortlist_shares, rank_uncertainty, same_shortlist_share, standard_errors
from app.stats.edge import Real, as_value, as_values, count_from, settle
from app.stats.ranking import confidence_sets, normal_draws
from app.stats.scoring import composite, normalise, rank
from app.stats.turning import first

SHOWN_DRAWS, KEPT_DRAWS, WEIGHT_DRAWS = 2000, 20_000, 10_000
"""For weights tried on a page, for those fixed with the survey, and of weights nobody knows."""
FEWEST_DRAWS, MANY = 400, 50
"""Ranks are compared in pairs, so from many initiatives on a page draws fewer, and says how many."""
Z95 = 1.959963984540054
SAME = 1e-9

Findings = Mapping[str, Any]


@dataclass(frozen=True)
class Basis:
    """The content of a `RankBasis`, as arrays: `means` (initiatives, criteria), `covariance` over both, flat."""

    content: Mapping[str, Any]

    @cached_property
    def means(self) -> Real:
        """Balanced means over what may be shown; nan where nobody rated."""
        return np.array([[np.nan if one is None else one for one in row] for row in self.content["means"]], np.float64)

    @cached_property
    def covariance(self) -> Real:
        """The covariance of the means in re-samples, shape (initiatives * criteria,) twice."""
        rows: list[list[float]] = self.content["covariance"]
        square = np.zeros((len(rows), len(rows)))
        for place, row in enumerate(rows):
            square[place, : place + 1] = square[: place + 1, place] = row
        return square

    @property
    def asked(self) -> Mapping[str, Any] | None:
        """What stakeholders said of the criteria's weights; None where the survey did not ask."""
        return self.content["asked"]

    @property
    def unknown(self) -> Mapping[str, Any] | None:
        """What holds whatever the weights are; None with a single criterion or initiative."""
        return self.content["unknown"]


class Ranked(NamedTuple):
    """An order under weights: a line for each initiative as in the findings, with `rank_set`.

    `probability` is the chance of each rank by initiative, of those that have one; `same_share` in how many re-samples
    the first `k` are these `members`, None where all are among them. `draws` is how many there were.
    """

    lines: list[dict[str, Any]]
    probability: dict[str, list[float]]
    k: int
    members: list[str]
    same_share: float | None
    weights: dict[str, float]
    draws: int
    is_fixed: bool

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The lines that may be shown, by rank; ties in the order of their codes."""
        return sorted((line for line in self.lines if line["rank"] is not None), key=lambda line: line["rank"])


def make_basis(
    findings: Findings, draws: Draws, points: Points | None, before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What to keep of a round: its balanced means as shown, and the covariance of their re-samples.

    `points` are what stakeholders gave the criteria, None where they were not asked; `before` the weights shown last.
    """
    initiatives = [line["initiative"] for line in findings["overall"]]
    weights = normalise(findings["weights"], findings["criteria"])
    means = shown_means(findings)
    # where nobody of an initiative's raters was drawn, its mean says nothing new
    filled = np.where(np.isfinite(draws.means), draws.means, np.nan_to_num(means))
    flat = filled.reshape(len(filled), -1)
    covariance = np.atleast_2d(np.cov(flat, rowvar=False))
    shown = [row for row, line in enumerate(findings["overall"]) if not line["suppressed"]]
    resampled = composite(filled[:, shown], weights)
    within = np.atleast_2d(np.cov(resampled, rowvar=False)) if shown else np.zeros((0, 0))
    sets = confidence_sets(composite(means[shown], weights), within, draws=KEPT_DRAWS, seed=findings["seed"])
    chances: list[list[float]] = rank_uncertainty(resampled).probability.tolist() if shown else []
    return settle(
        {
            "initiatives": initiatives,
            "criteria": list(findings["criteria"]),
            "means": [as_values(row) for row in means],
            "covariance": [row[: place + 1].tolist() for place, row in enumerate(covariance)],
            "probability": {initiatives[row]: chance for row, chance in zip(shown, chances, strict=True)},
            "rank_sets": {
                initiatives[row]: [int(low), int(high)]
                for row, low, high in zip(shown, sets.low, sets.high, strict=True)
            },
            "asked": None if points is None else asked_weights(points, findings, before),
            "unknown": unknown_weights(findings, [initiatives[row] for row in shown], means[shown], weights),
        }
    )


def shown_means(findings: Findings) -> Real:
    """The balanced means of findings, (initiatives, criteria); nan where they may not be shown."""
    columns = [[line["balanced_mean"] for line in findings["items"][name]] for name in findings["criteria"]]
    return np.array([[np.nan if one is None else one for one in column] for column in columns], np.float64).T


def hidden_helices(findings: Findings) -> list[str]:
    """The helices that are hidden beside a figure that is shown."""
    lines = [line for items in findings["items"].values() for line in items if not line["suppressed"]]
    return [name for name in findings["helices"] if any(line["by_helix"][name]["suppressed"] for line in lines)]


def unknown_weights(findings: Findings, names: Sequence[str], means: Real, weights: Real) -> dict[str, Any] | None:
    """SMAA-2 over what may be shown: any weights, and any in the order of those fixed with the survey."""
    counted = np.flatnonzero(np.isfinite(means).all(axis=0)) if names else np.empty(0, np.int64)
    if len(names) < 2 or len(counted) < 2:
        return None
    low, high = findings["scale"]["low"], findings["scale"]["high"]
    values = (means[:, counted] - low) / (high - low)
    order = np.argsort(-weights[counted], kind="stable")
    criteria = [findings["criteria"][place] for place in counted]
    k, seed = findings["shortlist"]["k"], findings["seed"]
    free = acceptability(values, draws=WEIGHT_DRAWS, seed=seed)
    ordered = acceptability(values[:, order], ordered=True, draws=WEIGHT_DRAWS, seed=seed)
    return {
        "criteria": criteria,
        "order": [criteria[place] for place in order],
        "draws": free.draws,
        "any": _acceptable(free, names, k),
        "ordered": _acceptable(ordered, names, k),
        "central": {
            name: dict(zip(criteria, as_values(row), strict=True)) if np.isfinite(row).all() else None
            for name, row in zip(names, free.central, strict=True)
        },
    }


def _acceptable(found: Acceptability, names: Sequence[str], k: int) -> dict[str, Any]:
    expected = found.ranks @ count_from(1, len(names))
    return {
        name: {"first": float(row[0]), "topk": float(row[:k].sum()), "expected": float(rank)}
        for name, row, rank in zip(names, found.ranks, expected, strict=True)
    }


def rank_under(findings: Findings, basis: Basis, weights: Mapping[str, float]) -> Ranked:
    """The order under weights. Under those fixed with the survey, what was frozen; else from means and covariance.

    Raises ValueError for weights that cannot be.
    """
    criteria: list[str] = findings["criteria"]
    order = normalise(weights, criteria)
    named = dict(zip(criteria, order.tolist(), strict=True))
    if is_fixed(findings, weights):
        return _fixed(findings, basis, named)
    used = [name for name, weight in named.items() if weight > 0]
    rows = np.flatnonzero(np.isfinite(basis.means[:, order > 0]).all(axis=1))
    if not len(rows):
        return Ranked(
            [_without_rank(name) for name in basis.content["initiatives"]],
            {},
            0,
            [],
            None,
            named,
            SHOWN_DRAWS,
            is_fixed=False,
        )
    k = min(findings["shortlist"]["k"], len(rows))
    leading = max(used, key=lambda name: named[name])
    names: list[str] = basis.content["initiatives"]
    found: dict[str, dict[str, Any]] = {}
    draws = draws_for(len(rows))
    scores, within = _scores(basis, rows, order)
    resampled = scores + normal_draws(within, draws, findings["seed"])
    sets = confidence_sets(scores, within, draws=draws, seed=findings["seed"])
    chances = rank_uncertainty(resampled)
    topk, errors, places = in_shortlist_shares(resampled, k), standard_errors(resampled), rank(scores)
    low, high = findings["scale"]["low"], findings["scale"]["high"]
    for place, row in enumerate(rows):
        line = findings["items"][leading][row]
        limits = np.clip(scores[place] + Z95 * errors[place] * np.array([-1, 1]), low, high)
        found[names[row]] = {
            "initiative": names[row],
            "suppressed": False,
            "n": line["n"],
            "score": as_value(scores[place]),
            "score95": as_values(limits),
            "rank": as_value(places[place]),
            "rank50": as_values(chances.half[place]),
            "rank90": as_values(chances.nine_in_ten[place]),
            "topk": as_value(topk[place]),
            "verdict": line["verdict"],
            "standing": line["standing"],
            "rank_set": [int(sets.low[place]), int(sets.high[place])],
        }
    members = first(scores, k)
    is_open = 0 < k < len(rows)
    return Ranked(
        lines=settle([found.get(name) or _without_rank(name) for name in names]),
        probability=settle({names[row]: list(chance) for row, chance in zip(rows, chances.probability, strict=True)}),
        k=k,
        members=[names[rows[place]] for place in members],
        same_share=settle(same_shortlist_share(resampled, members)) if is_open else None,
        weights=named,
        draws=draws,
        is_fixed=False,
    )


def is_fixed(findings: Findings, weights: Mapping[str, float]) -> bool:
    """Whether these are the weights that were fixed with the survey."""
    criteria: list[str] = findings["criteria"]
    away = normalise(weights, criteria) - normalise(findings["weights"], criteria)
    return bool(np.abs(away).max() < SAME)


def draws_for(items: int) -> int:
    """How many times a page draws the ranks of so many initiatives.

    >>> draws_for(24), draws_for(100), draws_for(300)
    (2000, 500, 400)
    """
    return max(FEWEST_DRAWS, SHOWN_DRAWS * MANY**2 // max(items, MANY) ** 2)


def _without_rank(initiative: str) -> dict[str, Any]:
    return hidden_line(initiative) | {"rank_set": None}


def _scores(basis: Basis, rows: Any, order: Real) -> tuple[Real, Real]:
    """Scores of the rows and their covariance, which follows from that of the means."""
    items, criteria = basis.means.shape
    square = basis.covariance.reshape(items, criteria, items, criteria)
    within = np.einsum("icjd,c,d->ij", square[np.ix_(rows, range(criteria), rows, range(criteria))], order, order)
    return composite(basis.means[rows], order), within


def _fixed(findings: Findings, basis: Basis, named: dict[str, float]) -> Ranked:
    sets = basis.content["rank_sets"]
    shown = [line for line in findings["overall"] if not line["suppressed"]]
    k = min(findings["shortlist"]["k"], len(shown))
    members = [name for name in findings["shortlist"]["members"] if name in sets][:k]
    return Ranked(
        lines=[{**line, "rank_set": sets.get(line["initiative"])} for line in findings["overall"]],
        probability=basis.content["probability"],
        k=k,
        members=members,
        same_share=findings["shortlist"]["same_share"] if 0 < k < len(shown) else None,
        weights=named,
        draws=findings["draws"],
        is_fixed=True,
    )
