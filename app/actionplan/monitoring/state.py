"""How an adopted plan stands on a day: every milestone, indicator and risk, judged by what was known then."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from app.actionplan.monitoring.models import (
    GateDecision,
    Milestone,
    ProgressReport,
    Risk,
    RiskAssessment,
)
from app.actionplan.monitoring.queries import Followed, Following
from app.actionplan.monitoring.rules import (
    WHOLE,
    GateOutcome,
    Kind,
    Level,
    Light,
    Target,
    Unjudged,
    depending_on,
    expected_in,
    judge_indicator,
    level_of,
    light_for,
)

SOON = timedelta(days=90)


@dataclass(frozen=True)
class Standing:
    """How a milestone stands: `light` is None once it was closed, or its initiative stopped."""

    milestone: Milestone
    percent: int
    light: Light | None
    last: ProgressReport | None
    decision: GateDecision | None

    @property
    def is_counted(self) -> bool:
        """Whether it is among those that still count: neither closed nor stopped."""
        return self.light is not None


@dataclass(frozen=True)
class Read:
    """What an indicator was in a year: read in by hand, or of the region the target names.

    `status` says what a value of the catalogue is worth; it is empty for one by hand.
    """

    year: int
    value: float
    source: str
    note: str
    added_at: datetime
    added_by_id: UUID | None
    status: str = ""

    @property
    def is_by_hand(self) -> bool:
        """Whether somebody typed it for this plan."""
        return not self.status


@dataclass(frozen=True)
class IndicatorStanding:
    """How an indicator stands: `by_year` holds the reading that counts of each year, `readings` all of them.

    `baseline` is the reading that the baseline was taken from, None where it was typed.
    """

    followed: Followed
    indicator: str
    unit: str
    target: Target
    region: str
    baseline: Read | None
    readings: Sequence[Read]
    by_year: Mapping[int, Read]
    judged: Light | Unjudged

    @property
    def newest(self) -> Read | None:
        """The reading of the latest year."""
        return self.by_year[max(self.by_year)] if self.by_year else None

    @property
    def expected(self) -> float | None:
        """What the straight line says for the year of the newest reading."""
        return expected_in(self.target, self.newest.year) if self.newest else None


@dataclass(frozen=True)
class RiskStanding:
    """How a risk stands, and how it stood at first."""

    risk: Risk
    first: RiskAssessment
    now: RiskAssessment

    @property
    def level(self) -> Level:
        """How much it weighs now."""
        return level_of(self.now.likelihood, self.now.impact)

    @property
    def grown_by(self) -> int:
        """By how much likelihood times impact has grown; negative when it shrank."""
        return self.now.likelihood * self.now.impact - self.first.likelihood * self.first.impact


class State:
    """An adopted plan as it stood on a day."""

    def __init__(self, following: Following, day: date) -> None:
        self.following, self.day = following, day
        self.stopped = {
            one.item_code: decided
            for one in following.milestones
            if (decided := self._decision(one)) and decided.outcome == GateOutcome.STOP
        }
        self.standings = [self._standing(one) for one in following.milestones]

    @property
    def stops(self) -> list[tuple[Followed, GateDecision, list[Followed]]]:
        """The initiatives that were stopped, the decision of each, and what needs it."""
        items = self.following.items
        return [
            (items[code], decided, self.dependents(code)) for code, decided in self.stopped.items() if code in items
        ]

    def of_item(self, code: str) -> list[Standing]:
        """The milestones of an initiative."""
        return [one for one in self.standings if one.milestone.item_code == code]

    def with_light(self, light: Light) -> list[Standing]:
        """The milestones under a light, the earliest due first."""
        return [one for one in self.standings if one.light is light]

    @property
    def counted(self) -> list[Standing]:
        """The milestones that still count."""
        return [one for one in self.standings if one.is_counted]

    @property
    def soon(self) -> list[Standing]:
        """What is unfinished and due within the next 90 days."""
        return [
            one
            for one in self.counted
            if one.light is not Light.DONE and self.day <= one.milestone.due <= self.day + SOON
        ]

    def indicators(self, code: str | None = None) -> list[IndicatorStanding]:
        """The indicators with targets, of one initiative or of all, in the order of the edition."""
        return [
            self._indicator(followed, target)
            for followed in self.following.items.values()
            if code in (None, followed.code)
            for target in followed.item["targets"]
        ]

    def risks(self, code: str | None = None, since: date | None = None) -> list[RiskStanding]:
        """The risks, the heaviest first; `since` says from which day on growth counts, by default from the first."""
        found = [self._risk(risk, since) for risk in self.following.risks if code in (None, risk.item_code)]
        return sorted(
            (one for one in found if one), key=lambda one: (-one.now.likelihood * one.now.impact, one.risk.number)
        )

    def dependents(self, code: str) -> list[Followed]:
        """The initiatives of the plan that need this one, directly or through others."""
        items = self.following.items
        return [items[name] for name in depending_on(code, {key: one.item["depends_on"] for key, one in items.items()})]

    def planned_in(self, year: int, codes: Iterable[str] | None = None) -> int:
        """The money planned for a year, in euros."""
        chosen = set(self.following.items if codes is None else codes)
        return sum(
            one.item["cost_by_year"].get(str(year), 0) for one in self.following.items.values() if one.code in chosen
        )

    def spent_in(self, year: int, codes: Iterable[str] | None = None) -> int | None:
        """The money reported for a year; None when no report says any."""
        chosen = set(self.following.items if codes is None else codes)
        amounts = [
            report.spent
            for one in self.following.milestones
            if one.item_code in chosen
            for report in self.reports_of(one)
            if report.spent is not None and report.reported_on.year == year
        ]
        return sum(amounts) if amounts else None

    def reports_of(self, milestone: Milestone) -> list[ProgressReport]:
        """The reports that count, in the order of their days: without those that were corrected."""
        every = self.following.reports.get(milestone.id, ())
        corrected = {one.corrects_id for one in every}
        counted = [one for one in every if one.id not in corrected and one.reported_on <= self.day]
        return sorted(counted, key=lambda one: (one.reported_on, one.number))

    def _decision(self, milestone: Milestone) -> GateDecision | None:
        decisions = self.following.decisions.get(milestone.id, ())
        return next((one for one in reversed(decisions) if one.decided_at.date() <= self.day), None)

    def _standing(self, one: Milestone) -> Standing:
        reports, decision = self.reports_of(one), self._decision(one)
        last = reports[-1] if reports else None
        percent = WHOLE if decision else last.percent if last else 0
        light = light_for(percent, one.begins_on, one.due, self.day)
        is_closed = one.closed_at is not None and one.closed_at.date() <= self.day
        is_over = is_closed or (one.item_code in self.stopped and light is not Light.DONE)
        return Standing(one, percent, None if is_over else light, last, decision)

    def _indicator(self, followed: Followed, given: Mapping[str, Any]) -> IndicatorStanding:
        start, name = followed.item["start"], given["indicator"]
        begins = start[0] if start else self.following.plan.first_year
        region, year = given.get("region", ""), given.get("baseline_year")
        read = {one.year: one for one in self._catalogue(name, region)}
        baseline = read.get(year) if year else None
        typed = [one for one in self.following.readings.get((followed.code, name), ()) if one.year <= self.day.year]
        own = [Read(one.year, one.value, one.source, one.note, one.added_at, one.added_by_id) for one in typed]
        # only what came after the baseline tells what became of it; what was read of the region counts before what
        # somebody typed
        later = [one for one in read.values() if one.year > (year or begins - 1)]
        readings = [*own, *later]
        by_year = {one.year: one for one in readings}
        target = Target(baseline.value if baseline else given["baseline"], given["target"], begins, given["by_year"])
        values = {year: one.value for year, one in by_year.items()}
        judged = judge_indicator(target, values, self.day.year)
        unit = given["unit"]
        return IndicatorStanding(followed, name, unit, target, region, baseline, readings, by_year, judged)

    def _catalogue(self, indicator: str, region: str) -> list[Read]:
        """What was known on the day of a region, the reading that counts of each year."""
        known = {
            one.year: one
            for one in self.following.catalogue.get((indicator, region), ())
            if one.year <= self.day.year and one.added_at.date() <= self.day
        }
        return [
            Read(one.year, one.value, one.source, one.note, one.added_at, one.added_by_id, one.status)
            for one in known.values()
            if one.value is not None
        ]

    def _risk(self, risk: Risk, since: date | None) -> RiskStanding | None:
        known = [one for one in self.following.assessments.get(risk.id, ()) if one.assessed_at.date() <= self.day]
        if not known:
            return None
        before = [one for one in known if since and one.assessed_at.date() < since]
        return RiskStanding(risk, before[-1] if before else known[0], known[-1])


def count_lights(standings: Iterable[Standing]) -> dict[Light, int]:
    """How many milestones are under each light, the worst first."""
    found = Counter(one.light for one in standings)
    return {light: found[light] for light in Light}


def heat_of(risks: Iterable[RiskStanding]) -> list[list[list[RiskStanding]]]:
    """The risks on a table of five by five: rows by likelihood from 5 to 1, columns by impact from 1 to 5."""
    cells: dict[tuple[int, int], list[RiskStanding]] = {}
    for one in risks:
        cells.setdefault((one.now.likelihood, one.now.impact), []).append(one)
    return [[cells.get((likelihood, impact), []) for impact in range(1, 6)] for likelihood in range(5, 0, -1)]


@dataclass(frozen=True)
class Review:
    """A year looked back on: what was planned for it, and what became of that by its end, or until now."""

    year: int
    until: date
    planned: list[Standing]
    moved: list[Standing]
    reached: list[Standing]
    late: list[Standing]
    given_up: list[Standing]
    stopped: list[tuple[Followed, GateDecision, list[Followed]]]
    money_planned: int
    money_spent: int | None
    indicators: list[IndicatorStanding]
    grown: list[RiskStanding]


def review_of(following: Following, year: int, today: date) -> Review:
    """Look back on a year, on its last day or, while it runs, today.

    Planned is what was due in it at first; `moved` is what of it is due in another year now. Late is all that was late
    on that day, also of years before.
    """
    until = min(today, date(year, 12, 31))
    state = State(following, until)
    planned = [one for one in state.standings if one.milestone.first_due.year == year]
    return Review(
        year=year,
        until=until,
        planned=planned,
        moved=[one for one in planned if one.milestone.due.year != year],
        reached=[one for one in planned if one.light is Light.DONE],
        late=state.with_light(Light.LATE),
        given_up=[one for one in planned if one.light is None],
        stopped=[one for one in state.stops if one[1].decided_at.year == year],
        money_planned=state.planned_in(year),
        money_spent=state.spent_in(year),
        indicators=state.indicators(),
        grown=[one for one in state.risks(since=date(year, 1, 1)) if one.grown_by > 0],
    )


def gates_open(state: State) -> list[Standing]:
    """The go/stop points that have come and were not decided, the earliest first."""
    return [
        one
        for one in state.counted
        if one.milestone.kind == Kind.GATE and one.decision is None and one.milestone.due <= state.day
    ]
