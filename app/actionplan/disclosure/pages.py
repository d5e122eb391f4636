"""What the public page shows, ready for the template: rows with geometry and words, of nothing but what is released."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.actionplan.disclosure.queries import Named
from app.actionplan.disclosure.rules import best_liked, count_verdicts
from app.consensus.fates import STANDING_WORDS
from app.consensus.pages import VERDICT_WORDS, Part, RankDrawing, rank_drawing
from app.core.catalogues import translate

LEAST_AXIS = 25
MOST_LINES = 3


@dataclass(frozen=True)
class Line:
    """One initiative: what of it is released, and None for the rest."""

    title: str
    suppressed: bool
    kept_from: int | None
    figures: Mapping[str, Any]
    bars: Sequence[Part]
    rank: RankDrawing | None
    verdict_word: str
    standing_word: str


def lines_of(shown: Mapping[str, Any], criterion: str, named: Named, number: int, language: str) -> list[Line]:
    """The initiatives by one criterion: the best rated first where that is released, else in the survey's order."""
    lines: Sequence[Mapping[str, Any]] = shown["items"][criterion]
    axis = axis_of(shown, criterion)
    ordered = sorted(lines, key=_place)
    return [
        Line(
            title=named.items[line["initiative"]],
            suppressed=line["suppressed"],
            kept_from=line["round"] if line["round"] not in (None, number) else None,
            figures=line,
            bars=_bars(line, axis),
            rank=rank_drawing(line, len(lines), language) if "rank90" in line and not line["suppressed"] else None,
            verdict_word=translate(language, VERDICT_WORDS[line["verdict"]]) if "verdict" in line else "",
            standing_word=_standing(line, language),
        )
        for line in ordered
    ]


def _place(line: Mapping[str, Any]) -> float:
    """Where a line stands: by what is released alone, or the order would tell of what is not."""
    if line["suppressed"]:
        return float("inf")
    if line.get("rank") is not None:
        return float(line["rank"])
    share = line.get("share_high")
    return -float(share) if share is not None else 0.0


def _standing(line: Mapping[str, Any], language: str) -> str:
    standing = line.get("standing")
    return translate(language, STANDING_WORDS[standing]) if standing and not line["suppressed"] else ""


def axis_of(shown: Mapping[str, Any], criterion: str) -> int:
    """How many percent the bars' axis must reach to its low side, in steps of 25."""
    lowest = max((line.get("share_low") or 0 for line in shown["items"][criterion]), default=0)
    return max(LEAST_AXIS, -(-int(lowest * 100 + 0.999) // LEAST_AXIS) * LEAST_AXIS)


def _bars(line: Mapping[str, Any], axis: int) -> list[Part]:
    if line.get("share_high") is None:
        return []
    low, high = round(100 * line["share_low"], 2), round(100 * line["share_high"], 2)
    return [Part(axis - low, low, "l2"), Part(axis, high, "l5")]


def verdict_rows(shown: Mapping[str, Any], criterion: str, language: str) -> list[dict[str, Any]]:
    """How many initiatives have each verdict, in words."""
    counts = count_verdicts(shown, criterion)
    return [
        {"name": name, "count": counts[name], "word": translate(language, word)}
        for name, word in VERDICT_WORDS.items()
        if counts.get(name)
    ]


def short_lines(
    shown: Mapping[str, Any], parts: Sequence[str], named: Named, criterion: str, language: str
) -> list[str]:
    """Up to three sentences of a mail, from what is released alone; `criterion` is what they are about."""
    found: list[str] = []
    if shown["answered"] is not None:
        found.append(translate(language, "%(count)s people answered.", count=shown["answered"]))
    if "verdicts" in parts:
        agreed = count_verdicts(shown, criterion).get("consensus", 0)
        total = len(shown["items"][criterion])
        found.append(
            translate(
                language,
                "Initiatives with consensus on %(criterion)s: %(count)s of %(total)s.",
                criterion=named.criteria[criterion],
                count=agreed,
                total=total,
            )
        )
    if "shares" in parts and (best := best_liked(shown, criterion, MOST_LINES)):
        titles = ", ".join(named.items[line["initiative"]] for line in best)
        found.append(translate(language, "Most often rated high: %(titles)s.", titles=titles))
    return found[:MOST_LINES]
