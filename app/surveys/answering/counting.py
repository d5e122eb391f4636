"""How often each point was given, kept in the transaction of the answers and compared with them daily (decision 48)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Engine, Select, literal
from sqlalchemy import select as sa_select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, delete, func, select

from app.core.clock import today
from app.core.db import for_reading, for_writing
from app.history.service import record
from app.people.queries import operator_of
from app.surveys.answering.models import Answer, PointCount, Recount, Respondent, Response
from app.surveys.authoring.queries import get_survey
from app.surveys.rounds.models import Round

log = structlog.get_logger()

OTHER_SLOT = -1
"""Where whatever does not go through a writer of answers counts."""
MOST_NAMED = 20

Cell = tuple[UUID, str, str, int]
"""A round, the code of an answer, a helix, and a point."""


def count_in(session: Session, responses: ColumnElement[bool]) -> None:
    """Count the answers of these responses, which must not have been counted and which nobody else can change yet."""
    _add(session, responses, 1)


def count_out(session: Session, responses: ColumnElement[bool]) -> None:
    """Take the answers of these responses out of the counts, before they are deleted; saves of their rounds wait.

    Nothing of them is left in a slot: what a withdrawal took away is not to be read from the counts.
    """
    own = select(Response.round_id).where(responses)
    rounds = session.exec(
        select(Round.id).where(col(Round.id).in_(own)).order_by(col(Round.id)).with_for_update()
    ).all()
    _add(session, responses, -1)
    for round_id in rounds:
        _fold(session, round_id)


def differences(session: Session) -> dict[Cell, tuple[int, int]]:
    """Where the counts differ from the answers, as (kept, counted), in one view of the database."""
    return _differing(_kept(session), _counted(session))


def recount_daily(engine: Engine) -> int | None:
    """Compare all counts with the answers, once a day for all workers; how many differed, None when it was done today.

    Each that differs is logged, what differs in a survey stands in its history, and its rounds are counted afresh.
    Slots are folded into one, so that a count that was corrected does not go on saying what it was.
    """
    with Session(for_reading(engine)) as session:
        if session.get(Recount, today()):
            return None
        kept, counted = _kept(session), _counted(session)
        spread = session.exec(select(PointCount.round_id).where(PointCount.slot != OTHER_SLOT).distinct()).all()
    differing = _differing(kept, counted)
    for (_, code, helix, point), (was, found) in [*differing.items()][:MOST_NAMED]:
        log.error("counts", code=code, helix=helix, point=point, kept=was, counted=found)
    with Session(for_writing(engine)) as session:
        for round_id in sorted({cell[0] for cell in differing}):
            _count_afresh(session, round_id, sum(cell[0] == round_id for cell in differing))
            session.commit()
        for round_id in sorted(spread):
            session.exec(select(Round.id).where(Round.id == round_id).with_for_update()).one()
            _fold(session, round_id)
            session.commit()
        row = {"day": today(), "compared": len(kept.keys() | counted.keys()), "differing": len(differing)}
        session.connection().execute(_insert(session, Recount).values(row).on_conflict_do_nothing())
        session.commit()
    return len(differing)


def find_last_recount(session: Session) -> Recount | None:
    """What the newest comparison found, None before the first."""
    return session.exec(select(Recount).order_by(col(Recount.day).desc())).first()


def _count_afresh(session: Session, round_id: UUID, differing: int) -> None:
    # whoever writes answers or deletes them holds the round for share
    found = session.exec(select(Round).where(Round.id == round_id).with_for_update()).one()
    session.exec(delete(PointCount).where(col(PointCount.round_id) == round_id))
    _add(session, col(Response.round_id) == round_id, 1)
    survey = get_survey(session, found.survey_id)
    after = {"round": found.number, "differing": differing}
    record(session, operator_of(survey.consortium_id), "counts.differed", survey, after=after)


def _fold(session: Session, round_id: UUID) -> None:
    kept = _kept(session, round_id)
    session.exec(delete(PointCount).where(col(PointCount.round_id) == round_id))
    rows = [
        {"round_id": round_id, "code": code, "helix": helix, "point": point, "slot": OTHER_SLOT, "count": count}
        for (_, code, helix, point), count in kept.items()
        if count
    ]
    if rows:
        session.connection().execute(_insert(session, PointCount), rows)


def _add(session: Session, responses: ColumnElement[bool], sign: int) -> None:
    session.flush()
    cells = _cells(responses)
    counted = cells.add_columns(literal(OTHER_SLOT), sign * func.count()).order_by(*cells.selected_columns)
    adding = _insert(session, PointCount).from_select([*PointCount.model_fields], counted)
    same = [name for name in PointCount.model_fields if name != "count"]
    more = col(PointCount.count) + adding.excluded.count
    session.connection().execute(adding.on_conflict_do_update(index_elements=same, set_={"count": more}))


def _insert(session: Session, table: type[PointCount | Recount]) -> Any:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(table)


def _cells(responses: ColumnElement[bool]) -> Select[UUID, str, str, int | None]:
    cells = (col(Response.round_id), col(Answer.code), col(Respondent.helix), col(Answer.point))
    return (
        sa_select(*cells)
        .join_from(Answer, Response, col(Response.id) == col(Answer.response_id))
        .join(Respondent, col(Respondent.id) == col(Response.respondent_id))
        .where(col(Answer.point).is_not(None), responses)
        .group_by(*cells)
    )


def _counted(session: Session) -> dict[Cell, int]:
    everyone = col(Response.id).is_not(None)
    return _by_cell(session.connection().execute(_cells(everyone).add_columns(func.count())).all())


def _kept(session: Session, round_id: UUID | None = None) -> dict[Cell, int]:
    cells = (col(PointCount.round_id), col(PointCount.code), col(PointCount.helix), col(PointCount.point))
    wanted = sa_select(*cells, func.sum(PointCount.count)).group_by(*cells)
    if round_id:
        wanted = wanted.where(cells[0] == round_id)
    return _by_cell(session.connection().execute(wanted).all())


def _by_cell(rows: Sequence[Any]) -> dict[Cell, int]:
    return {(row[0], row[1], row[2], row[3]): row[4] for row in rows}


def _differing(kept: Mapping[Cell, int], counted: Mapping[Cell, int]) -> dict[Cell, tuple[int, int]]:
    both = {cell: (kept.get(cell, 0), counted.get(cell, 0)) for cell in kept.keys() | counted.keys()}
    return {cell: pair for cell, pair in both.items() if pair[0] != pair[1]}
