"""What all rounds of a survey came to."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from app.consensus.fates import count_sure
from app.consensus.pages import VERDICT_WORDS, verdict_counts
from app.documents.document import Block, Cell, Column, Document, Paragraph, Section, Table
from app.reports.building import NOTHING_STATED, CoverFacts, cover_of
from app.reports.results_reading import RoundReading, read_round
from app.reports.round_report import in_short, method_section, round_sections
from app.surveys.authoring.models import Survey


def consensus_report(
    session: Session, survey: Survey, language: str, *, cover: CoverFacts = NOTHING_STATED
) -> Document:
    """All closed rounds: what they came to, how that came about, and the last of them in full. Raises NotFound."""
    reading = read_round(session, survey, None, language)
    pen = reading.pen
    blocks: list[Block] = [
        in_short(reading),
        rounds_section(reading),
        *round_sections(reading),
        method_section(reading),
    ]
    return Document(
        title=pen.say("%(title)s: consensus report", title=reading.title),
        language=language,
        blocks=blocks,
        notes=reading.sources,
        direction=pen.direction,
        cover=cover_of(pen, cover, reading.status, reading.versions),
    )


def rounds_section(reading: RoundReading) -> Section:
    """From round to round: how many verdicts of each kind, how many of them surely, and how far apart groups are."""
    pen = reading.pen
    tables = [_by_round(reading, criterion, label) for criterion, label in reading.told.frame()["criteria"]]
    text = (
        pen.say("Only one round so far.")
        if len(reading.snapshots) == 1
        else pen.say("What was not asked again keeps the figures of the round that last asked about it.")
    )
    return Section(pen.say("From round to round"), [Paragraph(text), *tables, _gaps(reading)])


def _gaps(reading: RoundReading) -> Table:
    """How far apart groups lay on average after each round."""
    say = reading.pen.say
    columns = [Column("round", say("Round"), 0), Column("gap", say("Average gap in points"), 0)]
    gaps = [(one.round_number, one.findings["mean_gap"]) for one in reading.snapshots]
    rows: list[list[Cell]] = [[number, None if gap is None else 100 * gap] for number, gap in gaps]
    return Table(say("Did the groups move closer?"), columns, rows, note=say("Between groups, over all criteria."))


def _by_round(reading: RoundReading, criterion: str, label: str) -> Table:
    say = reading.pen.say
    columns = [
        Column("round", say("Round"), 0),
        *(Column(name, say(word), 0) for name, word in VERDICT_WORDS.items()),
        Column("sure", say("Consensus, surely"), 0),
    ]
    rows = [
        _row(one.round_number, one.findings, criterion, reading.pen.language)
        for one in reading.snapshots
        if criterion in one.findings["criteria"]
    ]
    return Table(say("Verdicts by %(criterion)s", criterion=label), columns, rows)


def _row(number: int, findings: Mapping[str, Any], criterion: str, language: str) -> list[Cell]:
    counts = {one["name"]: one["count"] for one in verdict_counts(findings, criterion, language)}
    return [
        number,
        *(counts.get(name, 0) for name in VERDICT_WORDS),
        count_sure(findings["items"][criterion]),
    ]
