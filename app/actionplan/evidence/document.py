"""Evidence as a document: what may be shown, and no word that may not leave those who hold it."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from app.actionplan.evidence.queries import Stood, Voted, quotes_among
from app.actionplan.evidence.rules import ShownStances
from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.documents.document import Cell, Column, Document, Table

COLUMNS = (
    *("source", "kind", "initiative", "title", "version", "workshop", "held_on", "group", "stance"),
    *("count", "text", "fate", "because"),
)
Pair = tuple[Initiative, InitiativeVersion]
Record = dict[str, Cell]


def evidence_document(
    initiatives: Sequence[Pair],
    votes: Sequence[Voted],
    stood: Sequence[Stood],
    stances: Mapping[UUID, ShownStances],
    titles: Mapping[UUID, str],
    language: str,
) -> Document:
    """One row for each number and each text, so that every program can add up what it needs."""
    records: list[Record] = []
    for initiative, _ in initiatives:
        start: Record = {"initiative": initiative.external_id, "title": titles[initiative.id]}
        own = [vote for vote in votes if vote.initiative.id == initiative.id]
        records += [start | record for vote in own for record in _of_vote(vote)]
        records += [start | record for record in _of_stances(stances[initiative.id])]
        quotes = quotes_among([line for line in stood if line.initiative.id == initiative.id])
        records += [start | {"source": "interview", "kind": "quote", "text": quote} for quote in quotes]
    columns = [Column(name, name, 0 if name in ("version", "count") else None) for name in COLUMNS]
    rows = [[record.get(name) for name in COLUMNS] for record in records]
    return Document("Evidence", language, [Table("Evidence", columns, rows)])


def _of_vote(line: Voted) -> Iterator[Record]:
    start: Record = {
        "source": "workshop",
        "version": line.version.number,
        "workshop": line.workshop.title,
        "held_on": line.workshop.held_on.isoformat(),
    }
    shown = line.shown
    if shown.dots is not None:
        yield start | {"kind": "dots", "group": "all", "count": shown.dots}
    for helix, dots in shown.by_helix.items():
        if dots is not None:
            yield start | {"kind": "dots", "group": helix, "count": dots}
    if line.vote.change:
        vote = line.vote
        yield start | {"kind": "change", "text": vote.change, "fate": vote.fate, "because": vote.because or None}


def _of_stances(shown: ShownStances) -> Iterator[Record]:
    for group, counts in (("all", shown.stances), *shown.by_helix.items()):
        for stance, count in (counts or {}).items():
            yield {"source": "interview", "kind": "stance", "group": group, "stance": stance, "count": count}
