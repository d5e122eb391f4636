"""Reads of what rounds said."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from app.consensus.analysis import draw_panel
from app.consensus.findings import overall_of
from app.consensus.models import Snapshot
from app.consensus.panel import Panel, build_panel, carry_forward
from app.consensus.tally import tally_panel
from app.core.errors import NotFound
from app.stats.disclosure import may_show, merge_hidden
from app.stats.histogram import total
from app.stats.scoring import composite, normalise
from app.stats.weighting import balance
from app.surveys.answering.models import Answer, Respondent, Response
from app.surveys.answering.queries import form_of
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_survey
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


def list_snapshots(session: Session, survey_id: UUID) -> Sequence[Snapshot]:
    """The frozen results of a survey, the first round first."""
    wanted = select(Snapshot).where(Snapshot.survey_id == survey_id)
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


def read_asked(session: Session, survey_id: UUID) -> dict[int, list[str] | None]:
    """Which items each round of a survey asked about, by its number; None for all."""
    return {found.number: found.item_codes for found in list_rounds(session, survey_id)}


def rank_ranges(session: Session, snapshot: Snapshot, weights: Mapping[str, float]) -> list[dict[str, Any]]:
    """Score, rank and its ranges for other weights than the survey's, from the same seeded re-samples.

    Raises ValueError for weights that cannot be.
    """
    survey = get_survey(session, snapshot.survey_id)
    own, asked = read_panel(session, survey, snapshot.round_number), read_asked(session, survey.id)
    panel, tally = carry_forward(own, asked), tally_panel(own, snapshot.findings["helices"], asked)
    order = normalise(weights, panel.criteria)
    draws = draw_panel(panel, seed=snapshot.findings["seed"], draws=snapshot.findings["draws"])
    by_helix = tally.by_helix
    public = merge_hidden(by_helix, may_show(total(by_helix), snapshot.findings["rule"]["minimum_group"]))
    scores = composite(balance(public, panel.low).mean, order)
    k = snapshot.findings["shortlist"]["k"]
    return overall_of(tally, scores, draws, order, k, snapshot.findings["items"])


def get_snapshot(session: Session, survey_id: UUID, number: int | None = None) -> Snapshot:
    """The frozen results of a round, by default of the last that closed, or NotFound."""
    snapshot = find_snapshot(session, survey_id, number)
    if snapshot is None:
        raise NotFound("There are no results yet. They appear when a round has closed.")
    return snapshot
