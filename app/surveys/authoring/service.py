"""Making a survey out of a file and of things to rate."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from sqlmodel import Session, col, select

from app.auth.permissions import require
from app.core.clock import now
from app.core.errors import Conflict, Invalid
from app.core.words import Words, missing_languages
from app.history.service import record
from app.people.rules import Actor
from app.surveys.authoring.idea_round import usual_idea_question
from app.surveys.authoring.models import Criterion, Question, Survey, SurveyItem
from app.surveys.authoring.queries import (
    find_survey_by_external_id,
    list_criteria,
    list_items,
    list_questions,
)
from app.surveys.authoring.question_types import TYPES
from app.surveys.authoring.reading import read_parts
from app.surveys.authoring.rules import is_scale
from app.surveys.authoring.schemas import ItemIn, QuestionIn, SurveyFile

CONTROLLER, CONTACT = "INNAXE demonstration consortium", "privacy@innaxe.example"


@dataclass
class Import:
    """What became of a survey file: the survey, whether it is new, and what of the file is not used."""

    survey: Survey
    is_new: bool
    unused: list[str] = field(default_factory=list[str])


def import_survey(
    session: Session, actor: Actor, document: SurveyFile, items: Sequence[ItemIn], *, may_lack_texts: bool = False
) -> Import:
    """Make a survey from a file over the given items; importing the same file again changes nothing.

    With `may_lack_texts` it becomes a draft though translations are missing: publishing asks for them.
    Raises Invalid when the file is incomplete, Conflict when a survey of this id exists with other contents.
    """
    require(actor, "survey.import")
    rating = _rating_of(document)
    _check(document, rating, items)
    parts = read_parts(document)
    questions = parts.questions
    if not may_lack_texts:
        _check_texts(document, rating)
    existing = find_survey_by_external_id(session, actor, document.id)
    if existing:
        if _digest_of(session, existing) != _digest(document, rating, items, questions):
            raise Conflict(
                "There is already a survey %(id)s with other contents. Give the file a new id.",
                id=document.id,
            )
        return Import(existing, is_new=False, unused=parts.unused)
    assert rating.scale
    survey = Survey(
        consortium_id=actor.consortium_id,
        external_id=document.id,
        slug=free_slug(session, document.id.lower()),
        title=document.title,
        introduction=document.introduction,
        thank_you=document.thank_you,
        languages=list(document.languages),
        default_language=document.default_language,
        scale_low=rating.scale.min,
        scale_high=rating.scale.max,
        cannot_judge=document.no_opinion,
        minimum_group=document.settings.min_group_size,
        is_anonymous=document.settings.anonymous,
        retention_months=document.settings.retention_months,
        rule=document.rule.model_dump(),
        seed=_seed_of(document.id),
        controller=document.controller or (CONTROLLER if document.demo else ""),
        contact=document.contact or (CONTACT if document.demo else ""),
        is_demo=document.demo,
        items_per_person=_items_per_person(document, items),
        is_shuffled=document.settings.item_order == "random",
        warm_ups=document.settings.warm_ups,
        items_returning=document.settings.items_returning,
        is_real_time=document.settings.rounds == "real_time",
        planned_rounds=1 if document.settings.rounds == "real_time" else 2,
        has_idea_round=document.settings.idea_round,
        idea_question=document.idea_question or (usual_idea_question() if document.settings.idea_round else {}),
        created_at=now(),
    )
    session.add(survey)
    session.flush()
    for position, item in enumerate(items, start=1):
        session.add(SurveyItem(survey_id=survey.id, position=position, **item.model_dump()))
    for position, criterion in enumerate(rating.criteria, start=1):
        session.add(
            Criterion(
                survey_id=survey.id,
                position=position,
                code=criterion.id,
                label=criterion.label,
                text=criterion.text,
                low=criterion.low,
                high=criterion.high,
                weight=criterion.weight_default,
            )
        )
    for position, question in enumerate(questions, start=1):
        question.survey_id, question.position = survey.id, position
        session.add(question)
    for position, section in enumerate(parts.sections, start=1):
        section.survey_id, section.position = survey.id, position
        session.add(section)
    record(session, actor, "survey.imported", survey, after={"items": len(items), "id": document.id})
    return Import(survey, is_new=True, unused=parts.unused)


def free_slug(session: Session, wanted: str) -> str:
    """A short name for addresses that no survey has: the wanted one, or with a number."""
    taken = {*session.exec(select(Survey.slug).where(col(Survey.slug).startswith(wanted)))}
    numbered = (f"{wanted}-{number}" for number in count(2))
    return wanted if wanted not in taken else next(slug for slug in numbered if slug not in taken)


def _rating_of(document: SurveyFile) -> QuestionIn:
    found = [
        question
        for section in document.sections
        for question in section.questions
        if section.repeat_over and question.type == "rating_matrix"
    ]
    if len(found) != 1 or not found[0].criteria or found[0].scale is None:
        raise Invalid("The survey needs one rating_matrix with a scale and criteria in a section over initiatives.")
    return found[0]


def _check(document: SurveyFile, rating: QuestionIn, items: Sequence[ItemIn]) -> None:
    assert rating.scale
    if not is_scale(rating.scale.min, rating.scale.max):
        raise Invalid("A scale needs between 2 and 11 points.")
    if not items and not document.settings.idea_round:
        raise Invalid("The survey has nothing to rate: import initiatives first.")
    if document.default_language not in document.languages:
        raise Invalid("The default language is not among the languages of the survey.")
    codes = [criterion.id for criterion in rating.criteria]
    if len(set(codes)) < len(codes):
        raise Invalid("Two criteria have the same id.")
    if not any(criterion.weight_default for criterion in rating.criteria):
        raise Invalid("At least one criterion needs a weight above zero.")


def _check_texts(document: SurveyFile, rating: QuestionIn) -> None:
    asked = [question for section in document.sections for question in section.questions if question.type in TYPES]
    texts: list[tuple[str, Words]] = [("title", document.title)]
    texts += [(f"criterion {criterion.id}", criterion.label) for criterion in rating.criteria]
    texts += [
        (f"option {option.code} of {question.id}", option.label) for question in asked for option in question.options
    ]
    texts += [(f"question {question.id}", question.text) for question in asked]
    for name, words in texts:
        gaps = missing_languages(words, document.languages)
        if gaps:
            raise Invalid("The text of %(name)s is missing in: %(languages)s.", name=name, languages=", ".join(gaps))


def _items_per_person(document: SurveyFile, items: Sequence[ItemIn]) -> int | None:
    assignment = document.settings.initiative_assignment
    if assignment is None or assignment.mode == "all" or (assignment.per_respondent or len(items)) >= len(items):
        return None
    return assignment.per_respondent


def _seed_of(external_id: str) -> int:
    # 31 bits: what both databases keep as a whole number
    return int.from_bytes(hashlib.sha256(external_id.encode()).digest()[:4], "big") >> 1


def _digest(document: SurveyFile, rating: QuestionIn, items: Sequence[ItemIn], questions: Sequence[Question]) -> str:
    assert rating.scale
    return _digest_parts(
        (document.title, document.rule.model_dump(), rating.scale.min, rating.scale.max),
        [(item.code, item.title, item.summary) for item in items],
        [(c.id, c.label, c.text, c.low, c.high, c.weight_default) for c in rating.criteria],
        [_parts_of(question) for question in questions],
    )


def _digest_of(session: Session, survey: Survey) -> str:
    return _digest_parts(
        (survey.title, survey.rule, survey.scale_low, survey.scale_high),
        [(item.code, item.title, item.summary) for item in list_items(session, survey.id)],
        [(c.code, c.label, c.text, c.low, c.high, c.weight) for c in list_criteria(session, survey.id)],
        [_parts_of(question) for question in list_questions(session, survey.id)],
    )


def _parts_of(question: Question) -> tuple[object, ...]:
    return question.code, question.kind, question.text, question.options, question.section, question.settings


def _digest_parts(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
