"""Ballots, votes and editions: who may vote how often, what adopting freezes, and that nothing changes it."""

import copy
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.actionplan.adoption.models import PlanBallot, PlanEdition, PlanInterest, PlanVote
from app.actionplan.adoption.queries import find_edition_of, list_editions, newer_draft
from app.actionplan.adoption.sharing import share_plan
from app.actionplan.adoption.voting import Broken, cast_vote, close_ballot, open_ballot, votes_at
from app.actionplan.decisions.rules import Part
from app.actionplan.initiatives.changing import move_initiative
from app.actionplan.initiatives.queries import list_initiatives
from app.actionplan.initiatives.rules import digest_of
from app.actionplan.portfolio.models import Plan
from app.actionplan.portfolio.rulebook import Rulebook
from app.actionplan.portfolio.service import add_scenario, remove_scenario, rename_scenario, set_rules
from app.core.clock import today
from app.core.db import for_writing
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.history.models import HistoryEntry
from app.people.queries import operator
from app.people.rules import Actor
from app.people.service import create_consortium, create_organisation
from tests.actionplan.adopting import (
    Stage,
    adopt,
    as_actor,
    closing,
    make_stage,
    put_in,
    put_to_vote,
    states_of,
    take_out,
)
from tests.make import SECRET, Cast


@pytest.fixture
def stage(session: Session, engine: Engine, cast: Cast) -> Stage:
    return make_stage(session, engine)


@pytest.fixture
def biel(session: Session, cast: Cast) -> Actor:
    return as_actor(session, cast.biel)


def acts(session: Session) -> list[str]:
    return [one.act for one in session.exec(select(HistoryEntry).order_by(col(HistoryEntry.seq))).all()]


def test_partners_vote_and_the_plan_becomes_an_edition(session: Session, cast: Cast, stage: Stage, biel: Actor) -> None:
    ballot = put_to_vote(session, biel, stage)
    assert put_to_vote(session, biel, stage).id == ballot.id, "the same form is the same ballot"
    assert (ballot.number, ballot.draft_number) == (1, 2)
    assert ballot.content_sha256 == digest_of(ballot.content)
    assert [line["code"] for line in ballot.content["items"] if line["is_in"]] == ["I1", "I2"]
    nora, sol = as_actor(session, stage.nora), as_actor(session, stage.sol)
    cast_vote(session, nora, ballot, stage.nord, "yes", "We lead one of them.", 0)
    cast_vote(session, sol, ballot, stage.sud, "no", "", 0)
    changed = cast_vote(session, sol, ballot, stage.sud, "abstained", "", 1)
    assert (changed.revision, ballot.revision) == (2, 4)
    told = votes_at(session, biel, ballot)
    assert told["counts"] == {"yes": 1, "no": 0, "abstained": 1, "missing": 0}
    assert told["has_majority"] is False, "a half is no majority"
    parts = [Part(str(cast.biel.id)), Part(str(cast.alba.id), "Runs a part of it", True, True)]
    edition = close_ballot(session, biel, stage.plan, ballot, closing(biel, parts=parts), ballot.revision)
    assert edition
    assert (edition.number, edition.content, edition.content_sha256) == (1, ballot.content, ballot.content_sha256)
    assert edition.decision["counts"]["yes"] == 1
    assert [(one["partner"], one["vote"]) for one in edition.decision["votes"]] == [
        ("Partner Nord", "yes"),
        ("Partner Sud", "abstained"),
    ]
    assert "Biel" not in str(edition.decision), "people stand in rows that can be erased"
    kept = {one.person_id: (one.interest, one.has_abstained) for one in session.exec(select(PlanInterest)).all()}
    assert kept == {cast.biel.id: ("", False), cast.alba.id: ("Runs a part of it", True)}
    wanted = ["ballot.opened", "ballot.voted", "ballot.voted", "ballot.voted", "ballot.closed", "plan.adopted"]
    assert [act for act in acts(session) if act in wanted] == wanted


def test_adopting_moves_initiatives_into_the_plan(session: Session, stage: Stage, biel: Actor) -> None:
    running = next(one for one, _ in list_initiatives(session, biel) if one.external_id == "I2")
    for state in ("frozen", "in_plan", "in_progress"):
        move_initiative(session, biel, running, state, "It was under way before there was a plan.")
    adopt(session, biel, stage)
    assert states_of(session) == {"I1": "in_plan", "I2": "in_progress", "I3": "draft"}
    moved = [one for one in session.exec(select(HistoryEntry)).all() if one.act == "initiative.moved"]
    reason = "Adopted: edition 1 of plan 1."
    found = [(one.after or {})["state"] for one in moved if (one.after or {})["reason"] == reason]
    assert found == ["frozen", "in_plan"]


def test_a_ballot_given_up_leaves_no_edition_and_the_next_may_open(session: Session, stage: Stage, biel: Actor) -> None:
    ballot = put_to_vote(session, biel, stage)
    with pytest.raises(Conflict, match="has to end first"):
        put_to_vote(session, biel, stage, "another")
    given = closing(biel, outcome="given_up")
    assert close_ballot(session, biel, stage.plan, ballot, given, ballot.revision) is None
    assert ballot.decision["counts"] == {"yes": 0, "no": 0, "abstained": 0, "missing": 2}
    assert find_edition_of(session, ballot.id) is None
    assert set(states_of(session).values()) == {"draft"}
    assert put_to_vote(session, biel, stage, "another").number == 2


def test_a_draft_that_breaks_a_rule_is_shared_and_not_put_to_the_vote(
    session: Session, stage: Stage, biel: Actor
) -> None:
    scenario = stage.scenario(session)
    set_rules(session, biel, stage.plan, scenario, Rulebook(ceilings=(10_000,) * 5), scenario.revision)
    with pytest.raises(Broken) as refused:
        put_to_vote(session, biel, stage)
    assert {one["rule"] for one in refused.value.content["breaches"]} == {"budget"}
    assert {one["year"] for one in refused.value.content["breaches"]} == {2027, 2028, 2029}
    assert session.exec(select(PlanBallot)).all() == []
    share, _ = share_plan(
        session,
        biel,
        stage.plan,
        None,
        stage.scenario(session).revision,
        label="",
        until=today(),
        form_key="k",
        secret=SECRET,
    )
    assert share.content["breaches"]


def test_an_empty_plan_is_not_put_to_the_vote(session: Session, stage: Stage, biel: Actor) -> None:
    take_out(session, stage.plan, "I1")
    take_out(session, stage.plan, "I2")
    with pytest.raises(Conflict, match="nothing in this plan"):
        put_to_vote(session, biel, stage)


def test_a_ballot_opens_on_the_draft_that_was_looked_at(session: Session, stage: Stage, biel: Actor) -> None:
    with pytest.raises(Conflict, match="changed meanwhile"):
        open_ballot(session, biel, stage.plan, None, stage.scenario(session).revision - 1, form_key="k")
    with pytest.raises(NotFound):
        open_ballot(session, biel, stage.plan, 9, 1, form_key="k")


def test_a_later_draft_changes_nothing_of_an_open_ballot(session: Session, stage: Stage, biel: Actor) -> None:
    ballot = put_to_vote(session, biel, stage)
    before = copy.deepcopy(ballot.content)
    assert newer_draft(session, ballot) is None
    put_in(session, stage.plan, "I3", 2029)
    assert newer_draft(session, ballot) == 3
    assert ballot.content == before
    edition = close_ballot(session, biel, stage.plan, ballot, closing(biel), ballot.revision)
    assert edition
    assert edition.content["draft"] == 2


def test_only_a_partners_people_or_those_who_lead_vote_for_it(
    session: Session, cast: Cast, stage: Stage, biel: Actor
) -> None:
    ballot, nora = put_to_vote(session, biel, stage), as_actor(session, stage.nora)
    for stranger in (nora, as_actor(session, cast.carla), as_actor(session, cast.dora)):
        with pytest.raises(NotAllowed):
            cast_vote(session, stranger, ballot, stage.sud, "yes", "They told me so themselves.", 0)
    with pytest.raises(Invalid, match="at least 10 characters"):
        cast_vote(session, biel, ballot, stage.sud, "yes", "", 0)
    vote = cast_vote(session, biel, ballot, stage.sud, "yes", "Said at the meeting in May.", 0)
    assert vote.is_recorded
    own = cast_vote(session, as_actor(session, stage.sol), ballot, stage.sud, "no", "", 1)
    assert (own.is_recorded, own.vote, own.revision) == (False, "no", 2)
    assert len(session.exec(select(PlanVote)).all()) == 1
    other = create_organisation(session, operator(session), name="Not a partner", helix="civil", region="ES51")
    for partner in (None, other):
        with pytest.raises(Invalid, match="Choose the partner"):
            cast_vote(session, biel, ballot, partner, "yes", "Said at the meeting in May.", 0)
    create_consortium(session, operator(session), name="Other")
    foreign = create_organisation(
        session, operator(session, "Other"), name="Theirs", helix="civil", region="ES51", is_partner=True
    )
    with pytest.raises(Invalid, match="Choose the partner"):
        cast_vote(session, biel, ballot, foreign, "yes", "Said at the meeting in May.", 0)


def test_what_a_partner_said_itself_nobody_else_replaces(session: Session, stage: Stage, biel: Actor) -> None:
    ballot, nora = put_to_vote(session, biel, stage), as_actor(session, stage.nora)
    cast_vote(session, nora, ballot, stage.nord, "no", "", 0)
    with pytest.raises(Conflict, match="gave its vote itself"):
        cast_vote(session, biel, ballot, stage.nord, "yes", "They changed their mind, I heard.", 1)
    assert session.exec(select(PlanVote.vote)).all() == ["no"]


def test_a_vote_is_changed_from_what_it_was(session: Session, stage: Stage, biel: Actor) -> None:
    ballot, nora = put_to_vote(session, biel, stage), as_actor(session, stage.nora)
    cast_vote(session, nora, ballot, stage.nord, "yes", "", 0)
    again = cast_vote(session, nora, ballot, stage.nord, "yes", "", 0)
    assert (again.revision, ballot.revision) == (1, 2), "the same form twice is one vote"
    with pytest.raises(Conflict, match="changed meanwhile"):
        cast_vote(session, nora, ballot, stage.nord, "no", "", 0)
    with pytest.raises(Invalid) as refused:
        cast_vote(session, nora, ballot, stage.nord, "maybe", "x" * 1001, 1)
    assert set(refused.value.errors) == {"vote", "words"}


def test_nobody_votes_or_ends_it_twice(session: Session, cast: Cast, stage: Stage, biel: Actor) -> None:
    ballot, nora = put_to_vote(session, biel, stage), as_actor(session, stage.nora)
    with pytest.raises(NotAllowed):
        close_ballot(session, as_actor(session, cast.carla), stage.plan, ballot, closing(biel), ballot.revision)
    seen = ballot.revision
    cast_vote(session, nora, ballot, stage.nord, "no", "", 0)
    with pytest.raises(Conflict, match="Votes were given"):
        close_ballot(session, biel, stage.plan, ballot, closing(biel), seen)
    edition = close_ballot(session, biel, stage.plan, ballot, closing(biel), ballot.revision)
    again = close_ballot(session, biel, stage.plan, ballot, closing(biel), ballot.revision)
    assert edition
    assert again
    assert again.id == edition.id, "the same form twice is one edition"
    with pytest.raises(Conflict, match="has ended"):
        close_ballot(session, as_actor(session, cast.alba), stage.plan, ballot, closing(biel), ballot.revision)
    with pytest.raises(Conflict, match="has ended"):
        cast_vote(session, nora, ballot, stage.nord, "yes", "", 1)
    assert len(session.exec(select(PlanEdition)).all()) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"outcome": "won"}, "outcome"),
        ({"reason": "short"}, "reason"),
        ({"reason": "x" * 2001}, "reason"),
        ({"parts": []}, "parts"),
    ],
)
def test_ending_a_ballot_needs_a_reason_and_somebody(
    session: Session, stage: Stage, biel: Actor, changes: dict[str, Any], field: str
) -> None:
    ballot = put_to_vote(session, biel, stage)
    with pytest.raises(Invalid) as refused:
        close_ballot(session, biel, stage.plan, ballot, closing(biel, **changes), ballot.revision)
    assert set(refused.value.errors) == {field}
    assert ballot.closed_at is None


def test_no_act_changes_an_edition(session: Session, cast: Cast, stage: Stage, biel: Actor) -> None:
    first = adopt(session, biel, stage)
    before = first.model_dump()
    alba = as_actor(session, cast.alba)
    other = add_scenario(session, alba, stage.plan, "Another", stage.scenario(session), form_key="s")
    rename_scenario(session, alba, stage.plan, other, "Renamed", other.revision)
    first_scenario = stage.scenario(session)
    rename_scenario(session, alba, stage.plan, first_scenario, "Otherwise", first_scenario.revision)
    put_in(session, stage.plan, "I3", 2029)
    take_out(session, stage.plan, "I1")
    scenario = stage.scenario(session)
    set_rules(session, alba, stage.plan, scenario, Rulebook(ceilings=(400_000,) * 5), scenario.revision)
    stage.nord.name = "Partner under another name"
    session.add(stage.nord)
    second = adopt(session, biel, stage, "next")
    remove_scenario(session, alba, stage.plan, first_scenario, first_scenario.revision)
    session.commit()
    session.expire_all()
    found = list_editions(session, stage.plan.id)
    assert [one.number for one in found] == [2, 1]
    assert found[1].model_dump() == before
    assert digest_of(found[1].content) == found[1].content_sha256
    assert [line["code"] for line in second.content["items"] if line["is_in"]] == ["I2", "I3"]


def test_two_who_adopt_at_once_make_one_edition(
    session: Session, engine: Engine, cast: Cast, stage: Stage, biel: Actor
) -> None:
    ballot = put_to_vote(session, biel, stage)
    session.commit()
    ready, results = Barrier(2), list[str]()

    def adopting(actor: Actor) -> None:
        ready.wait(timeout=20)
        try:
            with Session(for_writing(engine)) as own, own.begin():
                held, plan = own.get_one(PlanBallot, ballot.id), own.get_one(Plan, stage.plan.id)
                edition = close_ballot(own, actor, plan, held, closing(actor), held.revision)
                results.append(f"edition {edition.number if edition else None}")
        except Conflict as refused:
            results.append(refused.message)

    threads = [Thread(target=adopting, args=(actor,)) for actor in (biel, as_actor(session, cast.alba))]
    session.commit()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(results) == ["This ballot has ended: nobody votes any more.", "edition 1"]
    assert len(session.exec(select(PlanEdition)).all()) == 1
