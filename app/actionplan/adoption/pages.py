"""What the pages of shared, voted and adopted plans show, made from the plan as data and from nothing else.

Whoever reads these may have no right to read results: no ratings, ranks or shares stand in them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

from sqlmodel import Session

from app.actionplan.adoption.models import PlanComment
from app.actionplan.adoption.queries import partner_codes
from app.actionplan.adoption.rules import Difference
from app.actionplan.portfolio.checking import Breach
from app.actionplan.portfolio.content import MONEY
from app.actionplan.portfolio.fixing import Fix
from app.actionplan.portfolio.modelling import THOUSAND
from app.actionplan.portfolio.models import Plan
from app.actionplan.portfolio.pricing import Why, WhyKind
from app.actionplan.portfolio.problem import Rule
from app.actionplan.portfolio.rulebook import from_data
from app.actionplan.portfolio.state import Line, State
from app.actionplan.portfolio.words import Teller
from app.core.catalogues import translate
from app.core.words import pick
from app.surveys.authoring.models import Survey

VOTE_WORDS = {"yes": "Yes", "no": "No", "abstained": "Abstained"}
OUTCOME_WORDS = {"adopted": "Adopted", "given_up": "Given up"}


@dataclass(frozen=True)
class ItemView:
    """One initiative of a plan as data; `years` has what it costs in each year of the plan, None for none."""

    place: int
    code: str
    title: str
    lead: str
    partners: str
    cost: int
    period: str
    gate: str
    needs: str
    by_hand: str
    why: str
    years: Sequence[int | None]
    comments: Sequence[PlanComment]


@dataclass(frozen=True)
class YearView:
    """A year of a plan: what is spent, what there is, and which initiatives begin in it."""

    year: int
    spent: int
    ceiling: int
    width: float
    items: Sequence[ItemView]

    @property
    def is_over(self) -> bool:
        """Whether more is spent than there is."""
        return self.spent > self.ceiling


@dataclass(frozen=True)
class PlanView:
    """A plan as data, ready for the template."""

    title: str
    scenario: str
    draft: int
    count: int
    planned: int
    budget: int
    years: Sequence[YearView]
    left: Sequence[ItemView]
    breaches: Sequence[str]
    fixes: Sequence[str]
    comments: Sequence[PlanComment]


class Told:
    """Words about a plan as data, in one language. `partners` are their names by code."""

    def __init__(self, content: Mapping[str, Any], partners: Mapping[str, str], language: str, fallback: str) -> None:
        self.content, self.language, self.fallback = content, language, fallback
        self.say = partial(translate, language)
        self.titles = {line["code"]: line["title"] for line in content["items"]}
        # what the teller asks a scenario that was worked out, asked of its data
        kept = SimpleNamespace(
            rows={line["code"]: SimpleNamespace(title=line["title"]) for line in content["items"]},
            frame=SimpleNamespace(first_year=content["first_year"]),
            rules=from_data(content["rules"]),
            start={line["code"]: line["start"][0] for line in content["items"] if line["is_in"]},
        )
        self.teller = Teller(cast("State", kept), language, partners, fallback)

    def title(self, code: str) -> str:
        """What an initiative is called."""
        return pick(self.titles.get(code, {}), self.language, self.fallback) or code

    def partner(self, code: str) -> str:
        """What a partner is called."""
        return self.teller.region(code)

    def money(self, euros: float) -> str:
        """An amount, short."""
        return self.teller.money(euros)

    def breaches(self) -> list[str]:
        """The rules that the plan breaks, in sentences."""
        return [
            self.teller.breach(
                Breach(
                    Rule(one["rule"]),
                    tuple(one["names"]),
                    self._place(one["year"]),
                    _in_thousands(one["rule"], one["amount"]),
                )
            )
            for one in self.content["breaches"]
        ]

    def fixes(self) -> list[str]:
        """What would repair the plan, in sentences."""
        return [
            self.teller.fix(cast("Fix", SimpleNamespace(acts=[(code, self._place(year)) for code, year in acts])))
            for acts in self.content["fixes"]
        ]

    def why(self, line: Mapping[str, Any]) -> str:
        """Why an initiative is not in, in a sentence."""
        why, hand = line["why"], line["by_hand"]
        if why and why["kind"] == WhyKind.SUPPORT:
            # of how many rate it high nothing is said here
            return self.say("Fewer rate it high than this plan asks for")
        told = SimpleNamespace(
            hand=hand and SimpleNamespace(is_in=hand["is_in"], reason=hand["reason"]),
            item=SimpleNamespace(value=line["value"]),
            why=why and self._why(why),
        )
        return self.teller.why(cast("Line", told))

    def _why(self, why: Mapping[str, Any]) -> Why:
        amount = _in_thousands(why["kind"], why["amount"])
        return Why(WhyKind(why["kind"]), tuple(why["names"]), year=self._place(why["year"]), amount=amount)

    def quarter(self, place: Sequence[int]) -> str:
        """A quarter in words."""
        return self.say("%(year)s Q%(quarter)s", year=place[0], quarter=place[1])

    def _place(self, year: int | None) -> int | None:
        return None if year is None else year - self.content["first_year"] + 1


def _in_thousands(kind: str, amount: float | None) -> float | None:
    """An amount in the unit of problems, from what the data says in euros."""
    return amount / THOUSAND if amount is not None and kind in MONEY else amount


def tell(session: Session, plan: Plan, content: Mapping[str, Any], language: str) -> Told:
    """The words about a plan as data."""
    fallback = session.get_one(Survey, plan.survey_id).default_language
    return Told(content, partner_codes(session, plan.consortium_id), language, fallback)


def plan_view(told: Told, comments: Sequence[PlanComment] = ()) -> PlanView:
    """A plan as data for the template, with what was said of it."""
    content = told.content
    calendar = range(content["first_year"], content["first_year"] + content["years"])
    items = [_item(told, place, line, calendar, comments) for place, line in enumerate(content["items"], start=1)]
    begun: dict[int, list[ItemView]] = {year: [] for year in calendar}
    for line, item in zip(content["items"], items, strict=True):
        if line["is_in"]:
            begun.setdefault(line["start"][0], []).append(item)
    most = max([1, *content["spend_by_year"], *content["ceilings"]])
    return PlanView(
        title=content["title"],
        scenario=content["scenario"]["name"],
        draft=content["draft"],
        count=sum(line["is_in"] for line in content["items"]),
        planned=content["planned"],
        budget=content["budget"],
        years=[
            YearView(year, spent, ceiling, round(100 * min(spent, ceiling) / most, 2), begun[year])
            for year, spent, ceiling in zip(calendar, content["spend_by_year"], content["ceilings"], strict=True)
        ],
        left=[item for line, item in zip(content["items"], items, strict=True) if not line["is_in"]],
        breaches=told.breaches(),
        fixes=told.fixes(),
        comments=[one for one in comments if not one.item_code],
    )


def headline(told: Told, view: PlanView) -> str:
    """What a plan is, in a sentence or two."""
    money = told.money(view.budget)
    if not view.count:
        return told.say("Nothing is in this plan yet")
    if view.planned > view.budget:
        one = "%(count)s initiative costs more than the %(money)s there are."
        many = "%(count)s initiatives cost more than the %(money)s there are."
    else:
        one = "%(count)s initiative fits in %(money)s."
        many = "%(count)s initiatives fit in %(money)s."
    head = told.say(one if view.count == 1 else many, count=view.count, money=money)
    broken = len(view.breaches)
    if not broken:
        return head
    rest = told.say("One thing needs a fix.") if broken == 1 else told.say("%(count)s things need a fix.", count=broken)
    return f"{head} {rest}"


def difference_rows(told: Told, before: Told, difference: Difference) -> dict[str, Any]:
    """The differences of two plans with names in place of codes."""
    return {
        "came_in": [_of(told, code) for code in difference.came_in],
        "went_out": [_of(before, code) for code in difference.went_out],
        "changed": [
            {
                "title": told.title(one.code),
                "start": tuple(told.quarter(place) for place in one.start) if one.start else None,
                "cost": one.cost,
            }
            for one in difference.changed
        ],
        "years": difference.years,
        "planned": difference.planned,
        "budget": difference.budget,
    }


def _of(told: Told, code: str) -> dict[str, Any]:
    line = next(line for line in told.content["items"] if line["code"] == code)
    return {"title": told.title(code), "cost": line["cost"], "start": told.quarter(line["start"])}


def _item(
    told: Told, place: int, line: Mapping[str, Any], calendar: range, comments: Sequence[PlanComment]
) -> ItemView:
    costs, hand = line["cost_by_year"], line["by_hand"]
    period = ""
    if line["is_in"]:
        first, last = told.quarter(line["start"]), told.quarter(line["end"])
        period = told.say("%(first)s – %(last)s", first=first, last=last)
    return ItemView(
        place=place,
        code=line["code"],
        title=told.title(line["code"]),
        lead=told.partner(line["lead"]) if line["lead"] else "",
        partners=", ".join(told.partner(code) for code in line["regions"] if code != line["lead"]),
        cost=line["cost"],
        period=period,
        gate=told.quarter(line["gate"]) if line["is_in"] and line["gate"] else "",
        needs=" · ".join(told.title(code) for code in line["depends_on"]),
        by_hand=hand["reason"] if hand and hand["is_in"] and line["is_in"] else "",
        why="" if line["is_in"] else told.why(line),
        years=[costs.get(str(year)) if line["is_in"] else None for year in calendar],
        comments=[one for one in comments if one.item_code == line["code"]],
    )
