"""All evidence as a file."""

from typing import Any

from sqlmodel import Session

from app.actionplan.evidence.document import evidence_document
from app.actionplan.evidence.queries import list_stances, list_votes, shown_by_initiative
from app.actionplan.initiatives.queries import list_initiatives
from app.actionplan.priorities.service import MEDIA_TYPES, WRITERS, File
from app.auth.permissions import require
from app.core.errors import NotFound
from app.core.words import pick
from app.history.service import record_under
from app.people.rules import Actor


def export_evidence(session: Session, actor: Actor, kind: str, language: str) -> File:
    """What may be shown of all evidence, as csv, xlsx or json; noted in the history.

    Raises NotFound for another format.
    """
    require(actor, "evidence.export")
    if kind not in WRITERS:
        raise NotFound("There is no such page.")
    initiatives = list_initiatives(session, actor)
    values: dict[str, Any] = {
        "votes": list_votes(session, actor),
        "stood": list_stances(session, actor),
        "stances": shown_by_initiative(session, [initiative.id for initiative, _ in initiatives]),
        "titles": {initiative.id: pick(version.title, language) for initiative, version in initiatives},
    }
    document = evidence_document(initiatives, **values, language=language)
    record_under(session, actor, "evidence.exported", f"consortium:{actor.consortium_id}", after={"format": kind})
    return File(f"evidence.{kind}", MEDIA_TYPES[kind], WRITERS[kind](document))
