"""The two faces of the results page, as values for the template: of everybody, and of one group."""

from typing import Any

from app.consensus.fates import count_sure, fates, rule_lines
from app.consensus.filtering import GROUP_SORTS, INTERVAL_WIDTH, group_rows, lowest_percent, nearest_views
from app.consensus.models import Snapshot
from app.consensus.pages import (
    RANK_WIDTH,
    STRIP_WIDTH,
    answered_view,
    left_percent,
    result_rows,
    slopes,
    strips,
    verdict_counts,
)
from app.consensus.told import Told


def whole_view(told: Told, before: Snapshot | None) -> dict[str, Any]:
    """The results of everybody."""
    findings, view, language, items = told.findings, told.view, told.language, told.items
    counts = verdict_counts(findings, view.criterion, language)
    return {
        "rows": result_rows(findings, view.criterion, items, view.sort, language),
        "counts": counts,
        "sure": count_sure(told.lines),
        "verdicts": {count["name"]: count["count"] for count in counts},
        "shortlist": findings["by_criterion_shortlist"][view.criterion],
        "axis": left_percent(findings, view.criterion),
        "rank_width": RANK_WIDTH,
        "strip_width": STRIP_WIDTH,
        "answered": answered_view(findings, told.marks),
        "fates": fates(findings, view.criterion, items, language),
        "rules": rule_lines(findings, language),
        "strips": strips(findings, view.criterion, items, told.marks, language),
        "slopes": slopes(before.findings if before else None, findings, view.criterion, items, language),
        "before": before,
    }


def filtered_view(told: Told) -> dict[str, Any]:
    """The results of one helix, one region, or both."""
    findings, view = told.findings, told.view
    axis = left_percent(findings, view.criterion, lowest_percent(findings, view.criterion, view.helix))
    rows = group_rows(findings, view, told.items, axis, told.language)
    shown = [row for row in rows if row.share_high is not None]
    limit = findings["rule"]["agree_share"]
    names = [name for name in (told.group(view.helix), told.region_names.get(view.region, "")) if name]
    return {
        "rows": rows,
        "axis": axis,
        "sorts": GROUP_SORTS,
        "interval_width": INTERVAL_WIDTH,
        "group_name": ", ".join(names),
        "shown": len(shown),
        "reached": sum((row.share_high or 0) >= limit for row in shown),
        "has_bars": bool(view.helix and not view.region),
        "would_tell": sum(line.get("region_reason") is not None for line in told.lines) if view.region else 0,
        "nearest": [
            {"query": one.query, "label": _label(told, one.helix, one.region), "shown": one.shown}
            for one in nearest_views(findings, view)
        ]
        if not shown
        else [],
    }


def _label(told: Told, helix: str, region: str) -> str:
    return told.group(helix) if helix else told.region_names.get(region, "")
