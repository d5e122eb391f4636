"""Milestones, reports, indicators, risks and go/stop points of a followed plan as tables."""

from collections.abc import Sequence

from app.actionplan.monitoring.pages import Names
from app.actionplan.monitoring.rules import GateOutcome, Kind, Light, Mitigation
from app.actionplan.monitoring.state import State
from app.actionplan.monitoring.words import (
    KIND_WORDS,
    LIGHT_WORDS,
    MITIGATION_WORDS,
    OUTCOME_WORDS,
    UNJUDGED_WORDS,
    title_of,
)
from app.core.catalogues import translate
from app.core.words import pick
from app.documents.document import Cell, Column, Document, Note, Table

Columns = tuple[tuple[str, str, int | None], ...]
MILESTONES: Columns = (
    ("number", "Milestone", 0),
    ("code", "Code", None),
    ("initiative", "Initiative", None),
    ("kind", "Kind", None),
    ("title", "Title", None),
    ("first_due", "Due at first", None),
    ("due", "Due", None),
    ("partner", "Partner", None),
    ("owner", "Owner", None),
    ("percent", "Percent done", 0),
    ("reported_on", "Last report", None),
    ("standing", "Standing", None),
    ("because", "Reason", None),
)
REPORTS: Columns = (
    ("milestone", "Milestone", 0),
    ("report", "Report", 0),
    ("reported_on", "Day", None),
    ("percent", "Percent done", 0),
    ("words", "In words", None),
    ("spent", "Spent, euros", 0),
    ("corrects", "Corrects report", 0),
    ("by", "Reported by", None),
)
INDICATORS: Columns = (
    ("code", "Code", None),
    ("indicator", "Indicator", None),
    ("unit", "Unit", None),
    ("baseline", "Baseline", 2),
    ("target", "Target", 2),
    ("by_year", "Target by", 0),
    ("year", "Year", 0),
    ("actual", "Reading", 2),
    ("counts", "Counts", None),
    ("source", "Source", None),
    ("note", "Note", None),
    ("standing", "Standing", None),
)
RISKS: Columns = (
    ("number", "Risk", 0),
    ("code", "Code", None),
    ("text", "What may go wrong", None),
    ("mitigation", "What is done about it", None),
    ("assessed_on", "Day", None),
    ("likelihood", "Likelihood", 0),
    ("impact", "Impact", 0),
    ("state", "How far it is", None),
    ("owner", "Owner", None),
    ("words", "In words", None),
)
DECISIONS: Columns = (
    ("milestone", "Milestone", 0),
    ("code", "Code", None),
    ("decided_on", "Day", None),
    ("outcome", "What was decided", None),
    ("because", "Reason", None),
    ("by", "Decided by", None),
)
TABLE_WORDS = ("Milestones", "Progress reports", "Indicators", "Risks", "Go/stop points")
COLUMN_WORDS = {
    heading: heading for table in (MILESTONES, REPORTS, INDICATORS, RISKS, DECISIONS) for _, heading, _ in table
} | dict(zip(TABLE_WORDS, TABLE_WORDS, strict=True))


def monitoring_document(state: State, names: Names, language: str) -> Document:
    """Everything that is followed, in the order of the plan's own numbers; the standing is that of the day."""
    following = state.following
    tables = [
        _table(title, columns, rows, language)
        for title, columns, rows in zip(
            TABLE_WORDS,
            (MILESTONES, REPORTS, INDICATORS, RISKS, DECISIONS),
            (
                _milestones(state, names, language),
                _reports(state, names),
                _indicators(state, language),
                _risks(state, names, language),
                _decisions(state, names, language),
            ),
            strict=True,
        )
    ]
    notes = [
        Note(translate(language, "Plan"), following.plan.title),
        Note(translate(language, "Edition"), f"{following.edition.number} ({following.edition.content_sha256})"),
        Note(translate(language, "Day"), state.day.isoformat()),
    ]
    return Document(following.plan.title, language, tables, notes)


def _table(title: str, columns: Columns, rows: Sequence[Sequence[Cell]], language: str) -> Table:
    headings = [Column(key, translate(language, heading), digits) for key, heading, digits in columns]
    return Table(translate(language, title), headings, rows)


def _milestones(state: State, names: Names, language: str) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for standing in sorted(state.standings, key=lambda one: one.milestone.number):
        one = standing.milestone
        word = LIGHT_WORDS[standing.light] if standing.light else "Closed" if one.closed_at else "Stopped"
        rows.append(
            [
                one.number,
                one.item_code,
                pick(state.following.items[one.item_code].item["title"], language),
                translate(language, KIND_WORDS[Kind(one.kind)]),
                title_of(one, language),
                one.first_due.isoformat(),
                one.due.isoformat(),
                names.partners.get(one.organisation_id),
                names.people.get(one.owner_id),
                standing.percent,
                standing.last.reported_on.isoformat() if standing.last else None,
                translate(language, word),
                one.closed_because or None,
            ]
        )
    return rows


def _reports(state: State, names: Names) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for one in sorted(state.following.milestones, key=lambda one: one.number):
        reports = state.following.reports.get(one.id, ())
        numbers = {report.id: report.number for report in reports}
        for report in reports:
            row: list[Cell] = [one.number, report.number, report.reported_on.isoformat(), report.percent]
            row += [report.words or None, report.spent]
            row += [
                numbers[report.corrects_id] if report.corrects_id else None,
                names.people.get(report.reported_by_id),
            ]
            rows.append(row)
    return rows


def _indicators(state: State, language: str) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for one in state.indicators():
        word = LIGHT_WORDS[one.judged] if isinstance(one.judged, Light) else UNJUDGED_WORDS[one.judged]
        head: list[Cell] = [one.followed.code, one.indicator, one.unit or None]
        head += [one.target.baseline, one.target.target, one.target.by_year]
        counting = list(one.by_year.values())
        yes, no, end = translate(language, "yes"), translate(language, "no"), translate(language, word)
        for reading in one.readings:
            counts = yes if any(reading is each for each in counting) else no
            rows.append([*head, reading.year, reading.value, counts, reading.source or None, reading.note or None, end])
        if not one.readings:
            rows.append([*head, None, None, None, None, None, end])
    return rows


def _risks(state: State, names: Names, language: str) -> list[list[Cell]]:
    return [
        [
            risk.number,
            risk.item_code,
            risk.text,
            risk.mitigation or None,
            one.assessed_at.date().isoformat(),
            one.likelihood,
            one.impact,
            translate(language, MITIGATION_WORDS[Mitigation(one.mitigation_state)]),
            names.people.get(one.owner_id),
            one.words or None,
        ]
        for risk in state.following.risks
        for one in state.following.assessments.get(risk.id, ())
    ]


def _decisions(state: State, names: Names, language: str) -> list[list[Cell]]:
    return [
        [
            milestone.number,
            milestone.item_code,
            one.decided_at.date().isoformat(),
            translate(language, OUTCOME_WORDS[GateOutcome(one.outcome)]),
            one.because,
            names.people.get(one.decided_by_id),
        ]
        for milestone in state.following.milestones
        for one in state.following.decisions.get(milestone.id, ())
    ]
