"""A panel of very many read in parts: once from the database, then from a file without a name (decision 50).

Nothing of the file is left when it is closed, or when the process dies.
"""

import json
import pickle
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Text, cast
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, func, select

from app.consensus.panel import Panel, Parts, in_order_of_regions, natural_order
from app.core.errors import NotFound
from app.stats.histogram import MISSING
from app.surveys.answering.models import Answer, Respondent, Response
from app.surveys.answering.queries import form_of
from app.surveys.answering.rules import Form
from app.surveys.authoring.models import Survey
from app.surveys.authoring.rules import answer_code
from app.surveys.rounds.models import Round

MOST_WHOLE = 20_000
"""A survey of so many people is read whole."""
IN_PART = 10_000
ABSENT = MISSING + 1
"""No answer at all, where `MISSING` is an answer without a point."""

Said = tuple[str, str, str, str, int, list[str] | None, str]
"""Respondent, helix, region, language, round, the items asked about, and points by code in JSON."""


def count_people(session: Session, survey: Survey) -> int:
    """How many have begun in a survey."""
    return session.exec(select(func.count()).where(Respondent.survey_id == survey.id)).one()


def spool_panel(session: Session, survey: Survey, number: int, *, in_part: int = IN_PART) -> Parts:
    """What a survey's respondents rated up to a round, in parts. Raises NotFound when nothing was rated yet."""
    form, column = form_of(session, survey.id), col(Answer.code).in_
    codes = [answer_code(item, criterion) for item in form.items for criterion in form.criteria]
    rounds = session.exec(
        select(Round.number)
        .where(
            Round.survey_id == survey.id,
            Round.number <= number,
            select(Answer.code)
            .join(Response, col(Response.id) == col(Answer.response_id))
            .where(Response.round_id == Round.id, column(codes))
            .exists(),
        )
        .order_by(col(Round.number))
    ).all()
    if not rounds:
        raise NotFound("Nothing has been rated in this survey yet.")
    spool = _Spool()
    for lines in _people(_said(session, survey, codes, number), in_part):
        spool.add(_part(form, rounds, lines))
    names = [
        session.exec(select(one).where(Respondent.survey_id == survey.id).distinct()).all()
        for one in (col(Respondent.helix), col(Respondent.region))
    ]
    return Parts(
        low=form.scale.low,
        high=form.scale.high,
        rounds=tuple(rounds),
        helix_names=tuple(sorted(names[0])),
        region_names=in_order_of_regions(names[1]),
        initiatives=tuple(sorted(form.items, key=natural_order)),
        criteria=tuple(form.criteria),
        parts=spool.read,
    )


class _Spool:
    """Parts in a file that is closed, and gone, with whoever reads it last."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 -- it outlives this call
        weakref.finalize(self, self._file.close)

    def add(self, part: Panel) -> None:
        pickle.dump(part, self._file, pickle.HIGHEST_PROTOCOL)

    def read(self) -> Iterator[Panel]:
        place = 0
        while True:
            # several may be reading
            self._file.seek(place)
            try:
                part: Panel = pickle.load(self._file)  # noqa: S301 -- written here, to a file nobody else can open
            except EOFError:
                return
            place = self._file.tell()
            yield part


def _said(session: Session, survey: Survey, codes: Sequence[str], number: int) -> Iterator[Said]:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    gather = func.json_group_object if is_sqlite else func.json_object_agg
    points = cast(gather(Answer.code, func.coalesce(Answer.point, MISSING)), Text)
    # by the key of answers, so that the database groups them as they lie
    said = (
        select(col(Answer.response_id), points.label("points"))
        .where(col(Answer.code).in_(codes))
        .group_by(col(Answer.response_id))
        .subquery()
    )
    wanted = (
        sa_select(
            col(Respondent.code),
            col(Respondent.helix),
            col(Respondent.region),
            col(Respondent.language),
            col(Round.number),
            col(Response.item_codes),
            said.c.points,
        )
        .join(Response, col(Response.respondent_id) == col(Respondent.id))
        .join(Round, col(Round.id) == col(Response.round_id))
        .join(said, said.c.response_id == Response.id)
        .where(col(Respondent.survey_id) == survey.id, col(Round.number) <= number)
        .order_by(col(Respondent.code), col(Round.number))
    )
    found: Any = session.connection().execute(wanted, execution_options={"yield_per": IN_PART})
    yield from found


def _people(said: Iterator[Said], in_part: int) -> Iterator[list[Said]]:
    lines: list[Said] = []
    people, last = 0, ""
    for line in said:
        if line[0] != last:
            if people == in_part:
                yield lines
                lines, people = [], 0
            people, last = people + 1, line[0]
        lines.append(line)
    yield lines


def _part(form: Form, rounds: Sequence[int], lines: Sequence[Said]) -> Panel:
    items = tuple(sorted(form.items, key=natural_order))
    codes = [answer_code(item, criterion) for item in items for criterion in form.criteria]
    people = {line[0]: line for line in lines}
    rows = {code: row for row, code in enumerate(people)}
    shape = len(rounds), len(people), len(items), len(form.criteria)
    table = np.full((shape[0], shape[1], len(codes)), ABSENT, dtype=np.int16)
    for line in lines:
        points: dict[str, int] = json.loads(line[6])
        table[rounds.index(line[4]), rows[line[0]]] = [points.get(code, ABSENT) for code in codes]
    table = table.reshape(shape)
    looked_at = (table != ABSENT).any(axis=3)
    last = [line for line in lines if line[4] == rounds[-1]]
    return Panel(
        low=form.scale.low,
        high=form.scale.high,
        rounds=tuple(rounds),
        respondents=tuple(people),
        helices=tuple(line[1] for line in people.values()),
        regions=tuple(line[2] for line in people.values()),
        initiatives=items,
        criteria=tuple(form.criteria),
        ratings=np.where(table == ABSENT, MISSING, table).astype(np.int16),
        took_part=looked_at.any(axis=2),
        looked_at=looked_at,
        languages={line[0]: line[3] for line in last},
        orders={line[0]: line[5] for line in last if line[5]},
    )
