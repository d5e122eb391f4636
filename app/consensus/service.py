"""Acts on results: closing a round, and the whole analysis for an operator."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from app.auth.permissions import require
from app.consensus.analysis import DRAWS, analyse
from app.consensus.findings import make_findings
from app.consensus.models import RankBasis, Snapshot
from app.consensus.queries import compute_basis, read_panel, read_rated
from app.consensus.setting import read_setting
from app.core.clock import now
from app.core.db import for_writing
from app.core.errors import Conflict, NotFound
from app.history.service import record
from app.people.queries import operator_of
from app.people.rules import Actor
from app.surveys.answering.service import sever_links
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_survey, list_criteria, weights_of
from app.surveys.ideas.service import close_idea_round
from app.surveys.rounds.models import Round
from app.surveys.rounds.queries import find_unclosed_round, list_due_rounds
from app.surveys.rounds.service import end_round, forget_sealed_links

NOBODY = "Nobody has rated anything in this round yet."


def close_current_round(session: Session, actor: Actor, survey: Survey) -> Snapshot | None:
    """Close whichever round is open; the round of ideas has nothing to freeze. Raises as `close_round` does."""
    current = find_unclosed_round(session, survey.id)
    if current and current.is_for_ideas:
        close_idea_round(session, actor, survey)
        return None
    return close_round(session, actor, survey)


def close_round(session: Session, actor: Actor, survey: Survey) -> Snapshot:
    """Close the open round and freeze what it said, in one transaction.

    Raises Conflict when no round is open or nobody has rated anything in it.
    """
    closed = end_round(session, actor, survey)
    sever_links(session, actor, survey)
    if closed.number >= survey.planned_rounds:
        forget_sealed_links(session, survey)
    return freeze(session, actor, survey, closed)


def close_due_rounds(engine: Engine) -> int:
    """Close the rounds whose time is over; returns how many. One in which nobody rated anything stays as it is."""
    with Session(engine) as session:
        keys = [found.survey_id for found in list_due_rounds(session)]
    count = 0
    for key in keys:
        with Session(for_writing(engine)) as session, session.begin():
            survey = get_survey(session, key)
            with suppress(Conflict), session.begin_nested():
                close_current_round(session, operator_of(survey.consortium_id), survey)
                count += 1
    return count


def freeze(session: Session, actor: Actor, survey: Survey, closed: Round) -> Snapshot:
    """Compute the results of a closed round once, for good. Raises Conflict when nobody rated anything in it."""
    try:
        panel = read_rated(session, survey, closed.number)
    except NotFound as nothing:
        raise Conflict(NOBODY) from nothing
    if closed.number not in panel.rounds or closed.closed_at is None:
        raise Conflict(NOBODY)
    setting = read_setting(session, survey, closed)
    findings = make_findings(panel, setting, closed.closed_at)
    snapshot = Snapshot(
        survey_id=survey.id,
        round_id=closed.id,
        round_number=closed.number,
        analysis=analyse(panel, weights=setting.weights, seed=survey.seed, draws=DRAWS, inputs={}),
        findings=findings,
        sha256=hash_of(findings),
        created_at=now(),
    )
    session.add(snapshot)
    session.flush()
    session.add(RankBasis(snapshot_id=snapshot.id, content=compute_basis(session, survey, snapshot, panel)))
    record(session, actor, "snapshot.frozen", snapshot, after={"sha256": snapshot.sha256})
    return snapshot


def hash_of(findings: Mapping[str, Any]) -> str:
    """The SHA-256 of findings, whatever the order of their keys."""
    text = json.dumps(findings, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def analyse_survey(session: Session, actor: Actor, survey: Survey, number: int | None = None) -> dict[str, Any]:
    """The complete, unsuppressed analysis of a survey, for an operator; `note_analysed` says that it left."""
    require(actor, "results.unsuppressed", survey)
    panel = read_panel(session, survey, number, only_rated=True)
    weights = weights_of(list_criteria(session, survey.id))
    inputs = {
        "respondents": hashlib.sha256(repr((panel.respondents, panel.helices, panel.regions)).encode()).hexdigest(),
        "ratings": hashlib.sha256(panel.ratings.tobytes()).hexdigest(),
    }
    return analyse(panel, weights=weights, inputs=inputs)


def note_analysed(session: Session, actor: Actor, survey: Survey, number: int | None) -> None:
    """Note in the history that somebody was given a survey's complete analysis."""
    record(session, actor, "results.read_unsuppressed", survey, after={"round": number})
