"""The initiatives that people disagree about, a page each."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from app.consensus.disagreement import criterion_rows
from app.consensus.voices import Voice, Voices, read_voices
from app.documents.document import Block, Document, Listing, Note, Paragraph, Section
from app.reports.building import NOTHING_STATED, CoverFacts, Pen, cover_of, inside_marks
from app.reports.dissent import apart_table, dissent_text
from app.reports.results_method import disclosure_text, rule_text
from app.reports.results_reading import RoundReading, read_round
from app.reports.results_tables import criteria_table, gap_text, groups_table
from app.surveys.authoring.models import Survey


def dissent_report(
    session: Session, survey: Survey, language: str, *, number: int | None = None, cover: CoverFacts = NOTHING_STATED
) -> Document:
    """A page for each initiative that divides groups or has one that stands apart, the widest gap first.

    Looked at by the criterion that weighs most, in a closed round, by default the last. Raises NotFound.
    """
    reading = read_round(session, survey, number, language)
    pen = reading.pen
    lines = contested(reading)
    opening = Section(
        pen.say("What people disagree about"),
        [
            *inside_marks(pen, is_demo=survey.is_demo),
            Paragraph(
                pen.say_count("%(num)s initiative is contested.", "%(num)s initiatives are contested.", len(lines)),
                "finding",
            ),
            *([Listing([Paragraph(gap_or_who(reading, line)) for line in lines])] if lines else []),
            Note(pen.say("The rule, fixed before the first round"), rule_text(pen, reading.told.findings)),
            Note(pen.say("What is not shown"), disclosure_text(pen, reading.told.findings)),
        ],
    )
    return Document(
        title=pen.say("%(title)s: where people disagree", title=reading.title),
        language=language,
        blocks=[opening, *(dissent_page(session, reading, line) for line in lines)],
        notes=reading.sources,
        direction=pen.direction,
        # it stays inside, and needs a cover only where somebody gave it one
        cover=cover_of(pen, cover, reading.status, reading.versions) if cover != NOTHING_STATED else None,
    )


def contested(reading: RoundReading) -> list[Mapping[str, Any]]:
    """The lines that divide groups, or of which a group surely stands apart, the widest gap first."""
    found = [
        line
        for line in reading.told.lines
        if line["verdict"] == "divided" or ((line.get("dissent") or {}).get("apart") and line["dissent"]["is_sure"])
    ]
    return sorted(found, key=lambda line: (line["gap"] is None, -(line["gap"] or 0), line["initiative"]))


def gap_or_who(reading: RoundReading, line: Mapping[str, Any]) -> str:
    """Where the gap lies, of an initiative that divides groups; of another, who stands apart."""
    pen, told = reading.pen, reading.told
    if line["verdict"] == "divided":
        return gap_text(pen, told, line)
    title, who = told.title(line["initiative"]), dissent_text(pen, told, line.get("dissent"))
    return pen.say("%(title)s: %(finding)s", title=title, finding=who)


def dissent_page(session: Session, reading: RoundReading, line: Mapping[str, Any]) -> Section:
    """One contested initiative: who stands apart, by how much and how surely, and why."""
    pen, told, code = reading.pen, reading.told, line["initiative"]
    rows = criterion_rows(told, code)
    table = apart_table(pen, told, line.get("dissent"))
    voices = read_voices(session, reading.survey, line.get("round", reading.number), code)
    return Section(
        f"{code} {told.title(code)}",
        [
            Paragraph(dissent_text(pen, told, line.get("dissent")), "finding"),
            *([Paragraph(gap_text(pen, told, line))] if line["verdict"] == "divided" else []),
            *([table] if table else [Paragraph(pen.say("No two groups are large enough to be compared."))]),
            criteria_table(pen, rows),
            groups_table(pen, told, rows),
            *voices_blocks(reading, voices),
        ],
        begins_page=True,
    )


def voices_blocks(reading: RoundReading, voices: Voices, most: int | None = None) -> list[Block]:
    """The strongest reasons on each side in people's own words, as far as they may be shown."""
    pen = reading.pen
    if not voices.count_for and not voices.count_against:
        return [Note(pen.say("Why, in people's own words"), pen.say("No reasons were given, or too few to show."))]
    return [
        *_side(reading, pen.say("For"), voices.for_it[:most], voices.count_for),
        *_side(reading, pen.say("Against"), voices.against[:most], voices.count_against),
    ]


def _side(reading: RoundReading, heading: str, voices: Sequence[Voice], count: int) -> list[Block]:
    pen = reading.pen
    reasons = pen.say_count("%(num)s reason", "%(num)s reasons", count)
    if not voices:
        return [Note(heading, pen.say("No reasons on this side."))]
    return [Note(heading, reasons), Listing([_voice(pen, reading, one) for one in voices])]


def _voice(pen: Pen, reading: RoundReading, voice: Voice) -> Paragraph:
    """A reason in whatever language somebody wrote it, with the group that may be named."""
    group = reading.told.group(voice.helix) if voice.helix else pen.say("without a group")
    return Paragraph(pen.say("“%(text)s” (%(group)s)", text=voice.text, group=group))
