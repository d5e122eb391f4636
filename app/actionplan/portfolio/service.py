"""Acts on plans: making one, its scenarios and their drafts. Every act makes a draft; none is ever changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from app.actionplan.decisions.queries import find_weights
from app.actionplan.portfolio.asking import ask
from app.actionplan.portfolio.facts import differing
from app.actionplan.portfolio.making import items_of
from app.actionplan.portfolio.models import Plan, PlanItem, Scenario, ScenarioDraft
from app.actionplan.portfolio.queries import (
    get_draft,
    get_own_plan_by_id,
    get_plan_item,
    list_plan_items,
    list_scenarios,
    next_plan_number,
)
from app.actionplan.portfolio.rulebook import LONGEST_HORIZON, Rulebook, as_data, from_data
from app.auth.permissions import require
from app.consensus.queries import get_snapshot, rank_ranges
from app.core.clock import now
from app.core.errors import Conflict, Invalid
from app.core.tokens import key_for
from app.history.service import record
from app.people.rules import Actor
from app.surveys.authoring.models import Survey

LONGEST_TITLE, SHORTEST_REASON, LONGEST_REASON, MOST_SCENARIOS = 120, 10, 1000, 12
OVERTAKEN = "This scenario was changed meanwhile. Look at what it is now, then change it."
NEEDS_REASON = "Say why in at least 10 characters: everybody who reads the plan reads it too."
ONE_A_YEAR = "There is one amount for each year of the plan."
NEEDS_NAME = "Give it a name of at most 120 characters."
NEEDS_YEAR = "Enter a year from 2000 to 2100."
NOT_INITIATIVES = "A plan is made of initiatives; this survey asked about something else."


@dataclass(frozen=True)
class PlanIn:
    """What a plan starts from: its name, its first year, and the rules of its first scenario."""

    title: str
    first_year: int
    rules: Rulebook
    scenario: str


@dataclass(frozen=True)
class Change:
    """What makes the next draft out of the last: parts that stay as they are are None."""

    act: str
    about: Sequence[str] = ()
    reason: str = ""
    rules: Rulebook | None = None
    hands: Mapping[str, Any] | None = None
    start_year: Mapping[str, int] | None = None


def create_plan(session: Session, actor: Actor, survey: Survey, given: PlanIn, *, form_key: str) -> Plan:
    """Make a plan from the newest results of a survey, and ask for a first proposal. The same form twice is one plan.

    It stands under the weights decided on, else under those fixed with the survey. Raises NotFound before a round has
    closed, Invalid naming the fields.
    """
    require(actor, "plan.change", survey)
    title, years = given.title.replace("\0", "").strip(), len(given.rules.ceilings)
    form_key = key_for(form_key, survey.id, title, given.first_year)
    # so that no two get the same number
    session.exec(select(Survey.id).where(Survey.id == survey.id).with_for_update()).one()
    known = session.exec(select(Plan).where(Plan.created_by_id == actor.id, Plan.form_key == form_key)).first()
    if known:
        return known
    faults = {} if title and len(title) <= LONGEST_TITLE else {"title": NEEDS_NAME}
    if not 2000 <= given.first_year <= 2100 or not 1 <= years <= LONGEST_HORIZON:
        faults["first_year"] = NEEDS_YEAR
    if survey.item_kind != "initiative":
        faults["survey"] = NOT_INITIATIVES
    if faults:
        raise Invalid(next(iter(faults.values())), faults)
    snapshot = get_snapshot(session, survey.id)
    ranked = rank_ranges(session, snapshot, find_weights(session, survey.id) or snapshot.findings["weights"])
    plan = Plan(
        consortium_id=survey.consortium_id,
        survey_id=survey.id,
        number=next_plan_number(session, survey.consortium_id),
        title=title,
        snapshot_sha256=snapshot.sha256,
        round_number=snapshot.round_number,
        weights=ranked.weights,
        first_year=given.first_year,
        years=years,
        form_key=form_key,
        created_at=now(),
        created_by_id=actor.id,
    )
    session.add(plan)
    session.flush()
    session.add_all(items_of(session, plan, survey, snapshot, ranked))
    record(session, actor, "plan.created", plan, after={"number": plan.number, "snapshot": snapshot.sha256})
    _begin(session, actor, plan, given.scenario, Change("begun", rules=given.rules), form_key)
    return plan


def add_scenario(
    session: Session,
    actor: Actor,
    plan: Plan,
    name: str,
    copied: Scenario | None,
    *,
    form_key: str,
    rules: Rulebook | None = None,
) -> Scenario:
    """Add a scenario to a plan, a copy of another or, without one, under the first one's rules and nothing chosen yet.

    `rules` take the place of those. The same form twice is one scenario. Raises Invalid for a name that is none,
    Conflict when there are enough.
    """
    _lock(session, actor, plan)
    form_key = key_for(form_key, plan.id)
    known = session.exec(
        select(Scenario).where(Scenario.created_by_id == actor.id, Scenario.form_key == form_key)
    ).first()
    if known:
        return known
    held = list_scenarios(session, plan.id)
    if len(held) >= MOST_SCENARIOS:
        raise Conflict("There are 12 scenarios already. Remove one first.")
    draft = get_draft(session, copied or held[0])
    if rules and len(rules.ceilings) != plan.years:
        raise Invalid(ONE_A_YEAR, {"ceilings": ONE_A_YEAR})
    begun = Change(
        "copied" if copied else "begun",
        rules=rules or from_data(draft.rules),
        hands=draft.hands if copied else {},
        start_year=draft.start_year if copied else {},
    )
    return _begin(session, actor, plan, name, begun, form_key, is_asked=copied is None)


def rename_scenario(session: Session, actor: Actor, plan: Plan, scenario: Scenario, name: str, revision: int) -> None:
    """Give a scenario another name. Raises Invalid, and Conflict when it was changed meanwhile."""
    _lock(session, actor, plan)
    _check(session, scenario, revision)
    before, scenario.name = scenario.name, _name(name)
    session.add(scenario)
    record(session, actor, "scenario.renamed", scenario, before={"name": before}, after={"name": scenario.name})


def remove_scenario(session: Session, actor: Actor, plan: Plan, scenario: Scenario, revision: int) -> None:
    """Remove a scenario from view; its drafts stay on record. Raises Conflict for the last one, or a changed one."""
    _lock(session, actor, plan)
    _check(session, scenario, revision)
    if len(list_scenarios(session, plan.id)) == 1:
        raise Conflict("A plan has at least one scenario.")
    scenario.removed_at = now()
    session.add(scenario)
    record(session, actor, "scenario.removed", scenario, before={"name": scenario.name})


def set_rules(
    session: Session, actor: Actor, plan: Plan, scenario: Scenario, rules: Rulebook, revision: int
) -> ScenarioDraft:
    """Change the rules of a scenario; what is chosen stays, and is checked against them. Raises Conflict, Invalid."""
    if len(rules.ceilings) != plan.years:
        raise Invalid(ONE_A_YEAR, {"ceilings": ONE_A_YEAR})
    return add_draft(session, actor, plan, scenario, Change("rules", rules=rules), revision)


def place(
    session: Session,
    actor: Actor,
    plan: Plan,
    scenario: Scenario,
    code: str,
    year: int,
    reason: str,
    revision: int,
) -> ScenarioDraft:
    """Put an initiative into a scenario by hand, to start in a year of the calendar, whatever rules it breaks.

    Raises Invalid without a reason or for a year outside the plan, Conflict when the scenario was changed meanwhile.
    """
    item = get_plan_item(session, plan.id, code)
    if not plan.first_year <= year < plan.first_year + plan.years:
        raise Invalid("This year is not in the plan.", {"year": "This year is not in the plan."})
    if (item.facts | item.changed)["missing"]:
        lacks = "Say first what it costs and how long it takes."
        raise Invalid(lacks, {"year": lacks})
    draft, why = get_draft(session, scenario), _reason(reason)
    change = Change(
        "placed",
        [code],
        why,
        hands={**draft.hands, code: {"is_in": True, "year": year, "reason": why}},
        start_year={**draft.start_year, code: year},
    )
    return add_draft(session, actor, plan, scenario, change, revision)


def leave_out(
    session: Session, actor: Actor, plan: Plan, scenario: Scenario, code: str, reason: str, revision: int
) -> ScenarioDraft:
    """Take an initiative out of a scenario by hand. Raises as `place`."""
    get_plan_item(session, plan.id, code)
    draft, why = get_draft(session, scenario), _reason(reason)
    change = Change(
        "left_out",
        [code],
        why,
        hands={**draft.hands, code: {"is_in": False, "year": None, "reason": why}},
        start_year={name: year for name, year in draft.start_year.items() if name != code},
    )
    return add_draft(session, actor, plan, scenario, change, revision)


def release(session: Session, actor: Actor, plan: Plan, scenario: Scenario, code: str, revision: int) -> ScenarioDraft:
    """Leave an initiative to the rules again; what is chosen stays until somebody asks for a proposal."""
    draft = get_draft(session, scenario)
    if code not in draft.hands:
        raise Conflict("Nothing was settled by hand about this initiative.")
    hands = {name: hand for name, hand in draft.hands.items() if name != code}
    return add_draft(session, actor, plan, scenario, Change("released", [code], hands=hands), revision)


def apply_fix(
    session: Session,
    actor: Actor,
    plan: Plan,
    scenario: Scenario,
    acts: Sequence[tuple[str, int | None]],
    revision: int,
) -> ScenarioDraft:
    """Do what was proposed to repair a plan: let initiatives start in another calendar year, or leave them out."""
    known = {item.code for item in list_plan_items(session, plan.id)}
    if not acts or any(code not in known for code, _ in acts):
        raise Invalid("This change is about an initiative that the plan does not have.")
    draft = get_draft(session, scenario)
    start = {**draft.start_year, **{code: year for code, year in acts if year is not None}}
    start = {code: year for code, year in start.items() if (code, None) not in acts}
    hands = {code: hand for code, hand in draft.hands.items() if code not in dict(acts)}
    change = Change("fixed", [code for code, _ in acts], hands=hands, start_year=start)
    return add_draft(session, actor, plan, scenario, change, revision)


def change_item(
    session: Session, actor: Actor, plan: Plan, item: PlanItem, facts: Mapping[str, Any], revision: int
) -> None:
    """Set for this plan what an initiative takes; all scenarios are weighed again. Raises Conflict when it changed."""
    _lock(session, actor, plan)
    session.refresh(item)
    if item.revision != revision:
        raise Conflict(OVERTAKEN)
    changed = differing(facts, item.facts)
    if changed == item.changed:
        return
    before, item.changed = item.changed, changed
    item.revision += 1
    session.add(item)
    record(session, actor, "plan_item.changed", item, before=before, after=changed)
    for scenario in list_scenarios(session, plan.id):
        ask(session, actor, scenario, "weigh")


def restore(
    session: Session, actor: Actor, plan: Plan, scenario: Scenario, number: int, revision: int
) -> ScenarioDraft:
    """Make what a scenario was in an earlier draft its newest. Raises NotFound, and Conflict when it was changed."""
    old = get_draft(session, scenario, number)
    change = Change(
        "restored", reason=str(number), rules=from_data(old.rules), hands=old.hands, start_year=old.start_year
    )
    return add_draft(session, actor, plan, scenario, change, revision)


def add_draft(
    session: Session, actor: Actor, plan: Plan, scenario: Scenario, change: Change, revision: int
) -> ScenarioDraft:
    """Add a draft to a scenario, and ask for it to be weighed. Raises Conflict for another revision than the newest."""
    _lock(session, actor, plan)
    _check(session, scenario, revision)
    draft = follow(session, actor, scenario, change)
    ask(session, actor, scenario, "weigh")
    return draft


def follow(session: Session, actor: Actor, scenario: Scenario, change: Change) -> ScenarioDraft:
    """Add the next draft of a scenario whose plan is locked."""
    last = get_draft(session, scenario)
    draft = ScenarioDraft(
        scenario_id=scenario.id,
        number=last.number + 1,
        act=change.act,
        about=list(change.about),
        reason=change.reason,
        rules=last.rules if change.rules is None else as_data(change.rules),
        hands=dict(last.hands if change.hands is None else change.hands),
        start_year=dict(sorted((last.start_year if change.start_year is None else change.start_year).items())),
        made_at=now(),
        made_by_id=actor.id,
    )
    scenario.revision = draft.number
    session.add(draft)
    session.add(scenario)
    record(
        session,
        actor,
        f"scenario.{change.act}",
        scenario,
        before={"draft": last.number},
        after={"draft": draft.number, "about": draft.about},
    )
    return draft


def lock_plan(session: Session, plan_id: UUID) -> None:
    """Let nobody else change this plan until the transaction ends."""
    session.exec(select(Plan.id).where(Plan.id == plan_id).with_for_update()).one()


def _begin(
    session: Session,
    actor: Actor,
    plan: Plan,
    name: str,
    begun: Change,
    form_key: str,
    *,
    is_asked: bool = True,
) -> Scenario:
    number = max((one.number for one in session.exec(select(Scenario).where(Scenario.plan_id == plan.id))), default=0)
    scenario = Scenario(
        plan_id=plan.id,
        number=number + 1,
        name=_name(name),
        form_key=form_key,
        created_at=now(),
        created_by_id=actor.id,
    )
    session.add(scenario)
    session.flush()
    assert begun.rules, "a scenario begins with rules"
    session.add(
        ScenarioDraft(
            scenario_id=scenario.id,
            number=1,
            act=begun.act,
            rules=as_data(begun.rules),
            hands=dict(begun.hands or {}),
            start_year=dict(begun.start_year or {}),
            made_at=now(),
            made_by_id=actor.id,
        )
    )
    session.flush()
    record(session, actor, "scenario.created", scenario, after={"name": scenario.name, "plan": plan.number})
    ask(session, actor, scenario, "propose" if is_asked else "weigh")
    return scenario


def _lock(session: Session, actor: Actor, plan: Plan) -> None:
    require(actor, "plan.change", get_own_plan_by_id(session, actor, plan.id))
    lock_plan(session, plan.id)


def _check(session: Session, scenario: Scenario, revision: int) -> None:
    session.refresh(scenario)
    if scenario.removed_at is not None or scenario.revision != revision:
        raise Conflict(OVERTAKEN)


def _name(name: str) -> str:
    name = " ".join(name.replace("\0", "").split())
    if not name or len(name) > LONGEST_TITLE:
        raise Invalid(NEEDS_NAME, {"name": NEEDS_NAME})
    return name


def _reason(reason: str) -> str:
    reason = reason.replace("\0", "").replace("\r\n", "\n").strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise Invalid(NEEDS_REASON, {"reason": NEEDS_REASON})
    return reason
