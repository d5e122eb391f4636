"""What the pages of priorities show, ready for the template: sentences, geometry and words, and no thinking left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from uuid import UUID

from app.actionplan.priorities.comparing import Change, Sensitivity, Weighting
from app.actionplan.priorities.document import in_order
from app.actionplan.priorities.rules import CONSISTENT, Way, Weighing, pair_field
from app.actionplan.priorities.words import WAY_WORDS, WEIGHTING_WORDS
from app.consensus.basis import Basis, Ranked
from app.consensus.pages import VERDICT_WORDS
from app.core.catalogues import translate
from app.core.words import pick
from app.surveys.authoring.models import Criterion, Survey, SurveyItem

WIDTH, EDGE = 150, 9
LEADS, CLEARLY_LEADS = 0.60, 0.90
HEAT = (0.01, 0.05, 0.10, 0.20, 0.35, 0.50)
PAIR_STEPS = ("9", "7", "5", "3", "1", "1/3", "1/5", "1/7", "1/9")
BUMP_STEP, BUMP_TOP, BUMP_LEFT, BUMP_GAP = 22, 38, 70, 140


@dataclass(frozen=True)
class RankDrawing:
    """The ranges of a rank on its axis, and the likely rank in words."""

    likely: tuple[float, float]
    wide: tuple[float, float]
    narrow: tuple[float, float]
    now: float
    text: str


@dataclass(frozen=True)
class PriorityRow:
    """One initiative in the ranking; without a `rank` too few answered."""

    code: str
    title: str
    rank: RankDrawing | None
    half: str
    nine_in_ten: str
    score: float | None
    limits: tuple[float, float] | None
    in_shortlist: float | None
    verdict: str
    verdict_word: str
    cost_min: int | None
    cost_max: int | None
    is_cut: bool
    version: int | None
    record: UUID
    heat: Sequence[tuple[int, int]]


@dataclass(frozen=True)
class BumpLine:
    """One initiative over several sets of weights: where it stands under each, and whether it moves in or out."""

    code: str
    title: str
    ranks: Sequence[float | None]
    path: str
    dots: Sequence[tuple[float, float]]
    moves: bool


def rows_of(ranked: Ranked, items: Mapping[str, SurveyItem], survey: Survey, language: str) -> list[PriorityRow]:
    """The ranking's rows in order; the first k are marked off."""
    lines, shown = in_order(ranked.lines), len(ranked.probability)
    return [
        PriorityRow(
            code=line["initiative"],
            title=title_of(items, line["initiative"], survey, language),
            rank=_drawing(line, shown),
            half=span(line["rank50"]),
            nine_in_ten=span(line["rank90"]),
            score=line["score"],
            limits=line["score95"],
            in_shortlist=line["topk"],
            verdict=line["verdict"],
            verdict_word=translate(language, VERDICT_WORDS[line["verdict"]]),
            cost_min=items[line["initiative"]].facts.get("cost_min"),
            cost_max=items[line["initiative"]].facts.get("cost_max"),
            is_cut=place == ranked.k and ranked.k < shown,
            version=items[line["initiative"]].facts.get("version"),
            record=items[line["initiative"]].source_id,
            heat=[_heat(chance) for chance in ranked.probability.get(line["initiative"], ())],
        )
        for place, line in enumerate(lines, start=1)
    ]


def title_of(items: Mapping[str, SurveyItem], code: str, survey: Survey, language: str) -> str:
    """An item's title in the page's language."""
    return pick(items[code].title, language, survey.default_language)


def span(limits: Sequence[float | None] | None) -> str:
    """A range of ranks in words: "1–8", or "3"; nothing where there is none."""
    if not limits or None in limits:
        return ""
    first, last = (int(limit or 0) for limit in limits)
    return f"{first}–{last}" if first != last else str(first)


def _drawing(line: Mapping[str, Any], total: int) -> RankDrawing | None:
    if line["rank"] is None or not line["rank_set"]:
        return None

    def x(rank: float) -> float:
        return round(EDGE + (rank - 1) / max(1, total - 1) * (WIDTH - 2 * EDGE), 1)

    def bar(limits: Sequence[float], over: float) -> tuple[float, float]:
        return round(x(limits[0]) - over, 1), round(x(limits[1]) - x(limits[0]) + 2 * over, 1)

    return RankDrawing(
        likely=bar(line["rank_set"], 7),
        wide=bar(line["rank90"], 5),
        narrow=bar(line["rank50"], 3),
        now=x(line["rank"]),
        text=span(line["rank_set"]),
    )


def _heat(chance: float) -> tuple[int, int]:
    """How dark a cell is, from 0 for never, and its chance in whole percent."""
    return sum(chance >= step for step in HEAT), round(100 * chance)


def lead_of(ranked: Ranked) -> str:
    """What may be said of the first k: that they lead, that they clearly do, or nothing.

    Clearly takes that none of the ranks they could plausibly hold lies behind the first k.
    """
    share = ranked.same_share or 0
    is_clear = all(line["rank_set"][1] <= ranked.k for line in ranked.lines if line["initiative"] in ranked.members)
    return "clearly" if is_clear and share > CLEARLY_LEADS else "leads" if share > LEADS else ""


def is_order_open(ranked: Ranked) -> bool:
    """Whether one of the first k might take another rank."""
    return any(
        line["rank_set"][0] != line["rank_set"][1] for line in ranked.lines if line["initiative"] in ranked.members
    )


def field_views(
    weighing: Weighing,
    typed: Mapping[str, str],
    criteria: Sequence[Criterion],
    fixed: Mapping[str, float],
    survey: Survey,
    language: str,
) -> list[dict[str, Any]]:
    """The fields of the way chosen, filled as typed, else with a sensible start."""
    labels = {one.code: pick(one.label, language, survey.default_language) for one in criteria}
    start = starting_fields(weighing.way, [*labels], fixed)
    if weighing.way is Way.PAIRS:
        return [
            {
                "name": pair_field(one, other),
                "label": translate(language, "%(one)s beside %(other)s", one=labels[one], other=labels[other]),
                "value": typed.get(pair_field(one, other), "1"),
                "options": [(step, _pair_word(step, labels[one], labels[other], language)) for step in PAIR_STEPS],
            }
            for one, other in combinations(labels, 2)
        ]
    return [
        {"name": name, "label": label, "value": typed.get(name, value)}
        for (name, value), label in zip(start.items(), labels.values(), strict=False)
    ]


def starting_fields(way: Way, criteria: Sequence[str], fixed: Mapping[str, float]) -> dict[str, str]:
    """What a way starts from when somebody comes to it: the fixed weights, as far as it can say them."""
    order = sorted(criteria, key=lambda code: -fixed[code])
    most = max(fixed.values())
    if way is Way.SET:
        return {code: str(round(100 * fixed[code])) for code in criteria}
    if way is Way.SWING:
        return {f"swing.{code}": str(round(100 * fixed[code] / most)) for code in criteria}
    if way is Way.ORDER:
        return {f"place.{code}": str(order.index(code) + 1) for code in criteria}
    if way is Way.PAIRS:
        return {pair_field(one, other): "1" for one, other in combinations(criteria, 2)}
    return {}


def _pair_word(step: str, one: str, other: str, language: str) -> str:
    times = step.removeprefix("1/")
    if times == "1":
        return translate(language, "Both count the same")
    name = other if step.startswith("1/") else one
    return translate(language, "%(criterion)s counts %(times)s times as much", criterion=name, times=times)


def doubt_sentence(weighing: Weighing, labels: Mapping[str, str], language: str) -> str:
    """What to do about judgements that contradict one another; nothing when they do not."""
    doubt = weighing.doubt
    if doubt is None:
        return ""
    return translate(
        language,
        "These judgements contradict one another (consistency ratio %(ratio)s, at most %(most)s). Look again at "
        "%(one)s beside %(other)s: the others suggest %(fitting)s.",
        ratio=f"{weighing.consistency:.2f}",
        most=f"{CONSISTENT:.2f}",
        one=labels[doubt.one],
        other=labels[doubt.other],
        fitting=_ratio_text(doubt.fitting),
    )


def _ratio_text(ratio: float) -> str:
    return f"{round(ratio)}" if ratio >= 1 else f"1/{round(1 / ratio)}"


def way_views(
    weighing: Weighing, basis: Basis, *, is_decided: bool, criteria: int, language: str
) -> list[dict[str, Any]]:
    """The ways to weights, and which cannot be gone."""
    shown: list[dict[str, Any]] = []
    for way, word in WAY_WORDS.items():
        if way is Way.DECIDED and not is_decided:
            continue
        why_not = ""
        if way is Way.ASKED and not (basis.asked and basis.asked["weights"]):
            why_not = (
                translate(language, "asked, but too few answered")
                if basis.asked
                else translate(language, "not asked in this survey")
            )
        if way is Way.PAIRS and not 2 <= criteria <= 10:
            continue
        shown.append(
            {
                "code": way.value,
                "word": translate(language, word),
                "is_current": way is weighing.way,
                "why_not": why_not,
            }
        )
    return shown


def turning_title(
    found: Sensitivity, ranked: Ranked, labels: Mapping[str, str], titles: Mapping[str, str], language: str
) -> str:
    """Whether weights can change the first k, in a sentence."""
    shown = len(ranked.probability)
    if not shown:
        return translate(language, "Too few answers to show.")
    if ranked.k >= shown:
        return translate(language, "No weights change the first %(k)s: there are no others.", k=ranked.k)
    if not found.changes:
        return translate(language, "Only one criterion counts, so there are no weights to change.")
    if found.holds_together:
        return translate(language, "No weights within ±20 %% change the first %(k)s.", k=ranked.k)
    if found.holds_singly:
        return translate(
            language,
            "No single weight changed by up to 20 %% changes the first %(k)s; several at once can.",
            k=ranked.k,
        )
    assert found.nearest
    criterion, change = found.nearest
    return turning_sentence(criterion, change, ranked, labels, titles, language)


def turning_sentence(
    criterion: str, change: Change, ranked: Ranked, labels: Mapping[str, str], titles: Mapping[str, str], language: str
) -> str:
    """One change of a weight and what it does to the first k."""
    return translate(
        language,
        "%(criterion)s from %(before)s %% to %(after)s %% changes the first %(k)s: “%(enters)s” comes in for "
        "“%(leaves)s”.",
        criterion=labels[criterion],
        before=f"{100 * ranked.weights[criterion]:.0f}",
        after=f"{100 * change.share:.0f}"
        if round(100 * change.share) != round(100 * ranked.weights[criterion])
        else f"{100 * change.share:.1f}",
        k=ranked.k,
        enters=titles[change.enters],
        leaves=titles[change.leaves],
    )


def bump_lines(weightings: Sequence[Weighting], moves: Sequence[str], titles: Mapping[str, str]) -> list[BumpLine]:
    """The initiatives over the sets of weights, by their rank under those fixed; only sets that exist are drawn."""
    used = [one for one in weightings if one.ranks]
    fixed = next(one.ranks for one in weightings if one.name == "fixed")
    found: list[BumpLine] = []
    for code in sorted((name for name, place in fixed.items() if place is not None), key=lambda name: fixed[name] or 0):
        places = [one.ranks.get(code) for one in used]
        dots = [
            (float(BUMP_LEFT + column * BUMP_GAP), round(BUMP_TOP + (place - 1) * BUMP_STEP, 1))
            for column, place in enumerate(places)
            if place is not None
        ]
        path = "M" + " L".join(f"{x:g} {y:g}" for x, y in dots)
        found.append(
            BumpLine(code, titles[code], [one.ranks.get(code) for one in weightings], path, dots, moves=code in moves)
        )
    return found


def weighting_names(weightings: Sequence[Weighting], language: str) -> list[str]:
    """The names of sets of weights."""
    return [translate(language, WEIGHTING_WORDS[one.name]) for one in weightings]
