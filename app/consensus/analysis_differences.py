"""Differences in single items: between the helices, and between this round and the one before."""

from typing import Any

import numpy as np

from app.consensus.panel import Rated, count_moves
from app.stats.agreement import comet
from app.stats.edge import Real, as_value
from app.stats.groups import adjust_benjamini_hochberg, adjust_holm, compare_pairs, kruskal_wallis
from app.stats.histogram import top_box
from app.stats.reasons import Reason, why_no_change, why_no_difference
from app.stats.spread import variation
from app.stats.stability import Stop, association, change, is_stable, recommend_stop, signed_rank, signed_rank_exact_p

SCREEN = 0.05
"""Helices are compared in pairs only where the round as a whole shows a difference (Benjamini and Hochberg)."""

Line = dict[str, Any]
Reasons = dict[str, str]


def describe_differences(panel: Rated, by_helix: Real) -> list[tuple[Line, Reasons]]:
    """`kruskal` and `dunn` of each item of a round, from (initiatives, criteria, helices, levels), and why not."""
    found, pairs = kruskal_wallis(by_helix), compare_pairs(by_helix)
    family = found.p.ravel()
    screened, decided = (
        adjusted(family).reshape(found.p.shape) for adjusted in (adjust_benjamini_hochberg, adjust_holm)
    )
    # which comparisons come first is the custom of R's dunn.test: by the later helix, then by the earlier
    order: list[int] = np.lexsort((pairs.first, pairs.second)).tolist()
    names = panel.helix_names
    ends = [(names[int(one)], names[int(other)]) for one, other in zip(pairs.first, pairs.second, strict=True)]
    lines: list[tuple[Line, Reasons]] = []
    for at in np.ndindex(found.p.shape):
        reason = why_no_difference(by_helix[at])
        if reason:
            lines.append(({"kruskal": None, "dunn": None}, {"kruskal": reason.value, "dunn": reason.value}))
            continue
        kruskal = {
            "H": as_value(found.h[at]),
            "df": int(found.df[at]),
            "p": as_value(found.p[at]),
            "epsilon2": as_value(found.epsilon2[at]),
            "p_BH": as_value(screened[at]),
            "p_holm": as_value(decided[at]),
        }
        apart = [pair for pair in order if np.isfinite(pairs.z[at][pair])]
        adjusted = adjust_holm(pairs.dunn_p[at][apart])
        dunn: list[Line] = [
            {
                "a": ends[pair][0],
                "b": ends[pair][1],
                "z": as_value(pairs.z[at][pair]),
                "p": as_value(pairs.dunn_p[at][pair]),
                "p_holm": as_value(p_holm),
                "cliffs_delta": as_value(pairs.delta[at][pair]),
            }
            for pair, p_holm in zip(apart, adjusted, strict=True)
        ]
        lines.append(({"kruskal": kruskal, "dunn": dunn if screened[at] < SCREEN else None}, {}))
    return lines


def describe_changes(panel: Rated, layer: int, counts: Real) -> tuple[list[tuple[Line, Reasons]], Stop | None]:
    """`stability` of each item against the round before, on the people who answered both, and whether to stop.

    `counts` has shape (rounds, initiatives, criteria, levels). The first round has nothing to compare with.
    """
    items = int(np.prod(counts.shape[1:3]))
    if not layer:
        return [({"stability": None}, {"stability": Reason.NOT_ENOUGH_PAIRS.value})] * items, None
    box = top_box(counts.shape[-1])
    pairs = count_moves(panel, layer)
    moved, ranked, linked = change(pairs, box.start), signed_rank(pairs), association(pairs)
    settled = is_stable(moved.net_change, moved.median, counts.shape[-1])
    spread = variation(counts[layer], panel.low) - variation(counts[layer - 1], panel.low)
    lines: list[tuple[Line, Reasons]] = []
    for at in np.ndindex(settled.shape):
        no_pairs, not_moved = why_no_change(pairs[at]), why_no_change(pairs[at], moved=True)
        if no_pairs:
            lines.append(({"stability": None}, {"stability": no_pairs.value}))
            continue
        crossing = {
            "gained": int(moved.gained[at]),
            "lost": int(moved.lost[at]),
            "p_exact": as_value(moved.mcnemar_p[at]),
        }
        line: Line = {
            "n_pairs": int(moved.pairs[at]),
            "pct_changed": as_value(moved.changed[at]),
            "pct_changed_by_more_than_one": as_value(moved.changed_by_more[at]),
            "mean_abs_change": as_value(moved.mean_absolute[at]),
            "median_change": as_value(moved.median[at]),
            "n_up": int(moved.up[at]),
            "n_down": int(moved.down[at]),
            "scheibe_net_change_pct": as_value(moved.net_change[at]),
            "cv_change": as_value(spread[at]),
            "wilcoxon": {
                "z_pratt": as_value(ranked.z[at]),
                "p_pratt": as_value(ranked.p[at]),
                "p_pratt_exact": signed_rank_exact_p(pairs[at]),
                "z_wilcoxon": as_value(ranked.z_without_zeros[at]),
                "p_wilcoxon": as_value(ranked.p_without_zeros[at]),
            },
            "kappa_quadratic": as_value(linked.kappa[at]),
            "mcnemar_7_9": crossing if (panel.low, panel.high) == (1, 9) else None,
            "mcnemar_box": crossing,
            "stable": bool(settled[at]),
        }
        reasons = {"stability.wilcoxon": not_moved.value} if not_moved else {}
        if line["kappa_quadratic"] is None:
            reasons["stability.kappa_quadratic"] = Reason.NO_VARIATION.value
        if line["cv_change"] is None:
            reasons["stability.cv_change"] = Reason.ONE_ANSWER.value
        lines.append(({"stability": line}, reasons))
    has_class = comet(counts[layer], analogue=True) != 0
    return lines, recommend_stop(settled.ravel(), has_class.ravel())
