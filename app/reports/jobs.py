"""The making of reports that were ordered: one after the other, written by a process of its own, kept whole or not."""

import hashlib
from collections.abc import Callable
from typing import NamedTuple, cast
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, delete, func, or_, select

from app.core.clock import now
from app.core.db import for_reading, for_writing
from app.core.errors import AppError
from app.core.stopping import never
from app.documents.document import Document
from app.documents.writing import Kind, WritingFailed, WritingStopped, write_apart
from app.history.service import record
from app.people.models import Consortium, Person
from app.people.queries import find_actor, operator_of
from app.people.rules import Actor
from app.reports.bundle.service import note_bundle
from app.reports.catalogue import build, file_name, pack
from app.reports.models import Report, ReportFile
from app.reports.queries import find_setting, quotes_of
from app.reports.rules import FILES_LAST, HEARD_EVERY, KINDS, LOST_AFTER, MOST_KEPT, MOST_TRIES
from app.reports.service import Order, begun, check_order
from app.surveys.authoring.queries import get_survey

FAILED = "It could not be made. Ask for it again, or in another format."
NOBODY = "Whoever asked for it may not have it any more."


class Taken(NamedTuple):
    """A report that was taken up: what it says or its bytes, how it is written, in whose look, the hash of quotes."""

    report_id: UUID
    content: Document | bytes
    format: str
    template: bytes
    quotes: str


def make_next(engine: Engine, is_stopping: Callable[[], bool] = never) -> int:
    """Make the report that has waited longest; returns how many were taken up: 0 or 1.

    Where the program is being stopped it is left, and made anew by the next. Raises WritingFailed when writing fails
    in a way that is no fault of what was asked; the order is over then, and says so.
    """
    report_id = take_up(engine)
    if report_id is None:
        return 0
    try:
        taken = _gather(engine, report_id)
        if taken is None:
            return 1
        wanted = Wanted(engine, report_id)
        data = _written(taken, lambda: is_stopping() or not wanted())
    except AppError as refused:
        _end(engine, report_id, "failed", refused.message % refused.values if refused.values else refused.message)
        return 1
    except WritingStopped:
        return 1
    except (WritingFailed, SQLAlchemyError):
        _end(engine, report_id, "failed", FAILED)
        raise
    except Exception as bug:
        # one report that cannot be made must not keep all others from being made
        _end(engine, report_id, "failed", FAILED)
        raise WritingFailed(f"{type(bug).__name__}: {bug}") from bug
    _keep(engine, taken, data)
    return 1


def _read(session: Session, actor: Actor, report: Report) -> Taken:
    """What a report says, read for somebody. Raises AppError."""
    quotes = quotes_of(session, report)
    if KINDS[report.kind].is_packed:
        return Taken(report.id, pack(session, actor, report), report.format, b"", quotes)
    setting = find_setting(session, report.consortium_id)
    template = setting.template if setting and report.format == "docx" else b""
    return Taken(report.id, build(session, actor, report), report.format, template, quotes)


def _written(taken: Taken, is_stopping: Callable[[], bool]) -> bytes:
    if isinstance(taken.content, bytes):
        return taken.content
    return write_apart(taken.content, cast("Kind", taken.format), taken.template or None, is_stopping)


def make_all(engine: Engine) -> int:
    """Make all reports that wait; returns how many were taken up. Raises WritingFailed."""
    count = 0
    while make_next(engine):
        count += 1
    return count


def make_now(session: Session, actor: Actor, order: Order) -> bytes:
    """The file of a report that somebody waits for; it is kept nowhere, and `note_made` says that it left.

    Raises as `check_order` does, and WritingFailed.
    """
    report = begun(actor, order, check_order(session, actor, order), "")
    return _written(_read(session, actor, report), never)


def note_made(session: Session, actor: Actor, order: Order, data: bytes) -> None:
    """Note a report that was made at once in the history, before it is handed out."""
    after = {"kind": order.kind, "format": order.format, "sha256": hashlib.sha256(data).hexdigest()}
    thing = order.survey or session.get_one(Consortium, actor.consortium_id)
    record(session, actor, "report.made", thing, after=after)


def take_up(engine: Engine) -> UUID | None:
    """Take up a report that waits, or was left by a worker that is gone; one left too often is over.

    Consortia take turns: the one whose turn is longest ago comes first, with what it has waited for longest.
    """
    other = aliased(Report)
    turn = select(func.max(other.seen_at)).where(other.consortium_id == Report.consortium_id).scalar_subquery()
    with Session(for_writing(engine)) as session, session.begin():
        wanted = (
            select(Report)
            .where(col(Report.ended_at).is_(None))
            .where(or_(col(Report.seen_at).is_(None), col(Report.seen_at) < now() - LOST_AFTER))
            .order_by(turn.asc().nulls_first(), col(Report.ordered_at), col(Report.id))
        )
        for report in session.exec(wanted.with_for_update(skip_locked=True)):
            session.add(report)
            if report.tries < MOST_TRIES:
                report.state, report.seen_at, report.tries = "under_way", now(), report.tries + 1
                return report.id
            report.state, report.ended_at, report.refusal = "failed", now(), FAILED
    return None


def _gather(engine: Engine, report_id: UUID) -> Taken | None:
    """What a report says, read for whoever asked; None where it was called off meanwhile. Raises AppError."""
    with Session(for_reading(engine)) as session:
        report = session.get_one(Report, report_id)
        if report.ended_at is not None:
            return None
        actor = _asker(session, report)
        if actor is None:
            _end(engine, report_id, "failed", NOBODY)
            return None
        return _read(session, actor, report)


def _asker(session: Session, report: Report) -> Actor | None:
    if report.ordered_by_id is None:
        return operator_of(report.consortium_id)
    person = session.get(Person, report.ordered_by_id)
    if person is None or person.disabled_at is not None:
        return None
    return find_actor(session, person, report.consortium_id)


class Wanted:
    """Whether a report is still waited for; a worker that asks is heard of now and then."""

    def __init__(self, engine: Engine, report_id: UUID) -> None:
        self.engine, self.report_id = engine, report_id

    def __call__(self) -> bool:
        """Ask; it costs a read, and a write every quarter of a minute."""
        with Session(self.engine) as session:
            report = session.get(Report, self.report_id)
            if report is None or report.ended_at is not None:
                return False
            if report.seen_at and report.seen_at > now() - HEARD_EVERY:
                return True
        with Session(for_writing(self.engine)) as session, session.begin():
            report = session.get(Report, self.report_id, with_for_update=True)
            if report is None or report.ended_at is not None:
                return False
            report.seen_at = now()
            session.add(report)
            return True


def _keep(engine: Engine, taken: Taken, data: bytes) -> None:
    """Keep the file of a report, whole, unless it was called off or is there already."""
    with Session(for_writing(engine)) as session, session.begin():
        report = session.get(Report, taken.report_id, with_for_update=True)
        if report is None or report.ended_at is not None:
            return
        moment = now()
        report.state, report.ended_at, report.expires_at = "done", moment, moment + FILES_LAST
        report.name, report.size = file_name(session, report), len(data)
        report.sha256, report.quotes = hashlib.sha256(data).hexdigest(), taken.quotes
        session.add(report)
        session.add(ReportFile(report_id=report.id, content=data))
        session.flush()
        _forget_oldest(session, report.consortium_id)
        after = {"kind": report.kind, "format": report.format, "sha256": report.sha256}
        actor = _asker(session, report) or operator_of(report.consortium_id)
        record(session, actor, "report.made", report, after=after)
        if report.kind == "bundle" and report.survey_id:
            # methods reports name the newest
            note_bundle(session, actor, get_survey(session, report.survey_id), data, with_answers=False)


def _forget_oldest(session: Session, consortium_id: UUID) -> None:
    """Delete the files of a consortium beyond those that are kept, and what stands of them in the list."""
    kept = select(Report.id).where(Report.consortium_id == consortium_id, Report.state == "done")
    newest_first = kept.order_by(col(Report.ended_at).desc(), col(Report.id))
    over = session.exec(newest_first.offset(MOST_KEPT)).all()
    session.exec(delete(ReportFile).where(col(ReportFile.report_id).in_(over)))
    session.exec(delete(Report).where(col(Report.id).in_(over)))


def _end(engine: Engine, report_id: UUID, state: str, refusal: str) -> None:
    with Session(for_writing(engine)) as session, session.begin():
        report = session.get(Report, report_id, with_for_update=True)
        if report is not None and report.ended_at is None:
            report.state, report.ended_at, report.refusal = state, now(), refusal
            session.add(report)
