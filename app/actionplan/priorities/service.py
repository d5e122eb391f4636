"""The prioritised list as a file."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from app.actionplan.decisions.queries import find_weights
from app.actionplan.priorities.document import Listed, priority_document
from app.actionplan.priorities.rules import Given, Way, Weighing, read_way
from app.auth.permissions import require
from app.consensus.basis import Basis, rank_under
from app.consensus.models import Snapshot
from app.consensus.queries import get_basis, get_snapshot
from app.core.errors import Invalid
from app.core.words import LANGUAGES
from app.documents.document import Document
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
NOTHING_TYPED: Mapping[str, str] = {}


@dataclass(frozen=True)
class File:
    """A file to hand out."""

    name: str
    media_type: str
    data: bytes


def given_weights(session: Session, snapshot: Snapshot, basis: Basis) -> Given:
    """The weights that exist already: fixed with the survey, asked of stakeholders, decided on."""
    return {
        Way.FIXED: snapshot.findings["weights"],
        Way.ASKED: basis.asked["weights"] if basis.asked else None,
        Way.DECIDED: find_weights(session, snapshot.survey_id),
    }


def read_weighing(session: Session, snapshot: Snapshot, basis: Basis, typed: Mapping[str, str]) -> Weighing:
    """The weights that an address asks for, or what is wrong with it."""
    return read_way(typed, snapshot.findings["criteria"], given_weights(session, snapshot, basis))


def require_weighing(session: Session, snapshot: Snapshot, basis: Basis, typed: Mapping[str, str]) -> Weighing:
    """The weights that an address asks for. Raises Invalid naming what is wrong with it."""
    weighing = read_weighing(session, snapshot, basis, typed)
    if weighing.faults:
        raise Invalid(next(iter(weighing.faults.values())), dict(weighing.faults))
    return weighing


def export_list(
    session: Session,
    actor: Actor,
    survey: Survey,
    kind: str,
    language: str,
    typed: Mapping[str, str] = NOTHING_TYPED,
    *,
    address: str,
) -> File:
    """The prioritised list under the weights that `typed` asks for, as in the page's address; noted in the history.

    By default those fixed with the survey. Its lines lead to pages under `address`. Raises Invalid for another format,
    language or weights that cannot be, NotFound before a round has closed.
    """
    require(actor, "priorities.export", survey)
    if kind not in WRITERS:
        raise Invalid("The list is written as csv, xlsx or json.")
    if language not in LANGUAGES:
        raise Invalid("This language is not one of the interface.")
    snapshot = get_snapshot(session, survey.id)
    listed = _listed(session, survey, snapshot, typed)
    document = priority_document(listed, language, address)
    weighing = listed.weighing
    after = {"format": kind, "language": language, "weights": weighing.way.value}
    record(session, actor, "priorities.exported", survey, after=after)
    day = snapshot.findings["closed_at"][:10]
    name = f"{survey.slug}-round-{snapshot.round_number}-{day}.{kind}"
    return File(name, MEDIA_TYPES[kind], WRITERS[kind](document))


def export_document(session: Session, survey: Survey, language: str) -> Document:
    """The prioritised list under the weights fixed with the survey. Raises NotFound before a round has closed."""
    return priority_document(_listed(session, survey, get_snapshot(session, survey.id), NOTHING_TYPED), language, "")


def _listed(session: Session, survey: Survey, snapshot: Snapshot, typed: Mapping[str, str]) -> Listed:
    basis = get_basis(session, snapshot)
    weighing = require_weighing(session, snapshot, basis, typed)
    return Listed(
        survey,
        snapshot,
        basis,
        weighing,
        rank_under(snapshot.findings, basis, weighing.weights),
        list_items(session, survey.id),
        list_criteria(session, survey.id),
    )
