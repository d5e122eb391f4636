"""What changed since the round before, and who came from invited to counted, ready for the template."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.consensus.models import Snapshot
from app.consensus.told import Told
from app.core.catalogues import translate

NO_CHANGE = {
    "first_round": "Only one round so far.",
    "not_asked_again": "Not asked again.",
    "too_few": "Too few answered both times.",
    "would_tell": "Too few answered one time only: they could be told apart.",
}
SPREAD_WIDTH, SPREAD_EDGE = 120, 8
SURE, LARGE_EPSILON = 0.05, 0.08


@dataclass(frozen=True)
class ChangeRow:
    """One initiative: the same people before and now, all answers before and now, and whether it has settled."""

    code: str
    title: str
    n_pairs: int | None
    before: float | None
    after: float | None
    points: int | None
    changed: float | None
    by_people: int | None
    is_stable: bool | None
    spread: tuple[float, float] | None
    x_spread: tuple[float, float] | None
    why_not: str


def change_rows(told: Told, before: Snapshot | None) -> list[ChangeRow]:
    """Every initiative, the largest change of the same people first, those without last."""
    earlier: dict[str, Any] = {}
    if before:
        earlier = {line["initiative"]: line["box_share"] for line in before.findings["items"][told.view.criterion]}
    rows = [_change_row(told, line, earlier.get(line["initiative"])) for line in told.lines]
    return sorted(rows, key=lambda row: (row.points is None, -abs(row.points or 0), row.title))


def _change_row(told: Told, line: Mapping[str, Any], all_before: float | None) -> ChangeRow:
    change: Mapping[str, Any] = line.get("change") or {"reason": "first_round"}
    points = change.get("points")
    # the same people are counted together, so all answers are too
    all_after: float | None = line["box_share"]
    of_all = None if all_before is None or all_after is None else 100 * (all_after - all_before)
    spread = change.get("iqr")
    levels = told.findings["scale"]["high"] - told.findings["scale"]["low"]
    return ChangeRow(
        code=line["initiative"],
        title=told.title(line["initiative"]),
        n_pairs=change.get("n_pairs"),
        before=change.get("before"),
        after=change.get("after"),
        points=None if points is None else round(points),
        changed=change.get("changed"),
        by_people=None if points is None or of_all is None else round(of_all) - round(points),
        is_stable=change.get("stable"),
        spread=(spread[0], spread[1]) if spread else None,
        x_spread=(_x(spread[0], levels), _x(spread[1], levels)) if spread else None,
        why_not=translate(told.language, NO_CHANGE[change["reason"]]) if change["reason"] else "",
    )


def _x(spread: float, levels: int) -> float:
    return round(SPREAD_EDGE + spread / levels * (SPREAD_WIDTH - 2 * SPREAD_EDGE), 1)


@dataclass(frozen=True)
class FlowRow:
    """One group from invited to counted; stages that may not be shown are None."""

    label: str
    invited: int
    begun: int | None
    sent: int | None
    counted: int | None
    rate: float | None


def flow_rows(told: Told) -> dict[str, list[FlowRow]]:
    """The flow of all, by helix and by region; nothing for results frozen before it was kept."""
    flow: Mapping[str, Any] | None = told.findings.get("flow")
    if not flow:
        return {}
    everybody = translate(told.language, "Everybody")
    return {
        "all": [_flow_row(everybody, flow["all"])],
        "helix": [_flow_row(told.group(code), flow["by_helix"][code]) for code in told.findings["helices"]],
        "region": [
            _flow_row(told.region_names.get(code) or translate(told.language, "not said"), stages)
            for code, stages in flow["by_region"].items()
        ],
    }


def _flow_row(label: str, stages: Mapping[str, Any]) -> FlowRow:
    invited, counted = stages["invited"], stages["counted"]
    rate = counted / invited if counted is not None and invited >= counted > 0 else None
    return FlowRow(label, invited, stages["begun"], stages["sent"], counted, rate)


@dataclass(frozen=True)
class CheckLine:
    """One check: what was looked at, whether it asks for care (None: cannot be said), and the finding in words."""

    code: str
    needs_care: bool | None
    figures: Mapping[str, Any]


def check_lines(told: Told) -> list[CheckLine]:
    """The checks of a snapshot, with that of the rules; nothing for results frozen before they were made."""
    checks: Mapping[str, Mapping[str, Any]] = told.findings.get("checks") or {}
    lines = [CheckLine(code, _needs_care(code, found), found) for code, found in checks.items()]
    return [*lines, _rule_check(told)] if lines else []


def _needs_care(code: str, found: Mapping[str, Any]) -> bool | None:
    if found["reason"]:
        return None
    if code == "retention":
        return found["depends"] > 0 or (found["interval"][0] or 0) > 0
    if code == "order":
        return not found["interval"][0] <= 0 <= found["interval"][1]
    if code == "language":
        return found["p"] < SURE and found["epsilon2"] >= LARGE_EPSILON
    return found["interval"][0] > 1 / 2


def _rule_check(told: Told) -> CheckLine:
    rules = len(told.findings["rules"])
    items: Mapping[str, list[dict[str, Any]]] = told.findings["items"]
    fates: list[list[str] | None] = [line["agreed_under"] for lines in items.values() for line in lines]
    known = [fate for fate in fates if fate is not None]
    fragile = sum(0 < len(fate) < rules for fate in known)
    figures = {"fragile": fragile, "items": len(known), "rules": rules, "reason": None if known else "too_few"}
    return CheckLine("rules", fragile > 0 if known else None, figures)
