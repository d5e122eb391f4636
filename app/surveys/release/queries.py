"""Reads of disclosure lists and of who asked to be told."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.core.clock import today
from app.surveys.release.models import ResultsRelease, ResultsRequest
from app.surveys.release.rules import Standing, standing_of


def find_release(session: Session, survey_id: UUID) -> ResultsRelease | None:
    """The disclosure list of a survey, if one was ever made."""
    return session.exec(select(ResultsRelease).where(ResultsRelease.survey_id == survey_id)).first()


def standing_now(release: ResultsRelease | None) -> Standing:
    """Where the results stand today for everybody outside the consortium."""
    if release is None:
        return Standing.NOT_YET
    return standing_of(release.public_from, is_withdrawn=release.withdrawn_at is not None, on=today())


def are_results_public(session: Session, survey_id: UUID) -> bool:
    """Whether everybody may read results of a survey today."""
    return standing_now(find_release(session, survey_id)) is Standing.PUBLIC


def list_requests(session: Session, survey_id: UUID) -> Sequence[ResultsRequest]:
    """Who asked for a survey's results by mail, by address."""
    wanted = select(ResultsRequest).where(ResultsRequest.survey_id == survey_id)
    return session.exec(wanted.order_by(col(ResultsRequest.address))).all()


def count_requests(session: Session, survey_id: UUID) -> int:
    """How many asked for a survey's results by mail."""
    wanted = select(func.count()).select_from(ResultsRequest)
    return session.exec(wanted.where(ResultsRequest.survey_id == survey_id)).one()
