"""The work on plans: proposals, prices and robustness, done by a process of its own, for real."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select

import app.actionplan.portfolio.jobs as jobs
from app.actionplan.portfolio.asking import ask, call_off
from app.actionplan.portfolio.content import plan_content, quarters_of
from app.actionplan.portfolio.jobs import LOST_AFTER, SolvingFailed, work_all, work_next
from app.actionplan.portfolio.modelling import problem_of
from app.actionplan.portfolio.models import Plan, PlanJob
from app.actionplan.portfolio.queries import find_robustness, find_told, get_draft, get_scenario
from app.actionplan.portfolio.rules import solve
from app.actionplan.portfolio.service import leave_out, place, set_rules
from app.actionplan.portfolio.solving import drawn_values
from app.consensus.models import RankBasis
from app.core.clock import now
from app.people.queries import operator
from app.surveys.answering.models import Respondent
from app.surveys.answering.service import delete_respondents
from tests.actionplan.planning import START, make_plan, state_of


def told(session: Session, plan: Plan) -> dict[str, Any]:
    session.expire_all()
    job = find_told(session, get_draft(session, get_scenario(session, plan.id)))
    assert job is not None
    assert job.state == "done", job.state
    return job.told


def test_a_proposal_is_the_best_plan_and_its_prices_are_true(session: Session, engine: Engine) -> None:
    plan = make_plan(session, operator(session))
    assert work_all(engine) == 1
    found, state = told(session, plan), state_of(session, plan)
    draft = state.loaded.draft
    assert (draft.number, draft.act) == (2, "proposed")
    assert state.breaches == ()
    best = solve(state.problem)
    assert found["plan"]["status"] == "optimal"
    assert found["plan"]["gap"] == 0
    assert found["plan"]["objective"] == pytest.approx(best.objective, rel=1e-9)
    assert state.value == pytest.approx(best.objective, rel=1e-9)
    assert found["plan"]["start_year"] == draft.start_year
    out = [line.row.code for line in state.left if not state.problem.by_id[line.row.code].is_forbidden]
    assert set(found["losses"]) == set(out)
    assert any(found["losses"][code]["loss"] is not None for code in out)
    for code in out:
        forced = replace(
            state.problem,
            candidates=tuple(replace(one, is_mandatory=one.id == code) for one in state.problem.candidates),
        )
        other, loss = solve(forced), found["losses"][code]
        assert best.objective is not None
        if other.objective is None:
            assert loss["loss"] is None
            assert loss["gives"]
        else:
            assert loss["loss"] == pytest.approx(best.objective - other.objective, abs=1e-6)
    assert {one["rule"] for one in found["prices"]} == {"helix_floor", "exclusion"}
    assert all(one["price"] >= 0 for one in found["prices"])


def test_what_is_settled_by_hand_is_kept_and_priced(session: Session, engine: Engine) -> None:
    actor = operator(session)
    plan = make_plan(session, actor)
    scenario = get_scenario(session, plan.id)
    leave_out(session, actor, plan, scenario, "I08", "The partner left the consortium.", 1)
    place(session, actor, plan, scenario, "I10", 2028, "It was promised to the region.", 2)
    ask(session, actor, scenario, "propose")
    session.commit()
    assert work_all(engine) == 1
    found, state = told(session, plan), state_of(session, plan)
    assert state.start["I10"] == 2028
    assert "I08" not in state.start
    free = solve(problem_of(replace(state.frame, hands={"I10": state.frame.hands["I10"]})))
    best = solve(state.problem)
    assert free.objective is not None
    assert best.objective is not None
    assert found["hands"]["I08"]["price"] == pytest.approx(free.objective - best.objective, abs=1e-6)


def test_where_no_plan_keeps_the_rules_it_says_what_must_give(session: Session, engine: Engine) -> None:
    actor = operator(session)
    plan = make_plan(session, actor)
    scenario = get_scenario(session, plan.id)
    set_rules(session, actor, plan, scenario, replace(START, helix_floor=90), 1)
    ask(session, actor, scenario, "propose")
    session.commit()
    work_all(engine)
    found, state = told(session, plan), state_of(session, plan)
    assert found["plan"]["status"] == "infeasible"
    assert found["plan"]["start_year"] is None
    assert {one["rule"] for one in found["gives"]} == {"helix_floor"}
    assert all(one["amount"] > 0 for one in found["gives"])
    # nothing was taken over
    assert state.loaded.draft.act == "rules"


def test_nothing_is_taken_over_when_somebody_changed_the_scenario(session: Session, engine: Engine) -> None:
    actor = operator(session)
    plan = make_plan(session, actor)
    scenario = get_scenario(session, plan.id)
    session.commit()
    changed: list[int] = []

    def change() -> bool:
        if not changed:
            changed.append(1)
            with Session(engine) as other:
                job = other.exec(select(PlanJob)).one()
                assert job.state == "under_way"
            # as if the draft had changed without anybody calling the work off
            scenario.revision = 7
            session.add(scenario)
            session.commit()
        return False

    work_next(engine, change)
    session.expire_all()
    job = session.exec(select(PlanJob)).one()
    assert (job.state, get_scenario(session, plan.id).revision) == ("overtaken", 7)
    assert len(list(job.told)) > 0


def test_work_that_is_called_off_ends_and_is_not_taken_over(session: Session, engine: Engine) -> None:
    actor = operator(session)
    plan = make_plan(session, actor)
    job = session.exec(select(PlanJob)).one()
    session.commit()
    done: list[int] = []

    def stop() -> bool:
        if not done:
            done.append(1)
            call_off(session, actor, plan, 1, job.id)
            session.commit()
        return False

    assert work_next(engine, stop) == 1
    session.expire_all()
    assert job.state == "called_off"
    assert get_scenario(session, plan.id).revision == 1
    session.commit()
    assert work_next(engine) == 0


def test_a_program_that_stops_leaves_work_that_says_so(session: Session, engine: Engine) -> None:
    make_plan(session, operator(session))
    with pytest.raises(SolvingFailed):
        work_next(engine, lambda: True)
    session.expire_all()
    job = session.exec(select(PlanJob)).one()
    assert job.state == "failed"
    assert job.ended_at is not None


def test_work_whose_worker_was_lost_is_taken_up_again(session: Session, engine: Engine) -> None:
    plan = make_plan(session, operator(session))
    job = session.exec(select(PlanJob)).one()
    job.state, job.seen_at = "under_way", now()
    session.add(job)
    session.commit()
    assert work_next(engine) == 0
    job.seen_at = now() - LOST_AFTER - timedelta(seconds=1)
    session.add(job)
    session.commit()
    assert work_next(engine) == 1
    assert told(session, plan)["plan"]["status"] == "optimal"


def test_a_process_that_ends_badly_is_a_failure(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_plan(session, operator(session))
    monkeypatch.setattr(jobs.sys, "executable", "/bin/false")
    with pytest.raises(SolvingFailed):
        work_next(engine)
    session.expire_all()
    assert session.exec(select(PlanJob)).one().state == "failed"


def test_work_on_results_that_are_gone_ends_and_keeps_nobody_waiting(session: Session, engine: Engine) -> None:
    plan = make_plan(session, operator(session))
    job = ask(session, operator(session), get_scenario(session, plan.id), "robustness")
    job.asked_at = now() - timedelta(days=1)
    session.add(job)
    # frozen before the basis of ranks was kept, and its answers have reached the end of their time
    session.exec(delete(RankBasis))
    delete_respondents(session, col(Respondent.id).is_not(None))
    session.commit()
    with pytest.raises(SolvingFailed):
        work_next(engine)
    assert work_next(engine) == 1
    session.expire_all()
    assert session.get_one(PlanJob, job.id).state == "failed"
    assert told(session, plan)


def test_robustness_is_worked_out_beside_the_plan(session: Session, engine: Engine) -> None:
    actor = operator(session)
    plan = make_plan(session, actor)
    work_all(engine)
    session.expire_all()
    scenario = get_scenario(session, plan.id)
    ask(session, actor, scenario, "robustness")
    session.commit()
    work_all(engine)
    session.expire_all()
    job = find_robustness(session, scenario.id)
    assert job is not None
    assert (job.state, job.done, job.total) == ("done", 200, 200)
    shares = job.told["robust"]
    assert set(shares) == {f"I{number:02}" for number in range(1, 21)}
    assert all(0 <= share <= 1 for share in shares.values())
    assert max(shares.values()) > 0.5
    assert get_scenario(session, plan.id).revision == 2


def test_draws_are_the_same_from_the_same_seed(session: Session, engine: Engine) -> None:
    plan = make_plan(session, operator(session))
    job = ask(session, operator(session), get_scenario(session, plan.id), "robustness")
    asked = jobs.asked_of(session, job)
    one, other = drawn_values(asked, 50), drawn_values(asked, 50)
    assert (one == other).all()
    values = [item["evidence"]["value"] for item in asked["items"]]
    assert one.mean(axis=0) == pytest.approx([value or 0 for value in values], abs=0.35)
    assert one.min() >= 0
    assert one.max() <= asked["scale"]["high"]


def test_a_plan_as_data_adds_up(session: Session, engine: Engine) -> None:
    plan = make_plan(session, operator(session))
    work_all(engine)
    state, found = state_of(session, plan), told(session, plan)
    content = plan_content(state, found, {}, "e2e")
    chosen = [item for item in content["items"] if item["is_in"]]
    assert content["planned"] == sum(item["cost"] for item in chosen) == sum(content["spend_by_year"])
    for item in chosen:
        assert sum(item["cost_by_year"].values()) == item["cost"]
        assert item["start"] <= item["phases"][0]["start"] <= item["phases"][-1]["end"] == item["end"]
    assert all(item["why"] for item in content["items"] if not item["is_in"])
    assert content["solution"]["objective"] == pytest.approx(content["value"], rel=1e-6)
    assert quarters_of(content) == 20
