"""The sections about one round that every report of results has."""

from collections.abc import Sequence

from app.actionplan.priorities.pages import span
from app.consensus.change import change_rows, flow_rows
from app.consensus.disagreement import HeatCell, heat_rows
from app.consensus.models import Snapshot
from app.consensus.pages import VERDICT_WORDS, result_rows
from app.consensus.told import Told
from app.documents.document import Block, Cell, Column, Listing, Paragraph, Section, Table
from app.reports.building import Pen, share_column
from app.reports.pictures import Pictures
from app.reports.results_method import answered_table, answered_text, hidden_note, rounding_text
from app.reports.results_tables import gap_text


def answered_section(pen: Pen, told: Told, pictures: Pictures) -> Section:
    """Who was invited and who is counted, by group and by region, as far as it may be shown."""
    blocks: list[Block] = [
        Paragraph(answered_text(pen, told.findings), "finding"),
        *_block(pictures, "response", ""),
        answered_table(pen, told),
    ]
    regions = flow_rows(told).get("region", [])
    if len(regions) > 1:
        columns = [
            Column("region", pen.say("Region")),
            Column("invited", pen.say("Invited"), 0),
            Column("counted", pen.say("Counted"), 0),
            share_column("share", pen.say("Share of those invited")),
        ]
        rows = [[one.label, one.invited, one.counted, one.rate] for one in regions]
        blocks.append(Table(pen.say("By region"), columns, rows, note=hidden_note(pen, told.findings)))
    return Section(pen.say("Who answered"), blocks)


def criterion_section(pen: Pen, told: Told, pictures: Pictures) -> Section:
    """What figures say of one criterion: where opinion leans, how sure the order is, and what people do not know."""
    criterion = told.view.criterion
    return Section(
        told.frame()["criterion_label"],
        [
            *_block(pictures, "opinion", criterion),
            *_block(pictures, "ranks", criterion),
            *_block(pictures, "unsure", criterion),
        ],
    )


def every_line_section(pen: Pen, by_criterion: Sequence[Told]) -> Section:
    """Every initiative by each criterion, printed across."""
    tables = [criterion_table(pen, told) for told in by_criterion]
    return Section(pen.say("All initiatives by each criterion"), tables, is_wide=True)


def criterion_table(pen: Pen, told: Told) -> Table:
    """Every initiative by one criterion, the best rated first, as the page of results has it."""
    say = pen.say
    columns = [
        Column("code", say("Code")),
        Column("title", say("Initiative")),
        Column("answers", say("Answers"), 0),
        share_column("share_low", say("Low")),
        share_column("share_middle", say("Middle")),
        share_column("share_high", say("High")),
        share_column("from", say("95 %% from")),
        share_column("to", say("95 %% to")),
        Column("likely_rank", say("Likely rank")),
        Column("opinion", say("Opinion")),
        Column("standing", say("How sure")),
    ]
    intervals = {line["initiative"]: line["wilson"] or (None, None) for line in told.lines}
    rows: list[list[Cell]] = [
        [
            row.code,
            row.title,
            row.n,
            row.share_low,
            row.share_middle,
            row.share_high,
            *intervals[row.code],
            row.rank.text if row.rank else None,
            row.verdict_word,
            row.standing or None,
        ]
        for row in result_rows(told.findings, told.view.criterion, told.items, "rating", told.language)
    ]
    note = say(
        "Shares: each group counts equally. 95 %%: interval of the share rated high, all answers together. Likely "
        "rank: in nine of ten re-samples."
    )
    title = say("How people rated %(criterion)s", criterion=told.frame()["criterion_label"])
    return Table(title, columns, rows, note=note)


def disagreement_section(pen: Pen, told: Told, pictures: Pictures) -> Section:
    """Which groups differ about which initiatives, by the criterion looked at, and by region."""
    say, lines = pen.say, [line for line in told.lines if line["verdict"] == "divided"]
    lines = sorted(lines, key=lambda line: -(line["gap"] or 0))
    points = [Paragraph(gap_text(pen, told, line)) for line in lines]
    blocks: list[Block] = [
        Listing(points) if points else Paragraph(say("No initiative divides the groups.")),
        *_block(pictures, "gaps", told.view.criterion),
        heat_table(pen, told, "helix"),
    ]
    if len(told.region_names) > 1:
        blocks.append(heat_table(pen, told, "region"))
    return Section(say("Where groups differ"), blocks)


def heat_table(pen: Pen, told: Told, kind: str) -> Table:
    """The share of each group, or region, that rates each initiative high, the widest gap first."""
    say = pen.say
    names = (
        {mark.code: mark.label for mark in told.marks if mark.code in told.findings["helices"]}
        if kind == "helix"
        else told.region_names
    )
    order = told.findings["helices"] if kind == "helix" else list(names)
    columns = [
        Column("code", say("Code")),
        Column("title", say("Initiative")),
        share_column("all", say("All")),
        *(share_column(code or "none", names.get(code, code)) for code in order),
        Column("gap", say("Gap in points"), 0),
    ]
    rows: list[list[Cell]] = [
        [row.code, row.title, row.share, *(_heat(pen, cell) for cell in row.cells), row.gap]
        for row in heat_rows(told, kind)
    ]
    title = say("Rated high, by group") if kind == "helix" else say("Rated high, by region")
    return Table(title, columns, rows, note=hidden_note(pen, told.findings))


def _heat(pen: Pen, cell: HeatCell) -> Cell:
    return pen.rough(cell.share, cell.n)


def change_section(pen: Pen, told: Told, before: Snapshot | None, pictures: Pictures) -> Section:
    """What changed since the round before, on the same people."""
    say = pen.say
    if before is None:
        return Section(say("What changed"), [Paragraph(say("Only one round so far."))])
    columns = [
        Column("code", say("Code")),
        Column("title", say("Initiative")),
        Column("people", say("Answered both times"), 0),
        share_column("before", say("Before")),
        share_column("after", say("Now")),
        Column("points", say("Change in points"), 0),
        Column("settled", say("Settled")),
        Column("why", say("Why not")),
    ]
    rows: list[list[Cell]] = [
        [
            row.code,
            row.title,
            row.n_pairs,
            row.before,
            row.after,
            row.points,
            None if row.is_stable is None else pen.yes(row.is_stable),
            row.why_not or None,
        ]
        for row in change_rows(told, before)
    ]
    criterion = told.view.criterion
    return Section(
        say("What changed"),
        [
            *_block(pictures, "change", criterion),
            Table(say("The same people, before and now"), columns, rows, note=rounding_text(pen)),
        ],
    )


def priorities_section(pen: Pen, told: Told, pictures: Pictures) -> Section:
    """The order over all criteria under the weights fixed with the survey, with how sure it is."""
    say, findings = pen.say, told.findings
    columns = [
        Column("likely_rank", say("Likely rank")),
        Column("code", say("Code")),
        Column("title", say("Initiative")),
        Column("score", say("Score"), 2),
        Column("low", say("95 %% from"), 2),
        Column("high", say("95 %% to"), 2),
        share_column("topk", say("In the top %(k)s", k=findings["shortlist"]["k"])),
        Column("opinion", say("Opinion")),
    ]
    lines = sorted(findings["overall"], key=lambda line: (line["rank"] is None, line["rank"] or 0))
    rows: list[list[Cell]] = [
        [
            span(line["rank90"]) or None,
            line["initiative"],
            told.title(line["initiative"]),
            line["score"],
            *(line["score95"] or (None, None)),
            line["topk"],
            say(VERDICT_WORDS[line["verdict"]]),
        ]
        for line in lines
    ]
    return Section(
        say("Priorities over all criteria"),
        [
            *_block(pictures, "ranks", ""),
            Table(say("Priorities"), columns, rows, note=say("Likely rank: in nine of ten re-samples.")),
        ],
    )


def _block(pictures: Pictures, name: str, criterion: str) -> Sequence[Block]:
    found = pictures.block(name, criterion)
    return [] if found is None else [found]
