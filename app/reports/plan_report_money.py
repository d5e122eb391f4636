"""When a plan does what, what it costs, whom it reaches, and what it leaves out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from app.actionplan.portfolio.document import coverage_table, spending_table
from app.actionplan.priorities.pages import span
from app.documents.document import Block, Cell, Column, Paragraph, Section, Table
from app.reports.building import share_column
from app.reports.plan_report_reading import PlanReading
from app.reports.roadmap_figure import roadmap_figures


def roadmap_section(reading: PlanReading) -> Section:
    """The roadmap: who does what when, as a drawing and as a table."""
    pen = reading.pen
    if not reading.chosen:
        return Section(pen.say("Roadmap"), [Paragraph(pen.say("Nothing is in this plan yet"))])
    return Section(pen.say("Roadmap"), [*roadmap_figures(reading), roadmap_table(reading)], begins_page=True)


def roadmap_table(reading: PlanReading) -> Table:
    """The initiatives in the plan in the order of the survey, each with its time, its lead and its cost."""
    say = reading.pen.say
    columns = [
        Column("code", say("Code")),
        Column("title", say("Initiative")),
        Column("lead", say("Lead")),
        Column("start", say("Start")),
        Column("gate", say("Go or stop")),
        Column("end", say("End")),
        Column("cost", say("Cost in euros"), 0),
    ]
    rows = [
        [
            item["code"],
            reading.title(item),
            reading.teller.region(item["lead"]),
            reading.quarter(item["start"]),
            reading.quarter(item["gate"]),
            reading.quarter(item["end"]),
            item["cost"],
        ]
        for item in reading.chosen
    ]
    return Table(say("What happens when"), columns, rows)


def budget_section(reading: PlanReading) -> Section:
    """The budget: per year against its ceiling, per partner and per pillar."""
    pen = reading.pen
    blocks: list[Block] = [
        *[Paragraph(text, "finding") for text in reading.breaches],
        spending_table(reading.content, reading.teller, reading.years),
    ]
    if reading.chosen:
        blocks += [
            _by_year(reading, pen.say("Budget by lead partner"), pen.say("Lead"), "lead"),
            _by_year(reading, pen.say("Budget by pillar"), pen.say("Pillar"), "pillar"),
            _each_by_year(reading),
        ]
    return Section(pen.say("Budget"), blocks, begins_page=True)


def _by_year(reading: PlanReading, title: str, heading: str, name: str) -> Table:
    """The cost of initiatives that have something in common, in each year of the plan."""
    pen, teller = reading.pen, reading.teller
    spent: dict[str, list[int]] = defaultdict(lambda: [0] * len(reading.years))
    counts: dict[str, int] = defaultdict(int)
    for item in reading.chosen:
        counts[item[name]] += 1
        for place, cost in enumerate(_costs(reading, item)):
            spent[item[name]][place] += cost or 0
    word = teller.region if name == "lead" else teller.pillar
    order = list(spent) if name == "pillar" else sorted(spent, key=teller.region)
    columns = [
        Column(name, heading),
        Column("count", pen.say("Initiatives"), 0),
        *(Column(str(year), str(year), 0) for year in reading.years),
        Column("together", pen.say("Together"), 0),
    ]
    rows: list[list[Cell]] = [
        [word(key) or pen.say("not said"), counts[key], *spent[key], sum(spent[key])] for key in order
    ]
    rows.append(
        [
            pen.say("Together"),
            len(reading.chosen),
            *reading.content["spend_by_year"],
            sum(reading.content["spend_by_year"]),
        ]
    )
    return Table(title, columns, rows, note=pen.say("In euros. A year's sum is that of the initiatives in it."))


def _each_by_year(reading: PlanReading) -> Table:
    say = reading.pen.say
    columns = [
        Column("code", say("Code")),
        Column("title", say("Initiative")),
        *(Column(str(year), str(year), 0) for year in reading.years),
        Column("cost", say("Together"), 0),
    ]
    rows: list[list[Cell]] = [
        [item["code"], reading.title(item), *_costs(reading, item), item["cost"]] for item in reading.chosen
    ]
    content = reading.content
    rows.append([say("Together"), "", *content["spend_by_year"], content["planned"]])
    return Table(say("Cost of each initiative per year"), columns, rows, note=say("In euros."))


def _costs(reading: PlanReading, item: Mapping[str, Any]) -> Sequence[int | None]:
    return [item["cost_by_year"].get(str(year)) for year in reading.years]


def coverage_section(reading: PlanReading) -> Section:
    """Whom the plan reaches: how much of it each group and each partner gets."""
    pen = reading.pen
    return Section(
        pen.say("Whom the plan reaches"),
        [
            coverage_table(reading.content, reading.teller, reading.group),
            Paragraph(
                pen.say(
                    "Of a group: how many of its own ten best-rated initiatives are in the plan, and what it gets of "
                    "all that the initiatives would give it. Of a partner: in how many initiatives it takes part, and "
                    "its even part of the spending."
                ),
                "small",
            ),
        ],
    )


def left_section(reading: PlanReading) -> Section:
    """What is not in the plan, and why."""
    pen = reading.pen
    say = pen.say
    if not reading.left:
        return Section(say("What is not in the plan, and why"), [Paragraph(say("Everything is in the plan."))])
    columns = [
        Column("code", say("Code")),
        Column("title", say("Initiative")),
        Column("why", say("Why it is out")),
        share_column("share_high", say("Rated high")),
        Column("likely_rank", say("Likely rank")),
        Column("cost", say("Cost in euros"), 0),
        Column("loss", say("Costs in value"), 3),
    ]
    rows = [
        [
            item["code"],
            reading.title(item),
            reading.why(item),
            item["share_high"],
            span(item["rank_set"]) or None,
            item["cost"],
            item["loss"],
        ]
        for item in reading.left
    ]
    table = Table(
        say("Not in the plan"),
        columns,
        rows,
        note=say("Costs in value: how much less the best plan would be worth with it in; an en dash where not known."),
    )
    return Section(say("What is not in the plan, and why"), [table])
