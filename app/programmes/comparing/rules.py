"""Programmes beside each other: medians over partners, coverage and overlap, and who could learn from whom. Pure.

Nothing here ranks. What is not stated makes neither a gap, nor a strength, nor a weakness.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from statistics import median

from app.programmes.rules import (
    CATEGORY_WORDS,
    TARGET_WORDS,
    Facts,
    Span,
    Unknown,
    cost_per_participant,
    satisfaction_interval,
    use_of,
)

STRONG_USE = 0.9
STRONG_SATISFACTION = 7.5
WEAK_USE = 0.6
WEAK_SATISFACTION = 6.0
LEAST_TRANSFERABILITY = 4
"""The thresholds of who could learn from whom: satisfaction counts by the nearer end of its interval."""


@dataclass(frozen=True)
class Compared:
    """A programme with the figures that follow from what is stated of it."""

    facts: Facts
    use: float | Unknown
    cost: Span | Unknown
    interval: Span | Unknown


@dataclass(frozen=True)
class Middle:
    """The median over partners, each with the median of its own programmes, and how many partners it rests on."""

    value: float
    partners: int


FIGURES: Mapping[str, Callable[[Compared], float | None]] = {
    "use": lambda one: None if isinstance(one.use, Unknown) else one.use,
    "cost": lambda one: (one.cost.low + one.cost.high) / 2 if isinstance(one.cost, Span) else None,
    "satisfaction": lambda one: one.facts.satisfaction,
    "years": lambda one: one.facts.years,
    "staff": lambda one: one.facts.staff,
}
"""The figures that medians are taken of; a cost that is a range counts with its middle."""


def compare(programmes: Sequence[Facts], category: str) -> list[Compared]:
    """The programmes of a category, by partner and code.

    >>> fair = Facts("P1", "CAT", "Fair", "talent", participants=30, capacity=40)
    >>> [one.use for one in compare([fair], "talent")], compare([fair], "connect")
    ([0.75], [])
    """
    chosen = sorted((one for one in programmes if one.category == category), key=lambda one: (one.partner, one.code))
    return [Compared(one, use_of(one), cost_per_participant(one), satisfaction_interval(one)) for one in chosen]


def middle_of(rows: Sequence[Compared], figure: str) -> Middle | Unknown:
    """The median of a figure over partners; a partner with many programmes weighs as much as one with few.

    >>> rows = compare([Facts(code, partner, "N", "talent", years=years) for code, partner, years in
    ...     (("A1", "A", 2), ("A2", "A", 4), ("B1", "B", 9), ("C1", "C", None))], "talent")
    >>> middle_of(rows, "years"), middle_of(rows, "staff")
    (Middle(value=6.0, partners=2), <Unknown.NO_PROGRAMME: 'no_programme'>)
    """
    by_partner: dict[str, list[float]] = {}
    for row in rows:
        value = FIGURES[figure](row)
        if value is not None:
            by_partner.setdefault(row.facts.partner, []).append(value)
    if not by_partner:
        return Unknown.NO_PROGRAMME
    return Middle(median(median(values) for values in by_partner.values()), len(by_partner))


class Axis(StrEnum):
    """What the rows of the matrix are."""

    CATEGORY = "category"
    TARGET = "target"


ROWS: Mapping[Axis, Sequence[str]] = {Axis.CATEGORY: tuple(CATEGORY_WORDS), Axis.TARGET: tuple(TARGET_WORDS)}


@dataclass(frozen=True)
class Overlap:
    """Programmes of two or more partners with the same category, target group and delivery."""

    category: str
    target: str
    delivery: str
    programmes: Sequence[Facts]


@dataclass(frozen=True)
class Cell:
    """The programmes of a partner in a row of the matrix, and which of them overlap with another partner's there."""

    codes: Sequence[str] = ()
    shared: Sequence[str] = ()


def overlaps(programmes: Sequence[Facts]) -> list[Overlap]:
    """Where partners offer the same thing to the same people in the same way; without a stated way there is none.

    >>> here, there = (Facts(code, code[0], "N", "talent", ("sme",), "online") for code in ("A1", "B1"))
    >>> [(one.category, one.target, one.delivery, len(one.programmes)) for one in overlaps([here, there])]
    [('talent', 'sme', 'online', 2)]
    >>> overlaps([here])
    []
    """
    alike: dict[tuple[str, str, str], list[Facts]] = {}
    for one in sorted(programmes, key=lambda one: (one.partner, one.code)):
        for target in one.target_groups if one.delivery_mode else ():
            alike.setdefault((one.category, target, one.delivery_mode), []).append(one)
    order = {name: place for place, name in enumerate((*CATEGORY_WORDS, *TARGET_WORDS))}
    found = [Overlap(*key, found) for key, found in alike.items() if len({one.partner for one in found}) > 1]
    return sorted(found, key=lambda one: (order[one.category], order[one.target], one.delivery))


def matrix(programmes: Sequence[Facts], partners: Sequence[str], axis: Axis) -> dict[tuple[str, str], Cell]:
    """The cells of the matrix by row and partner.

    >>> here, there = (Facts(code, code[0], "N", "talent", ("sme",), "online") for code in ("A1", "B1"))
    >>> cells = matrix([here, there], ["A", "B"], Axis.TARGET)
    >>> cells["sme", "A"], cells["large", "A"]
    (Cell(codes=('A1',), shared=('A1',)), Cell(codes=(), shared=()))
    """
    shared: dict[str, set[str]] = {}
    for one in overlaps(programmes):
        row = one.category if axis is Axis.CATEGORY else one.target
        shared.setdefault(row, set()).update(each.code for each in one.programmes)
    cells: dict[tuple[str, str], Cell] = {}
    for row, partner in product(ROWS[axis], partners):
        own = [one for one in programmes if one.partner == partner and row in _rows_of(one, axis)]
        codes = tuple(sorted(one.code for one in own))
        cells[row, partner] = Cell(codes, tuple(code for code in codes if code in shared.get(row, ())))
    return cells


def _rows_of(one: Facts, axis: Axis) -> Sequence[str]:
    return (one.category,) if axis is Axis.CATEGORY else one.target_groups


@dataclass(frozen=True)
class Gap:
    """A target group that no programme of a category names; `silent` programmes of it do not say whom they are for."""

    category: str
    target: str
    silent: int


def gaps(programmes: Sequence[Facts]) -> list[Gap]:
    """What no partner offers: target groups no programme of a category names, those called others left aside.

    >>> found = gaps([Facts("A1", "A", "N", "talent", ("sme",)), Facts("A2", "A", "N", "talent")])
    >>> [(one.target, one.silent) for one in found if one.category == "talent"][:2], len(found)
    ([('startup', 1), ('large', 1)], 44)
    """
    found: list[Gap] = []
    for category, target in product(CATEGORY_WORDS, TARGET_WORDS):
        own = [one for one in programmes if one.category == category]
        if target != "other" and not any(target in one.target_groups for one in own):
            found.append(Gap(category, target, sum(not one.target_groups for one in own)))
    return found


class Ground(StrEnum):
    """What makes a programme strong or weak."""

    EVALUATED = "evaluated"
    REPORTED = "reported"
    FULL = "full"
    SATISFYING = "satisfying"
    UNPROVEN = "unproven"
    EMPTY = "empty"
    UNSATISFYING = "unsatisfying"


@dataclass(frozen=True)
class Reason:
    """A ground with the figure it rests on, where it is one."""

    ground: Ground
    figure: float | None = None


def strengths_of(one: Facts) -> list[Reason]:
    """Why a programme is strong; none where it is not, or where nothing stated says so.

    It is when it was evaluated from outside, or when it reports results itself and is nearly full or surely satisfying.

    >>> full = Facts("P1", "A", "N", "talent", participants=95, capacity=100, evidence="self_reported")
    >>> [(reason.ground.value, reason.figure) for reason in strengths_of(full)]
    [('reported', None), ('full', 0.95)]
    >>> strengths_of(Facts("P1", "A", "N", "talent", participants=95, capacity=100))
    []
    """
    use, interval = use_of(one), satisfaction_interval(one)
    figures: list[Reason] = []
    if not isinstance(use, Unknown) and use >= STRONG_USE:
        figures.append(Reason(Ground.FULL, use))
    if isinstance(interval, Span) and interval.low >= STRONG_SATISFACTION:
        figures.append(Reason(Ground.SATISFYING, interval.low))
    if one.evidence == "external_evaluation":
        return [Reason(Ground.EVALUATED), *figures]
    return [Reason(Ground.REPORTED), *figures] if one.evidence == "self_reported" and figures else []


def weaknesses_of(one: Facts) -> list[Reason]:
    """Why a programme is weak: it says it has no evidence, is mostly empty, or surely satisfies little.

    >>> [reason.ground.value for reason in weaknesses_of(Facts("P1", "A", "N", "talent", evidence="none"))]
    ['unproven']
    >>> weaknesses_of(Facts("P1", "A", "N", "talent"))
    []
    """
    use, interval = use_of(one), satisfaction_interval(one)
    found: list[Reason] = []
    if strengths_of(one):
        return found
    if one.evidence == "none":
        found.append(Reason(Ground.UNPROVEN))
    if not isinstance(use, Unknown) and use < WEAK_USE:
        found.append(Reason(Ground.EMPTY, use))
    if isinstance(interval, Span) and interval.high < WEAK_SATISFACTION:
        found.append(Reason(Ground.UNSATISFYING, interval.high))
    return found


@dataclass(frozen=True)
class Lesson:
    """One partner could learn from a programme of another: why it is strong there, and what there is here.

    `own` are the learner's programmes of the category for the same people, each weak, with the reasons; none means
    that the learner offers nothing in the category to the `targets`, or to anybody where none are named.
    """

    learner: str
    model: Facts
    strengths: Sequence[Reason]
    targets: Sequence[str]
    own: Sequence[tuple[Facts, Sequence[Reason]]]


def lessons(programmes: Sequence[Facts], partners: Sequence[str]) -> list[Lesson]:
    """Who could learn from whom: strong there, weak or absent here, stated to be transferable and open to others.

    A partner without any programme has not said what it offers, and learns nothing. One whose programmes of the
    category do not say whom they are for is not said to lack one.

    >>> good = {"evidence": "external_evaluation", "is_open": True, "transferability": 4}
    >>> model = Facts("A1", "A", "N", "talent", ("sme",), **good)
    >>> other = Facts("B1", "B", "N", "connect", ("sme",))
    >>> [(one.learner, one.model.code, one.own) for one in lessons([model, other], ["A", "B", "C"])]
    [('B', 'A1', [])]
    """
    models = [
        (one, strengths)
        for one in sorted(programmes, key=lambda one: (list(CATEGORY_WORDS).index(one.category), one.code))
        if (strengths := strengths_of(one)) and one.is_open and (one.transferability or 0) >= LEAST_TRANSFERABILITY
    ]
    found: list[Lesson] = []
    for learner in partners:
        theirs = [one for one in programmes if one.partner == learner]
        for model, strengths in models if theirs else []:
            own = None if model.partner == learner else _weak_ones(model, theirs)
            if own is not None:
                found.append(Lesson(learner, model, strengths, model.target_groups, own))
    return found


def _weak_ones(model: Facts, theirs: Sequence[Facts]) -> list[tuple[Facts, Sequence[Reason]]] | None:
    """A partner's own programmes for the same people when each is weak, empty for none; None where it has a good one
    or does not say.
    """
    same = [one for one in theirs if one.category == model.category]
    if model.target_groups:
        if any(not one.target_groups for one in same):
            return None
        same = [one for one in same if set(one.target_groups) & set(model.target_groups)]
    judged: list[tuple[Facts, Sequence[Reason]]] = [
        (one, weaknesses_of(one)) for one in sorted(same, key=lambda one: one.code)
    ]
    return judged if all(reasons for _, reasons in judged) else None
