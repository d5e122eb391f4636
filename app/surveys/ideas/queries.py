"""Reads of ideas: their words, which stay with the answers, and what became of them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from app.surveys.answering.models import Answer, Respondent, Response
from app.surveys.authoring.models import Survey
from app.surveys.ideas.models import Idea
from app.surveys.ideas.rules import IDEA_CODES, IDEA_ROUND, IdeaText, ideas_in
from app.surveys.rounds.models import Round


@dataclass(frozen=True)
class GivenIdea:
    """An idea with its words; whose it is, and from which group, is not in it."""

    idea: Idea
    text: IdeaText


def list_ideas(session: Session, survey: Survey) -> list[GivenIdea]:
    """The ideas of a survey whose round has closed, in an order drawn from the seed and the words alone.

    None, while fewer than the smallest group have written any: among so few, somebody could tell who wrote which.
    """
    rows = session.exec(
        select(Idea, Respondent.language)
        .join(Response, col(Response.id) == col(Idea.response_id))
        .join(Respondent, col(Respondent.id) == col(Response.respondent_id))
        .where(Respondent.survey_id == survey.id)
    ).all()
    written = texts_of_responses(session, {idea.response_id: language for idea, language in rows})
    found = [
        GivenIdea(idea, text) for idea, _ in rows for text in written[idea.response_id] if text.number == idea.number
    ]
    if len({given.idea.response_id for given in found}) < survey.minimum_group:
        return []
    return sorted(found, key=lambda given: (drawn(survey.seed, given.text), given.idea.id))


def has_ideas(session: Session, survey: Survey) -> bool:
    """Whether anybody's ideas were gathered, be they shown or not."""
    wanted = select(Idea.id).join(Round, col(Round.id) == col(Idea.round_id)).where(Round.survey_id == survey.id)
    return session.exec(wanted.limit(1)).first() is not None


def drawn(seed: int, text: IdeaText) -> bytes:
    """The place of an idea in the order: it tells nothing of who wrote it or when."""
    return hashlib.sha256(f"{seed}:{text.words}".encode()).digest()


def list_own_ideas(session: Session, respondent: Respondent) -> list[tuple[IdeaText, Idea | None]]:
    """The ideas somebody wrote, each with what became of it once the round has closed."""
    response = session.exec(
        select(Response)
        .join(Round, col(Round.id) == col(Response.round_id))
        .where(Response.respondent_id == respondent.id, Round.number == IDEA_ROUND)
    ).first()
    if response is None:
        return []
    fates = {idea.number: idea for idea in session.exec(select(Idea).where(Idea.response_id == response.id)).all()}
    written = texts_of_responses(session, {response.id: respondent.language})[response.id]
    return [(text, fates.get(text.number)) for text in written]


def texts_of_responses(session: Session, languages: dict[UUID, str]) -> dict[UUID, list[IdeaText]]:
    """The ideas in each of these responses, given with the language of whoever wrote them."""
    kept: dict[UUID, dict[str, str]] = {key: {} for key in languages}
    wanted = select(Answer).where(col(Answer.response_id).in_(languages), col(Answer.code).in_(IDEA_CODES))
    for answer in session.exec(wanted).all():
        kept[answer.response_id][answer.code] = answer.text or ""
    return {key: ideas_in(texts, languages[key]) for key, texts in kept.items()}


def find_chosen(session: Session, survey: Survey, keys: Sequence[UUID]) -> list[GivenIdea]:
    """Those of the survey's ideas that were chosen, in its order."""
    return [given for given in list_ideas(session, survey) if given.idea.id in keys]
