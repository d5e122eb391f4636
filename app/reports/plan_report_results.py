"""What stakeholders said: every initiative with its verdict, the figures of the round, and where groups differ."""

from collections.abc import Mapping
from typing import Any

from app.actionplan.priorities.pages import span
from app.consensus.fates import standing_word
from app.consensus.pages import VERDICT_WORDS
from app.documents.document import Block, Column, Listing, Paragraph, Section, Table
from app.reports.building import share_column
from app.reports.plan_report_reading import PlanReading
from app.reports.results_tables import gap_text

FIGURES = ("opinion", "ranks", "change")
"""The kept figures that a reader needs, in the order of reading; `ranks` is over all criteria."""


def results_section(reading: PlanReading) -> Section:
    """The results of the round that the plan rests on."""
    pen, told = reading.pen, reading.told
    return Section(
        pen.say("What stakeholders said"),
        [
            Paragraph(
                pen.say(
                    "%(criterion)s, round %(number)s. Each group counts equally, whatever its size.",
                    criterion=reading.criterion,
                    number=told.snapshot.round_number,
                )
            ),
            *_figures(reading),
            _apart(reading),
            Section(pen.say("All initiatives"), [results_table(reading)], is_wide=True),
        ],
        begins_page=True,
    )


def results_table(reading: PlanReading) -> Table:
    """Every initiative in the order of the survey: its opinion, how surely, shares with interval, and likely rank."""
    pen = reading.pen
    say = pen.say
    columns = [
        Column("code", say("Code")),
        Column("title", say("Initiative")),
        Column("opinion", say("Opinion")),
        Column("standing", say("How sure")),
        Column("answers", say("Answers"), 0),
        share_column("share_high", say("Rated high")),
        share_column("low", say("95 %% from")),
        share_column("high", say("95 %% to")),
        Column("gap", say("Gap in points"), 0),
        Column("likely_rank", say("Likely rank")),
        Column("in_plan", say("In the plan")),
    ]
    rows = [_row(reading, item) for item in reading.items]
    return Table(
        say("What stakeholders gave each initiative"),
        columns,
        [[row[column.key] for column in columns] for row in rows],
        note=pen.say(
            "Rated high: share of high ratings on %(criterion)s, each group counting equally. 95 %%: interval of all "
            "answers together. Gap: between the two groups farthest apart. Likely rank: over all criteria, under the "
            "weights of the plan, so wide that it holds for all initiatives at once.",
            criterion=reading.criterion,
        ),
    )


def _row(reading: PlanReading, item: Mapping[str, Any]) -> dict[str, Any]:
    pen, line = reading.pen, reading.line(item["code"])
    low, high = line["wilson"] or (None, None)
    return {
        "code": item["code"],
        "title": reading.title(item),
        "opinion": pen.say(VERDICT_WORDS[item["verdict"]]),
        "standing": standing_word(line, pen.language) or None,
        "answers": line["n"],
        "share_high": item["share_high"],
        "low": low,
        "high": high,
        "gap": None if item["gap"] is None else 100 * item["gap"],
        "likely_rank": span(item["rank_set"]) or None,
        "in_plan": pen.yes(item["is_in"]),
    }


def _figures(reading: PlanReading) -> list[Block]:
    criterion = reading.told.view.criterion
    blocks = [reading.pictures.block(name, "" if name == "ranks" else criterion) for name in FIGURES]
    return [block for block in blocks if block is not None]


def _apart(reading: PlanReading) -> Section:
    """The initiatives that divide groups, each with who is farthest apart, the widest gap first."""
    pen, told = reading.pen, reading.told
    lines = [line for line in told.lines if line["verdict"] == "divided"]
    lines.sort(key=lambda line: -(line["gap"] or 0))
    points = [Paragraph(gap_text(pen, told, line)) for line in lines]
    drawn = reading.pictures.block("gaps", told.view.criterion)
    return Section(
        pen.say("Where groups differ"),
        [
            Listing(points) if points else Paragraph(pen.say("No initiative divides the groups.")),
            *([drawn] if drawn else []),
        ],
    )
