"""Results as tables and sentences, for every report that shows some."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.consensus.change import ChangeRow
from app.consensus.disagreement import CriterionRow
from app.consensus.told import Told
from app.documents.document import Cell, Column, Table
from app.reports.building import Pen, share_column
from app.reports.results_method import hidden_note


def criteria_table(pen: Pen, rows: Sequence[CriterionRow]) -> Table:
    """An initiative by each criterion."""
    say = pen.say
    columns = [
        Column("criterion", say("Criterion")),
        Column("answers", say("Answers"), 0),
        share_column("share_high", say("Rated high")),
        share_column("low", say("95 %% from")),
        share_column("high", say("95 %% to")),
        Column("opinion", say("Opinion")),
    ]
    cells = [
        [
            row.label,
            row.n,
            row.share_high,
            row.low,
            row.high,
            " – ".join(part for part in (row.verdict_word, row.standing) if part),
        ]
        for row in rows
    ]
    return Table(say("What stakeholders gave it"), columns, cells)


def groups_table(pen: Pen, told: Told, rows: Sequence[CriterionRow]) -> Table:
    """The share of each group that rates an initiative high, by criterion, where that may be shown."""
    columns = [Column("group", pen.say("Group")), *(share_column(row.code, row.label) for row in rows)]
    cells = [
        [mark.label, *(_group_cell(pen, row.cells[place]) for row in rows)] for place, mark in enumerate(told.marks)
    ]
    return Table(pen.say("Rated high, by group"), columns, cells, note=hidden_note(pen, told.findings))


def _group_cell(pen: Pen, cell: Mapping[str, Any]) -> Cell:
    return None if cell["suppressed"] else pen.rough(cell["share_high"], cell["n"])


def change_text(pen: Pen, row: ChangeRow) -> str:
    """What changed between two rounds among the same people."""
    if row.before is None or row.after is None or row.points is None:
        return row.why_not
    return pen.say(
        "Among the %(people)s who answered both times, the share of high ratings went from %(before)s to %(after)s.",
        people=pen.number(row.n_pairs or 0),
        before=pen.share(row.before),
        after=pen.share(row.after),
    )


def gap_text(pen: Pen, told: Told, line: Mapping[str, Any]) -> str:
    """Between which groups a gap lies, and how wide it is; of one that would tell of a hidden group only that it is."""
    title = told.title(line["initiative"])
    if line["gap"] is None:
        return pen.say("%(title)s: groups are divided; which ones may not be shown.", title=title)
    low, high = line["gap_low"], line["gap_high"]
    return pen.say(
        "%(title)s: %(high_group)s %(high)s, %(low_group)s %(low)s, %(gap)s points apart.",
        title=title,
        high_group=told.group(high),
        high=pen.share(line["by_helix"][high]["share_high"]),
        low_group=told.group(low),
        low=pen.share(line["by_helix"][low]["share_high"]),
        gap=pen.number(100 * line["gap"]),
    )
