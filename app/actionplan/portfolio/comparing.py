"""Two states of a plan side by side: only where they differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.actionplan.portfolio.checking import Breach
from app.actionplan.portfolio.models import ScenarioDraft
from app.actionplan.portfolio.rulebook import from_data
from app.actionplan.portfolio.state import Reach, State
from app.actionplan.portfolio.words import Teller


@dataclass(frozen=True)
class Moved:
    """An initiative that the two plan otherwise: the years it starts, None where it is out."""

    code: str
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Difference:
    """What is otherwise in the second state. Pairs are before and after; lists hold only what differs."""

    moved: Sequence[Moved]
    spend: Sequence[tuple[int, int, int]]
    planned: tuple[int, int]
    value: tuple[float, float]
    helices: Sequence[tuple[Reach, Reach]]
    rules: Sequence[tuple[str, Any, Any]]
    solved: Sequence[Breach]
    new: Sequence[Breach]

    @property
    def is_none(self) -> bool:
        """Whether the two are the same."""
        return not (self.moved or self.rules or self.solved or self.new or self.planned[0] != self.planned[1])


def compare(one: State, other: State) -> Difference:
    """Where a second state differs from a first one of the same plan."""
    codes = [row.code for row in one.loaded.items]
    kept, made = dict(vars(one.rules)), dict(vars(other.rules))
    return Difference(
        [
            Moved(code, one.start.get(code), other.start.get(code))
            for code in codes
            if one.start.get(code) != other.start.get(code)
        ],
        [
            (year, before, after)
            for year, before, after in zip(one.frame.years, one.spend, other.spend, strict=True)
            if before != after
        ],
        (one.planned, other.planned),
        (one.value, other.value),
        [
            (before, after)
            for before, after in zip(one.helices, other.helices, strict=True)
            if (before.count, before.share) != (after.count, after.share)
        ],
        [(name, kept[name], made[name]) for name in kept if kept[name] != made[name]],
        [breach for breach in one.breaches if breach not in other.breaches],
        [breach for breach in other.breaches if breach not in one.breaches],
    )


def compare_drafts(before: ScenarioDraft | None, draft: ScenarioDraft, state: State, teller: Teller) -> list[str]:
    """What a draft changed, a sentence each; nothing for the first."""
    if before is None:
        return []
    found: list[str] = []
    for row in state.loaded.items:
        was, now = before.start_year.get(row.code), draft.start_year.get(row.code)
        title = teller.title(row.code)
        if was == now:
            continue
        if was is None:
            found.append(teller.say("“%(title)s” comes in, in %(year)s", title=title, year=now))
        elif now is None:
            found.append(teller.say("“%(title)s” goes out", title=title))
        else:
            found.append(
                teller.say("“%(title)s” starts in %(after)s instead of %(before)s", title=title, before=was, after=now)
            )
    kept, made = vars(from_data(before.rules)), vars(from_data(draft.rules))
    return found + [_rule_changed(teller, name, kept[name], made[name]) for name in kept if kept[name] != made[name]]


def _rule_changed(teller: Teller, name: str, before: Any, after: Any) -> str:
    """How a rule was changed, from what to what."""
    return f"{teller.rule_field(name)}: {teller.rule_value(name, before)} → {teller.rule_value(name, after)}"
