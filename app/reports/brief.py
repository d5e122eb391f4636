"""One initiative on one page."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from app.actionplan.initiatives.models import InitiativeVersion
from app.actionplan.initiatives.schemas import read_content
from app.actionplan.portfolio.words import PILLAR_WORDS
from app.consensus.change import change_rows
from app.consensus.disagreement import criterion_rows
from app.consensus.voices import read_voices
from app.core.errors import NotFound
from app.documents.document import Block, Document, Note, Paragraph, Section
from app.people.queries import list_organisations
from app.people.rules import HELIX_WORDS, Actor
from app.reports.building import inside_marks
from app.reports.dissent import dissent_text
from app.reports.dissent_report import voices_blocks
from app.reports.results_method import rule_text
from app.reports.results_reading import RoundReading, read_round
from app.reports.results_tables import change_text, criteria_table, groups_table
from app.surveys.authoring.models import Survey, SurveyItem

MOST_VOICES = 1
"""Reasons on each side: there is one page."""


def brief(
    session: Session, actor: Actor, survey: Survey, code: str, language: str, *, number: int | None = None
) -> Document:
    """An item of a survey on one page: what it is, what it takes, what stakeholders think. Raises NotFound."""
    reading = read_round(session, survey, number, language)
    if code not in reading.told.items:
        raise NotFound("There is no such initiative in this survey.")
    pen, item = reading.pen, reading.told.items[code]
    version = session.get(InitiativeVersion, item.source_id)
    return Document(
        title=reading.told.title(code),
        language=language,
        blocks=[
            *inside_marks(pen, is_demo=survey.is_demo),
            *([pen.told(item.summary)] if any(item.summary.values()) else []),
            Section(pen.say("What it takes"), _facts(session, actor, reading, version)),
            Section(pen.say("What stakeholders think"), _evidence(session, reading, item)),
        ],
        direction=pen.direction,
    )


def _facts(session: Session, actor: Actor, reading: RoundReading, version: InitiativeVersion | None) -> list[Block]:
    pen = reading.pen
    say = pen.say
    if version is None:
        return [Paragraph(say("What it costs or how long it takes is not known."))]
    sheet: Mapping[str, Any] = read_content(version.content)
    names = {one.code: one.name for one in list_organisations(session, actor) if one.code}
    partners: list[str] = sheet["partners"]
    pillar: str = sheet["pillar"]
    lead: str = sheet["lead_partner"]
    # as tables of results call them, and by the usual words those whom the survey did not ask
    groups: dict[str, str] = {code: say(word) for code, word in HELIX_WORDS.items()}
    groups |= {mark.code: mark.label for mark in reading.told.marks}
    facts: list[tuple[str, str]] = [
        (say("Pillar"), say(PILLAR_WORDS[pillar]) if pillar in PILLAR_WORDS else pillar),
        (say("Lead"), names.get(lead, lead)),
        (say("Partners"), ", ".join(names.get(one, one) for one in partners)),
        (say("For whom"), ", ".join(groups.get(str(one), str(one)) for one in sheet["helix_groups"])),
        (say("Cost"), _cost(reading, sheet)),
        (say("Period"), _period(reading, sheet)),
        (say("Expected outputs"), "; ".join(sheet["expected_outputs"])),
        (say("Version"), str(version.number)),
    ]
    return [Note(label, text) for label, text in facts if text]


def _cost(reading: RoundReading, sheet: Mapping[str, Any]) -> str:
    low, high, pen = sheet["budget_min_eur"], sheet["budget_max_eur"], reading.pen
    known = [amount for amount in (low, high) if amount is not None]
    if not known:
        return ""
    if min(known) == max(known):
        return pen.euros(known[0])
    return pen.say("%(first)s – %(last)s", first=pen.euros(min(known)), last=pen.euros(max(known)))


def _period(reading: RoundReading, sheet: Mapping[str, Any]) -> str:
    pen, months = reading.pen, sheet["duration_months"]
    start = sheet["start_year"] and pen.say(
        "%(year)s Q%(quarter)s", year=sheet["start_year"], quarter=sheet["start_quarter"] or 1
    )
    length = pen.say_count("%(num)s month", "%(num)s months", months) if months else ""
    return ", ".join(part for part in (start, length) if part)


def _evidence(session: Session, reading: RoundReading, item: SurveyItem) -> list[Block]:
    pen, told, code = reading.pen, reading.told, item.code
    line = next(one for one in told.lines if one["initiative"] == code)
    rows = criterion_rows(told, code)
    change = next((one for one in change_rows(told, reading.before) if one.code == code), None)
    voices = read_voices(session, reading.survey, line.get("round", reading.number), code)
    return [
        criteria_table(pen, rows),
        groups_table(pen, told, rows),
        Note(pen.say("Who disagrees"), dissent_text(pen, told, line.get("dissent"))),
        *([Note(pen.say("What changed"), change_text(pen, change))] if change and reading.before else []),
        *voices_blocks(reading, voices, MOST_VOICES),
        Paragraph(rule_text(pen, told.findings), "small"),
        Paragraph("; ".join(f"{note.label} {note.text}" for note in reading.sources), "small"),
    ]
