"""Who disagrees: the heat table of all initiatives, and the report on one, ready for the template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.consensus.breakdown import HIDDEN
from app.consensus.fates import standing_word
from app.consensus.filtering import ROUGH_BELOW
from app.consensus.pages import VERDICT_WORDS, rank_drawing
from app.consensus.told import Told
from app.core.catalogues import translate

STEP, STEPS = 15, 3
"""A cell's colour changes with every so many points of difference, so often to each side."""
DELTA_WIDTH, DELTA_EDGE = 240, 10
EFFECTS = ((0.474, "large"), (0.33, "middle"), (0.147, "small"))


@dataclass(frozen=True)
class HeatCell:
    """How far a group's share lies from that of all, in points; None where it may not be shown.

    It `is_rough` where so few answered that it is shown as about, with their number `n`.
    """

    points: int | None
    share: float | None
    tone: str
    n: int | None
    is_rough: bool


@dataclass(frozen=True)
class HeatRow:
    """One initiative over all groups, and the gap of the two farthest apart in points."""

    code: str
    title: str
    share: float
    cells: Sequence[HeatCell]
    gap: int | None
    ends: tuple[str, str] | None


def heat_rows(told: Told, kind: str) -> list[HeatRow]:
    """Every initiative that may be shown, by helix or by region (`kind`), the widest gap first."""
    names: list[str] = told.findings["helices"] if kind == "helix" else list(told.region_names)
    rows = [_heat_row(told, line, kind, names) for line in told.lines if line["share_high"] is not None]
    return sorted(rows, key=lambda row: (row.gap is None, -(row.gap or 0)))


def _heat_row(told: Told, line: Mapping[str, Any], kind: str, names: Sequence[str]) -> HeatRow:
    cells: Mapping[str, Mapping[str, Any]] = line["by_helix"] if kind == "helix" else line.get("by_region") or {}
    shares: list[float | None] = [cells.get(name, HIDDEN).get("share_high") for name in names]
    known = sorted((share, name) for share, name in zip(shares, names, strict=True) if share is not None)
    # the gap of helices is the one the verdict rests on
    gap: float | None = line["gap"] if kind == "helix" else None
    if kind == "region" and len(known) > 1:
        gap = known[-1][0] - known[0][0]
    ends = (known[0][1], known[-1][1]) if gap is not None else None
    return HeatRow(
        code=line["initiative"],
        title=told.title(line["initiative"]),
        share=line["share_high"],
        cells=[_heat_cell(cells.get(name, HIDDEN), line["share_high"]) for name in names],
        gap=None if gap is None else round(100 * gap),
        ends=(_group_name(told, kind, ends[0]), _group_name(told, kind, ends[1])) if ends else None,
    )


def _group_name(told: Told, kind: str, code: str) -> str:
    return told.group(code) if kind == "helix" else told.region_names[code]


def _heat_cell(cell: Mapping[str, Any], of_all: float) -> HeatCell:
    share: float | None = cell.get("share_high")
    if share is None:
        return HeatCell(None, None, "few", None, is_rough=False)
    points = round(100 * (share - of_all))
    level = min(STEPS, abs(points) // STEP)
    tone = f"h{level}" if not level else f"{'up' if points > 0 else 'down'}{level}"
    return HeatCell(points, share, tone, cell["n"], is_rough=cell["n"] < ROUGH_BELOW)


@dataclass(frozen=True)
class Apart:
    """One group against all others: Cliff's delta with its interval, drawn from -1 to 1, and in words."""

    code: str
    label: str
    n: int
    share_high: float
    share_low: float
    delta: float | None
    low: float | None
    high: float | None
    x: float | None
    start: float | None
    width: float | None
    effect: str
    opposition: str


def apart_rows(told: Told, dissent: Mapping[str, Any] | None) -> list[Apart]:
    """The groups of a dissent report, those farthest from the others first."""
    groups: list[Mapping[str, Any]] = (dissent or {}).get("groups", [])
    rows = [_apart(told, group) for group in groups]
    return sorted(rows, key=lambda row: -abs(row.delta or 0))


def _apart(told: Told, group: Mapping[str, Any]) -> Apart:
    delta: float | None = group["delta"]
    low, high = _pair(group["interval"])
    drawn = (_x(delta), _x(low), _x(high)) if delta is not None and low is not None and high is not None else None
    return Apart(
        code=group["group"],
        label=told.group(group["group"]),
        n=group["n"],
        share_high=group["share_high"],
        share_low=group["share_low"],
        delta=delta,
        low=low,
        high=high,
        x=drawn[0] if drawn else None,
        start=drawn[1] if drawn else None,
        width=round(drawn[2] - drawn[1], 1) if drawn else None,
        effect=translate(told.language, EFFECT_WORDS[effect_of(delta)]),
        opposition=translate(told.language, _opposition(group)),
    )


def _pair(limits: Sequence[float | None]) -> tuple[float | None, float | None]:
    return limits[0], limits[1]


EFFECT_WORDS = {
    "large": "far apart",
    "middle": "apart",
    "small": "a little apart",
    "none": "like the others",
    "unknown": "too few to say",
}
OPPOSITION_WORDS = {
    "surely": "opposes as a whole",
    "perhaps": "more than half rate low, not for sure",
    "no": "does not oppose",
}


def effect_of(delta: float | None) -> str:
    """The size of a Cliff's delta in a word (Romano et al. 2006).

    >>> effect_of(-0.5), effect_of(0.2), effect_of(0.0), effect_of(None)
    ('large', 'small', 'none', 'unknown')
    """
    if delta is None:
        return "unknown"
    return next((name for least, name in EFFECTS if abs(delta) >= least), "none")


def _opposition(group: Mapping[str, Any]) -> str:
    return OPPOSITION_WORDS["surely" if group["opposes_for_sure"] else "perhaps" if group["opposes"] else "no"]


def _x(delta: float) -> float:
    return round(DELTA_EDGE + (delta + 1) / 2 * (DELTA_WIDTH - 2 * DELTA_EDGE), 1)


@dataclass(frozen=True)
class CriterionRow:
    """One criterion of one initiative: what all say with each group counting equally and together, and each group."""

    code: str
    label: str
    n: int | None
    cannot_judge: int | None
    share_high: float | None
    together: float | None
    low: float | None
    high: float | None
    rank_text: str
    verdict: str
    verdict_word: str
    standing: str
    cells: Sequence[Mapping[str, Any]]


def criterion_rows(told: Told, code: str) -> list[CriterionRow]:
    """An initiative by each criterion."""
    rows: list[CriterionRow] = []
    for criterion, label in told.frame()["criteria"]:
        lines = told.findings["items"][criterion]
        line = next(one for one in lines if one["initiative"] == code)
        drawing = rank_drawing(line, len(lines), told.language)
        low, high = line["wilson"] or (None, None)
        rows.append(
            CriterionRow(
                code=criterion,
                label=label,
                n=line["n"],
                cannot_judge=line["cannot_judge"],
                share_high=line["share_high"],
                together=line["box_share"],
                low=low,
                high=high,
                rank_text=drawing.text if drawing else "–",
                verdict=line["verdict"],
                verdict_word=translate(told.language, VERDICT_WORDS[line["verdict"]]),
                standing=standing_word(line, told.language),
                cells=[
                    {**cell, "is_rough": not cell["suppressed"] and cell["n"] < ROUGH_BELOW}
                    for cell in (line["by_helix"][mark.code] for mark in told.marks)
                ],
            )
        )
    return rows
