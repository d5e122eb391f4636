"""Reads of surveys and their parts."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from app.core.errors import NotFound
from app.core.words import pick
from app.people.rules import Actor
from app.surveys.authoring.answers import QuestionType, Spec
from app.surveys.authoring.choice_types import Allocation
from app.surveys.authoring.models import Criterion, Deviation, Question, Section, Survey, SurveyItem
from app.surveys.authoring.question_types import type_of
from app.surveys.authoring.rules import Scale

LIGHT = (defer(col(Survey.protocol)), defer(col(Survey.import_report)))  # pyright: ignore[reportArgumentType] -- mapped columns
"""Leaves what is long and seldom read where it is until somebody asks for it."""

NO_SURVEY = "There is no such survey."


def get_survey(session: Session, survey_id: UUID) -> Survey:
    """The survey, or NotFound."""
    survey = session.get(Survey, survey_id, options=LIGHT)
    if survey is None:
        raise NotFound(NO_SURVEY)
    return survey


def get_own_survey(session: Session, actor: Actor, survey_id: UUID) -> Survey:
    """A survey of the actor's consortium, or NotFound."""
    survey = get_survey(session, survey_id)
    if survey.consortium_id != actor.consortium_id:
        raise NotFound(NO_SURVEY)
    return survey


def get_own_survey_by_slug(session: Session, actor: Actor, slug: str) -> Survey:
    """A survey of the actor's consortium by the short name in its address, or NotFound."""
    survey = get_survey_by_slug(session, slug)
    if survey.consortium_id != actor.consortium_id:
        raise NotFound(NO_SURVEY)
    return survey


def get_survey_by_slug(session: Session, slug: str) -> Survey:
    """The survey with this short name in its address, or NotFound."""
    survey = session.exec(select(Survey).where(Survey.slug == slug).options(*LIGHT)).first()
    if survey is None:
        raise NotFound(NO_SURVEY)
    return survey


def get_published_survey_by_slug(session: Session, slug: str) -> Survey:
    """The survey with this short name, or NotFound; a draft is nobody's business outside its consortium."""
    survey = get_survey_by_slug(session, slug)
    if survey.published_at is None:
        raise NotFound(NO_SURVEY)
    return survey


def get_survey_by_key(session: Session, key: str) -> Survey:
    """The survey with this id or external id, as an operator types it, or NotFound.

    An external id that several consortia use is no answer either: then the id is needed.
    """
    found = session.exec(select(Survey).where(Survey.external_id == key)).all()
    if len(found) == 1:
        return found[0]
    try:
        survey = session.get(Survey, UUID(key))
    except ValueError:
        survey = None
    if survey is None:
        raise NotFound(NO_SURVEY)
    return survey


def find_survey_by_external_id(session: Session, actor: Actor, external_id: str) -> Survey | None:
    """The survey imported into the actor's consortium under this id, if there is one."""
    wanted = select(Survey).where(Survey.consortium_id == actor.consortium_id)
    return session.exec(wanted.where(Survey.external_id == external_id)).first()


def list_surveys(session: Session, actor: Actor | None = None) -> Sequence[Survey]:
    """The surveys of the actor's consortium, or for the operator of all of them, the newest first."""
    wanted = select(Survey).order_by(col(Survey.created_at).desc())
    if actor:
        wanted = wanted.where(Survey.consortium_id == actor.consortium_id)
    return session.exec(wanted).all()


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


def list_sections(session: Session, survey_id: UUID) -> Sequence[Section]:
    """The sections of a survey in the order they are asked."""
    wanted = select(Section).where(Section.survey_id == survey_id)
    return session.exec(wanted.order_by(col(Section.position))).all()


def list_deviations(session: Session, survey_id: UUID) -> Sequence[Deviation]:
    """What was changed after publishing, the first first."""
    wanted = select(Deviation).where(Deviation.survey_id == survey_id)
    return session.exec(wanted.order_by(col(Deviation.made_at))).all()


def find_question(session: Session, survey_id: UUID, code: str) -> Question | None:
    """The question with this code, if the survey asks it."""
    return session.exec(select(Question).where(Question.survey_id == survey_id, Question.code == code)).first()


def codes_of(session: Session, survey_id: UUID, code: str) -> list[str]:
    """The codes of the options of a question, in the order they are asked; none where the survey does not ask it."""
    question = find_question(session, survey_id, code)
    return [str(option["code"]) for option in question.options] if question else []


def helices_of(session: Session, survey_id: UUID) -> list[str]:
    """The codes of the groups a respondent can speak for, in the order they are asked."""
    return codes_of(session, survey_id, "helix")


def option_names(session: Session, survey: Survey, code: str, language: str) -> dict[str, str]:
    """The words of the options of a question by their codes, in the order they are asked."""
    question = find_question(session, survey.id, code)
    options = question.options if question else []
    return {option["code"]: pick(option["label"], language, survey.default_language) for option in options}


def scale_of(survey: Survey) -> Scale:
    """The scale on which the survey's items are rated."""
    return Scale(survey.scale_low, survey.scale_high)


def weights_of(criteria: Sequence[Criterion]) -> dict[str, float]:
    """The weights fixed with the survey, by criterion."""
    return {criterion.code: criterion.weight for criterion in criteria}


def options_of(question: Question, items: Sequence[SurveyItem]) -> list[dict[str, Any]]:
    """The options of a question, each with `code` and `label`; they may be the items themselves."""
    if question.settings.get("options_from") == "items":
        return [{"code": item.code, "label": item.title} for item in items]
    return question.options


def question_type(question: Question, items: Sequence[SurveyItem]) -> QuestionType:
    """The type of a question over its options and settings."""
    codes = [str(option["code"]) for option in options_of(question, items)]
    settings = dict(question.settings)
    if question.max_length:
        settings["max_length"] = question.max_length
    return type_of(question.kind, Spec(codes, settings))


class WeightsQuestion(NamedTuple):
    """The question that asks how much each criterion should count; `options` are its codes in the criteria's order."""

    code: str
    options: Sequence[str]


def find_weights_question(
    questions: Sequence[Question], criteria: Sequence[Criterion], language: str
) -> WeightsQuestion | None:
    """The first question that shares out points among exactly the criteria, known by their codes or their names."""
    for question in questions:
        if question.kind != Allocation.name or len(question.options) != len(criteria):
            continue
        by_word = {
            word: str(option["code"])
            for option in question.options
            for word in (str(option["code"]), str(option["label"].get(language, "")).strip().lower())
        }
        found = [
            by_word.get(one.code) or by_word.get(str(one.label.get(language, "")).strip().lower()) for one in criteria
        ]
        if None not in found and len({*found}) == len(criteria):
            return WeightsQuestion(question.code, [code for code in found if code])
    return None
