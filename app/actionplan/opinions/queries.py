"""Reads of opinion groups, and of the votes they are found in."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import numpy as np
from sqlmodel import Session, col, select

from app.actionplan.opinions.models import OpinionSnapshot, WallOpinions
from app.actionplan.opinions.rules import votes_from_ratings
from app.consensus.models import Snapshot
from app.consensus.panel import carry_forward
from app.consensus.queries import read_asked, read_panel
from app.consensus.rules import weightiest
from app.stats.edge import Real
from app.surveys.authoring.models import Survey


class RatingVotes(NamedTuple):
    """Votes (people, items) without names, the items' codes, how many rated each as published, and by what."""

    votes: Real
    items: Sequence[str]
    totals: Real
    criterion: str


def read_votes(session: Session, survey: Survey, snapshot: Snapshot) -> RatingVotes:
    """What people rated up to a closed round by the weightiest criterion, as votes."""
    panel = carry_forward(read_panel(session, survey, snapshot.round_number), read_asked(session, survey.id))
    criterion = weightiest(snapshot.findings)
    published = {line["initiative"]: line["n"] for line in snapshot.findings["items"][criterion]}
    votes = votes_from_ratings(panel.ratings[-1, :, :, panel.criteria.index(criterion)], panel.low, panel.high)
    totals = [published.get(item) or 0 for item in panel.initiatives]
    return RatingVotes(votes, panel.initiatives, np.array(totals, dtype=np.float64), criterion)


def list_opinions(session: Session, survey_id: UUID) -> Sequence[OpinionSnapshot]:
    """The opinion groups of a survey's rounds, the first round first."""
    wanted = select(OpinionSnapshot).where(OpinionSnapshot.survey_id == survey_id)
    return session.exec(wanted.order_by(col(OpinionSnapshot.round_number))).all()


def find_opinions(session: Session, survey_id: UUID, number: int) -> OpinionSnapshot | None:
    """The opinion groups of one round, if they have been looked for."""
    wanted = select(OpinionSnapshot).where(OpinionSnapshot.survey_id == survey_id)
    return session.exec(wanted.where(OpinionSnapshot.round_number == number)).first()


def find_wall_opinions(session: Session, consortium_id: UUID) -> WallOpinions | None:
    """The opinion groups of a consortium's ideas wall, if they have been looked for."""
    return session.exec(select(WallOpinions).where(WallOpinions.consortium_id == consortium_id)).first()
