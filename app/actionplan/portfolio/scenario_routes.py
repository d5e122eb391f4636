"""Scenarios in the browser: adding, renaming, removing, their rules, repairs, what changed, and two side by side."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.actionplan.portfolio.asking import ask
from app.actionplan.portfolio.comparing import compare, compare_drafts
from app.actionplan.portfolio.queries import (
    get_draft,
    get_own_plan,
    get_scenario,
    list_scenario_drafts,
    list_scenarios,
    load,
)
from app.actionplan.portfolio.routes import FOLDER, ChangerDep, Number, ReaderDep, checks_of
from app.actionplan.portfolio.rulebook import OPTIONAL, as_data, read_rules
from app.actionplan.portfolio.service import (
    OVERTAKEN,
    add_scenario,
    apply_fix,
    remove_scenario,
    rename_scenario,
    restore,
    set_rules,
)
from app.actionplan.portfolio.showing import frame_of, shown
from app.actionplan.portfolio.state import State
from app.actionplan.portfolio.words import ACT_WORDS
from app.core.catalogues import translate
from app.core.errors import Conflict, Invalid
from app.core.tokens import make_token
from app.people.queries import names_of
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.forms import FormDep, key_in, revision_in, whole_number
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/plans/{number}", tags=["plans"])


@router.get("/scenarios/new")
def new_scenario(request: Request, session: SessionDep, actor: ChangerDep, number: int) -> Response:
    """The form of another scenario."""
    return _scenario_form(request, session, actor, number, {}, {})


@router.post("/scenarios", dependencies=[OwnForm])
def create_scenario(request: Request, session: SessionDep, actor: ChangerDep, number: int, typed: FormDep) -> Response:
    """Add a scenario, a copy of another or one of its own."""
    plan = get_own_plan(session, actor, number)
    copied = get_scenario(session, plan.id, whole_number(typed["copied"], 0)) if typed.get("copied") else None
    try:
        made = add_scenario(session, actor, plan, typed.get("name", ""), copied, form_key=key_in(typed))
    except Invalid as refused:
        return _scenario_form(request, session, actor, number, typed, refused.errors)
    return redirect(request, "plan_page", number=number, query=f"s={made.number}")


@router.post("/scenarios/{scenario_number}", dependencies=[OwnForm])
def change_scenario(
    request: Request, session: SessionDep, actor: ChangerDep, number: int, scenario_number: int, typed: FormDep
) -> Response:
    """Rename a scenario, or remove it."""
    plan = get_own_plan(session, actor, number)
    scenario = get_scenario(session, plan.id, scenario_number)
    if typed.get("act") == "remove":
        remove_scenario(session, actor, plan, scenario, revision_in(typed))
        return redirect(request, "plan_page", number=number)
    try:
        rename_scenario(session, actor, plan, scenario, typed.get("name", ""), revision_in(typed))
    except Invalid as refused:
        return _rules_form(request, session, actor, number, scenario_number, {}, refused.errors)
    return redirect(request, "plan_page", number=number, query=f"s={scenario_number}")


@router.get("/rules")
def rules_page(
    request: Request, session: SessionDep, actor: ChangerDep, number: int, s: Number | None = None
) -> Response:
    """The form of a scenario's rules."""
    return _rules_form(request, session, actor, number, s, {}, {})


@router.post("/rules", dependencies=[OwnForm])
def change_rules(request: Request, session: SessionDep, actor: ChangerDep, number: int, typed: FormDep) -> Response:
    """Change a scenario's rules, and have it proposed anew where that is wanted."""
    plan = get_own_plan(session, actor, number)
    scenario = get_scenario(session, plan.id, whole_number(typed.get("s", ""), 0))
    years = [plan.first_year + place for place in range(plan.years)]
    rules, faults = read_rules(typed, years)
    if rules is None:
        return _rules_form(request, session, actor, number, scenario.number, typed, faults)
    try:
        set_rules(session, actor, plan, scenario, rules, revision_in(typed))
    except Conflict as refused:
        return _rules_form(request, session, actor, number, scenario.number, typed, {"": refused.message}, status=409)
    if typed.get("propose") == "yes":
        ask(session, actor, scenario, "propose")
    return redirect(request, "plan_page", number=number, query=f"s={scenario.number}")


@router.get("/repair")
def repair_page(
    request: Request, session: SessionDep, actor: ChangerDep, number: int, s: Number | None = None, place: int = 0
) -> Response:
    """What a proposed repair would change, before it is done."""
    plan = get_own_plan(session, actor, number)
    found = shown(request, session, actor, plan, s)
    fixes = found.state.fixes
    chosen = fixes[place] if 0 <= place < len(fixes) else None
    after = compare(found.state, found.state.with_acts(chosen.acts)) if chosen else None
    return render(
        request,
        f"{FOLDER}/repair.html",
        fixes=[(found.teller.fix(one), one) for one in fixes],
        chosen=chosen,
        place=place,
        after=after,
        acts=[(code, found.teller.year(year) if year else "") for code, year in chosen.acts] if chosen else [],
        **checks_of(found),
        **frame_of(session, actor, found),
    )


@router.post("/repair", dependencies=[OwnForm])
def repair(request: Request, session: SessionDep, actor: ChangerDep, number: int, typed: FormDep) -> Response:
    """Do what was proposed to repair a scenario. Raises Conflict for what is not: that would need a reason."""
    plan = get_own_plan(session, actor, number)
    scenario = get_scenario(session, plan.id, whole_number(typed.get("s", ""), 0))
    prefix = "act."
    acts = [
        (name.removeprefix(prefix), whole_number(text, 0) or None)
        for name, text in typed.items()
        if name.startswith(prefix)
    ]
    state, revision = State(load(session, plan, scenario.number)), revision_in(typed)
    if revision == scenario.revision and set(acts) not in proposed_repairs(state):
        raise Conflict(OVERTAKEN)
    apply_fix(session, actor, plan, scenario, acts, revision)
    return redirect(request, "plan_page", number=number, query=f"s={scenario.number}")


def proposed_repairs(state: State) -> list[set[tuple[str, int | None]]]:
    """The acts of each repair that is proposed, in calendar years."""
    first = state.frame.first_year
    return [{(code, year and first + year - 1) for code, year in fix.acts} for fix in state.fixes]


@router.get("/compare")
def compare_page(
    request: Request,
    session: SessionDep,
    actor: ReaderDep,
    number: int,
    a: Number | None = None,
    b: Number | None = None,
) -> Response:
    """Two scenarios side by side: only where they differ."""
    plan = get_own_plan(session, actor, number)
    held = list_scenarios(session, plan.id)
    one = shown(request, session, actor, plan, a)
    rest = [two for two in held if two.number != one.state.loaded.scenario.number]
    other = shown(request, session, actor, plan, b if b else (rest[0].number if rest else None))
    return render(
        request,
        f"{FOLDER}/compare.html",
        other=other.state,
        difference=compare(one.state, other.state),
        **frame_of(session, actor, one),
    )


@router.get("/history")
def plan_history(
    request: Request,
    session: SessionDep,
    actor: ReaderDep,
    number: int,
    s: Number | None = None,
    by_hand: bool = False,
) -> Response:
    """The drafts of a scenario: who changed what and why."""
    plan = get_own_plan(session, actor, number)
    found = shown(request, session, actor, plan, s)
    drafts = list_scenario_drafts(session, found.state.loaded.scenario.id)
    names = names_of(session, {draft.made_by_id for draft in drafts})
    language, before = language_of(request), {draft.number: draft for draft in drafts}
    return render(
        request,
        f"{FOLDER}/history.html",
        by_hand=by_hand,
        lines=[
            {
                "draft": draft,
                "act": translate(language, ACT_WORDS[draft.act]),
                "about": [found.teller.title(code) for code in draft.about],
                "by": names.get(draft.made_by_id, ""),
                "changes": compare_drafts(before.get(draft.number - 1), draft, found.state, found.teller),
            }
            for draft in drafts
            if not by_hand or draft.act in ("placed", "left_out")
        ],
        **frame_of(session, actor, found),
    )


@router.get("/history/{draft_number}")
def draft_page(
    request: Request, session: SessionDep, actor: ReaderDep, number: int, draft_number: int, s: Number | None = None
) -> Response:
    """What a draft is, beside the newest one."""
    plan = get_own_plan(session, actor, number)
    newest = shown(request, session, actor, plan, s)
    old = shown(request, session, actor, plan, s, draft_number)
    return render(
        request,
        f"{FOLDER}/draft.html",
        old=old.state,
        act=translate(language_of(request), ACT_WORDS[old.state.loaded.draft.act]),
        difference=compare(old.state, newest.state),
        **frame_of(session, actor, newest),
    )


@router.post("/history/{draft_number}", dependencies=[OwnForm])
def restore_draft(
    request: Request, session: SessionDep, actor: ChangerDep, number: int, draft_number: int, typed: FormDep
) -> Response:
    """Make an earlier draft the newest."""
    plan = get_own_plan(session, actor, number)
    scenario = get_scenario(session, plan.id, whole_number(typed.get("s", ""), 0))
    get_draft(session, scenario, draft_number)
    restore(session, actor, plan, scenario, draft_number, revision_in(typed))
    return redirect(request, "plan_page", number=number, query=f"s={scenario.number}")


def _scenario_form(
    request: Request,
    session: Session,
    actor: Actor,
    number: int,
    typed: Mapping[str, str],
    faults: Mapping[str, str],
) -> Response:
    plan = get_own_plan(session, actor, number)
    language = language_of(request)
    return render(
        request,
        f"{FOLDER}/new_scenario.html",
        status=422 if faults else 200,
        plan=plan,
        scenarios=list_scenarios(session, plan.id),
        typed={"name": "", "copied": "", "key": make_token()} | dict(typed),
        errors={name: translate(language, sentence) for name, sentence in faults.items()},
    )


def _rules_form(
    request: Request,
    session: Session,
    actor: Actor,
    number: int,
    s: int | None,
    typed: Mapping[str, str],
    faults: Mapping[str, str],
    *,
    status: int = 422,
) -> Response:
    plan = get_own_plan(session, actor, number)
    found = shown(request, session, actor, plan, s)
    language, rules = language_of(request), found.state.rules
    kept: dict[str, Any] = {name: "" if value is None else str(value) for name, value in as_data(rules).items()}
    kept |= {"carry_over": "yes" if rules.carry_over else "", "is_fair": "yes" if rules.is_fair else ""}
    kept["by_cost"] = "yes" if rules.by_cost else ""
    kept |= {
        f"ceiling.{year}": str(amount) for year, amount in zip(found.state.frame.years, rules.ceilings, strict=True)
    }
    kept |= {"name": found.state.loaded.scenario.name}
    if typed:
        kept |= {"carry_over": "", "is_fair": ""} | dict(typed)
    return render(
        request,
        f"{FOLDER}/rules.html",
        status=status if faults else 200,
        typed=kept,
        errors={name: translate(language, sentence) for name, sentence in faults.items()},
        years=found.state.frame.years,
        optional=OPTIONAL,
        **frame_of(session, actor, found),
    )
