"""What evidence may hold, and what of it may be shown to whom. Pure."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from app.documents.sheets import Fault
from app.people.rules import Helix
from app.stats.disclosure import may_show

MINIMUM_GROUP = 5
MOST_SPOKE, MOSTLY = 2, 0.6
TOO_MANY_DOTS = "That makes %(sum)s dots; %(people)s people with %(each)s each have %(most)s."
TOO_MANY_OF_GROUP = "That makes %(sum)s dots of this group; its %(people)s people with %(each)s each have %(most)s."
HELICES = tuple(helix.value for helix in Helix)


class Stance(StrEnum):
    """Where somebody interviewed stands on an initiative."""

    FOR = "for"
    CONDITIONS = "conditions"
    NEUTRAL = "neutral"
    AGAINST = "against"
    NO_OPINION = "no_opinion"


class Fate(StrEnum):
    """What became of a change that a workshop proposed."""

    NOTED = "noted"
    TAKEN_UP = "taken_up"
    NOT_TAKEN_UP = "not_taken_up"


@dataclass(frozen=True)
class VoteIn:
    """What a workshop gave one initiative: dots in all and by group where they were counted so, and what to change."""

    code: str
    dots: int | None = None
    by_helix: Mapping[str, int] | None = None
    version: int | None = None
    change: str = ""
    fate: Fate = Fate.NOTED
    because: str = ""


def dot_faults(votes: Sequence[VoteIn], participants: Mapping[str, int], each: int) -> list[Fault]:
    """What is wrong with dots: more than the people there had to give, or groups that do not add up.

    Each fault names the field of the initiative at which it shows first.

    >>> votes = [VoteIn("I1", dots=4), VoteIn("I2", dots=3)]
    >>> [(fault.column, fault.values["most"]) for fault in dot_faults(votes, {"civil": 2}, 3)]
    [('dots.I2', 6)]
    """
    people = sum(participants.values())
    faults: list[Fault] = []
    given: Counter[str] = Counter()
    for vote in votes:
        field = f"dots.{vote.code}"
        by_helix = vote.by_helix or {}
        if vote.by_helix is not None and vote.dots is not None and sum(by_helix.values()) != vote.dots:
            values = {"sum": sum(by_helix.values()), "dots": vote.dots}
            faults.append(Fault(0, field, "The dots of the groups make %(sum)s, not %(dots)s.", values))
        most = people * each
        given[""] += vote.dots or 0
        if given[""] - (vote.dots or 0) <= most < given[""]:
            values = {"sum": given[""], "most": most, "people": people, "each": each}
            faults.append(Fault(0, field, TOO_MANY_DOTS, values))
        for helix, dots in by_helix.items():
            given[helix] += dots
            there = participants.get(helix, 0)
            if given[helix] - dots <= there * each < given[helix]:
                values = {"sum": given[helix], "most": there * each, "people": there, "each": each}
                faults.append(Fault(0, f"{field}.{helix}", TOO_MANY_OF_GROUP, values))
    return faults


def shown_helices(sizes: Mapping[str, int], *, minimum: int = MINIMUM_GROUP) -> set[str]:
    """The groups whose figures may stand beside the total: large enough, and none to be had by subtraction.

    >>> sorted(shown_helices({"government": 9, "civil": 6, "industry": 3}))
    ['government']
    """
    names = sorted(sizes)
    shown = may_show(np.array([sizes[name] for name in names], dtype=np.float64), minimum)
    return {name for name, is_shown in zip(names, shown, strict=True) if is_shown}


@dataclass(frozen=True)
class ShownDots:
    """The dots of one workshop for one initiative that may be shown; None where they may not."""

    dots: int | None
    by_helix: Mapping[str, int | None]


def shown_dots(participants: Mapping[str, int], dots: int | None, by_helix: Mapping[str, int] | None) -> ShownDots:
    """What of the dots may be shown: nothing of fewer than five people, nor what subtraction would tell of them.

    How many people of which group were there is no answer, so a group nobody came from hides nothing.

    >>> shown_dots({"government": 9, "civil": 6}, 12, {"government": 8, "civil": 4}).by_helix
    {'government': 8, 'civil': 4}
    >>> shown_dots({"government": 2, "civil": 2}, 4, None)
    ShownDots(dots=None, by_helix={})
    """
    there = {helix: count for helix, count in participants.items() if count}
    if sum(there.values()) < MINIMUM_GROUP:
        return ShownDots(None, {})
    shown = shown_helices(there)
    return ShownDots(
        dots, {helix: (by_helix or {}).get(helix, 0) if helix in shown else None for helix in there if by_helix}
    )


def mostly(people: Mapping[str, int]) -> list[str]:
    """The one or two groups from which more than six in ten came, the larger first; none when it takes more.

    >>> mostly({"government": 30, "civil": 20, "industry": 10, "academia": 10})
    ['government', 'civil']
    >>> mostly({"government": 10, "civil": 10, "industry": 10, "academia": 10}), mostly({})
    ([], [])
    """
    total = sum(people.values())
    order = sorted(people, key=lambda helix: (-people[helix], helix))
    for count in range(1, MOST_SPOKE + 1):
        if total and sum(people[helix] for helix in order[:count]) > MOSTLY * total:
            return order[:count]
    return []


def may_quote(is_quotable: bool, embargo_until: date | None, today: date) -> bool:
    """Whether the words of an interview may leave those who hold it: said to be quotable, and any embargo over.

    >>> may_quote(True, date(2027, 3, 5), date(2027, 3, 4)), may_quote(True, date(2027, 3, 5), date(2027, 3, 5))
    (False, True)
    """
    return is_quotable and (embargo_until is None or embargo_until <= today)


def in_drawn_order(texts: Iterable[str]) -> list[str]:
    """Texts in an order that says nothing of who said them or when.

    >>> in_drawn_order(["b", "a"]) == in_drawn_order(["a", "b"])
    True
    """
    return sorted(texts, key=lambda text: (hashlib.sha256(text.encode()).hexdigest(), text))


Said = Mapping[str, tuple[str, str]]
"""The group and the stance of each interview, by the interview's key."""
Touched = Callable[[Collection[str]], int]
"""How many of the interviews that changed are, or were, of one of these groups."""


@dataclass(frozen=True)
class StanceStep:
    """What is shown of the stances on one initiative, and by which interviews.

    `shown` are the groups that stand beside the total. One that was `lost`, because it could not be shown any more
    without telling of fewer than five people, never comes back: two of its figures would tell of those between.
    """

    counted: Said
    shown: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()


def take_step(before: StanceStep, said: Said, *, minimum: int = MINIMUM_GROUP) -> StanceStep:
    """The next step of what is shown; the same one until at least five interviews were added, changed or taken out.

    So neither a figure nor the difference of two figures, whenever read, is about fewer than five people: that holds
    for the total, for each group that stays shown, and for all the others together.

    >>> said = {str(number): ("civil", "for") for number in range(6)}
    >>> take_step(StanceStep({}), said).shown, len(take_step(StanceStep({}), {"1": ("civil", "for")}).counted)
    (frozenset(), 0)
    """
    changed = [key for key in {*before.counted, *said} if before.counted.get(key) != said.get(key)]
    if len(changed) < minimum:
        return before

    def touched(helices: Collection[str]) -> int:
        sides = ((before.counted.get(key), said.get(key)) for key in changed)
        return sum(any(side and side[0] in helices for side in pair) for pair in sides)

    sizes = {helix: sum(own == helix for own, _ in said.values()) for helix in HELICES}
    shown = shown_helices(sizes, minimum=minimum) - before.lost
    while (gone := _must_go(shown, before.shown, sizes, touched, minimum)) is not None:
        shown = shown - {gone}
    return StanceStep(dict(said), frozenset(shown), before.lost | (before.shown - shown))


def _must_go(
    shown: set[str], shown_before: Collection[str], sizes: Mapping[str, int], touched: Touched, minimum: int
) -> str | None:
    """A group that may not stay shown, if there is one."""
    staying = sorted(shown & set(shown_before), key=lambda helix: (touched({helix}), helix))
    few = [helix for helix in staying if 0 < touched({helix}) < minimum]
    if few:
        return few[0]
    if 0 < touched(set(HELICES) - set(staying)) < minimum:
        return next(helix for helix in staying if touched({helix}))
    hidden = set(HELICES) - shown
    # one hidden group alone would show by subtraction
    if shown and len(hidden) == 1:
        return min(shown, key=lambda helix: (sizes[helix], helix))
    return None


@dataclass(frozen=True)
class ShownStances:
    """How many interviews took which stance, over all and by group; None where it may not be shown."""

    n: int | None
    stances: Mapping[str, int] | None
    by_helix: Mapping[str, Mapping[str, int] | None]


def shown_stances(step: StanceStep, *, minimum: int = MINIMUM_GROUP) -> ShownStances:
    """What may be shown of a step.

    >>> step = take_step(StanceStep({}), {str(number): ("civil", "for") for number in range(6)})
    >>> shown_stances(step).stances["for"], shown_stances(step).by_helix["civil"]
    (6, None)
    """
    if len(step.counted) < minimum:
        return ShownStances(None, None, dict.fromkeys(HELICES))
    return ShownStances(
        len(step.counted),
        count_stances(step.counted.values()),
        {helix: _of(step, helix) if helix in step.shown else None for helix in HELICES},
    )


def count_stances(said: Iterable[tuple[str, str]]) -> dict[str, int]:
    """How often each stance was taken, in the order from for to no opinion."""
    found = Counter(stance for _, stance in said)
    return {stance.value: found[stance.value] for stance in Stance}


def _of(step: StanceStep, helix: str) -> dict[str, int]:
    return count_stances(pair for pair in step.counted.values() if pair[0] == helix)
