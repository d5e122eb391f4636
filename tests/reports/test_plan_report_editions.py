"""Reports of drafts and of editions: what a draft lacks, and that an edition stays as it was."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.actionplan.adoption.voting import close_ballot
from app.actionplan.monitoring.queries import get_following
from app.actionplan.monitoring.service import start_following
from app.core.errors import NotFound
from app.people.queries import find_actor, operator
from tests.actionplan.adopting import adopt, closing, make_stage, put_to_vote, take_out
from tests.make import Cast
from tests.reports.reading import records, table, whole
from tests.reports.test_plan_report import report


def test_a_draft_says_what_it_lacks(session: Session, engine: Engine, cast: Cast) -> None:
    stage = make_stage(session, engine)
    document = report(session, stage.plan)
    facts = {one.label: one.text for one in document.cover.facts} if document.cover else {}
    assert (facts["Status"], facts["What is missing"]) == ("DRAFT", "The partners have not been asked to vote on it.")
    assert "This plan is a draft: it has not been adopted." in whole(document)
    ballot = put_to_vote(session, operator(session), stage)
    asked = whole(report(session, stage.plan))
    assert "The vote of the partners is open: 2 votes are missing." in asked
    assert table(report(session, stage.plan), "Votes of the partners").rows == [
        ["Partner Nord", "no vote", None],
        ["Partner Sud", "no vote", None],
    ]
    given_up = closing(operator(session), outcome="given_up", parts=[])
    # nobody took part in it: the operator is no person
    with pytest.raises(Exception, match="took part"):
        close_ballot(session, operator(session), stage.plan, ballot, given_up, ballot.revision)
    session.rollback()
    assert cast


def test_an_edition_has_its_decision_and_stays_as_it_was(session: Session, engine: Engine, cast: Cast) -> None:
    stage = make_stage(session, engine)
    biel = find_actor(session, cast.biel)
    assert biel
    adopt(session, biel, stage)
    document = report(session, stage.plan, edition=1)
    text = whole(document)
    assert "DRAFT" not in text
    assert "2 yes, 0 no, 0 abstained, 0 without a vote. More than half of all partners said yes." in text
    assert "1 person took part in the decision. 0 declared an interest each. 0 abstained." in text
    assert cast.biel.name not in text
    assert document.cover
    assert document.cover.versions
    assert [row[0] for row in document.cover.versions.rows] == ["Edition 1"]
    session.commit()
    start_following(session, biel, get_following(session, biel, 1))
    session.commit()
    followed = records(table(report(session, stage.plan, edition=1), "Milestones and go/stop points"))
    assert {row["kind"] for row in followed} >= {"Start", "Go/stop point", "End"}
    assert all(row["percent"] == 0 for row in followed)
    take_out(session, stage.plan, "I2")
    session.commit()
    later = report(session, stage.plan, edition=1)
    assert [row["code"] for row in records(table(later, "What happens when"))] == ["I1", "I2"]
    assert [row["code"] for row in records(table(report(session, stage.plan), "What happens when"))] == ["I1"]
    assert "DRAFT" in whole(report(session, stage.plan))
    with pytest.raises(NotFound):
        report(session, stage.plan, edition=2)


def test_a_draft_that_was_adopted_as_it_is_is_no_draft(session: Session, engine: Engine, cast: Cast) -> None:
    stage = make_stage(session, engine)
    biel = find_actor(session, cast.biel)
    assert biel
    adopt(session, biel, stage)
    assert "DRAFT" not in whole(report(session, stage.plan))
