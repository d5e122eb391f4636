"""Reads of surveys and their parts."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.errors import NotFound
from app.surveys.authoring.models import Criterion, Question, Survey, SurveyItem
from app.surveys.authoring.rules import Scale


def get_survey(session: Session, survey_id: UUID) -> Survey:
    """The survey, or NotFound."""
    survey = session.get(Survey, survey_id)
    if survey is None:
        raise NotFound("There is no such survey.")
    return survey


def get_survey_by_slug(session: Session, slug: str) -> Survey:
    """The survey with this short name in its address, or NotFound."""
    survey = session.exec(select(Survey).where(Survey.slug == slug)).first()
    if survey is None:
        raise NotFound("There is no such survey.")
    return survey


def get_survey_by_key(session: Session, key: str) -> Survey:
    """The survey with this id or external id, as an operator types it, or NotFound."""
    survey = find_survey_by_external_id(session, key)
    if survey is None:
        try:
            survey = session.get(Survey, UUID(key))
        except ValueError:
            survey = None
    if survey is None:
        raise NotFound("There is no such survey.")
    return survey


def find_survey_by_external_id(session: Session, external_id: str) -> Survey | None:
    """The survey imported under this id, if there is one."""
    return session.exec(select(Survey).where(Survey.external_id == external_id)).first()


def list_surveys(session: Session) -> Sequence[Survey]:
    """All surveys, the newest first."""
    return session.exec(select(Survey).order_by(col(Survey.created_at).desc())).all()


def list_items(session: Session, survey_id: UUID) -> Sequence[SurveyItem]:
    """The items of a survey in the order they are asked."""
    wanted = select(SurveyItem).where(SurveyItem.survey_id == survey_id)
    return session.exec(wanted.order_by(col(SurveyItem.position))).all()


def list_criteria(session: Session, survey_id: UUID) -> Sequence[Criterion]:
    """The criteria of a survey in the order they are asked."""
    wanted = select(Criterion).where(Criterion.survey_id == survey_id)
    return session.exec(wanted.order_by(col(Criterion.position))).all()


def list_questions(session: Session, survey_id: UUID) -> Sequence[Question]:
    """The questions of a survey that are not ratings, in the order they are asked."""
    wanted = select(Question).where(Question.survey_id == survey_id)
    return session.exec(wanted.order_by(col(Question.position))).all()


def find_question(session: Session, survey_id: UUID, code: str) -> Question | None:
    """The question with this code, if the survey asks it."""
    return session.exec(select(Question).where(Question.survey_id == survey_id, Question.code == code)).first()


def helices_of(session: Session, survey_id: UUID) -> list[str]:
    """The codes of the groups a respondent can speak for, in the order they are asked."""
    question = find_question(session, survey_id, "helix")
    return [option["code"] for option in question.options] if question else []


def scale_of(survey: Survey) -> Scale:
    """The scale on which the survey's items are rated."""
    return Scale(survey.scale_low, survey.scale_high)


def weights_of(criteria: Sequence[Criterion]) -> dict[str, float]:
    """The weights fixed with the survey, by criterion."""
    return {criterion.code: criterion.weight for criterion in criteria}
