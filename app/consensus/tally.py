"""The counts that findings rest on: how often each point was given, by helix and region, and who moved. No people."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.consensus.panel import Asked, Panel, carry_forward, last_asked
from app.stats.bootstrap import Draws, draw_counts
from app.stats.edge import Real
from app.stats.histogram import MISSING, count_pairs, count_ratings
from app.stats.weighting import balance


@dataclass(frozen=True)
class Tally:
    """What a round counted.

    `counts` has shape (initiatives, criteria, helices, regions, levels), `looked_at` (initiatives, helices): how many
    were asked at all. `answered` (helices, regions) are the people of the round itself. `numbers` names the round each
    initiative was last asked in. `pairs` (initiatives, criteria, levels, levels) joins the answers of those who
    answered in the round `pairs_from` too, `earlier` (initiatives, criteria) is how many answered then, and `once`
    (initiatives, criteria, helices and regions, 2) how many only then and only now; None in a first round. A region
    without a name holds those who named none.
    """

    low: int
    high: int
    round: int
    initiatives: tuple[str, ...]
    criteria: tuple[str, ...]
    helices: tuple[str, ...]
    regions: tuple[str, ...]
    counts: Real
    looked_at: Real
    answered: Real
    numbers: tuple[int, ...]
    pairs_from: int | None = None
    pairs: Real | None = None
    earlier: Real | None = None
    once: Real | None = None

    @property
    def by_helix(self) -> Real:
        """Histograms of shape (initiatives, criteria, helices, levels)."""
        return self.counts.sum(axis=3)

    @property
    def by_region(self) -> Real:
        """Histograms of shape (initiatives, criteria, regions, levels)."""
        return self.counts.sum(axis=2)


def tally_panel(panel: Panel, helices: Sequence[str], asked: Asked) -> Tally:
    """Count a panel's last round over the helices the survey asks for, present or not.

    What that round did not ask about keeps the answers of the round that last did.
    """
    carried = carry_forward(panel, asked)
    regions = tuple(sorted(set(panel.regions), key=lambda name: (not name, name)))
    of_helix, of_region = np.array(panel.helices), np.array(panel.regions)
    places = [[(of_helix == helix) & (of_region == region) for region in regions] for helix in helices]
    ratings, looked_at = carried.ratings[-1], carried.looked_at[-1]
    counts = np.stack(
        [np.stack([count_ratings(ratings[cell], panel.low, panel.high) for cell in row], axis=-2) for row in places],
        axis=-3,
    )
    answering = panel.took_part[-1]
    pairs, earlier = _pairs(panel)
    groups = [*(of_helix == helix for helix in helices), *(of_region == region for region in regions)]
    return Tally(
        low=panel.low,
        high=panel.high,
        round=panel.rounds[-1],
        initiatives=panel.initiatives,
        criteria=panel.criteria,
        helices=tuple(helices),
        regions=regions,
        counts=counts,
        looked_at=np.stack([looked_at[of_helix == helix].sum(axis=0) for helix in helices], axis=-1).astype(float),
        answered=np.array([[float((cell & answering).sum()) for cell in row] for row in places]),
        numbers=tuple(last_asked(panel, asked)),
        pairs_from=panel.rounds[-2] if pairs is not None else None,
        pairs=pairs,
        earlier=earlier,
        once=_once(panel, groups) if pairs is not None else None,
    )


def _pairs(panel: Panel) -> tuple[Real | None, Real | None]:
    if len(panel.rounds) < 2:
        return None, None
    before, now = panel.ratings[-2], panel.ratings[-1]
    pairs = count_pairs(before, now, panel.low, panel.high)
    return pairs, count_ratings(before, panel.low, panel.high).sum(axis=-1)


def _once(panel: Panel, groups: Sequence[NDArray[np.bool_]]) -> Real:
    before, now = (layer != MISSING for layer in panel.ratings[-2:])
    only = np.stack([before & ~now, now & ~before], axis=-1)
    return np.stack([only[group].sum(axis=0) for group in groups], axis=-2).astype(float)


def draw_tally(tally: Tally, *, seed: int, draws: int) -> Draws:
    """Re-samples from counts alone, for whoever has no answers: each initiative and criterion drawn by itself.

    Between initiatives nothing is known of who gave which two answers, so ranks come out a little wider than from
    whole respondents.
    """
    return Draws(balance(draw_counts(tally.by_helix, draws=draws, seed=seed), tally.low).mean, seed)
