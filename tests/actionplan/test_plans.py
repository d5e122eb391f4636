"""Plans: made from results, changed in drafts that stay, settled by hand with a reason, and checked at once."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlmodel import Session, select

from app.actionplan.portfolio.asking import ask_for, call_off
from app.actionplan.portfolio.models import PlanJob, ScenarioDraft
from app.actionplan.portfolio.problem import Rule
from app.actionplan.portfolio.queries import (
    get_plan_item,
    get_scenario,
    list_open_jobs,
    list_plan_items,
    list_scenario_drafts,
    list_scenarios,
)
from app.actionplan.portfolio.service import (
    PlanIn,
    add_scenario,
    apply_fix,
    change_item,
    create_plan,
    leave_out,
    place,
    release,
    remove_scenario,
    rename_scenario,
    restore,
    set_rules,
)
from app.consensus.queries import get_snapshot
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.history.queries import list_entries
from app.people.queries import find_actor, operator
from tests.actionplan.planning import CEILINGS, START, make_plan, planned_survey, state_of
from tests.make import Cast, make_open_survey

BECAUSE = "No other initiative serves them."


def test_a_plan_takes_over_what_people_said_and_what_sheets_say(session: Session) -> None:
    plan = make_plan(session, operator(session), I05={"budget_min_eur": None, "budget_max_eur": None})
    items = list_plan_items(session, plan.id)
    snapshot = get_snapshot(session, plan.survey_id)
    assert (plan.number, plan.round_number, plan.snapshot_sha256) == (1, snapshot.round_number, snapshot.sha256)
    assert [item.code for item in items] == [f"I{number:02}" for number in range(1, 21)]
    scores = {line["initiative"]: line["score"] for line in snapshot.findings["overall"]}
    for item in items:
        assert item.evidence["value"] == (None if scores[item.code] is None else round(scores[item.code], 4))
        assert item.version == 1
    first = items[0]
    assert (first.facts["cost_low"], first.facts["cost_high"], first.facts["months"]) == (120_000, 340_000, 18)
    assert first.facts["regions"] == ["Centre", "South"]
    assert items[2].facts["depends_on"] == ["I02"]
    assert items[8].facts["excludes"] == ["I10"]
    assert items[4].facts["missing"] == ["cost"]
    line = next(line for line in state_of(session, plan).lines if line.row.code == "I05")
    assert state_of(session, plan).problem.by_id["I05"].is_forbidden
    assert line.start is None


def test_helices_that_may_not_be_shown_take_what_all_say(session: Session) -> None:
    plan = make_plan(session, operator(session))
    findings = get_snapshot(session, plan.survey_id).findings
    hidden = set[str]()
    for item in list_plan_items(session, plan.id):
        rows = {
            name: next(row for row in findings["items"][name] if row["initiative"] == item.code)
            for name in findings["criteria"]
        }
        for helix, value in item.evidence["helix_value"].items():
            means = {name: row["by_helix"][helix].get("mean") for name, row in rows.items()}
            expected = sum(
                plan.weights[name] * (rows[name]["balanced_mean"] if mean is None else mean)
                for name, mean in means.items()
            )
            assert value == pytest.approx(expected, abs=6e-5)
            assert (helix in item.evidence["own_helices"]) == (None not in means.values())
            hidden |= {helix} if None in means.values() else set()
    assert hidden
    assert {reach.group for reach in state_of(session, plan).helices if reach.count is None} == hidden


def test_the_same_form_twice_is_one_plan(session: Session, cast: Cast) -> None:
    biel = find_actor(session, cast.biel)
    assert biel is not None
    survey = planned_survey(session)
    given = PlanIn("Five years", 2027, START, "Balanced")
    one = create_plan(session, biel, survey, given, form_key="k")
    assert create_plan(session, biel, survey, given, form_key="k").id == one.id
    assert create_plan(session, biel, survey, given, form_key="l").number == 2


def test_a_plan_needs_a_name_years_and_results(session: Session) -> None:
    actor = operator(session)
    survey = make_open_survey(session)
    with pytest.raises(NotFound):
        create_plan(session, actor, survey, PlanIn("A", 2027, START, "B"), form_key="1")
    survey = planned_survey(session)
    for given, field in ((PlanIn(" ", 2027, START, "B"), "title"), (PlanIn("A", 27, START, "B"), "first_year")):
        with pytest.raises(Invalid) as refused:
            create_plan(session, actor, survey, given, form_key="2")
        assert list(refused.value.errors) == [field]


def test_reviewers_read_and_do_not_change(session: Session, cast: Cast) -> None:
    plan = make_plan(session, operator(session))
    dora = find_actor(session, cast.dora)
    assert dora is not None
    scenario = get_scenario(session, plan.id)
    with pytest.raises(NotAllowed):
        place(session, dora, plan, scenario, "I01", 2027, BECAUSE, 1)
    with pytest.raises(NotAllowed):
        ask_for(session, dora, plan, 1, "propose")
    with pytest.raises(NotAllowed):
        call_off(session, dora, plan, 1, uuid4())


def test_every_act_makes_a_draft_and_none_is_changed(session: Session) -> None:
    actor = operator(session)
    plan = make_plan(session, actor)
    scenario = get_scenario(session, plan.id)
    place(session, actor, plan, scenario, "I01", 2028, BECAUSE, 1)
    set_rules(session, actor, plan, scenario, replace(START, max_starts=3), 2)
    leave_out(session, actor, plan, scenario, "I01", "It has become too dear for us.", 3)
    release(session, actor, plan, scenario, "I01", 4)
    restore(session, actor, plan, scenario, 2, 5)
    session.commit()
    drafts = list_scenario_drafts(session, scenario.id)
    assert [(draft.number, draft.act) for draft in drafts] == [
        (6, "restored"),
        (5, "released"),
        (4, "left_out"),
        (3, "rules"),
        (2, "placed"),
        (1, "begun"),
    ]
    assert drafts[4].start_year == drafts[0].start_year == {"I01": 2028}
    assert drafts[4].hands["I01"] == {"is_in": True, "year": 2028, "reason": BECAUSE}
    assert drafts[2].hands["I01"]["is_in"] is False
    assert (drafts[1].hands, drafts[1].start_year) == ({}, {})
    assert drafts[0].rules["max_starts"] is None
    acts = [entry.act for entry in list_entries(session, actor)]
    assert {"scenario.placed", "scenario.rules", "scenario.left_out", "scenario.restored"} <= set(acts)


def test_what_is_settled_by_hand_has_a_reason_and_a_year_of_the_plan(session: Session) -> None:
    actor = operator(session)
    plan = make_plan(session, actor, I05={"duration_months": None})
    scenario = get_scenario(session, plan.id)
    for code, year, reason, field in (
        ("I01", 2027, "short", "reason"),
        ("I01", 2026, BECAUSE, "year"),
        ("I01", 2032, BECAUSE, "year"),
        ("I05", 2027, BECAUSE, "year"),
    ):
        with pytest.raises(Invalid) as refused:
            place(session, actor, plan, scenario, code, year, reason, 1)
        assert list(refused.value.errors) == [field]
    with pytest.raises(NotFound):
        place(session, actor, plan, scenario, "I99", 2027, BECAUSE, 1)
    with pytest.raises(Conflict):
        release(session, actor, plan, scenario, "I01", 1)


def test_two_who_change_the_same_draft_do_not_overwrite_each_other(session: Session) -> None:
    actor = operator(session)
    plan = make_plan(session, actor)
    scenario = get_scenario(session, plan.id)
    place(session, actor, plan, scenario, "I01", 2028, BECAUSE, 1)
    with pytest.raises(Conflict):
        place(session, actor, plan, scenario, "I02", 2028, BECAUSE, 1)
    with pytest.raises(Conflict):
        set_rules(session, actor, plan, scenario, START, 1)
    item = get_plan_item(session, plan.id, "I01")
    change_item(session, actor, plan, item, {**item.facts, "months": 12}, 1)
    with pytest.raises(Conflict):
        change_item(session, actor, plan, item, {**item.facts, "months": 24}, 1)
    assert (item.changed, item.revision) == ({"months": 12}, 2)
    # saying the same again changes nothing
    change_item(session, actor, plan, item, {**item.facts, "months": 12}, 2)
    assert item.revision == 2


def test_one_ceiling_changed_is_checked_at_once_and_has_a_fix(session: Session) -> None:
    actor = operator(session)
    plan = make_plan(session, actor)
    scenario = get_scenario(session, plan.id)
    place(session, actor, plan, scenario, "I01", 2028, BECAUSE, 1)
    release(session, actor, plan, scenario, "I01", 2)
    assert [breach.rule for breach in state_of(session, plan).breaches] == [Rule.HELIX_FLOOR] * 4
    set_rules(
        session,
        actor,
        plan,
        scenario,
        replace(START, helix_floor=None, ceilings=(900_000, 1000, 900_000, 900_000, 900_000)),
        3,
    )
    state = state_of(session, plan)
    assert [(breach.rule, breach.year) for breach in state.breaches] == [(Rule.BUDGET, 2)]
    assert state.breaches[0].amount == pytest.approx((state.spend[1] - 1000) / 1000)
    fix = state.fixes[0]
    assert not fix.left
    apply_fix(session, actor, plan, scenario, [(code, year and year + 2026) for code, year in fix.acts], 4)
    assert state_of(session, plan).breaches == ()
    with pytest.raises(Invalid):
        apply_fix(session, actor, plan, scenario, [("I99", 2027)], 5)
    with pytest.raises(Invalid):
        apply_fix(session, actor, plan, scenario, [], 5)


def test_scenarios_stand_side_by_side(session: Session) -> None:
    actor = operator(session)
    plan = make_plan(session, actor)
    first = get_scenario(session, plan.id)
    place(session, actor, plan, first, "I01", 2028, BECAUSE, 1)
    copy = add_scenario(session, actor, plan, "  A   copy ", first, form_key="c")
    own = add_scenario(session, actor, plan, "Own", None, form_key="o")
    assert add_scenario(session, actor, plan, "Again", None, form_key="o").id == own.id
    assert [(one.number, one.name) for one in list_scenarios(session, plan.id)] == [
        (1, "Balanced"),
        (2, "A copy"),
        (3, "Own"),
    ]
    assert state_of(session, plan, 2).start == {"I01": 2028}
    assert state_of(session, plan, 3).start == {}
    rename_scenario(session, actor, plan, own, "Another", 1)
    with pytest.raises(Invalid):
        rename_scenario(session, actor, plan, own, " ", 1)
    remove_scenario(session, actor, plan, copy, 1)
    with pytest.raises(NotFound):
        get_scenario(session, plan.id, 2)
    with pytest.raises(Conflict):
        place(session, actor, plan, copy, "I01", 2028, BECAUSE, 1)
    remove_scenario(session, actor, plan, own, 1)
    with pytest.raises(Conflict):
        remove_scenario(session, actor, plan, first, 2)
    assert session.exec(select(ScenarioDraft).where(ScenarioDraft.scenario_id == copy.id)).all()


def test_rules_say_one_amount_a_year(session: Session) -> None:
    actor = operator(session)
    plan = make_plan(session, actor)
    scenario = get_scenario(session, plan.id)
    short = replace(START, ceilings=CEILINGS[:4])
    with pytest.raises(Invalid):
        set_rules(session, actor, plan, scenario, short, 1)
    with pytest.raises(Invalid):
        add_scenario(session, actor, plan, "Short", None, form_key="s", rules=short)


def test_work_of_an_older_draft_is_called_off(session: Session) -> None:
    actor = operator(session)
    plan = make_plan(session, actor)
    scenario = get_scenario(session, plan.id)
    (first,) = list_open_jobs(session, scenario.id)
    assert (first.kind, first.draft_number) == ("propose", 1)
    assert ask_for(session, actor, plan, 1, "propose").id == first.id
    place(session, actor, plan, scenario, "I01", 2028, BECAUSE, 1)
    (second,) = list_open_jobs(session, scenario.id)
    assert (second.kind, second.draft_number, first.state) == ("weigh", 2, "called_off")
    robust = ask_for(session, actor, plan, 1, "robustness")
    assert len(list_open_jobs(session, scenario.id)) == 2
    call_off(session, actor, plan, 1, robust.id)
    call_off(session, actor, plan, 1, robust.id)
    assert [job.id for job in list_open_jobs(session, scenario.id)] == [second.id]
    with pytest.raises(NotFound):
        ask_for(session, actor, plan, 1, "magic")
    with pytest.raises(NotFound):
        call_off(session, actor, plan, 1, uuid4())
    assert session.exec(select(PlanJob)).all()
