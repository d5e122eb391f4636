"""What a plan's page shows, ready for the template: sentences, geometry and words, and no thinking left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.actionplan.portfolio.modelling import QUARTERS, lacks_support
from app.actionplan.portfolio.roadmap import gate_of, quarter_at
from app.actionplan.portfolio.state import Line, State
from app.actionplan.portfolio.words import KIND_WORDS, Teller
from app.actionplan.priorities.pages import span
from app.consensus.pages import VERDICT_WORDS

QUARTER_WIDTH, ROW_HEIGHT, SPEND_HEIGHT = 26, 36, 104
LETTER_WIDTH = 8.4
YEAR_WIDTH = QUARTERS * QUARTER_WIDTH
TONES = 5


@dataclass(frozen=True)
class Bar:
    """A phase on the time axis of a row: where it begins, how wide it is, and what kind it is."""

    x: float
    width: float
    kind: str


@dataclass(frozen=True)
class Row:
    """One initiative in the plan's table; of one left out `bars` has a single ghost."""

    code: str
    title: str
    verdict: str
    verdict_word: str
    share: float | None
    likely: str
    cost: int
    lead: str
    bars: Sequence[Bar]
    gate: float | None
    label: tuple[float, str] | None
    period: str
    spoken: str
    hand: str
    is_needed: bool
    why: str
    loss: str
    robust: float | None
    fits: int | None
    tone: int
    years: Mapping[int, int]


@dataclass(frozen=True)
class Group:
    """Initiatives of one pillar, with what they cost together and in each year."""

    name: str
    tone: int
    cost: int
    spend: Sequence[int]
    rows: Sequence[Row]


class PlanPage:
    """The tables and drawings of a scenario in one language; `told` is what its work found so far."""

    def __init__(self, state: State, teller: Teller, told: Mapping[str, Any], robust: Mapping[str, float]) -> None:
        self._state, self._teller, self._told, self._robust = state, teller, told, robust
        pillars = list(dict.fromkeys(line.facts["pillar"] for line in state.chosen))
        self._pillars = sorted(pillars, key=lambda name: [line.facts["pillar"] for line in state.lines].index(name))

    @property
    def width(self) -> int:
        """How wide the time axis is."""
        return YEAR_WIDTH * len(self._state.frame.years)

    def groups(self) -> list[Group]:
        """The initiatives that are in, by pillar, in the order of the survey; within one by their start."""
        found: list[Group] = []
        for place, pillar in enumerate(self._pillars):
            lines = [line for line in self._state.chosen if line.facts["pillar"] == pillar]
            lines.sort(key=lambda line: (line.start or 0, line.item.start_quarter, line.row.position))
            found.append(
                Group(
                    self._teller.pillar(pillar),
                    min(place, TONES - 1),
                    sum(line.whole_cost for line in lines),
                    self._state.spend_of(lines),
                    [self.row(line) for line in lines],
                )
            )
        return found

    def next_in_line(self) -> list[Row]:
        """The initiatives that are not in, the best-rated first."""
        return [self.row(line) for line in self._state.left]

    def row(self, line: Line) -> Row:
        """One initiative as the table shows it."""
        evidence, item, teller = line.row.evidence, line.item, self._teller
        begun = line.start or max(item.start_year, self._state.frame.first_year)
        zero = (begun - self._state.frame.first_year) * QUARTERS + item.start_quarter - 1
        gate = gate_of(line.phases) if line.start else None
        first, last = quarter_at(begun, item.start_quarter, 0), quarter_at(begun, item.start_quarter, item.quarters - 1)
        loss = self._told.get("keeps" if line.start else "losses", {}).get(line.row.code)
        last_bar = self._bar(zero, line.phases[-1].since, line.phases[-1].until, "operate")
        return Row(
            code=line.row.code,
            title=teller.title(line.row.code),
            verdict=evidence["verdict"],
            verdict_word=teller.say(VERDICT_WORDS[evidence["verdict"]]),
            share=evidence["share_high"],
            likely=span(evidence["rank_set"]),
            cost=line.whole_cost,
            lead=teller.region(item.lead),
            bars=[self._bar(zero, one.since, one.until, one.kind) for one in line.phases]
            if line.start
            else [self._bar(zero, 0, item.quarters, "ghost")],
            gate=None if gate is None else self._x(zero + gate),
            label=_label(last_bar, teller.region(item.lead), has_gate=gate is not None) if line.start else None,
            period=teller.say("%(first)s – %(last)s", first=self._quarter(first), last=self._quarter(last)),
            spoken=self._spoken(line, begun),
            hand=line.hand.reason if line.hand else "",
            is_needed=line.start is not None and line.hand is None and lacks_support(item, self._state.rules),
            why=teller.why_in(line) if line.start else teller.why(line),
            loss=self._loss(loss, is_in=line.start is not None),
            robust=self._robust.get(line.row.code),
            fits=line.fits,
            tone=0,
            years={begun + place: cost for place, cost in enumerate(line.cost)},
        )

    def spend_bars(self, groups: Sequence[Group]) -> list[dict[str, Any]]:
        """For each year its spending in a pile of groups, its ceiling, and what is over it; heights in pixels."""
        state = self._state
        most = max([*state.spend, *state.rules.ceilings, 1])
        height = SPEND_HEIGHT - 18

        def h(amount: float) -> float:
            return round(height * amount / most, 1)

        found: list[dict[str, Any]] = []
        for place, year in enumerate(state.frame.years):
            top, pile = float(SPEND_HEIGHT), list[dict[str, float]]()
            for group in groups:
                part = h(group.spend[place])
                top -= part
                pile.append({"y": round(top, 1), "height": part, "tone": group.tone})
            spent, ceiling = state.spend[place], state.rules.ceilings[place]
            found.append(
                {
                    "year": year,
                    "x": place * YEAR_WIDTH,
                    "pile": pile,
                    "ceiling_y": round(SPEND_HEIGHT - h(ceiling), 1),
                    "over": {"y": round(top, 1), "height": round(h(spent - ceiling), 1)}
                    if spent > ceiling and not state.rules.carry_over
                    else None,
                    "spent": spent,
                    "ceiling": ceiling,
                }
            )
        return found

    def meter(self, groups: Sequence[Group]) -> list[dict[str, float]]:
        """The budget as one bar of a thousand: each group's part of it, scaled down where more is planned."""
        whole = max(self._state.rules.budget, self._state.planned, 1)
        x, found = 0.0, list[dict[str, float]]()
        for group in groups:
            width = 1000 * group.cost / whole
            found.append({"x": round(x, 2), "width": round(width, 2), "tone": group.tone})
            x += width
        return found

    def headline(self, *, is_working: bool) -> str:
        """What the plan is, in a sentence or two that the page proves."""
        state, say = self._state, self._teller.say
        found: Mapping[str, Any] | None = self._told.get("plan")
        count = len(state.chosen)
        if not count and is_working:
            return say("A first plan is being worked out")
        if not count and found and found["status"] == "infeasible":
            return say("No plan keeps all these rules")
        if not count:
            return say("Nothing is in this plan yet")
        told = {"count": count, "money": self._teller.money(state.rules.budget)}
        if state.planned > state.rules.budget and count == 1:
            head = say("%(count)s initiative costs more than the %(money)s there are.", **told)
        elif state.planned > state.rules.budget:
            head = say("%(count)s initiatives cost more than the %(money)s there are.", **told)
        elif count == 1:
            head = say("%(count)s initiative fits in %(money)s.", **told)
        else:
            head = say("%(count)s initiatives fit in %(money)s.", **told)
        broken = len(state.breaches)
        if not broken:
            return head
        rest = say("One thing needs a fix.") if broken == 1 else say("%(count)s things need a fix.", count=broken)
        return f"{head} {rest}"

    def _loss(self, loss: Mapping[str, Any] | None, *, is_in: bool) -> str:
        say = self._teller.say
        if loss is None:
            return ""
        if loss["loss"] is None and not loss["is_sure"]:
            return ""
        if loss["loss"] is None:
            return say("No plan without it keeps the rules") if is_in else say("No plan with it keeps the rules")
        if not self._told["plan"]["objective"]:
            return ""
        share = 100 * loss["loss"] / self._told["plan"]["objective"]
        if not round(share, 1):
            return say("Without it the plan is worth as much") if is_in else say("With it the plan is worth as much")
        told = {"share": self._teller.decimal(share, 1)}
        if is_in:
            return say("Without it the plan is worth %(share)s %% less", **told)
        return say("With it the plan is worth %(share)s %% less", **told)

    def _spoken(self, line: Line, begun: int) -> str:
        parts: list[str] = []
        for one in line.phases if line.start else ():
            since = quarter_at(begun, line.item.start_quarter, one.since)
            until = quarter_at(begun, line.item.start_quarter, one.until - 1)
            name = one.name or self._teller.say(KIND_WORDS[one.kind])
            parts.append(f"{name} {self._quarter(since)} – {self._quarter(until)}")
        if line.item.lead:
            parts.append(self._teller.say("Lead: %(partner)s", partner=self._teller.region(line.item.lead)))
        return "; ".join(parts)

    def _quarter(self, place: tuple[int, int]) -> str:
        return self._teller.say("%(year)s Q%(quarter)s", year=place[0], quarter=place[1])

    def _x(self, quarter: int) -> float:
        return float(max(0, min(self.width, quarter * QUARTER_WIDTH)))

    def _bar(self, zero: int, since: int, until: int, kind: str) -> Bar:
        first, last = self._x(zero + since), self._x(zero + until)
        return Bar(first, round(last - first, 1), kind)


def _label(bar: Bar, name: str, *, has_gate: bool) -> tuple[float, str] | None:
    """Where a name is written into a bar, None where it does not fit."""
    indent = 13 if has_gate else 8
    return (bar.x + indent, name) if name and len(name) * LETTER_WIDTH + indent <= bar.width else None
