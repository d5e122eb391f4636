"""A bundle without answers: the counts that may be shown, and all figures that follow from them. Pure.

The counts are those of the findings, so they have passed disclosure control; what is hidden is known only together, as
the total less what is shown. Figures that rest on whole people are not recomputed, each with its reason.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np

from app.consensus.breakdown import HIDDEN, helix_cell
from app.consensus.dissent import describe_dissent
from app.consensus.findings import DRAWS, FIGURES, FORMAT, figures_of, judged
from app.consensus.overall import hidden_line
from app.consensus.tally import Tally
from app.reports.bundle.comparing import Unknown
from app.stats.disclosure import Shown
from app.stats.edge import Real, as_value, settle
from app.stats.histogram import bottom_box, share_in, top_box, total
from app.stats.intervals import wilson
from app.stats.rulesets import PUBLISHED, compare_rules
from app.stats.scoring import composite, normalise, rank
from app.stats.verdict import Rule, judge
from app.stats.weighting import balance

WHOLE_PEOPLE = Unknown("ranges of ranks rest on re-samples of whole people, who are not in a bundle of counts")
SAME_PEOPLE = Unknown("it compares what the same people said in two rounds, which counts do not tell")
PEOPLE = Unknown("it compares people, who are not in a bundle of counts")
LISTED = Unknown("it was counted at the closing from the list of invitations, which is not in a bundle of counts")
HIDDEN_GROUPS = Unknown("published rules judge each group, and some groups are hidden here")
ADJUSTED = Unknown("it is adjusted over items of which some are hidden or of another round")
FROZEN_BY = Unknown("it names the program that froze the results")


def counts_of(findings: Mapping[str, Any]) -> dict[str, Any]:
    """The counts in findings, by criterion and initiative: of all, of shown helices, of shown regions high or not."""
    return {
        "answered": findings["answered"],
        "regions": findings.get("regions", []),
        "items": {
            criterion: {line["initiative"]: _counts(line) for line in findings["items"][criterion]}
            for criterion in findings["criteria"]
        },
    }


def _counts(line: Mapping[str, Any]) -> dict[str, Any]:
    if line["suppressed"]:
        return {"round": line["round"], "n": None}
    both: Mapping[str, Mapping[str, Any]] | None = line.get("by_both")
    regions: Mapping[str, Any] = line.get("by_region") or {}
    return {
        "round": line["round"],
        "counts": line["counts"],
        "cannot_judge": line["cannot_judge"],
        "helices": {
            helix: None if cell["suppressed"] else {"counts": cell["counts"], "cannot_judge": cell["cannot_judge"]}
            for helix, cell in line["by_helix"].items()
        },
        "regions": {name: _high(cell) for name, cell in regions.items()},
        "region_reason": line.get("region_reason"),
        "helices_in_regions": both
        and {helix: {name: _high(cell) for name, cell in cells.items()} for helix, cells in both.items()},
    }


def _high(cell: Mapping[str, Any]) -> list[int] | None:
    """Not high and high, from a share to ten digits."""
    if cell["suppressed"]:
        return None
    high = round((cell["share_high"] or 0) * cell["n"])
    return [cell["n"] - high, high]


def findings_from(counts: Mapping[str, Any], fixed: Mapping[str, Any]) -> dict[str, Any]:
    """The findings of a round from its counts and what was `fixed` before: scale, helices, weights, rule and so on."""
    made = _Counted(counts, fixed)
    order = normalise(fixed["weights"], made.criteria)
    scores = composite(made.means, order)
    used = order > 0
    hidden: Shown = np.asarray(made.few[:, used].any(axis=1))
    items = {criterion: made.lines(column) for column, criterion in enumerate(made.criteria)}
    gaps = [line["gap"] for lines in items.values() for line in lines if line["gap"] is not None]
    levels = made.levels
    points = range(made.low, fixed["scale"]["high"] + 1)
    k = min(int(fixed["rule"]["shortlist"]), len(made.initiatives))
    found = {
        "format": FORMAT,
        "survey": fixed["survey"],
        "round": fixed["round"],
        "closed_at": fixed["closed_at"],
        "scale": dict(fixed["scale"]),
        "box": list(points[top_box(levels)]),
        "low_box": list(points[bottom_box(levels)]),
        "helices": list(made.helices),
        "regions": list(counts["regions"]),
        "criteria": list(made.criteria),
        "weights": dict(zip(made.criteria, order.tolist(), strict=True)),
        "rule": {**fixed["rule"], "minimum_group": fixed["minimum"]},
        "rules": [one.as_data() for one in PUBLISHED],
        "seed": fixed["seed"],
        "draws": DRAWS,
        "engine": FROZEN_BY,
        "answered": counts["answered"],
        "invited": LISTED,
        "flow": LISTED,
        "checks": PEOPLE,
        "items": items,
        "overall": [made.overall(row, scores, hidden, order) for row in range(len(made.initiatives))],
        "shortlist": made.shortlist(scores, k, hidden),
        "by_criterion_shortlist": {
            criterion: made.shortlist(made.means[:, column], k, made.few[:, column])
            for column, criterion in enumerate(made.criteria)
        },
        "mean_gap": float(np.mean(gaps)) if gaps else None,
    }
    return settled(found)


def settled(figures: Any) -> Any:
    """Figures to ten digits, as findings have them, and what is unknown left as it is."""
    if isinstance(figures, Unknown):
        return figures
    if isinstance(figures, Mapping):
        return {key: settled(value) for key, value in cast(Mapping[str, Any], figures).items()}
    if isinstance(figures, list | tuple):
        return [settled(value) for value in cast(Sequence[Any], figures)]
    return settle(figures)


class _Counted:
    """The counts of a round as arrays: hidden helices together in the first hidden one's place, as in the findings."""

    def __init__(self, counts: Mapping[str, Any], fixed: Mapping[str, Any]) -> None:
        self.fixed, self.cells = fixed, counts["items"]
        self.low: int = fixed["scale"]["low"]
        self.levels: int = fixed["scale"]["high"] - self.low + 1
        self.helices: Sequence[str] = fixed["helices"]
        self.criteria: Sequence[str] = fixed["criteria"]
        self.initiatives: Sequence[str] = fixed["initiatives"]
        shape = (len(self.initiatives), len(self.criteria), len(self.helices))
        self.public = np.zeros((*shape, self.levels))
        self.shown: Shown = np.zeros(shape, dtype=np.bool_)
        self.few: Shown = np.zeros(shape[:2], dtype=np.bool_)
        for row, column in np.ndindex(shape[:2]):
            self._place(row, column)
        self.balanced = balance(self.public, self.low)
        self.means: Real = np.where(self.few, np.nan, self.balanced.mean)
        self.dissent = describe_dissent(self._tally(), self.public, self.shown, fixed["minimum"])
        self.fates = compare_rules(self.public, minimum=fixed["minimum"]).fates

    def cell(self, row: int, column: int) -> Mapping[str, Any]:
        """The counts of an initiative by a criterion."""
        return self.cells[self.criteria[column]][self.initiatives[row]]

    def _place(self, row: int, column: int) -> None:
        cell = self.cell(row, column)
        if "counts" not in cell:
            self.few[row, column] = True
            return
        rest = np.array(cell["counts"], dtype=np.float64)
        for place, helix in enumerate(self.helices):
            own = cell["helices"][helix]
            if own is not None:
                self.shown[row, column, place] = True
                self.public[row, column, place] = own["counts"]
                rest -= own["counts"]
        hidden = np.flatnonzero(~self.shown[row, column])
        if len(hidden):
            self.public[row, column, hidden[0]] = rest

    def _tally(self) -> Tally:
        items, _, helices = self.shown.shape
        return Tally(
            low=self.low,
            high=self.fixed["scale"]["high"],
            round=self.fixed["round"],
            initiatives=tuple(self.initiatives),
            criteria=tuple(self.criteria),
            helices=tuple(self.helices),
            regions=("",),
            counts=self.public[:, :, :, np.newaxis],
            looked_at=np.zeros((items, helices)),
            answered=np.zeros((helices, 1)),
            numbers=(self.fixed["round"],) * items,
        )

    def lines(self, column: int) -> list[dict[str, Any]]:
        """The lines of a criterion."""
        places = rank(np.where(self.few[:, column], np.nan, self.means[:, column]))
        adjusted = [self._line(row, column) for row in range(len(self.initiatives))]
        for row, line in enumerate(adjusted):
            has_rank = bool(np.isfinite(places[row]))
            line |= {"rank": as_value(places[row]), "rank50": None, "rank90": None}
            if has_rank:
                line |= {"rank50": WHOLE_PEOPLE, "rank90": WHOLE_PEOPLE}
        return adjusted

    def _line(self, row: int, column: int) -> dict[str, Any]:
        cell, public, shown = self.cell(row, column), self.public[row, column], self.shown[row, column]
        regions = {name: _region_cell(own) for name, own in cell.get("regions", {}).items()}
        rule = self.fixed["rule"]
        judging = Rule(
            **{key: rule[key] for key in ("agree_share", "helix_share", "divided_gap", "low_share")},
            minimum_group=self.fixed["minimum"],
        )
        box = top_box(self.levels)
        if self.few[row, column]:
            # of what too few answered the sheet says nothing, and nothing follows
            return {
                "initiative": self.initiatives[row],
                **judged(judge(judging, [0] * len(shown), [0] * len(shown)), self.helices, shown),
                "agreed_under": None,
                "n": None,
                "suppressed": True,
                **dict.fromkeys(FIGURES),
                "by_helix": dict.fromkeys(self.helices, HIDDEN),
                "by_region": Unknown("too few answered to show anything"),
                "region_reason": Unknown("too few answered to show anything"),
                "by_both": Unknown("too few answered to show anything"),
                "dissent": None,
                "change": SAME_PEOPLE,
                "round": cell["round"],
            }
        counts = np.array(cell["counts"], dtype=np.float64)
        judgement = judge(judging, total(public).tolist(), public[:, box].sum(axis=-1).tolist())
        both = cell["helices_in_regions"]
        sub = balance(self.public[:, column], self.low)
        return {
            "initiative": self.initiatives[row],
            **judged(judgement, self.helices, shown),
            "agreed_under": self._agreed_under(row, column),
            **figures_of(self.low, counts, sub, row, int(counts.sum()) + cell["cannot_judge"]),
            "by_helix": {
                helix: HIDDEN if (own := cell["helices"][helix]) is None else self._helix(own) for helix in self.helices
            },
            "by_region": regions,
            "region_reason": cell["region_reason"],
            "by_both": both
            and {helix: {name: _region_cell(one) for name, one in cells.items()} for helix, cells in both.items()},
            "dissent": self._dissent(row, column),
            "change": SAME_PEOPLE,
            "round": cell["round"],
        }

    def _agreed_under(self, row: int, column: int) -> Any:
        if not self.shown[row, column].all():
            return HIDDEN_GROUPS
        return [rule.code for rule, fate in zip(PUBLISHED, self.fates[:, row, column], strict=True) if fate]

    def _dissent(self, row: int, column: int) -> dict[str, Any] | None:
        found = self.dissent[row][column]
        if found is not None and (self.few.any() or self.cell(row, column)["round"] != self.fixed["round"]):
            found["p_adjusted"] = ADJUSTED
        return found

    def _helix(self, own: Mapping[str, Any]) -> dict[str, Any]:
        counts = np.array(own["counts"], dtype=np.float64)
        return helix_cell(counts, float(counts.sum()) + own["cannot_judge"], self.low)

    def overall(self, row: int, scores: Real, hidden: Shown, weights: Real) -> dict[str, Any]:
        """An initiative over all criteria."""
        if hidden[row]:
            return hidden_line(self.initiatives[row])
        leading = int(np.argmax(weights))
        line = self._line(row, leading)
        places = rank(np.where(hidden, np.nan, scores))
        return {
            "initiative": self.initiatives[row],
            "suppressed": False,
            "n": line["n"],
            "score": as_value(scores[row]),
            "rank": as_value(places[row]),
            **dict.fromkeys(("score95", "rank50", "rank90", "topk"), WHOLE_PEOPLE),
            "verdict": line["verdict"],
            "standing": line["standing"],
        }

    def shortlist(self, scores: Real, k: int, hidden: Shown) -> dict[str, Any]:
        """The first k among what may be shown."""
        places = rank(np.where(hidden, np.nan, scores))
        members = [int(row) for row in np.argsort(places, kind="stable")[:k] if np.isfinite(places[row])]
        return {
            "k": k,
            "members": [self.initiatives[row] for row in members],
            "same_share": WHOLE_PEOPLE if len(members) == k else None,
        }


def _region_cell(own: Sequence[int] | None) -> dict[str, Any]:
    if own is None:
        return HIDDEN
    counts = np.array(own, dtype=np.float64)
    return {
        "n": int(counts.sum()),
        "suppressed": False,
        "share_high": as_value(share_in(counts, slice(1, 2))),
        "wilson": [as_value(limit) for limit in wilson(counts[1], counts.sum())],
    }
