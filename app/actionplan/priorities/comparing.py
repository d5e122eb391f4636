"""Second opinions on an order: other weights, other ways of adding up, and what bridges the groups. Pure.

Everything here rests on figures that may be shown.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from app.consensus.basis import Basis, Findings, Ranked
from app.consensus.rules import weightiest
from app.stats.aggregation import (
    borda,
    closeness_to_ideal,
    outranking_flows,
    rank_agreement,
    rank_order_weights,
    weighted_sum,
)
from app.stats.chnri import research_priority
from app.stats.edge import Real, as_value, settle
from app.stats.histogram import bottom_box, top_box
from app.stats.scoring import composite, normalise, rank
from app.stats.statements import group_informed_consensus, smoothed_share
from app.stats.turning import Turn, holds_within, turning_points

METHODS = ("sum", "topsis", "promethee", "borda", "chnri")
WITHIN = 0.20
EDGE = 0.25
"""A rank shared by two at the edge of the first k counts as within."""


class Change(NamedTuple):
    """The smallest change of one weight, relative to it, that alters the first k; `share` is what it then is."""

    change: float
    share: float
    leaves: str
    enters: str


class Sensitivity(NamedTuple):
    """What would change the first k: by criterion growing and shrinking, the nearest of all, and what holds."""

    changes: dict[str, tuple[Change | None, Change | None]]
    nearest: tuple[str, Change] | None
    holds_together: bool
    holds_singly: bool


class Opinions(NamedTuple):
    """Ranks by method and initiative, the agreement of each two methods, and who is first by some of them only."""

    ranks: dict[str, dict[str, float | None]]
    agreement: dict[str, dict[str, float | None]]
    sensitive: list[str]


class Bridge(NamedTuple):
    """The product of all shown groups' smoothed shares high, its root of their number, and that number."""

    product: float
    root: float
    groups: int


class Weighting(NamedTuple):
    """One named set of weights, None where there is none, and the ranks it gives."""

    name: str
    weights: Mapping[str, float] | None
    ranks: dict[str, float | None]


def sensitivity(basis: Basis, ranked: Ranked) -> Sensitivity:
    """What would change the first k, exactly: for one weight alone, and for all within 20 % at once."""
    names, matrix, weights = _matrix(basis, ranked)
    k, criteria = ranked.k, [name for name, weight in ranked.weights.items() if weight > 0]
    if k >= len(names) or len(criteria) < 2:
        return Sensitivity({}, None, holds_together=True, holds_singly=True)

    def told(turn: Turn | None, weight: float) -> Change | None:
        if turn is None:
            return None
        grown = weight * (1 + turn.change)
        return Change(turn.change, grown / (1 + weight * turn.change), names[turn.leaves], names[turn.enters])

    changes = {
        criterion: (told(turns.growing, weight), told(turns.shrinking, weight))
        for criterion, weight, turns in zip(criteria, weights.tolist(), turning_points(matrix, weights, k), strict=True)
    }
    every = [(criterion, one) for criterion, both in changes.items() for one in both if one]
    nearest = min(every, default=None, key=lambda pair: abs(pair[1].change))
    return Sensitivity(
        changes,
        nearest,
        holds_together=holds_within(matrix, weights, k, WITHIN),
        holds_singly=nearest is None or abs(nearest[1].change) > WITHIN,
    )


def opinions(findings: Findings, basis: Basis, ranked: Ranked) -> Opinions:
    """The order by five ways of adding up. TOPSIS and PROMETHEE can turn ranks around when one is added."""
    names, matrix, weights = _matrix(basis, ranked)
    if not names:
        return Opinions({name: {} for name in METHODS}, {}, [])
    used = [name for name, weight in ranked.weights.items() if weight > 0]
    scores: dict[str, Real] = {
        "sum": weighted_sum(matrix, weights, findings["scale"]["low"], findings["scale"]["high"]),
        "topsis": closeness_to_ideal(matrix, weights),
        "promethee": outranking_flows(matrix, weights).net,
        "borda": borda(matrix, weights),
        "chnri": research_priority(_answers(findings, names, used), 1, weights).priority,
    }
    orders = {method: rank(scores[method]) for method in METHODS}
    counted = [order for order in orders.values() if np.isfinite(order).all()]
    held = [[bool(order[row] <= ranked.k + EDGE) for order in counted] for row in range(len(names))]
    return Opinions(
        ranks={
            method: {name: as_value(place) for name, place in zip(names, order, strict=True)}
            for method, order in orders.items()
        },
        agreement={
            one: {other: settle(as_value(rank_agreement(orders[one], orders[other]))) for other in METHODS}
            for one in METHODS
        },
        sensitive=[name for name, inside in zip(names, held, strict=True) if any(inside) and not all(inside)],
    )


def bridges(findings: Findings) -> dict[str, Bridge | None]:
    """What all groups share, by the weightiest criterion; None with fewer than two groups to show."""
    found: dict[str, Bridge | None] = {}
    low = findings["scale"]["low"]
    for line in findings["items"][weightiest(findings)]:
        cells = [cell for cell in line["by_helix"].values() if not cell["suppressed"]]
        if len(cells) < 2 or line["suppressed"]:
            found[line["initiative"]] = None
            continue
        high = [sum(cell["counts"][point - low] for point in findings["box"]) for cell in cells]
        shares = smoothed_share(
            np.array(high, np.float64)[:, np.newaxis],
            np.array([cell["n"] for cell in cells], np.float64)[:, np.newaxis],
        )
        product = float(group_informed_consensus(shares)[0])
        found[line["initiative"]] = settle_bridge(product, len(cells))
    return found


def settle_bridge(product: float, groups: int) -> Bridge:
    """A bridging score with the root that makes numbers of groups comparable."""
    return Bridge(settle(product), settle(product ** (1 / groups)), groups)


def five_weightings(findings: Findings, basis: Basis) -> list[Weighting]:
    """The ranks under equal weights, those fixed, their order alone, stakeholders', and any weights at all."""
    criteria: list[str] = findings["criteria"]
    fixed = dict(zip(criteria, normalise(findings["weights"], criteria).tolist(), strict=True))
    order = sorted(criteria, key=lambda name: -fixed[name])
    centroid = dict(zip(order, rank_order_weights(len(order)).tolist(), strict=True))
    asked = basis.asked["weights"] if basis.asked else None
    sets: list[tuple[str, Mapping[str, float] | None]] = [
        ("equal", dict.fromkeys(criteria, 1 / len(criteria))),
        ("fixed", fixed),
        ("order", {name: centroid[name] for name in criteria}),
        ("asked", asked),
    ]
    found = [Weighting(name, weights, _ranks(basis, weights) if weights else {}) for name, weights in sets]
    unknown: Mapping[str, Any] = basis.unknown["any"] if basis.unknown else {}
    expected = np.array([line["expected"] for line in unknown.values()], np.float64)
    places = rank(-expected) if len(expected) else expected
    by_chance = {name: as_value(place) for name, place in zip(unknown, places, strict=True)}
    return [*found, Weighting("unknown", None, by_chance)]


def moving(weightings: Sequence[Weighting], k: int) -> list[str]:
    """The initiatives that are among the first k under some of the weightings only."""
    used = [one.ranks for one in weightings if one.ranks]
    names = [name for name in (used[0] if used else {}) if all(ranks.get(name) is not None for ranks in used)]
    inside = {name: [(ranks[name] or 0) <= k + EDGE for ranks in used] for name in names}
    return [name for name, held in inside.items() if any(held) and not all(held)]


def _ranks(basis: Basis, weights: Mapping[str, float]) -> dict[str, float | None]:
    order = np.array([weights[name] for name in basis.content["criteria"]], np.float64)
    scores = composite(basis.means, order)
    return {name: as_value(place) for name, place in zip(basis.content["initiatives"], rank(scores), strict=True)}


def _matrix(basis: Basis, ranked: Ranked) -> tuple[list[str], Real, Real]:
    """The names of what has a rank, its means by the criteria that count, and their weights."""
    places = {name: row for row, name in enumerate(basis.content["initiatives"])}
    names = [line["initiative"] for line in ranked.lines if line["rank"] is not None]
    order = np.array([*ranked.weights.values()], np.float64)
    rows = basis.means[[places[name] for name in names]] if names else np.empty((0, len(order)))
    return names, rows[:, order > 0], order[order > 0]


def _answers(findings: Findings, names: Sequence[str], criteria: Sequence[str]) -> Real:
    """Histograms as no, undecided and yes by the boxes that count as low and high: ours, (items, criteria, 3)."""
    by_name = [{line["initiative"]: line["counts"] for line in findings["items"][one]} for one in criteria]
    counts = np.array([[column[name] for column in by_name] for name in names], np.float64)
    levels = counts.shape[-1]
    low, high = counts[..., bottom_box(levels)].sum(axis=-1), counts[..., top_box(levels)].sum(axis=-1)
    return np.stack([low, counts.sum(axis=-1) - low - high, high], axis=-1)
