"""Asking for the results by mail. An address is kept apart from all answers, until its mail is promised."""

from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session, col, delete, func, select

from app.core.db import for_writing
from app.core.errors import Invalid
from app.people.rules import is_address
from app.surveys.answering.models import Respondent
from app.surveys.authoring.models import Survey
from app.surveys.release.models import ResultsRequest
from app.surveys.release.queries import list_requests
from app.surveys.release.rules import kept_language

BAD_ADDRESS = "Enter an e-mail address such as name@example.org."


def ask_for_results(engine: Engine, survey_id: UUID, address: str, language: str) -> None:
    """Keep an address, once; in a transaction of its own, so that it shares none with an answer.

    All are written anew in alphabetical order: the order of rows in a file would tell who came when. Raises Invalid.
    """
    address = address.strip().lower()
    if not is_address(address):
        raise Invalid(BAD_ADDRESS, {"address": BAD_ADDRESS})
    with Session(for_writing(engine)) as session, session.begin():
        survey = session.exec(select(Survey).where(Survey.id == survey_id).with_for_update()).one()
        kept = {one.address: one.language for one in list_requests(session, survey_id)}
        answered_in = session.exec(
            select(func.count())
            .select_from(Respondent)
            .where(Respondent.survey_id == survey_id, Respondent.language == language)
        ).one()
        kept[address] = kept_language(language, answered_in, survey.minimum_group, survey.default_language)
        forget_requests(session, survey_id)
        for one in sorted(kept):
            session.add(ResultsRequest(survey_id=survey_id, address=one, language=kept[one]))
            session.flush()


def forget_requests(session: Session, survey_id: UUID) -> None:
    """Delete all addresses that asked for a survey's results."""
    session.exec(delete(ResultsRequest).where(col(ResultsRequest.survey_id) == survey_id))
