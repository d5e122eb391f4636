"""The prioritised list as a file."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from app.actionplan.priorities.document import priority_document
from app.auth.permissions import require
from app.consensus.queries import get_snapshot, rank_ranges
from app.core.errors import Invalid
from app.core.words import LANGUAGES
from app.documents.to_csv import to_csv
from app.documents.to_json import to_json
from app.documents.to_xlsx import to_xlsx
from app.history.service import record
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import list_criteria, list_items

WRITERS = {"csv": to_csv, "xlsx": to_xlsx, "json": to_json}
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


@dataclass(frozen=True)
class File:
    """A file to hand out."""

    name: str
    media_type: str
    data: bytes


def export_list(
    session: Session,
    actor: Actor,
    survey: Survey,
    kind: str,
    language: str,
    weights: Mapping[str, float] | None = None,
    *,
    address: str,
) -> File:
    """The prioritised list under weights, by default those fixed with the survey; noted in the history.

    Its lines lead to pages under `address`.

    Raises Invalid for another format or language, NotFound before a round has closed.
    """
    require(actor, "priorities.export", survey)
    if kind not in WRITERS:
        raise Invalid("The list is written as csv, xlsx or json.")
    if language not in LANGUAGES:
        raise Invalid("This language is not one of the interface.")
    snapshot = get_snapshot(session, survey.id)
    own = snapshot.findings["weights"]
    used = dict(weights) if weights else own
    ranking = rank_ranges(session, snapshot, used) if used != own else snapshot.findings["overall"]
    document = priority_document(
        survey,
        snapshot,
        list_items(session, survey.id),
        list_criteria(session, survey.id),
        ranking,
        used,
        language,
        address,
    )
    record(session, actor, "priorities.exported", survey, after={"format": kind, "language": language})
    day = snapshot.findings["closed_at"][:10]
    name = f"{survey.slug}-round-{snapshot.round_number}-{day}.{kind}"
    return File(name, MEDIA_TYPES[kind], WRITERS[kind](document))
