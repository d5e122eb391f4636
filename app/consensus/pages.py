"""What the results page shows, ready for the template: sentences, geometry and words, and no thinking left."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.consensus.fates import standing_word
from app.core.catalogues import translate
from app.core.words import pick
from app.surveys.authoring.models import Criterion, Survey, SurveyItem
from app.web.helices import Mark

VERDICT_WORDS = {
    "consensus": "Consensus",
    "leaning": "Leaning",
    "divided": "Divided",
    "low_support": "Low support",
    "too_few": "Too few to say",
}
SORTS = {
    "rating": "Average rating",
    "gap": "Gap between groups",
    "judge": "Can't judge",
    "code": "Code",
}
RANK_WIDTH, RANK_EDGE = 150, 9
STRIP_WIDTH, STRIP_EDGE = 600, 20
MOST_STRIPS = 8
LEAST_GAP_STEP = 25


@dataclass(frozen=True)
class Part:
    """One level's piece of a bar, in percent from the axis."""

    x: float
    width: float
    tone: str


@dataclass(frozen=True)
class RankDrawing:
    """The ranges of a rank on its axis, and in words."""

    wide: tuple[float, float]
    narrow: tuple[float, float]
    now: float
    text: str


@dataclass(frozen=True)
class ResultRow:
    """One initiative in the main table."""

    code: str
    title: str
    suppressed: bool
    share_low: float | None
    share_middle: float | None
    share_high: float | None
    parts: Sequence[Part]
    rank: RankDrawing | None
    verdict: str
    verdict_word: str
    standing: str
    n: int | None
    cannot_judge: int | None
    kept_from: int | None
    version: int | None
    source_id: UUID
    is_cut: bool = False


@dataclass(frozen=True)
class Strip:
    """One initiative on the strip of groups."""

    title: str
    marks: Sequence[tuple[Mark, float, int]]
    start: float
    end: float
    gap: int
    low: tuple[str, float]
    high: tuple[str, float]


@dataclass(frozen=True)
class Slope:
    """One initiative from the round before to this one."""

    title: str
    before: float
    after: float
    y_before: float
    y_after: float
    kind: str
    points: float
    y_label: float


def result_rows(
    findings: Mapping[str, Any], criterion: str, items: Mapping[str, SurveyItem], sort: str, language: str
) -> list[ResultRow]:
    """The main table's rows in the order asked; under the average rating the shortlist is marked off."""
    lines = sorted(findings["items"][criterion], key=_sorting(sort))
    axis = left_percent(findings, criterion)
    k = findings["by_criterion_shortlist"][criterion]["k"]
    rows: list[ResultRow] = []
    for place, line in enumerate(lines, start=1):
        rows.append(
            ResultRow(
                code=line["initiative"],
                version=items[line["initiative"]].facts.get("version"),
                source_id=items[line["initiative"]].source_id,
                title=pick(items[line["initiative"]].title, language),
                suppressed=line["suppressed"],
                share_low=line["share_low"],
                share_middle=line["share_middle"],
                share_high=line["share_high"],
                parts=[] if line["suppressed"] else bar_parts(line["shares"], findings, axis),
                rank=rank_drawing(line, len(lines), language),
                verdict=line["verdict"],
                verdict_word=translate(language, VERDICT_WORDS[line["verdict"]]),
                standing=standing_word(line, language),
                n=line["n"],
                cannot_judge=line["cannot_judge"],
                kept_from=number if (number := line.get("round", findings["round"])) != findings["round"] else None,
                is_cut=sort == "rating" and place == k and k < len(lines),
            )
        )
    return rows


def _sorting(sort: str) -> Callable[[Mapping[str, Any]], tuple[bool, float]]:
    def key(line: Mapping[str, Any]) -> tuple[bool, float]:
        value = {
            "rating": line["rank"],
            "gap": -line["gap"] if line["gap"] is not None else None,
            "judge": -line["cannot_judge"] if line["cannot_judge"] is not None else None,
            "code": 0.0,
        }[sort]
        return value is None, value or 0.0

    return key


def left_percent(findings: Mapping[str, Any], criterion: str, at_least: float = 0) -> int:
    """How many percent the axis must reach to its low side, in steps of 25."""
    lows: list[float] = [100 * (line["share_low"] or 0) for line in findings["items"][criterion]]
    lowest = max([*lows, at_least])
    return max(LEAST_GAP_STEP, -(-int(lowest + 0.999) // LEAST_GAP_STEP) * LEAST_GAP_STEP)


def bar_parts(shares: Sequence[float], findings: Mapping[str, Any], axis: int) -> list[Part]:
    """The pieces of a bar from the shares of the levels, the lowest first."""
    low: int = findings["scale"]["low"]
    low_box: list[int] = findings["low_box"]
    box: list[int] = findings["box"]
    parts: list[Part] = []
    # from the axis outwards: the strongest view lies farthest out
    edge = float(axis)
    for level in reversed(low_box):
        width = 100 * shares[level - low]
        edge -= width
        parts.append(Part(round(edge, 2), round(width, 2), "l1" if level == low else "l2"))
    edge = float(axis)
    for level in box:
        width = 100 * shares[level - low]
        parts.append(Part(round(edge, 2), round(width, 2), "l5" if level == findings["scale"]["high"] else "l4"))
        edge += width
    return [part for part in parts if part.width > 0]


def rank_drawing(line: Mapping[str, Any], total: int, language: str) -> RankDrawing | None:
    """The likely ranks of one initiative; None where nothing may be shown."""
    if line["rank"] is None or None in line["rank90"]:
        return None

    def x(rank: float) -> float:
        return round(RANK_EDGE + (rank - 1) / max(1, total - 1) * (RANK_WIDTH - 2 * RANK_EDGE), 1)

    first, last = (int(limit) for limit in line["rank90"])
    wide, narrow = line["rank90"], line["rank50"]
    return RankDrawing(
        wide=(x(wide[0]) - 5, round(x(wide[1]) - x(wide[0]) + 10, 1)),
        narrow=(x(narrow[0]) - 3, round(x(narrow[1]) - x(narrow[0]) + 6, 1)),
        now=x(line["rank"]),
        text=f"{first}–{last}" if first != last else str(first),
    )


def strips(
    findings: Mapping[str, Any],
    criterion: str,
    items: Mapping[str, SurveyItem],
    marks: Sequence[Mark],
    language: str,
) -> list[Strip]:
    """Where the groups lie farthest apart, the widest gap first."""
    lines = [line for line in findings["items"][criterion] if line["gap"] is not None]
    lines.sort(key=lambda line: -line["gap"])
    return [_strip(line, items, marks, language) for line in lines[:MOST_STRIPS]]


def _strip(line: Mapping[str, Any], items: Mapping[str, SurveyItem], marks: Sequence[Mark], language: str) -> Strip:
    shown = [
        (mark, line["by_helix"][mark.code]["share_high"])
        for mark in marks
        if not line["by_helix"][mark.code]["suppressed"]
    ]
    shown.sort(key=lambda pair: pair[1])
    placed: list[tuple[Mark, float, int]] = []
    for mark, share in shown:
        x = round(STRIP_EDGE + share * (STRIP_WIDTH - 2 * STRIP_EDGE), 1)
        taken = [y for _, other, y in placed if abs(other - x) < 17]
        placed.append((mark, x, next((y for y in (20, 9, 31) if y not in taken), 20)))
    (low, least), (high, most) = shown[0], shown[-1]
    return Strip(
        title=pick(items[line["initiative"]].title, language),
        marks=placed,
        start=placed[0][1],
        end=placed[-1][1],
        gap=round(100 * line["gap"]),
        low=(low.label, least),
        high=(high.label, most),
    )


def slopes(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    criterion: str,
    items: Mapping[str, SurveyItem],
    language: str,
) -> list[Slope]:
    """The share high or very high in the round before and now, of the same people where that is known.

    The largest rises and falls carry names.
    """
    if before is None:
        return []
    earlier = {line["initiative"]: line["share_high"] for line in before["items"][criterion]}
    # what was not asked again did not change, and is no line
    asked = [line for line in after["items"][criterion] if line.get("round", after["round"]) == after["round"]]
    pairs = [(line["initiative"], *ends) for line in asked if (ends := ends_of(line, earlier.get(line["initiative"])))]
    pairs.sort(key=lambda pair: pair[2] - pair[1])
    falls = {code for code, first, last in pairs[:2] if last < first}
    rises = {code for code, first, last in pairs[-3:] if last > first}
    named = sorted(((code, last) for code, _, last in pairs if code in falls | rises), key=lambda pair: -pair[1])
    heights = _spread([_y(last) for _, last in named])
    labels = {code: height for (code, _), height in zip(named, heights, strict=True)}
    return [
        Slope(
            title=pick(items[code].title, language),
            before=first,
            after=last,
            y_before=_y(first),
            y_after=_y(last),
            kind="rise" if code in rises else "fall" if code in falls else "quiet",
            points=100 * (last - first),
            y_label=labels.get(code, 0.0),
        )
        for code, first, last in pairs
    ]


def ends_of(line: Mapping[str, Any], earlier: float | None) -> tuple[float, float] | None:
    """The share of a line before and now: of the same people where that is known, else of each round's answers."""
    same = line.get("change")
    before, after = (same.get("before"), same.get("after")) if same else (earlier, line["share_high"])
    return None if before is None or after is None else (before, after)


def _y(share: float) -> float:
    return round(330 - 300 * share, 1)


def _spread(heights: Sequence[float]) -> list[float]:
    """Heights from the top down, moved so that two labels never touch."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + 34) if placed else height)
    return placed


def verdict_counts(findings: Mapping[str, Any], criterion: str, language: str) -> list[dict[str, Any]]:
    """How many initiatives have each verdict, with the pieces of one bar."""
    lines = findings["items"][criterion]
    counts = {name: sum(line["verdict"] == name for line in lines) for name in VERDICT_WORDS}
    x = 0.0
    shown: list[dict[str, Any]] = []
    for name, count in counts.items():
        if count:
            width = round(100 * count / len(lines), 2)
            word = translate(language, VERDICT_WORDS[name])
            shown.append({"name": name, "count": count, "word": word, "x": round(x, 2), "width": width})
            x += width
    return shown


def answered_view(findings: Mapping[str, Any], marks: Sequence[Mark]) -> list[dict[str, Any]]:
    """How many answered in each group, beside how many were invited; no share where either is too small."""
    shown: list[dict[str, Any]] = []
    for mark in marks:
        cell = findings["answered"]["by_helix"][mark.code]
        invited = findings["invited"]["by_helix"].get(mark.code, 0)
        share = cell["n"] / invited if cell["n"] is not None and invited >= cell["n"] > 0 else None
        shown.append({"mark": mark, "n": cell["n"], "suppressed": cell["suppressed"], "share": share})
    return shown


def criterion_label(criteria: Sequence[Criterion], code: str, survey: Survey, language: str) -> str:
    """A criterion's name in the page's language."""
    return next(
        pick(criterion.label, language, survey.default_language) for criterion in criteria if criterion.code == code
    )
