"""The round of ideas before it opens: what it asks, what must be true, and what it fixes."""

from typing import Any

from sqlmodel import Session

from app.auth.permissions import require
from app.core.catalogues import translate
from app.core.errors import Invalid
from app.core.words import LANGUAGES, Words
from app.people.rules import Actor
from app.surveys.authoring.models import Question, Survey
from app.surveys.authoring.publishing import Check, checks_of, round_checks, text_checks
from app.surveys.authoring.queries import list_questions
from app.surveys.ideas.rules import LONGEST, MOST_IDEAS
from app.surveys.rounds.queries import asks_ideas_next

FORMAT = "innaxe-idea-round/1"
IDEA_QUESTION = "What should be done in your region in the next five years?"
FIXED = ("title", "introduction", "idea_question")
PERSON = ("helix", "region")


def usual_idea_question() -> Words:
    """What a round of ideas asks when nobody words it otherwise, in every language of the interface."""
    return {language: translate(language, IDEA_QUESTION) for language in LANGUAGES}


def next_checks(session: Session, survey: Survey) -> list[Check]:
    """What stands in the way of the round to be opened next: that of ideas, or the first of ratings."""
    return idea_checks(session, survey) if asks_ideas_next(session, survey) else checks_of(session, survey)


def idea_checks(session: Session, survey: Survey) -> list[Check]:
    """What stands in the way of opening the round of ideas, and what one should know; the blocking ones first."""
    asked = [f"{kind}.{one.code}" for one in asked_questions(session, survey) for kind in ("question", "option")]

    def is_shown(path: str) -> bool:
        return path in FIXED or any(path == place or path.startswith(f"{place}.") for place in asked)

    found = [*round_checks(session, survey), *text_checks(session, survey, is_shown)]
    if not any(survey.idea_question.values()):
        found.append(Check("Say what the round of ideas asks.", "texts"))
    return sorted(found, key=lambda check: not check.is_blocking)


def asked_questions(session: Session, survey: Survey) -> list[Question]:
    """What is asked or said before the first idea: who somebody speaks for, the notice and the consent."""
    questions = list_questions(session, survey.id)
    return [one for one in questions if not one.section and (one.code in PERSON or one.kind in ("note", "consent"))]


def fix_idea_round(session: Session, actor: Actor, survey: Survey) -> dict[str, Any]:
    """The protocol of the round of ideas, which is fixed now. Raises Invalid with the first reason that blocks it."""
    require(actor, "survey.change", survey)
    blocking = [check for check in idea_checks(session, survey) if check.is_blocking]
    if blocking:
        raise Invalid(blocking[0].sentence, None, **dict(blocking[0].values))
    survey.revision += 1
    return idea_protocol(session, survey)


def idea_protocol(session: Session, survey: Survey) -> dict[str, Any]:
    """Everything the round of ideas asks and promises, in every language, as plain data."""
    return {
        "format": FORMAT,
        "survey": survey.external_id,
        "title": survey.title,
        "introduction": survey.introduction,
        "question": survey.idea_question,
        "languages": survey.languages,
        "default_language": survey.default_language,
        "questions": [
            {"code": one.code, "kind": one.kind, "required": one.required, "text": one.text, "options": one.options}
            for one in asked_questions(session, survey)
        ],
        "ideas": {"most": MOST_IDEAS, "longest": LONGEST},
        "minimum_group": survey.minimum_group,
        "is_anonymous": survey.is_anonymous,
        "retention_months": survey.retention_months,
        "controller": survey.controller,
        "contact": survey.contact,
        "seed": survey.seed,
    }
