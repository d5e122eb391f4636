"""Reads of how the results of a survey came about."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from app.actionplan.method.dictionary import Entry, entries_for
from app.actionplan.method.example import Example, worked_example
from app.actionplan.method.measures import EDGE_WORDS, MEASURES
from app.consensus.models import Snapshot
from app.consensus.queries import list_snapshots
from app.core.catalogues import translate
from app.core.words import pick
from app.documents.document import Column, Document, Note, Table
from app.surveys.authoring.models import Deviation, Survey
from app.surveys.authoring.queries import list_deviations

FORMAT = "innaxe-method/1"


@dataclass(frozen=True)
class Method:
    """How results came about: the newest round's facts, a worked example from them, and every column."""

    newest: Snapshot | None
    snapshots: tuple[Snapshot, ...]
    deviations: tuple[Deviation, ...]
    example: Example | None
    entries: tuple[Entry, ...]


def method_of(session: Session, survey: Survey) -> Method:
    """How the results of a survey came about, also before there are any."""
    snapshots = tuple(list_snapshots(session, survey.id))
    newest = snapshots[-1] if snapshots else None
    return Method(
        newest=newest,
        snapshots=snapshots,
        deviations=tuple(list_deviations(session, survey.id)),
        example=worked_example(newest.findings) if newest else None,
        entries=tuple(entries_for(newest.findings)) if newest else (),
    )


def method_content(survey: Survey, method: Method, language: str) -> dict[str, Any]:
    """The method as programs and the JSON file get it."""
    findings = method.newest.findings if method.newest else None
    return {
        "format": FORMAT,
        "survey": survey.external_id,
        "title": pick(survey.title, language, survey.default_language),
        "language": language,
        "protocol_sha256": survey.protocol_sha256 or None,
        "rule": dict(survey.rule),
        "minimum_group": survey.minimum_group,
        "seed": survey.seed,
        "deviations": [
            {"at": one.made_at.isoformat(), "part": one.part, "reason": one.reason} for one in method.deviations
        ],
        "rounds": [
            {
                "round": one.round_number,
                "snapshot": one.sha256,
                "frozen_at": one.created_at.isoformat(),
                "engine": one.findings["engine"],
                "draws": one.findings["draws"],
            }
            for one in method.snapshots
        ],
        "published_rules": findings.get("rules", []) if findings else [],
        "measures": [
            {
                "code": one.code,
                "name": translate(language, one.name),
                "words": translate(language, one.words),
                "formula": one.formula,
                "range": one.limits,
                "edges": [translate(language, EDGE_WORDS[edge]) for edge in one.edges],
                "source": one.source,
            }
            for one in MEASURES
        ],
        "example": method.example
        and {
            "initiative": method.example.initiative,
            "criterion": method.example.criterion,
            "steps": [
                {"measure": one.measure, "working": one.working, "value": one.value} for one in method.example.steps
            ],
        },
        "columns": [
            {
                "file": one.file,
                "column": one.column,
                "kind": translate(language, one.kind),
                "measure": one.measure or None,
                "words": translate(language, one.words),
            }
            for one in method.entries
        ],
    }


def dictionary_document(survey: Survey, method: Method, language: str) -> Document:
    """The columns of all files, one a line."""
    columns = [Column(name, name) for name in ("file", "column", "kind", "measure", "words")]
    rows = [
        [one.file, one.column, translate(language, one.kind), one.measure, translate(language, one.words)]
        for one in method.entries
    ]
    return Document(
        title=pick(survey.title, language, survey.default_language),
        language=language,
        blocks=[Table("dictionary", columns, rows)],
        notes=[Note("protocol", survey.protocol_sha256)],
    )
