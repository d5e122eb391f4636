"""The counts that findings rest on: how often each point was given, by helix and region, and who moved. No people."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from app.consensus.panel import Asked, Panel, Rated, add_up, carry_forward, count_moves, last_asked
from app.stats.bootstrap import Draws, draw_counts
from app.stats.edge import Real
from app.stats.histogram import MISSING, count_ratings
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


def tally_panel(panel: Rated, helices: Sequence[str], asked: Asked) -> Tally:
    """Count a panel's last round over the helices the survey asks for, present or not.

    What that round did not ask about keeps the answers of the round that last did.
    """
    regions = panel.region_names
    carried = panel.changed(partial(carry_forward, asked=asked))
    has_before = len(panel.rounds) > 1
    return Tally(
        low=panel.low,
        high=panel.high,
        round=panel.rounds[-1],
        initiatives=panel.initiatives,
        criteria=panel.criteria,
        helices=tuple(helices),
        regions=regions,
        counts=add_up(carried, partial(_counts, helices, regions)),
        looked_at=add_up(carried, partial(_looked_at, helices)),
        answered=add_up(panel, partial(_answered, helices, regions)),
        numbers=tuple(last_asked(panel, asked)),
        pairs_from=panel.rounds[-2] if has_before else None,
        pairs=count_moves(panel, len(panel.rounds) - 1) if has_before else None,
        earlier=add_up(panel, _earlier) if has_before else None,
        once=add_up(panel, partial(_once, helices, regions)) if has_before else None,
    )


def _counts(helices: Sequence[str], regions: Sequence[str], part: Panel) -> Real:
    return np.stack(
        [
            np.stack([count_ratings(part.ratings[-1][cell], part.low, part.high) for cell in row], axis=-2)
            for row in _cells(helices, regions, part)
        ],
        axis=-3,
    )


def _looked_at(helices: Sequence[str], part: Panel) -> Real:
    of_helix, looked_at = np.array(part.helices), part.looked_at[-1]
    return np.stack([looked_at[of_helix == helix].sum(axis=0) for helix in helices], axis=-1).astype(np.float64)


def _answered(helices: Sequence[str], regions: Sequence[str], part: Panel) -> Real:
    here = part.took_part[-1]
    return np.array([[float((cell & here).sum()) for cell in row] for row in _cells(helices, regions, part)])


def _cells(helices: Sequence[str], regions: Sequence[str], part: Panel) -> list[list[NDArray[np.bool_]]]:
    of_helix, of_region = np.array(part.helices), np.array(part.regions)
    return [[(of_helix == helix) & (of_region == region) for region in regions] for helix in helices]


def _earlier(part: Panel) -> Real:
    return count_ratings(part.ratings[-2], part.low, part.high).sum(axis=-1)


def _once(helices: Sequence[str], regions: Sequence[str], part: Panel) -> Real:
    of_helix, of_region = np.array(part.helices), np.array(part.regions)
    groups = [*(of_helix == helix for helix in helices), *(of_region == region for region in regions)]
    before, now = (layer != MISSING for layer in part.ratings[-2:])
    only = np.stack([before & ~now, now & ~before], axis=-1)
    return np.stack([only[group].sum(axis=0) for group in groups], axis=-2).astype(np.float64)


def draw_tally(tally: Tally, *, seed: int, draws: int) -> Draws:
    """Re-samples from counts alone, for whoever has no answers: each initiative and criterion drawn by itself.

    Between initiatives nothing is known of who gave which two answers, so ranks come out a little wider than from
    whole respondents.
    """
    return Draws(balance(draw_counts(tally.by_helix, draws=draws, seed=seed), tally.low).mean, seed)
