"""The demonstration: structured opinions, two closed rounds and an open one, the same from the same seed."""

import re

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.actionplan.proposals.models import Proposal
from app.actionplan.proposals.queries import support_matrix
from app.actionplan.proposals.rules import State
from app.consensus.models import Snapshot
from app.core.db import for_writing
from app.core.errors import Conflict
from app.core.settings import Settings
from app.demo import SURVEY, how_to_get_in, show_demo
from app.mail.models import OutboxMessage
from app.people.queries import operator
from app.reports.bundle.archive import unpack
from app.reports.bundle.service import create_bundle
from app.reports.bundle.verifying import verify
from app.surveys.answering.models import Answer, Response
from app.surveys.authoring.models import Survey
from app.surveys.rounds.live_board import read_board
from app.surveys.rounds.models import Round


def load(engine: Engine, settings: Settings, **options: bool) -> None:
    show_demo(engine, settings, answers=40, seed=3, **({"force": False, "if_empty": False} | options))


def test_what_the_demonstration_holds(engine: Engine, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    load(engine, settings)
    said = capsys.readouterr().out
    assert len(re.findall(r"/login/\S+", said)) == 3
    assert len(re.findall(r"/i/\S+", said)) == 2
    with Session(engine) as session:
        survey = session.exec(select(Survey).where(Survey.external_id == SURVEY)).one()
        assert survey.is_demo
        rounds = session.exec(select(Round).where(Round.survey_id == survey.id).order_by("number")).all()
        assert [(line.number, line.closed_at is None) for line in rounds] == [(1, False), (2, False), (3, True)]
        sent = [response.receipt_hash is not None for response in session.exec(select(Response))]
        assert any(sent)
        assert not all(sent), "some stop half way"
        assert session.exec(select(Answer).where(col(Answer.point).is_(None))).first(), "some cannot judge"
        last = session.exec(select(Snapshot).where(Snapshot.round_number == 2)).one().findings
        verdicts = {line["verdict"] for line in last["items"]["impact"]}
        assert {"consensus", "divided"} <= verdicts
        assert len(last["items"]["impact"]) == 24
        running = session.exec(select(Survey).where(Survey.external_id != SURVEY)).one()
        board = read_board(session, running)
        assert board.is_open
        assert 0 < board.done < board.begun < board.invited == 60
        assert board.groups, "somebody can be reminded"
        assert board.minutes
        assert board.course
        assert {kind for _, kind, _ in board.course.mails} == {"invitation", "reminder"}
        proposals = session.exec(select(Proposal)).all()
        assert len(proposals) == 20
        assert {one.language for one in proposals} == {"en", "ca", "es", "fr", "de", "bg", "da"}
        assert {one.state for one in proposals} == {*State}
        matrix = support_matrix(session, proposals[0].consortium_id)
        assert {proposal.id for proposal in matrix.proposals} == {one.id for one in proposals if one.shown_on}
        assert {-1.0, 1.0} <= set(matrix.votes.ravel())
        assert session.exec(select(OutboxMessage).where(col(OutboxMessage.kind).startswith("proposal"))).all() == []
    load(engine, settings, if_empty=True)
    with pytest.raises(Conflict, match="not empty"):
        load(engine, settings)
    assert_links_are_fresh(engine, settings)
    if engine.dialect.name == "sqlite":  # what a bundle holds is the same on both, tests/reports/bundle says
        assert_bundles_are_recomputed(engine)


def assert_links_are_fresh(engine: Engine, settings: Settings) -> None:
    first, second = how_to_get_in(engine, settings), how_to_get_in(engine, settings)
    assert len(first) == len(second)
    assert sum(one != other for one, other in zip(first, second, strict=True)) == 4
    assert any(line.endswith(f"/s/{SURVEY}") for line in first)


def assert_bundles_are_recomputed(engine: Engine) -> None:
    with Session(for_writing(engine)) as session:
        survey = session.exec(select(Survey).where(Survey.external_id == SURVEY)).one()
        for with_answers in (True, False):
            data = create_bundle(session, operator(session), survey, with_answers=with_answers)
            verdict = verify(data)
            assert [*verdict.faults, *verdict.differing[:20]] == []
            assert "published/plan-1-scenario-2.json" in unpack(data)
            assert "published/round-2-findings.json" in unpack(data)
            assert "published/round-3-findings.json" not in unpack(data), "the third round is open"
