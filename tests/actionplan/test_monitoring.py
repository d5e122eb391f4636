"""Milestones are proposed, reported on and decided; readings and risks are added; and a year is looked back on."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.actionplan.adoption.models import PlanEdition
from app.actionplan.monitoring.models import (
    GateDecision,
    IndicatorReading,
    Milestone,
    ProgressReport,
    QuietPlan,
    RiskAssessment,
)
from app.actionplan.monitoring.queries import Following, get_following, get_milestone
from app.actionplan.monitoring.rules import Light, Unjudged
from app.actionplan.monitoring.service import (
    MilestoneIn,
    ReportIn,
    add_milestone,
    change_milestone,
    close_milestone,
    decide_gate,
    reopen_milestone,
    report_progress,
    start_following,
)
from app.actionplan.monitoring.state import State, heat_of, review_of
from app.actionplan.monitoring.tracking import (
    AssessmentIn,
    ReadingIn,
    add_reading,
    assess_risk,
    switch_mails,
    write_review,
)
from app.core.clock import today
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from app.erasure import erase_person, export_person
from app.history.models import HistoryEntry
from app.people.models import Person
from app.people.queries import find_actor, operator
from app.people.rules import Actor
from app.people.service import create_organisation, create_person
from app.surveys.authoring.models import Survey
from tests.actionplan.monitoring import REASON, adopt, follow, make_plan, milestone_of, move, plan_item
from tests.make import SECRET, Cast, make_open_survey

HALF = ReportIn(50, date(2026, 1, 1), "Half of it")


@pytest.fixture
def survey(session: Session, cast: Cast) -> Survey:
    return make_open_survey(session)


def actor_of(session: Session, person: Person) -> Actor:
    found = find_actor(session, person)
    assert found
    return found


def fresh(session: Session, following: Following) -> Following:
    """The plan as it is now."""
    session.commit()
    return get_following(session, operator(session), following.plan.number)


def light_of(session: Session, following: Following, milestone: Milestone, day: date) -> Light | None:
    state = State(fresh(session, following), day)
    return next(one.light for one in state.standings if one.milestone.id == milestone.id)


def test_an_edition_is_followed_once_and_a_later_one_adds_what_is_new(session: Session, survey: Survey) -> None:
    following = follow(session, survey, plan_item("I1"))
    assert [one.number for one in sorted(following.milestones, key=lambda one: one.number)] == [1, 2, 3, 4, 5]
    assert start_following(session, operator(session), following) == 0
    first = milestone_of(following, "I1", "start")
    change_milestone(session, operator(session), first, 1, MilestoneIn("Kick-off", date(2027, 5, 1)))
    adopt(session, following.plan, 2, plan_item("I1", start=[2028, 1], end=[2030, 4]), plan_item("I3", risks=[]))
    following = fresh(session, following)
    assert start_following(session, operator(session), following) == 5
    following = fresh(session, following)
    kept = milestone_of(following, "I1", "start")
    assert (kept.title, kept.due, kept.first_due) == ("Kick-off", date(2027, 5, 1), date(2027, 3, 31))
    assert max(one.number for one in following.milestones) == 10
    adopt(session, following.plan, 3, plan_item("I3"), plan_item("I1", is_in=False))
    assert {one.item_code for one in fresh(session, following).milestones} == {"I3"}


def test_a_plan_that_nobody_adopted_is_not_followed(session: Session, survey: Survey) -> None:
    make_plan(session, survey)
    with pytest.raises(NotFound, match="not been adopted"):
        get_following(session, operator(session), 1)


def test_the_partner_that_leads_sees_to_its_milestones(session: Session, survey: Survey, cast: Cast) -> None:
    partner = create_organisation(session, operator(session), name="Cluster", helix="industry", region="ES51")
    partner.code = "CAT"
    theirs = create_person(
        session, operator(session), email="mia@innaxe.example", role="manager", organisation=str(partner.id)
    )
    other = create_organisation(session, operator(session), name="Other", helix="industry", region="ES51")
    stranger = create_person(
        session, operator(session), email="sol@innaxe.example", role="manager", organisation=str(other.id)
    )
    following = follow(session, survey)
    first = milestone_of(following, "I1", "start")
    assert first.organisation_id == partner.id
    report_progress(session, actor_of(session, theirs), first, HALF, form_key="one")
    with pytest.raises(NotAllowed):
        report_progress(session, actor_of(session, stranger), first, HALF, form_key="two")
    with pytest.raises(NotAllowed):
        change_milestone(session, actor_of(session, stranger), first, 1, MilestoneIn("", first.due))
    # owning it is enough to report, not to change it
    change_milestone(
        session, actor_of(session, cast.biel), first, 1, MilestoneIn("", first.due, stranger.id, partner.id)
    )
    report_progress(session, actor_of(session, stranger), first, HALF, form_key="three")
    with pytest.raises(NotAllowed):
        close_milestone(session, actor_of(session, stranger), first, 2, REASON)
    with pytest.raises(NotAllowed):
        report_progress(session, actor_of(session, cast.dora), first, HALF, form_key="four")


def test_reports_are_added_and_corrected_never_edited(session: Session, survey: Survey, cast: Cast) -> None:
    following, biel = follow(session, survey), actor_of(session, cast.biel)
    first = milestone_of(following, "I1", "start")
    wrong = report_progress(session, biel, first, ReportIn(100, date(2026, 2, 1), "Done", 900), form_key="one")
    again = report_progress(session, biel, first, ReportIn(100, date(2026, 2, 1), "Done", 900), form_key="one")
    assert again.id == wrong.id
    right = ReportIn(10, date(2026, 2, 1), "A slip of the hand", 90, corrects=1)
    report_progress(session, biel, first, right, form_key="two")
    with pytest.raises(Conflict, match="corrected already"):
        report_progress(session, biel, first, right, form_key="three")
    with pytest.raises(Invalid, match="no such report"):
        report_progress(session, biel, first, replace(right, corrects=9), form_key="four")
    # a report of an earlier day that comes in later does not take back the newest
    report_progress(session, biel, first, ReportIn(5, date(2026, 1, 1)), form_key="five")
    state = State(fresh(session, following), date(2026, 3, 1))
    standing = next(one for one in state.standings if one.milestone.id == first.id)
    assert (standing.percent, [one.number for one in state.reports_of(first)]) == (10, [3, 2])
    assert state.spent_in(2026) == 90
    assert state.spent_in(2027) is None
    kept = session.exec(select(ProgressReport).order_by("number")).all()
    assert [(one.percent, one.words) for one in kept] == [(100, "Done"), (10, "A slip of the hand"), (5, "")]
    acts = [one.act for one in session.exec(select(HistoryEntry)).all()]
    assert acts.count("progress.reported") == 3


def test_a_closed_milestone_takes_no_reports_until_it_is_open_again(
    session: Session, survey: Survey, cast: Cast
) -> None:
    following, biel = follow(session, survey), actor_of(session, cast.biel)
    first = milestone_of(following, "I1", "start")
    with pytest.raises(Invalid, match="10 to 2000"):
        close_milestone(session, biel, first, 1, "No")
    close_milestone(session, biel, first, 1, REASON)
    for act in (
        lambda: report_progress(session, biel, first, HALF, form_key="one"),
        lambda: change_milestone(session, biel, first, 2, MilestoneIn("A", first.due)),
        lambda: close_milestone(session, biel, first, 2, REASON),
    ):
        with pytest.raises(Conflict, match="closed"):
            act()
    assert light_of(session, following, first, today()) is None
    reopen_milestone(session, biel, first, 2)
    with pytest.raises(Conflict, match="not closed"):
        reopen_milestone(session, biel, first, 3)
    report_progress(session, biel, first, HALF, form_key="two")
    assert (first.closed_at, first.closed_because, first.revision) == (None, "", 3)


def test_of_two_changes_at_once_the_second_is_told(session: Session, survey: Survey, cast: Cast) -> None:
    following, biel = follow(session, survey), actor_of(session, cast.biel)
    first = milestone_of(following, "I1", "start")
    change_milestone(session, biel, first, 1, MilestoneIn("Begin", first.due))
    with pytest.raises(Stale) as refused:
        change_milestone(session, biel, first, 1, MilestoneIn("Start", first.due))
    assert (refused.value.etag, first.title) == ("2", "Begin")
    with pytest.raises(Invalid) as invalid:
        change_milestone(session, biel, first, 2, MilestoneIn("x" * 201, first.due, uuid4(), uuid4()))
    assert {*invalid.value.errors} == {"title", "owner", "partner"}
    assert first.revision == 2


def test_an_owner_who_left_may_stay_but_nobody_who_left_becomes_one(
    session: Session, survey: Survey, cast: Cast
) -> None:
    following, biel = follow(session, survey), actor_of(session, cast.biel)
    first = milestone_of(following, "I1", "start")
    change_milestone(session, biel, first, 1, MilestoneIn("", first.due, cast.dora.id))
    cast.dora.disabled_at = first.created_at
    session.flush()
    change_milestone(session, biel, first, 2, MilestoneIn("Begin", first.due, cast.dora.id))
    other = milestone_of(following, "I1", "end")
    with pytest.raises(Invalid, match="still has an account"):
        change_milestone(session, biel, other, 1, MilestoneIn("", other.due, cast.dora.id))


def test_an_added_milestone_needs_a_title_and_counts_from_today(session: Session, survey: Survey, cast: Cast) -> None:
    following, biel = follow(session, survey), actor_of(session, cast.biel)
    followed = following.items["I1"]
    with pytest.raises(Invalid, match="title"):
        add_milestone(session, biel, following.plan, followed, MilestoneIn("", date(2040, 1, 1)), form_key="one")
    given = MilestoneIn("Sign the contract", date(2028, 1, 31))
    made = add_milestone(session, biel, following.plan, followed, given, form_key="one")
    assert add_milestone(session, biel, following.plan, followed, given, form_key="one").id == made.id
    assert (made.number, made.kind, made.begins_on) == (11, "other", max(date(2027, 1, 1), today()))


def test_a_stop_is_final_for_the_initiative_and_names_what_depends_on_it(
    session: Session, survey: Survey, cast: Cast
) -> None:
    following, biel = follow(session, survey), actor_of(session, cast.biel)
    gate, end = milestone_of(following, "I1", "gate.1"), milestone_of(following, "I1", "end")
    with pytest.raises(Conflict, match="Only a go/stop point"):
        decide_gate(session, biel, end, 1, "go", REASON, form_key="one")
    with pytest.raises(Invalid) as refused:
        decide_gate(session, biel, gate, 1, "perhaps", "No", form_key="one")
    assert {*refused.value.errors} == {"outcome", "because"}
    with pytest.raises(NotAllowed):
        decide_gate(session, actor_of(session, cast.carla), gate, 1, "go", REASON, form_key="one")
    decide_gate(session, biel, gate, 1, "changes", REASON, form_key="one")
    assert light_of(session, following, gate, today()) is Light.DONE
    with pytest.raises(Stale):
        decide_gate(session, biel, gate, 1, "stop", REASON, form_key="two")
    stop = decide_gate(session, biel, gate, 2, "stop", REASON, form_key="three")
    assert decide_gate(session, biel, gate, 1, "stop", REASON, form_key="three").id == stop.id
    assert light_of(session, following, end, date(2040, 1, 1)) is None
    state = State(fresh(session, following), today())
    assert [one.code for one in state.dependents("I1")] == ["I2"]
    assert list(state.stopped) == ["I1"]
    assert {one.milestone.item_code for one in state.counted if one.light is not Light.DONE} == {"I2"}
    # before the day of the decision nothing was stopped
    assert State(state.following, today() - timedelta(days=1)).stopped == {}
    assert [one.outcome for one in session.exec(select(GateDecision).order_by("number"))] == ["changes", "stop"]


def test_what_says_something_else_under_an_old_key_is_not_lost(session: Session, survey: Survey, cast: Cast) -> None:
    following, biel = follow(session, survey), actor_of(session, cast.biel)
    start, end = milestone_of(following, "I1", "start"), milestone_of(following, "I1", "end")
    followed, plan, day = following.items["I1"], following.plan, date(2026, 2, 1)
    for milestone, percent in ((start, 10), (start, 20), (end, 20), (end, 20)):
        report_progress(session, biel, milestone, ReportIn(percent, day), form_key="one")
    reports = [[one.percent for one in fresh(session, following).reports[key.id]] for key in (start, end)]
    assert reports == [[10, 20], [20]]
    for year in (2024, 2025, 2025):
        add_reading(session, biel, plan, followed, ReadingIn("IND19", year, 1.0), form_key="one")
    assert [one.year for one in fresh(session, following).readings["I1", "IND19"]] == [2024, 2025]
    for due in (date(2030, 1, 1), date(2031, 1, 1), date(2031, 1, 1)):
        add_milestone(session, biel, plan, followed, MilestoneIn("More", due), form_key="one")
    assert sum(one.title == "More" for one in fresh(session, following).milestones) == 2


def test_of_two_readings_for_a_year_the_later_counts_and_both_are_kept(
    session: Session, survey: Survey, cast: Cast
) -> None:
    following, biel = follow(session, survey), actor_of(session, cast.biel)
    followed, plan = following.items["I1"], following.plan
    assert State(following, today()).indicators("I1")[0].judged is Unjudged.NO_READING
    year = today().year
    for key, value in (("one", 3.0), ("two", 25.0), ("two", 25.0)):
        add_reading(session, biel, plan, followed, ReadingIn("IND19", year, value, "Register"), form_key=key)
    [one] = State(fresh(session, following), today()).indicators("I1")
    assert ([each.value for each in one.readings], one.judged) == ([3.0, 25.0], Light.DONE)
    assert one.newest
    assert one.newest.value == 25.0
    with pytest.raises(Invalid) as refused:
        add_reading(session, biel, plan, followed, ReadingIn("IND19", year + 1, None, "x" * 2001), form_key="three")
    assert {*refused.value.errors} == {"year", "value", "source"}
    with pytest.raises(Invalid, match="no target"):
        add_reading(session, biel, plan, followed, ReadingIn("IND1", year, 1.0), form_key="three")
    assert len(session.exec(select(IndicatorReading)).all()) == 2


def test_risks_are_assessed_again_and_what_grew_is_known(session: Session, survey: Survey, cast: Cast) -> None:
    following, biel = follow(session, survey), actor_of(session, cast.biel)
    [risk] = following.risks
    for bad in (AssessmentIn(0, 3, "planned"), AssessmentIn(3, 6, "planned"), AssessmentIn(3, 3, "perhaps")):
        with pytest.raises(Invalid):
            assess_risk(session, biel, risk, bad, form_key="one")
    given = AssessmentIn(5, 4, "under_way", cast.dora.id, "Two have left already")
    made = assess_risk(session, biel, risk, given, form_key="one")
    assert assess_risk(session, biel, risk, given, form_key="one").id == made.id
    [standing] = State(fresh(session, following), today()).risks()
    assert (standing.level, standing.grown_by, standing.now.owner_id) == ("high", 8, cast.dora.id)
    assert next([len(cell) for cell in row] for row in heat_of([standing])) == [0, 0, 0, 1, 0]
    assert len(session.exec(select(RiskAssessment)).all()) == 2


def test_a_year_is_looked_back_on_as_it_was(session: Session, survey: Survey, cast: Cast) -> None:
    following, biel = follow(session, survey), actor_of(session, cast.biel)
    year = today().year - 1
    done, late = milestone_of(following, "I1", "start"), milestone_of(following, "I1", "gate.1")
    moved, closed = milestone_of(following, "I1", "gate.2"), milestone_of(following, "I2", "start")
    for one in (done, late, moved, closed):
        move(session, one, date(year, 6, 30))
    report_progress(session, biel, done, ReportIn(100, date(year, 6, 1), spent=1200), form_key="one")
    # what was reported after the year had ended was late at its end
    report_progress(session, biel, late, ReportIn(100, today()), form_key="two")
    change_milestone(session, biel, moved, moved.revision, MilestoneIn("", date(year + 5, 6, 30)))
    close_milestone(session, biel, closed, closed.revision, REASON)
    review = review_of(fresh(session, following), year, today())
    assert review.until == date(year, 12, 31)
    assert {one.milestone.number for one in review.planned} == {one.number for one in (done, late, moved, closed)}
    assert [one.milestone.number for one in review.reached] == [done.number]
    # closed today, so it was late then
    assert [one.milestone.number for one in review.late] == [late.number, closed.number]
    assert [one.milestone.number for one in review.moved] == [moved.number]
    assert (review.money_planned, review.money_spent) == (0, 1200)
    assert review_of(following, 2028, today()).money_planned == 200_000
    assert (review.stopped, review.grown) == ([], [])
    now = review_of(fresh(session, following), today().year, today())
    assert now.until == today()
    assert now.late == []


def test_what_is_to_change_is_written_by_one_at_a_time(session: Session, survey: Survey, cast: Cast) -> None:
    following, biel = follow(session, survey), actor_of(session, cast.biel)
    plan = following.plan
    write_review(session, biel, plan, 2027, 0, REASON)
    with pytest.raises(Stale):
        write_review(session, biel, plan, 2027, 0, "Something else to change")
    with pytest.raises(Invalid):
        write_review(session, biel, plan, 2027, 1, "No")
    assert write_review(session, biel, plan, 2027, 1, "Something else to change").revision == 2
    with pytest.raises(NotAllowed):
        write_review(session, actor_of(session, cast.dora), plan, 2027, 2, REASON)


def test_an_edition_is_never_touched_by_what_is_followed(session: Session, survey: Survey, cast: Cast) -> None:
    following, biel = follow(session, survey), actor_of(session, cast.biel)
    before = session.exec(select(PlanEdition)).one().model_dump_json()
    gate = get_milestone(following, 2)
    decide_gate(session, biel, gate, 1, "stop", REASON, form_key="one")
    add_reading(session, biel, following.plan, following.items["I1"], ReadingIn("IND19", 2026, 1.0), form_key="two")
    session.commit()
    session.expire_all()
    assert session.exec(select(PlanEdition)).one().model_dump_json() == before


def test_an_erased_person_is_off_what_they_owned_and_their_reports_stay(
    engine: Engine, session: Session, survey: Survey, cast: Cast
) -> None:
    following, carla = follow(session, survey), actor_of(session, cast.carla)
    first = milestone_of(following, "I1", "start")
    change_milestone(session, carla, first, 1, MilestoneIn("", first.due, cast.carla.id))
    report_progress(session, carla, first, HALF, form_key="one")
    assess_risk(session, carla, following.risks[0], AssessmentIn(1, 1, "planned", cast.carla.id), form_key="two")
    switch_mails(session, carla, following.plan, is_for_all=False, is_on=False)
    session.commit()
    known = export_person(session, cast.carla.email, secret=SECRET)["account"]
    assert [one["percent"] for one in known["progress_reports"]] == [50]
    assert [one["number"] for one in known["milestones"]] == [first.number]
    session.commit()
    erase_person(engine, cast.carla.email, secret=SECRET)
    session.expire_all()
    assert session.get_one(Milestone, first.id).owner_id is None
    assert [one.owner_id for one in session.exec(select(RiskAssessment)).all()] == [None, None]
    assert session.exec(select(QuietPlan)).all() == []
    assert session.exec(select(ProgressReport)).one().words == "Half of it"
