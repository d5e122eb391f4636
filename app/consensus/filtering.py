"""The results of one helix, of one region, or of a helix within a region, ready for the template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from app.consensus.breakdown import HIDDEN
from app.consensus.pages import Part, bar_parts
from app.core.words import pick
from app.surveys.authoring.models import SurveyItem

ROUGH_BELOW = 20
"""Under so many answers a share is shown as about, with its range first (rules for numbers)."""
INTERVAL_WIDTH, INTERVAL_EDGE = 220, 8
GROUP_SORTS = {"rating": "Highest share", "judge": "Can't judge", "code": "Code"}
"""How the rows of one group can be sorted; an order that only everybody has, such as the gap, is the first."""


Cells = Mapping[str, Mapping[str, Any]]
Crossed = Mapping[str, Cells]


@dataclass(frozen=True)
class View:
    """Which part of a round is looked at; `helix` and `region` are empty for all."""

    number: int
    criterion: str
    sort: str
    helix: str = ""
    region: str = ""

    @property
    def is_filtered(self) -> bool:
        """Whether it shows less than everybody."""
        return bool(self.helix or self.region)

    def query(self, **changes: object) -> str:
        """The query of its address, with some of its parts changed."""
        parts = {
            "round": self.number,
            "criterion": self.criterion,
            "sort": self.sort,
            "helix": self.helix,
            "region": self.region,
            **changes,
        }
        return urlencode({key: value for key, value in parts.items() if value != ""})


@dataclass(frozen=True)
class Interval:
    """A share with its 95 % interval on an axis from 0 to 100 %."""

    start: float
    width: float
    now: float


@dataclass(frozen=True)
class GroupRow:
    """One initiative as one group sees it; figures are None where they may not be shown."""

    code: str
    title: str
    version: int | None
    source_id: UUID
    n: int | None
    share_high: float | None
    share_low: float | None
    share_middle: float | None
    low: float | None
    high: float | None
    interval: Interval | None
    parts: Sequence[Part]
    cannot_judge: int | None
    is_rough: bool


def cell_of(line: Mapping[str, Any], helix: str, region: str) -> Mapping[str, Any]:
    """What may be shown of a helix, a region, or both on one line."""
    if helix and region:
        both: Crossed = line.get("by_both") or {}
        return both.get(helix, {}).get(region, HIDDEN)
    cells: Cells = line["by_helix"] if helix else line.get("by_region") or {}
    return cells.get(helix or region, HIDDEN)


def group_rows(
    findings: Mapping[str, Any], view: View, items: Mapping[str, SurveyItem], axis: int, language: str
) -> list[GroupRow]:
    """The rows of a filtered view, the highest share first, those without figures last."""
    lines = findings["items"][view.criterion]
    rows = [
        _row(line, cell_of(line, view.helix, view.region), findings, items[line["initiative"]], axis, language)
        for line in lines
    ]
    if view.sort == "code":
        return rows
    if view.sort == "judge":
        return sorted(rows, key=lambda row: (row.cannot_judge is None, -(row.cannot_judge or 0)))
    return sorted(rows, key=lambda row: (row.share_high is None, -(row.share_high or 0)))


def _row(
    line: Mapping[str, Any],
    cell: Mapping[str, Any],
    findings: Mapping[str, Any],
    item: SurveyItem,
    axis: int,
    language: str,
) -> GroupRow:
    share: float | None = cell.get("share_high")
    share_low: float | None = cell.get("share_low")
    counts: list[int] = cell.get("counts") or []
    low, high = cell.get("wilson") or (None, None)
    return GroupRow(
        code=line["initiative"],
        title=pick(item.title, language),
        version=item.facts.get("version"),
        source_id=item.source_id,
        n=cell["n"],
        share_high=share,
        share_low=share_low,
        share_middle=None if share is None or share_low is None else max(0.0, 1 - share - share_low),
        low=low,
        high=high,
        interval=None if low is None or high is None or share is None else _interval(low, high, share),
        parts=bar_parts([count / cell["n"] for count in counts], findings, axis) if counts else [],
        cannot_judge=cell.get("cannot_judge"),
        is_rough=cell["n"] is not None and cell["n"] < ROUGH_BELOW,
    )


def _interval(low: float, high: float, share: float) -> Interval:
    def x(value: float) -> float:
        return round(INTERVAL_EDGE + value * (INTERVAL_WIDTH - 2 * INTERVAL_EDGE), 1)

    return Interval(x(low), round(x(high) - x(low), 1), x(share))


def lowest_percent(findings: Mapping[str, Any], criterion: str, helix: str) -> float:
    """The largest share of low answers that a helix gave, in percent."""
    cells = [line["by_helix"].get(helix, HIDDEN) for line in findings["items"][criterion]]
    return max((100 * (cell.get("share_low") or 0) for cell in cells), default=0)


@dataclass(frozen=True)
class Nearest:
    """A view that may be shown instead: its address and how many initiatives it shows."""

    query: str
    helix: str
    region: str
    shown: int


def nearest_views(findings: Mapping[str, Any], view: View) -> list[Nearest]:
    """What a filter that shows nothing can be exchanged for: one of its parts alone, or everybody."""
    lines = findings["items"][view.criterion]
    tries = [(view.helix, ""), ("", view.region)] if view.helix and view.region else []
    found = [
        Nearest(view.query(helix=helix, region=region), helix, region, shown)
        for helix, region in tries
        if (shown := sum(not cell_of(line, helix, region)["suppressed"] for line in lines))
    ]
    everybody = sum(not line["suppressed"] for line in lines)
    return [*found, Nearest(view.query(helix="", region=""), "", "", everybody)]
