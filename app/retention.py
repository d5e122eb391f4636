"""What is deleted, and when: answers after the months their survey names, traces of signing in after a day.

The names of people interviewed go after a year, those beside comments on a shared plan a year after its link ended.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, SQLModel, col, delete, func, or_, select, update

from app.actionplan.adoption.models import PlanComment, PlanShare
from app.actionplan.adoption.rules import NAMES_LAST as READERS_NAMES_LAST
from app.actionplan.drafting.models import InitiativeDraft
from app.actionplan.evidence.interviewing import NAMES_LAST
from app.actionplan.evidence.models import Interview
from app.actionplan.proposals.models import Proposal, ProposalAuthor, UnconfirmedSending
from app.actionplan.proposals.rules import LONGEST_WAIT_DAYS
from app.auth.models import Attempt, BrowserSession, SignInLink, SignInRequest
from app.core.clock import now, today
from app.core.db import for_reading, for_writing
from app.history.service import record
from app.mail.models import OutboxMessage
from app.people.queries import operator_of
from app.reports.models import Report, ReportFile
from app.surveys.answering.models import KeptAddress, MinutesCount, PointCount, Respondent
from app.surveys.answering.service import delete_respondents
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import list_surveys
from app.surveys.release.models import ResultsRequest
from app.surveys.rounds.models import Invitation, Round, Suggestion
from app.surveys.rounds.queries import find_last_round

TRACES_LAST = timedelta(days=1)
MAILS_LAST = timedelta(days=90)
DRAFTS_LAST = timedelta(days=90)


def run_retention(engine: Engine, *, is_dry_run: bool) -> dict[str, Any]:
    """Delete what has reached the end of its time; a dry run only says what that would be.

    Each survey is a transaction of its own, so that nobody who writes waits for all of them: what was done when this is
    killed stays done, and the next run does the rest. Raises what one of them failed with once all others are done.
    """
    engine = for_reading(engine) if is_dry_run else for_writing(engine)
    with Session(engine) as session, session.begin():
        keys = [survey.id for survey in list_surveys(session)]
    surveys: list[dict[str, Any]] = []
    failures: list[SQLAlchemyError] = []
    for key in keys:
        try:
            with Session(engine) as session, session.begin():
                if survey := session.get(Survey, key):
                    surveys.append(_expire_answers(session, survey, is_dry_run=is_dry_run))
        except SQLAlchemyError as failure:
            failures.append(failure)
    deleted = {
        what: count
        for what in ("respondents", "invitations")
        if (count := sum(survey[what] for survey in surveys if survey["due"]))
    }
    with Session(engine) as session, session.begin():
        deleted |= _expire_traces(session, is_dry_run=is_dry_run)
        deleted |= _expire_interviews(session, is_dry_run=is_dry_run)
        deleted |= _expire_proposals(session, is_dry_run=is_dry_run)
        deleted |= _expire_readers(session, is_dry_run=is_dry_run)
        deleted |= _expire_reports(session, is_dry_run=is_dry_run)
    if failures:
        raise failures[0]
    return {"dry_run": is_dry_run, "surveys": surveys, "deleted": deleted}


def _expire_answers(session: Session, survey: Survey, *, is_dry_run: bool) -> dict[str, Any]:
    last = last_day(session, survey)
    people = session.exec(select(func.count()).select_from(Respondent).where(Respondent.survey_id == survey.id)).one()
    invited = session.exec(select(func.count()).select_from(Invitation).where(Invitation.survey_id == survey.id)).one()
    is_due = last is not None and last < today() and bool(people or invited)
    if is_due and not is_dry_run:
        delete_respondents(session, col(Respondent.survey_id) == survey.id)
        own = select(Round.id).where(Round.survey_id == survey.id)
        session.exec(delete(MinutesCount).where(col(MinutesCount.round_id).in_(own)))
        session.exec(delete(PointCount).where(col(PointCount.round_id).in_(own)))
        session.exec(delete(KeptAddress).where(col(KeptAddress.survey_id) == survey.id))
        session.exec(delete(ResultsRequest).where(col(ResultsRequest.survey_id) == survey.id))
        session.exec(delete(Suggestion).where(col(Suggestion.survey_id) == survey.id))
        session.exec(delete(Invitation).where(col(Invitation.survey_id) == survey.id))
        after = {"respondents": people, "invitations": invited}
        record(session, operator_of(survey.consortium_id), "responses.expired", survey, after=after)
    return {
        "survey": survey.external_id,
        "kept_until": last and last.isoformat(),
        "respondents": people,
        "invitations": invited,
        "due": is_due,
    }


def _expire_traces(session: Session, *, is_dry_run: bool) -> dict[str, int]:
    """Delete traces of signing in, mails and drafts."""
    due = [
        (name, table, col(column) < now() - lasts)
        for name, table, column, lasts in (
            ("attempts", Attempt, Attempt.begins_at, TRACES_LAST),
            ("sign_in_requests", SignInRequest, SignInRequest.created_at, TRACES_LAST),
            ("sign_in_links", SignInLink, SignInLink.expires_at, TRACES_LAST),
            ("sessions", BrowserSession, BrowserSession.expires_at, TRACES_LAST),
            ("mails", OutboxMessage, OutboxMessage.created_at, MAILS_LAST),
            ("drafts", InitiativeDraft, InitiativeDraft.kept_at, DRAFTS_LAST),
        )
    ]
    return _delete_due(session, due, is_dry_run=is_dry_run)


def _delete_due(
    session: Session, due: Sequence[tuple[str, type[SQLModel], ColumnElement[bool]]], *, is_dry_run: bool
) -> dict[str, int]:
    """Delete the rows of each table that are due; how many, by the names given, where there were any."""
    deleted: dict[str, int] = {}
    for name, table, is_due in due:
        count = session.exec(select(func.count()).select_from(table).where(is_due)).one()
        if count:
            deleted[name] = count
            if not is_dry_run:
                session.exec(delete(table).where(is_due))
    return deleted


def _expire_interviews(session: Session, *, is_dry_run: bool) -> dict[str, int]:
    """Take the names off interviews."""
    is_named = (col(Interview.name) != "") & (col(Interview.held_on) < today() - NAMES_LAST)
    count = session.exec(select(func.count()).select_from(Interview).where(is_named)).one()
    if count and not is_dry_run:
        session.exec(update(Interview).where(is_named).values(name=""))
    return {"interview_names": count} if count else {}


def _expire_readers(session: Session, *, is_dry_run: bool) -> dict[str, int]:
    """Take the names off comments on shared plans; what was said stays, as the consortium answered it."""
    last = today() - READERS_NAMES_LAST
    ended = select(PlanShare.id).where(or_(col(PlanShare.expires_on) < last, col(PlanShare.ended_on) < last))
    is_due = (col(PlanComment.name) != "") & col(PlanComment.share_id).in_(ended)
    count = session.exec(select(func.count()).select_from(PlanComment).where(is_due)).one()
    if count and not is_dry_run:
        session.exec(update(PlanComment).where(is_due).values(name=""))
    return {"plan_comment_names": count} if count else {}


def _expire_reports(session: Session, *, is_dry_run: bool) -> dict[str, int]:
    """Delete reports that were made a week ago, or never."""
    is_due = col(Report.expires_at) < now()
    count = session.exec(select(func.count()).select_from(Report).where(is_due)).one()
    if count and not is_dry_run:
        session.exec(delete(ReportFile).where(col(ReportFile.report_id).in_(select(Report.id).where(is_due))))
        session.exec(delete(Report).where(is_due))
    return {"reports": count} if count else {}


def _expire_proposals(session: Session, *, is_dry_run: bool) -> dict[str, int]:
    """Delete what was never confirmed, and whom to tell once that is over; the proposals themselves stay."""
    old = select(Proposal.id).where(Proposal.created_on < today() - timedelta(days=LONGEST_WAIT_DAYS))
    authors = or_(col(ProposalAuthor.delete_on) < today(), col(ProposalAuthor.proposal_id).in_(old))
    due = [
        ("unconfirmed_sendings", UnconfirmedSending, col(UnconfirmedSending.expires_on) < today()),
        ("proposal_authors", ProposalAuthor, authors),
    ]
    return _delete_due(session, due, is_dry_run=is_dry_run)


def last_day(session: Session, survey: Survey) -> date | None:
    """The last day on which a survey's answers are kept: so many months after its last round closed."""
    last = find_last_round(session, survey.id)
    if last is None or last.closed_at is None:
        return None
    return add_months(last.closed_at.date(), survey.retention_months)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, the last of its month where there is no such day.

    >>> add_months(date(2026, 1, 31), 1), add_months(date(2026, 11, 24), 24)
    (datetime.date(2026, 2, 28), datetime.date(2028, 11, 24))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")
