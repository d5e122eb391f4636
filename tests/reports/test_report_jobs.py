"""Reports are made where nobody waits, whole or not at all, for those who may have them, and for a week."""

import hashlib
import io
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.actionplan.portfolio.models import Plan
from app.core.clock import now
from app.core.errors import Invalid, NotFound, TooMany
from app.history.models import HistoryEntry
from app.people.models import Membership, Person
from app.people.queries import find_actor, operator
from app.people.rules import Actor, Role
from app.people.service import create_consortium, create_organisation
from app.reports.jobs import FAILED, NOBODY, make_all, make_next, take_up
from app.reports.models import Report, ReportFile
from app.reports.queries import get_content, get_permitted_report, list_reports
from app.reports.rules import FILES_LAST, LOST_AFTER, MOST_AT_ONCE, MOST_KEPT, MOST_TRIES
from app.reports.service import Order, call_off, order_report
from app.retention import run_retention
from app.surveys.authoring.queries import get_survey
from tests.actionplan.planning import make_plan
from tests.make import Cast


@pytest.fixture
def plan(session: Session) -> Plan:
    """A plan whose draft has nothing in it yet: enough to write about."""
    return make_plan(session, operator(session))


def order_of(session: Session, plan: Plan) -> Order:
    """The plan as a PDF."""
    return Order("plan", "pdf", "en", get_survey(session, plan.survey_id), plan)


def ask(session: Session, actor: Actor, plan: Plan, key: str = "key") -> Report:
    report = order_report(session, actor, order_of(session, plan), form_key=key)
    session.commit()
    return report


def actor_of(session: Session, person: Person) -> Actor:
    found = find_actor(session, person)
    assert found
    return found


def test_a_report_is_made_whole_and_kept_for_a_week(session: Session, engine: Engine, plan: Plan) -> None:
    report = ask(session, operator(session), plan)
    assert (report.state, report.about) == ("waiting", {"scenario": 1})
    with pytest.raises(NotFound):
        get_content(session, report)
    session.commit()
    assert make_all(engine) == 1
    session.expire_all()
    data = get_content(session, report)
    assert (report.state, report.size, report.sha256) == ("done", len(data), hashlib.sha256(data).hexdigest())
    assert report.name == "plan-1-scenario-1-draft-1-en.pdf"
    assert report.ended_at is not None
    assert report.expires_at - report.ended_at == FILES_LAST
    facts = PdfReader(io.BytesIO(data)).metadata
    assert facts
    assert facts.title == "Five years"
    acts = session.exec(select(HistoryEntry.act)).all()
    assert (acts.count("report.ordered"), acts.count("report.made")) == (1, 1)
    session.commit()
    assert "reports" not in run_retention(engine, is_dry_run=False)["deleted"]
    report.expires_at = now() - timedelta(seconds=1)
    session.add(report)
    session.commit()
    assert run_retention(engine, is_dry_run=False)["deleted"]["reports"] == 1
    assert (session.exec(select(ReportFile)).all(), session.exec(select(Report)).all()) == ([], [])


def test_the_same_order_gives_the_same_bytes(session: Session, engine: Engine, plan: Plan) -> None:
    first, second = (ask(session, operator(session), plan, key) for key in ("one", "two"))
    assert make_all(engine) == 2
    session.expire_all()
    assert first.sha256 == second.sha256 != ""


def test_a_form_sent_twice_is_one_order(session: Session, plan: Plan, cast: Cast) -> None:
    biel = actor_of(session, cast.biel)
    assert ask(session, biel, plan).id == ask(session, biel, plan).id
    for number in range(MOST_AT_ONCE - 1):
        ask(session, biel, plan, str(number))
    with pytest.raises(TooMany):
        ask(session, biel, plan, "one more")


def test_a_form_filled_in_otherwise_is_another_order(session: Session, plan: Plan, cast: Cast) -> None:
    """Whoever goes back and chooses another format gets that one, and not the first again."""
    biel, order = actor_of(session, cast.biel), order_of(session, plan)
    orders = [order, replace(order, format="docx"), replace(order, cover={"number": "D1"}), order]
    made = [order_report(session, biel, one, form_key="key") for one in orders]
    assert [(one.format, one.about.get("cover")) for one in made] == [
        ("pdf", None),
        ("docx", None),
        ("pdf", {"number": "D1"}),
        ("pdf", None),
    ]
    assert made[0].id == made[3].id


def test_a_bundle_that_holds_plans_is_for_those_who_may_have_plans(session: Session, plan: Plan, cast: Cast) -> None:
    """Of a partner's survey its staff have reports, and whoever runs the whole consortium orders bundles."""
    north = create_organisation(session, operator(session), name="North", helix="industry", region="ES51")
    survey = get_survey(session, plan.survey_id)
    survey.organisation_id = north.id
    session.add(survey)
    bundle, methods = (
        order_report(session, actor_of(session, cast.biel), Order(kind, form, "en", survey), form_key=kind)
        for kind, form in (("bundle", "zip"), ("methods", "pdf"))
    )
    partner = Actor(cast.carla.id, survey.consortium_id, {north.id: Role.COORDINATOR})
    assert [one.id for one in list_reports(session, partner)] == [methods.id]
    assert get_permitted_report(session, partner, methods.id)
    with pytest.raises(NotFound):
        get_permitted_report(session, partner, bundle.id)
    own = order_report(session, partner, Order("bundle", "zip", "en", survey), form_key="own")
    assert get_permitted_report(session, partner, own.id)
    assert get_permitted_report(session, actor_of(session, cast.biel), own.id)


@pytest.mark.parametrize(
    ("field", "wrong"), [("kind", "novel"), ("kind", "consensus"), ("format", "odt"), ("language", "eo")]
)
def test_what_cannot_be_made_is_named_before(session: Session, plan: Plan, field: str, wrong: str) -> None:
    order = replace(order_of(session, plan), **{field: wrong})
    with pytest.raises(Invalid) as refused:
        order_report(session, operator(session), order, form_key="key")
    assert list(refused.value.errors) == [field]


def test_what_a_cover_cannot_say_is_named_at_its_field(session: Session, plan: Plan) -> None:
    order = replace(order_of(session, plan), cover={"due": "soon", "number": "x" * 201, "lead": "North"})
    with pytest.raises(Invalid) as refused:
        order_report(session, operator(session), order, form_key="key")
    assert set(refused.value.errors) == {"cover.due", "cover.number"}


def test_an_order_that_is_called_off_leaves_nothing(session: Session, engine: Engine, plan: Plan) -> None:
    report = ask(session, operator(session), plan)
    stopped: list[int] = []

    def stop() -> bool:
        if not stopped:
            stopped.append(1)
            with Session(engine) as other, other.begin():
                assert other.get_one(Report, report.id).state == "under_way"
            call_off(session, operator(session), report)
            session.commit()
        return False

    assert make_next(engine, stop) == 1
    session.expire_all()
    assert (report.state, stopped) == ("called_off", [1])
    assert session.exec(select(HistoryEntry.act)).all().count("report.called_off") == 1
    assert session.exec(select(ReportFile)).all() == []
    session.commit()
    assert make_next(engine) == 0


def test_a_program_that_stops_leaves_the_order_to_the_next(session: Session, engine: Engine, plan: Plan) -> None:
    report = ask(session, operator(session), plan)
    assert make_next(engine, lambda: True) == 1
    session.expire_all()
    assert (report.state, report.tries, report.ended_at) == ("under_way", 1, None)
    session.commit()
    # until nobody has heard of its worker for a while
    assert make_next(engine) == 0
    report.seen_at = now() - LOST_AFTER - timedelta(seconds=1)
    session.add(report)
    session.commit()
    assert make_next(engine) == 1
    session.expire_all()
    assert (report.state, report.tries) == ("done", 2)


def test_what_ends_its_worker_each_time_is_given_up(session: Session, engine: Engine, plan: Plan) -> None:
    report = ask(session, operator(session), plan)
    report.tries, report.seen_at = MOST_TRIES, now() - LOST_AFTER - timedelta(seconds=1)
    session.add(report)
    other = ask(session, operator(session), plan, "other")
    assert make_all(engine) == 1, "what waits behind it is made"
    session.expire_all()
    assert (report.state, report.refusal) == ("failed", FAILED)
    assert other.state == "done"


def test_consortia_take_turns(session: Session, engine: Engine, plan: Plan) -> None:
    mine = [ask(session, operator(session), plan, key) for key in ("one", "two", "three")]
    elsewhere = create_consortium(session, operator(session), name="Elsewhere")
    theirs = Report(**mine[0].model_dump(exclude={"id", "consortium_id", "form_key"}), form_key="theirs")
    theirs.consortium_id, theirs.ordered_at = elsewhere.id, now()
    session.add(theirs)
    session.commit()
    made: list[UUID] = []
    while (taken := take_up(engine)) is not None:
        made.append(taken)
    assert made[:2] == [mine[0].id, theirs.id]
    assert made[2:] == [mine[1].id, mine[2].id]


def test_of_many_files_the_oldest_goes(session: Session, engine: Engine, plan: Plan) -> None:
    moment = now() - timedelta(days=1)
    first = ask(session, operator(session), plan)
    first.state, first.ended_at = "done", moment
    session.add(ReportFile(report_id=first.id, content=b"old"))
    for number in range(1, MOST_KEPT):
        copy = Report(**first.model_dump(exclude={"id", "form_key", "ended_at"}), form_key=str(number))
        copy.ended_at = moment + timedelta(seconds=number)
        session.add(copy)
    session.commit()
    gone, last = first.id, ask(session, operator(session), plan, "last")
    assert make_all(engine) == 1
    session.expire_all()
    kept = {one.id for one in session.exec(select(Report)).all()}
    assert (len(kept), gone in kept, last.id in kept) == (MOST_KEPT, False, True)
    assert session.exec(select(ReportFile.report_id)).all() == [last.id]


def test_whoever_lost_their_role_gets_nothing(session: Session, engine: Engine, plan: Plan, cast: Cast) -> None:
    report = ask(session, actor_of(session, cast.biel), plan)
    for line in session.exec(select(Membership).where(Membership.person_id == cast.biel.id)):
        session.delete(line)
    session.commit()
    assert make_next(engine) == 1
    session.expire_all()
    assert (report.state, report.refusal) == ("failed", NOBODY)
    assert session.exec(select(ReportFile)).all() == []
