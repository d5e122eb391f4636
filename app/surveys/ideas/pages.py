"""What pages show of somebody's own ideas, ready for the templates."""

from typing import Any

from sqlmodel import Session

from app.core.catalogues import translate
from app.core.words import pick
from app.surveys.answering.models import Respondent
from app.surveys.authoring.models import Survey
from app.surveys.ideas.models import Idea
from app.surveys.ideas.queries import list_own_ideas


def idea_rows(session: Session, survey: Survey, respondent: Respondent, language: str) -> list[dict[str, Any]]:
    """The ideas of one person as they wrote them, each with what became of it in a sentence, once that can be said."""
    return [
        {
            "number": text.number,
            "title": text.title,
            "summary": text.summary,
            "first_step": text.first_step,
            "language": text.language,
            "fate": fate_of(idea, survey, language) if idea else "",
        }
        for text, idea in list_own_ideas(session, respondent)
    ]


def fate_of(idea: Idea, survey: Survey, language: str) -> str:
    """What became of an idea, in a sentence for whoever wrote it."""
    if idea.initiative_id:
        title = pick(idea.initiative_title, language, survey.default_language)
        return translate(language, "It went into the initiative “%(title)s”.", title=title)
    if idea.decided_on:
        return translate(language, "It was set aside: %(reason)s", reason=idea.aside_because)
    return translate(language, "It has been received; nothing is decided yet.")
