"""What a published survey consists of, read once: it does not change any more."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from app.surveys.authoring.models import Criterion, Question, Section, Survey, SurveyItem
from app.surveys.authoring.queries import list_criteria, list_items, list_questions, list_sections


@dataclass(frozen=True)
class Contents:
    """The parts of a survey, each in the order they are asked. Of a published one they belong to no session."""

    items: Sequence[SurveyItem]
    criteria: Sequence[Criterion]
    questions: Sequence[Question]
    sections: Sequence[Section]

    def find_question(self, code: str) -> Question | None:
        """The question with this code, if the survey asks it."""
        return next((one for one in self.questions if one.code == code), None)


def contents_of(session: Session, survey: Survey) -> Contents:
    """The parts of a survey; of a published one from memory, as long as its revision is the one that was read."""
    revision, kept = _kept.get(survey.id, (0, None))
    if kept and survey.published_at and revision == survey.revision:
        return kept
    contents = Contents(
        list_items(session, survey.id),
        list_criteria(session, survey.id),
        list_questions(session, survey.id),
        list_sections(session, survey.id),
    )
    if survey.published_at:
        for part in (*contents.items, *contents.criteria, *contents.questions, *contents.sections):
            session.expunge(part)
        _kept[survey.id] = survey.revision, contents
    return contents


_kept: dict[UUID, tuple[int, Contents]] = {}
