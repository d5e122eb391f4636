"""Programmes as a document, in the columns that the import reads again."""

from collections.abc import Callable, Sequence

from fastapi import Response
from sqlmodel import Session

from app.core.catalogues import translate
from app.documents.document import Column, Document, Table
from app.documents.to_csv import to_csv
from app.documents.to_json import to_json
from app.documents.to_xlsx import to_xlsx
from app.history.rules import name_of
from app.history.service import record_under
from app.people.rules import Actor
from app.programmes.pages import yes_no
from app.programmes.queries import Entry, label_of

WRITERS: dict[str, Callable[[Document], bytes]] = {"csv": to_csv, "xlsx": to_xlsx, "json": to_json}
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
COLUMNS: dict[str, int | None] = {
    "service_id": None,
    "region_id": None,
    "name": None,
    "category": None,
    "description": None,
    "target_groups": None,
    "delivery_mode": None,
    "frequency": None,
    "geographic_reach": None,
    "fee_model": None,
    "participants_last_year": 0,
    "capacity_per_year": 0,
    "years_running": 0,
    "staff_fte": 2,
    "annual_cost_eur": 0,
    "annual_cost_eur_high": 0,
    "main_funding": None,
    "satisfaction_0_10": 6,
    "satisfaction_asked": 0,
    "main_result_metric": None,
    "main_result_value": 6,
    "evidence_level": None,
    "open_to_other_regions": None,
    "transferability_1_5": 0,
}
"""The headings of a file, which are those of the format, with the decimals of what is a number."""


def programmes_document(entries: Sequence[Entry], language: str) -> Document:
    """All programmes with everything that is stated of them; what is not known is empty."""
    title = translate(language, "Programmes")
    rows = [
        (
            one.programme.code,
            label_of(one.partner),
            one.version.name,
            one.version.category,
            one.version.description,
            "|".join(one.version.target_groups),
            *(getattr(one.version, name) for name in list(COLUMNS)[6:-2]),
            yes_no(one.version.open_to_other_regions),
            one.version.transferability_1_5,
        )
        for one in entries
    ]
    return Document(
        title, language, [Table(title, [Column(key, key, digits) for key, digits in COLUMNS.items()], rows)]
    )


def write(session: Session, actor: Actor, document: Document, kind: str, what: str) -> bytes:
    """A file of a kind there is a writer for, put on record once it is written: nobody waits for that."""
    data = WRITERS[kind](document)
    thing = name_of("consortium", actor.consortium_id)
    record_under(session, actor, "programmes.exported", thing, after={"what": what, "kind": kind})
    return data


def download(data: bytes, name: str, kind: str) -> Response:
    """A file as an answer that the browser saves."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(data, media_type=MEDIA_TYPES[kind], headers=headers)
