"""What a disclosure list leaves of findings. Pure: pages, files and programs get only what comes out of here."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

LEAST_PUBLIC = 5
"""Findings are past disclosure control; a total under this is not even said."""

LINE_PARTS: dict[str, tuple[str, ...]] = {
    "verdicts": ("verdict", "standing"),
    "shares": ("n", "cannot_judge", "share_low", "share_middle", "share_high", "wilson"),
    "helices": (),
    "regions": (),
    "change": (),
    "ranks": ("rank", "rank50", "rank90"),
}
"""Which figures of a line belong to which part."""

CELL = ("n", "suppressed", "share_high")
BREAKDOWNS = {"helices": "by_helix", "regions": "by_region"}
FACTS = ("round", "closed_at", "scale", "box", "low_box", "criteria", "weights", "seed", "draws", "engine")


def disclose(findings: Mapping[str, Any], parts: Collection[str]) -> dict[str, Any]:
    """What everybody may read of one round: how many answered, the rule, and the parts released.

    >>> disclose({"answered": {"all": 4, "by_helix": {}}, "criteria": [], "items": {}, "rule": {}}, [])["answered"]
    >>> disclose({"answered": {"all": 40, "by_helix": {}}, "criteria": [], "items": {}, "rule": {}}, [])["answered"]
    40
    """
    total = findings["answered"]["all"]
    minimum = findings["rule"].get("minimum_group", LEAST_PUBLIC)
    shown: dict[str, Any] = {name: findings[name] for name in FACTS if name in findings}
    shown |= {
        "minimum_group": minimum,
        "rule": dict(findings["rule"]),
        "answered": total if total >= minimum else None,
        "invited": findings.get("invited", {}).get("all"),
        "items": {
            criterion: [_line(line, parts) for line in findings["items"][criterion]]
            for criterion in findings["criteria"]
        },
    }
    if "helices" in parts or "response" in parts:
        shown["helices"] = list(findings["helices"])
    if "regions" in parts:
        shown["regions"] = list(findings.get("regions", []))
    if "response" in parts:
        shown["response"] = {
            helix: _response(cell, findings["invited"]["by_helix"].get(helix))
            for helix, cell in findings["answered"]["by_helix"].items()
        }
    if "ranks" in parts:
        shown["shortlist"] = {
            criterion: {name: one[name] for name in ("k", "same_share")}
            for criterion, one in findings["by_criterion_shortlist"].items()
        }
    return shown


def _line(line: Mapping[str, Any], parts: Collection[str]) -> dict[str, Any]:
    suppressed = bool(line["suppressed"])
    shown: dict[str, Any] = {"initiative": line["initiative"], "suppressed": suppressed, "round": line.get("round")}
    for part, names in LINE_PARTS.items():
        if part in parts:
            shown |= {name: line.get(name) for name in names}
    for part, name in BREAKDOWNS.items():
        if part in parts:
            shown[name] = {group: _cell(cell) for group, cell in line.get(name, {}).items()}
    if "change" in parts:
        shown["change"] = _change(line.get("change"))
    return shown


def _cell(cell: Mapping[str, Any]) -> dict[str, Any]:
    if cell["suppressed"]:
        return {"n": None, "suppressed": True, "share_high": None}
    return {name: cell[name] for name in CELL}


def _change(change: Mapping[str, Any] | None) -> dict[str, Any] | None:
    names = ("from_round", "n_pairs", "before", "after", "points")
    return {name: change[name] for name in names} if change and change.get("points") is not None else None


def _response(cell: Mapping[str, Any], invited: int | None) -> dict[str, Any]:
    # open links bring people nobody invited: then a share would be above one
    is_share = not cell["suppressed"] and invited is not None and invited >= cell["n"] > 0
    return {
        "n": None if cell["suppressed"] else cell["n"],
        "suppressed": cell["suppressed"],
        "invited": invited if is_share else None,
    }


def count_verdicts(shown: Mapping[str, Any], criterion: str) -> dict[str, int]:
    """How many initiatives have each verdict, by one criterion of what may be shown.

    >>> count_verdicts({"items": {"impact": [{"verdict": "consensus"}, {"verdict": "consensus"}]}}, "impact")
    {'consensus': 2}
    """
    found: dict[str, int] = {}
    for line in shown["items"][criterion]:
        found[line["verdict"]] = found.get(line["verdict"], 0) + 1
    return found


def best_liked(shown: Mapping[str, Any], criterion: str, most: int) -> Sequence[Mapping[str, Any]]:
    """The lines with the highest share of high ratings, of what may be shown.

    >>> [one["initiative"] for one in best_liked(
    ...     {"items": {"impact": [{"initiative": code, "share_high": share} for code, share in
    ...      (("I1", 0.2), ("I2", 0.9), ("I3", None))]}}, "impact", 2)]
    ['I2', 'I1']
    """
    lines = [line for line in shown["items"][criterion] if line.get("share_high") is not None]
    return sorted(lines, key=lambda line: (-line["share_high"], line["initiative"]))[:most]
