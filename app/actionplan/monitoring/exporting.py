"""What is followed of a plan, as a file."""

from sqlmodel import Session

from app.actionplan.monitoring.document import monitoring_document
from app.actionplan.monitoring.pages import names_in
from app.actionplan.monitoring.queries import Following
from app.actionplan.monitoring.state import State
from app.actionplan.priorities.service import MEDIA_TYPES, WRITERS, File
from app.auth.permissions import require
from app.core.clock import today
from app.core.errors import Invalid
from app.documents.document import Document
from app.history.service import record
from app.people.rules import Actor


def export_monitoring(
    session: Session, actor: Actor, following: Following, kind: str, language: str, *, table: int = 1
) -> File:
    """All tables as xlsx or json, or one of them as csv; noted in the history. Raises Invalid for another format."""
    require(actor, "monitoring.export", following.plan)
    if kind not in WRITERS:
        raise Invalid("The list is written as csv, xlsx or json.")
    state = State(following, today())
    document = monitoring_document(state, names_in(session, actor, following), language)
    if kind == "csv":
        place = table if 1 <= table <= len(document.tables) else 1
        document = Document(document.title, language, [document.tables[place - 1]], document.notes)
    after = {"format": kind, "language": language}
    record(session, actor, "monitoring.exported", following.plan, after=after)
    name = f"plan-{following.plan.number}-monitoring{f'-{table}' if kind == 'csv' and table > 1 else ''}.{kind}"
    return File(name, MEDIA_TYPES[kind], WRITERS[kind](document))
