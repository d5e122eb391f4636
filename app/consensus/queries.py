"""Reads of what rounds said."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from app.consensus.basis import Basis, Ranked, hidden_helices, make_basis, rank_under, shown_means
from app.consensus.models import RankBasis, Snapshot
from app.consensus.overall import draw_shown
from app.consensus.panel import Panel, Rated, build_panel, carry_forward
from app.consensus.points import Points
from app.consensus.spooling import MOST_WHOLE, count_people, spool_panel
from app.core.errors import NotFound
from app.surveys.answering.models import Answer, Respondent, Response
from app.surveys.answering.queries import form_of
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import find_weights_question, get_survey, list_criteria, list_questions
from app.surveys.authoring.rules import split_code
from app.surveys.rounds.models import Round
from app.surveys.rounds.queries import list_rounds

WITHOUT_ANALYSIS = defer(col(Snapshot.analysis))  # pyright: ignore[reportArgumentType] -- a mapped column
"""Pages show findings only: the whole analysis stays where it is until somebody asks for it."""


def find_snapshot(session: Session, survey_id: UUID, number: int | None = None) -> Snapshot | None:
    """The frozen results of a round, by default of the last that closed."""
    wanted = select(Snapshot).where(Snapshot.survey_id == survey_id).options(WITHOUT_ANALYSIS)
    if number is not None:
        wanted = wanted.where(Snapshot.round_number == number)
    return session.exec(wanted.order_by(col(Snapshot.round_number).desc())).first()


def find_snapshot_before(session: Session, survey_id: UUID, number: int) -> Snapshot | None:
    """The frozen results of the last round before this one that has any."""
    wanted = select(Snapshot).where(Snapshot.survey_id == survey_id, Snapshot.round_number < number)
    return session.exec(wanted.options(WITHOUT_ANALYSIS).order_by(col(Snapshot.round_number).desc())).first()


def list_snapshots(session: Session, survey_id: UUID) -> Sequence[Snapshot]:
    """The frozen results of a survey, the first round first."""
    wanted = select(Snapshot).where(Snapshot.survey_id == survey_id).options(WITHOUT_ANALYSIS)
    return session.exec(wanted.order_by(col(Snapshot.round_number))).all()


def list_numbers(session: Session, survey_id: UUID) -> list[int]:
    """The rounds of a survey that have results, the first first."""
    wanted = select(Snapshot.round_number).where(Snapshot.survey_id == survey_id).order_by(col(Snapshot.round_number))
    return list(session.exec(wanted).all())


def read_panel(session: Session, survey: Survey, number: int | None = None, *, only_rated: bool = False) -> Panel:
    """What a survey's respondents rated, up to a round, without names or texts.

    With `only_rated` it leaves out initiatives nobody was shown, as the two tables of a file do.
    Raises NotFound when nothing was rated yet.
    """
    form = form_of(session, survey.id)
    people = {
        code: (helix, region)
        for code, helix, region in session.exec(
            select(Respondent.code, Respondent.helix, Respondent.region).where(Respondent.survey_id == survey.id)
        )
    }
    wanted = (
        select(Round.number, Respondent.code, Answer.code, Answer.point)
        .join(Response, col(Response.id) == col(Answer.response_id))
        .join(Respondent, col(Respondent.id) == col(Response.respondent_id))
        .join(Round, col(Round.id) == col(Response.round_id))
        .where(Respondent.survey_id == survey.id)
        .order_by(col(Round.number), col(Respondent.code), col(Answer.code))
    )
    if number is not None:
        wanted = wanted.where(Round.number <= number)
    lines: dict[tuple[int, str, str], list[int | None]] = {}
    for round_number, respondent, code, point in session.exec(wanted):
        if code in form.ratings:
            item, criterion = split_code(code)
            line = lines.setdefault((round_number, respondent, item), [None] * len(form.criteria))
            line[form.criteria.index(criterion)] = point
    if not lines:
        raise NotFound("Nothing has been rated in this survey yet.")
    return build_panel(
        low=form.scale.low,
        high=form.scale.high,
        criteria=form.criteria,
        respondents=people,
        ratings=[(*key, points) for key, points in lines.items()],
        initiatives=() if only_rated else form.items,
    )


def read_rated(session: Session, survey: Survey, number: int) -> Rated:
    """What a survey's respondents rated up to a round: whole, or in parts where they are too many.

    Raises NotFound when nothing was rated yet.
    """
    if count_people(session, survey) > MOST_WHOLE:
        return spool_panel(session, survey, number)
    return read_panel(session, survey, number)


def read_asked(session: Session, survey_id: UUID) -> dict[int, list[str] | None]:
    """Which items each round of a survey asked about, by its number; None for all."""
    return {found.number: found.item_codes for found in list_rounds(session, survey_id)}


def read_points(session: Session, survey: Survey, number: int, since: int) -> Points | None:
    """The points that people gave the criteria up to a round, each person's last; None where not asked.

    Those count as anew who said nothing, or something else, up to the round `since`.
    """
    criteria = list_criteria(session, survey.id)
    question = find_weights_question(list_questions(session, survey.id), criteria, survey.default_language)
    if question is None:
        return None
    wanted = (
        select(Round.number, Respondent.id, Respondent.helix, Answer.text)
        .join(Response, col(Response.round_id) == col(Round.id))
        .join(Respondent, col(Respondent.id) == col(Response.respondent_id))
        .join(Answer, col(Answer.response_id) == col(Response.id))
        .where(Respondent.survey_id == survey.id, Answer.code == question.code, Round.number <= number)
        .order_by(col(Round.number), col(Respondent.code))
    )
    answers = [(place, key, helix, text) for place, key, helix, text in session.exec(wanted) if text]
    before = {key: text for round_number, key, _, text in answers if round_number <= since}
    given: dict[str, list[list[float]]] = {}
    anew: Counter[str] = Counter()
    for key, (helix, text) in {key: (helix, text) for _, key, helix, text in answers}.items():
        points: dict[str, float] = json.loads(text)
        given.setdefault(helix, []).append([float(points.get(code, 0)) for code in question.options])
        anew[helix] += text != before.get(key)
    return Points(given, anew)


def compute_basis(session: Session, survey: Survey, snapshot: Snapshot, panel: Rated) -> dict[str, Any]:
    """What a ranking under any weights needs of a snapshot, from the answers it was made of."""
    findings = snapshot.findings
    draws = draw_shown(
        panel.changed(partial(carry_forward, asked=read_asked(session, survey.id))),
        findings["helices"],
        hidden_helices(findings),
        shown_means(findings),
        seed=findings["seed"],
        draws=findings["draws"],
    )
    before = _asked_before(session, snapshot)
    points = read_points(session, survey, snapshot.round_number, before["round"] if before else 0)
    return make_basis(findings, draws, points, before)


def _asked_before(session: Session, snapshot: Snapshot) -> dict[str, Any] | None:
    """The weights of criteria asked of stakeholders as they were shown last; those kept earlier name no round."""
    wanted = (
        select(Snapshot.round_number, RankBasis)
        .join(RankBasis, col(RankBasis.snapshot_id) == col(Snapshot.id))
        .where(Snapshot.survey_id == snapshot.survey_id, Snapshot.round_number < snapshot.round_number)
        .order_by(col(Snapshot.round_number).desc())
    )
    found = session.exec(wanted).first()
    if found is None:
        return None
    number, kept = found
    asked: dict[str, Any] | None = kept.content["asked"]
    return {"round": number} | asked if asked else None


def get_basis(session: Session, snapshot: Snapshot) -> Basis:
    """What was kept of a snapshot when it was frozen; of one frozen before that was kept, computed from its answers.

    Raises NotFound where neither is there any more.
    """
    kept = session.exec(select(RankBasis).where(RankBasis.snapshot_id == snapshot.id)).first()
    if kept:
        return Basis(kept.content)
    survey = get_survey(session, snapshot.survey_id)
    return Basis(compute_basis(session, survey, snapshot, read_rated(session, survey, snapshot.round_number)))


def rank_ranges(session: Session, snapshot: Snapshot, weights: Mapping[str, float]) -> Ranked:
    """Score, rank and its ranges under any weights. Raises ValueError for weights that cannot be."""
    return rank_under(snapshot.findings, get_basis(session, snapshot), weights)


def get_snapshot(session: Session, survey_id: UUID, number: int | None = None) -> Snapshot:
    """The frozen results of a round, by default of the last that closed, or NotFound."""
    snapshot = find_snapshot(session, survey_id, number)
    if snapshot is None:
        raise NotFound("There are no results yet. They appear when a round has closed.")
    return snapshot
