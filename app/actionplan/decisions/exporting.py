"""Decisions as a file."""

from sqlmodel import Session

from app.actionplan.decisions.document import decision_document
from app.actionplan.decisions.queries import list_decisions
from app.actionplan.priorities.service import MEDIA_TYPES, WRITERS, File
from app.auth.permissions import require
from app.core.errors import Invalid
from app.core.words import pick
from app.history.service import record
from app.people.queries import names_of
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import list_items


def export_decisions(session: Session, actor: Actor, survey: Survey, kind: str, language: str) -> File:
    """All decisions on a survey as csv, xlsx or json; noted in the history. Raises Invalid for another format."""
    require(actor, "decision.export", survey)
    if kind not in WRITERS:
        raise Invalid("The list is written as csv, xlsx or json.")
    decisions = list_decisions(session, survey.id)
    keys = {part.person_id for one in decisions for part in one.parts} | {
        one.decision.decided_by_id for one in decisions
    }
    titles = {item.code: pick(item.title, language, survey.default_language) for item in list_items(session, survey.id)}
    title = pick(survey.title, language, survey.default_language)
    document = decision_document(title, survey, decisions, names_of(session, keys), titles, language)
    record(session, actor, "decisions.exported", survey, after={"format": kind, "language": language})
    return File(f"{survey.slug}-decisions.{kind}", MEDIA_TYPES[kind], WRITERS[kind](document))
