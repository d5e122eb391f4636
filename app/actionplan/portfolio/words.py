"""What plans say of themselves: what is broken, what would repair it, and why something is in or out."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, cast

from babel.numbers import format_decimal

from app.actionplan.portfolio.checking import Breach
from app.actionplan.portfolio.conflicts import Give
from app.actionplan.portfolio.fixing import Fix
from app.actionplan.portfolio.modelling import THOUSAND, lacks_support
from app.actionplan.portfolio.pricing import WhyKind
from app.actionplan.portfolio.problem import Rule
from app.actionplan.portfolio.rules import Fault, FaultKind
from app.actionplan.portfolio.state import Line, State
from app.core.amounts import short_money, whole_money
from app.core.catalogues import translate
from app.core.words import pick
from app.people.rules import HELIX_WORDS

PILLAR_WORDS = {
    "connect": "Connect",
    "accelerate": "Accelerate",
    "scale_up": "Scale up",
    "talent": "Talent",
    "competitiveness": "Competitiveness",
}
PERCENT = frozenset({"cost_point", "discount", "region_share", "helix_floor", "support_min"})
KIND_WORDS = {"design": "Design", "pilot": "Pilot", "operate": "Operate"}
ACT_WORDS = {
    "begun": "Begun",
    "copied": "Copied from another scenario",
    "proposed": "Proposed by calculation",
    "rules": "Rules changed",
    "placed": "Placed by hand",
    "left_out": "Left out by hand",
    "released": "Left to the rules again",
    "fixed": "Repaired as proposed",
    "restored": "An earlier draft restored",
}
RULE_FIELD_WORDS = {
    "ceilings": "Ceilings",
    "cost_point": "Where in the range of costs",
    "discount": "What waiting a year costs",
    "carry_over": "Money left stays for later years",
    "max_starts": "Starts in a year",
    "lead_capacity": "What a partner can lead",
    "region_min": "Initiatives for each region",
    "region_share": "Spending on one region",
    "helix_floor": "What each group gets",
    "support_min": "How many must rate it high",
    "is_fair": "The group that gets least comes first",
    "by_cost": "Each euro counts, not each initiative",
}
RULE_WORDS: Mapping[Rule, str] = {
    Rule.BUDGET: "Ceilings of the years",
    Rule.DEPENDENCY: "What must come first",
    Rule.EXCLUSION: "What cannot be in together",
    Rule.MANDATORY: "Placed by hand",
    Rule.FORBIDDEN: "Left out by hand",
    Rule.PERIOD: "The years of the plan",
    Rule.STARTS: "Starts in a year",
    Rule.CAPACITY: "What a partner can lead",
    Rule.REGION_COUNT: "Initiatives for each region",
    Rule.REGION_SHARE: "Spending on one region",
    Rule.HELIX_FLOOR: "What each group gets",
    Rule.FAIRNESS: "The group that gets least comes first",
}


class Teller:
    """Says in one language what a scenario's rules, breaches and repairs mean."""

    def __init__(self, state: State, language: str, regions: Mapping[str, str], fallback: str) -> None:
        self._state, self.language, self._regions, self._fallback = state, language, regions, fallback
        self.say: Callable[..., str] = partial(translate, language)

    def money(self, euros: float) -> str:
        """An amount to the thousand, so that parts still add up to what there is."""
        return short_money(euros, self.language)

    def exact(self, euros: float) -> str:
        """An amount in whole euros."""
        return whole_money(euros, self.language)

    def decimal(self, value: float, digits: int) -> str:
        """A number with so many decimals, written as the language does."""
        return format_decimal(round(value, digits), format=f"#,##0.{'0' * digits}", locale=self.language)

    def title(self, code: str) -> str:
        """What an initiative is called; its code where the plan does not have it."""
        row = self._state.rows.get(code)
        return pick(row.title, self.language, self._fallback) if row else code

    def region(self, code: str) -> str:
        """What a partner is called."""
        return self._regions.get(code, code)

    def helix(self, code: str) -> str:
        """What a group is called."""
        return self.say(HELIX_WORDS[code]) if code in HELIX_WORDS else code

    def pillar(self, code: str) -> str:
        """What a pillar is called."""
        return self.say(PILLAR_WORDS[code]) if code in PILLAR_WORDS else code or self.say("Others")

    def year(self, place: int | None) -> int:
        """The calendar year of a year of the plan."""
        return self._state.frame.first_year + (place or 1) - 1

    def titles(self, codes: Sequence[str]) -> str:
        """Several initiatives, one after the other."""
        return " · ".join(self.title(code) for code in codes)

    def breach(self, one: Breach) -> str:
        """A broken rule in a sentence."""
        year, amount, names = self.year(one.year), one.amount or 0, one.names
        match one.rule:
            case Rule.BUDGET:
                return self.say(
                    "Up to %(year)s, %(money)s more is spent than there is."
                    if self._state.rules.carry_over
                    else "%(year)s is %(money)s over its ceiling.",
                    year=year,
                    money=self.money(amount * THOUSAND),
                )
            case Rule.DEPENDENCY if one.year is None:
                return self.say(
                    "“%(after)s” needs “%(before)s”, which is not in the plan.",
                    after=self.title(names[1]),
                    before=self.title(names[0]),
                )
            case Rule.DEPENDENCY:
                return self.say(
                    "“%(after)s” starts before “%(before)s”: %(year)s is the earliest.",
                    after=self.title(names[1]),
                    before=self.title(names[0]),
                    year=year,
                )
            case Rule.EXCLUSION:
                return self.say("Only one of these can be in: %(titles)s.", titles=self.titles(names))
            case Rule.MANDATORY:
                return self.say("“%(title)s” was placed by hand, and is not in.", title=self.title(names[0]))
            case Rule.FORBIDDEN:
                return self.say("“%(title)s” is in, and may not be.", title=self.title(names[0]))
            case Rule.PERIOD:
                return self.say(
                    "“%(title)s” cannot start in %(year)s: that is outside its years, or it would end after the plan.",
                    title=self.title(names[0]),
                    year=year,
                )
            case Rule.STARTS:
                return self.say(
                    "%(count)s initiatives start in %(year)s, %(more)s more than may.",
                    count=len(names),
                    year=year,
                    more=round(amount),
                )
            case Rule.CAPACITY:
                return self.say(
                    "%(partner)s leads %(count)s initiatives in %(year)s, %(more)s more than it can.",
                    partner=self.region(names[0]),
                    count=len(names) - 1,
                    year=year,
                    more=round(amount),
                )
            case Rule.REGION_COUNT:
                return self.say(
                    "%(region)s takes part in %(missing)s initiatives too few.",
                    region=self.region(names[0]),
                    missing=round(amount),
                )
            case Rule.REGION_SHARE:
                return self.say(
                    "%(money)s too much is spent on %(region)s.",
                    money=self.money(amount * THOUSAND),
                    region=self.region(names[0]),
                )
            case _:
                return self.say("%(group)s gets less than its floor.", group=self.helix(names[0]))

    def breach_of(self, place: int) -> str:
        """A broken rule in a sentence, by its place among those of the scenario."""
        return self.breach(self._state.breaches[place])

    def why_of(self, code: str) -> str:
        """Why the initiative of this code is not in."""
        return self.why(next(line for line in self._state.lines if line.row.code == code))

    def fix(self, one: Fix) -> str:
        """A repair in a sentence: who starts when instead, who is left out."""
        parts = [
            self.say("“%(title)s” is left out", title=self.title(code))
            if year is None
            else self.say(
                "“%(title)s” starts in %(year)s" if code in self._state.start else "“%(title)s” comes in, in %(year)s",
                title=self.title(code),
                year=self.year(year),
            )
            for code, year in one.acts
        ]
        return "; ".join(parts) + "."

    def fault(self, one: Fault) -> str:
        """What is wrong with the rules before anybody solves them, in a sentence."""
        names, amount = one.names, one.amount or 0
        match one.kind:
            case FaultKind.CYCLE:
                return self.say(
                    "These wait for one another, so that none can start: %(titles)s.", titles=self.titles(names)
                )
            case FaultKind.OVER_HORIZON:
                return self.say(
                    "“%(title)s” takes %(years)s years from its start and does not fit into the plan.",
                    title=self.title(names[0]),
                    years=round(amount),
                )
            case FaultKind.MANDATORY_OVER_BUDGET:
                return self.say(
                    "What was placed by hand costs %(money)s more than there is.", money=self.money(amount * THOUSAND)
                )
            case FaultKind.MANDATORY_EXCLUDED:
                return self.say("Placed by hand, and cannot be in together: %(titles)s.", titles=self.titles(names))
            case FaultKind.MANDATORY_WAITS:
                return self.say(
                    "“%(title)s” was placed by hand and waits for “%(before)s”, which cannot come in time.",
                    title=self.title(names[0]),
                    before=self.title(names[-1]),
                )
            case FaultKind.REGION_TOO_FEW:
                return self.say(
                    "%(region)s takes part in %(missing)s initiatives too few to choose from.",
                    region=self.region(names[0]),
                    missing=round(amount),
                )

    def give(self, one: Give) -> str:
        """What has to give so that there can be a plan at all, and by how much."""
        rule = self.say(RULE_WORDS[one.rule])
        name = one.name
        if one.rule in (Rule.REGION_COUNT, Rule.REGION_SHARE, Rule.CAPACITY):
            name = self.region(name)
        elif one.rule is Rule.HELIX_FLOOR:
            name = self.helix(name)
        elif name in self._state.rows:
            name = self.title(name)
        amount = one.amount or 0
        if one.rule in (Rule.BUDGET, Rule.REGION_SHARE):
            by = self.money(amount * THOUSAND)
        elif one.rule is Rule.HELIX_FLOOR:
            by = self._points(one.name, amount)
        else:
            by = format_decimal(round(amount, 2), format="#,##0.##", locale=self.language)
        where = " · ".join(part for part in (name, str(self.year(one.year)) if one.year else "") if part)
        return (
            self.say("%(rule)s (%(where)s): by %(amount)s", rule=rule, where=where, amount=by)
            if amount
            else (self.say("%(rule)s: %(where)s", rule=rule, where=where))
        )

    def _points(self, helix: str, amount: float) -> str:
        """A part of what a group could get, in points of its rule, rounded up so that giving them is enough."""
        could = 100 * self._state.problem.helix_floor[helix] / (self._state.rules.helix_floor or 100)
        return f"{self.decimal(math.ceil(1000 * amount / could) / 10, 1)} %"

    def kept_give(self, kept: Mapping[str, Any]) -> str:
        """What has to give, as it was kept."""
        return self.give(Give(Rule(kept["rule"]), kept["name"], kept["year"], kept["amount"]))

    def rule_field(self, name: str) -> str:
        """What a rule of a scenario is called."""
        return self.say(RULE_FIELD_WORDS[name])

    def rule_value(self, name: str, value: Any) -> str:
        """What a rule of a scenario is set to."""
        if value is None:
            return self.say("no such rule")
        if isinstance(value, bool):
            return self.say("yes") if value else self.say("no")
        if isinstance(value, tuple):
            return " · ".join(self.money(amount) for amount in cast(tuple[int, ...], value))
        return f"{value} %" if name in PERCENT else str(value)

    def priced(self, rule: str, name: str) -> tuple[str, str]:
        """A rule that was priced, and of whom it speaks."""
        if rule == "support_min":
            return self.say(RULE_FIELD_WORDS[rule]), ""
        kind = Rule(rule)
        if kind in (Rule.REGION_COUNT, Rule.REGION_SHARE, Rule.CAPACITY):
            return self.say(RULE_WORDS[kind]), self.region(name)
        if kind is Rule.HELIX_FLOOR:
            return self.say(RULE_WORDS[kind]), self.helix(name)
        return self.say(RULE_WORDS[kind]), self.titles(name.split())

    def why_in(self, line: Line) -> str:
        """Why an initiative is in, as far as the plan alone tells; nothing of one that counts by itself."""
        if line.hand:
            return self.say("Placed by hand: %(reason)s", reason=line.hand.reason)
        if not lacks_support(line.item, self._state.rules):
            return ""
        waiting = [one.row.code for one in self._state.chosen if line.row.code in one.item.depends_on]
        return self.say("It counts nothing by itself; what waits for it: %(titles)s", titles=self.titles(waiting))

    def why(self, line: Line) -> str:
        """Why an initiative is not in, as far as the plan alone tells."""
        if line.hand and not line.hand.is_in:
            return self.say("Left out by hand: %(reason)s", reason=line.hand.reason)
        why = line.why
        if why is not None and why.kind is WhyKind.UNKNOWN:
            return self.say("What it costs or how long it takes is not known.")
        if line.item.value is None:
            return self.say("Too few answers to show.")
        if why is None:
            return ""
        match why.kind:
            case WhyKind.SUPPORT:
                return self.say("Fewer than %(share)s %% rate it high", share=self._state.rules.support_min)
            case WhyKind.FITS:
                return self.say("Fits in what is left")
            case WhyKind.WAITS_FOR if why.amount:
                return self.say(
                    "Needs %(titles)s: together %(money)s more than is left",
                    titles=self.titles(why.names),
                    money=self.money(why.amount * THOUSAND),
                )
            case WhyKind.WAITS_FOR:
                return self.say("Needs %(titles)s", titles=self.titles(why.names))
            case WhyKind.EXCLUDED_BY:
                return self.say("Cannot be in together with %(titles)s", titles=self.titles(why.names))
            case WhyKind.BUDGET:
                return self.say(
                    "%(money)s short in %(year)s",
                    money=self.money((why.amount or 0) * THOUSAND),
                    year=self.year(why.year),
                )
            case WhyKind.PERIOD:
                return self.say("No year left in which it could start")
            case WhyKind.STARTS:
                return self.say("No start left in a year that suits it")
            case WhyKind.CAPACITY:
                return self.say("%(partner)s leads as many as it can", partner=self.region(why.names[0]))
            case WhyKind.REGION_SHARE:
                return self.say("Too much would be spent on %(region)s", region=self.region(why.names[0]))
            case _:
                return self.say("Others are worth more for the money")
