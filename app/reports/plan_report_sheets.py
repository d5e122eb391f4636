"""One sheet an initiative: what it is, what it takes, and what stakeholders think of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.actionplan.priorities.pages import span
from app.consensus.disagreement import criterion_rows
from app.consensus.pages import VERDICT_WORDS
from app.documents.document import Block, Cell, Column, Note, Paragraph, Section, Table
from app.reports.dissent import dissent_text
from app.reports.plan_report_reading import PlanReading
from app.reports.results_tables import change_text, criteria_table, groups_table


def sheets_section(reading: PlanReading) -> Section:
    """A sheet for each initiative in the plan, in the order of the survey."""
    pen = reading.pen
    # the first stands under the heading of all
    sheets: list[Block] = [sheet_of(reading, item, begins_page=place > 0) for place, item in enumerate(reading.chosen)]
    return Section(
        pen.say("The initiatives of the plan"),
        sheets or [Paragraph(pen.say("Nothing is in this plan yet"))],
        begins_page=True,
    )


def sheet_of(reading: PlanReading, item: Mapping[str, Any], *, begins_page: bool) -> Section:
    """One initiative in the plan, on a page of its own; its risks stand with those of the others."""
    return Section(
        f"{item['code']} {reading.title(item)}",
        [
            *summary_of(reading, item["code"]),
            Paragraph(opinion_text(reading, item), "finding"),
            facts_table(reading, item),
            cost_table(reading, item),
            *evidence_of(reading, item),
        ],
        begins_page=begins_page,
    )


def opinion_text(reading: PlanReading, item: Mapping[str, Any]) -> str:
    """What stakeholders think of an initiative, in a sentence."""
    pen, line = reading.pen, reading.line(item["code"])
    word = pen.say(VERDICT_WORDS[item["verdict"]])
    low, high = line["wilson"] or (None, None)
    if item["share_high"] is None or low is None:
        return pen.say("%(verdict)s: too few answers to show.", verdict=word)
    parts = [
        pen.say(
            "%(verdict)s on %(criterion)s: rated high by %(share)s (%(low)s to %(high)s).",
            verdict=word,
            criterion=reading.criterion,
            share=pen.share(item["share_high"]),
            low=pen.share(low),
            high=pen.share(high),
        )
    ]
    if item["rank_set"]:
        parts.append(pen.say("Likely rank over all criteria: %(rank)s.", rank=span(item["rank_set"])))
    return " ".join(parts)


def facts_table(reading: PlanReading, item: Mapping[str, Any]) -> Table:
    """The facts of an initiative that somebody gave."""
    say = reading.pen.say
    columns = [Column("fact", say("What it is about")), Column("value", say("What it says"))]
    rows = [[label, text] for label, text in facts_of(reading, item) if text]
    return Table(say("Facts"), columns, rows)


def summary_of(reading: PlanReading, code: str) -> list[Paragraph]:
    """What the initiative is, in the words that people rated."""
    version = reading.sheets.get(code)
    return [reading.pen.told(version.summary)] if version and any(version.summary.values()) else []


def facts_of(reading: PlanReading, item: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The facts of an initiative, each with its name; empty ones where nobody gave them."""
    pen, teller = reading.pen, reading.teller
    say, hand, topic = pen.say, item["by_hand"], reading.topics.get(item["topic"], item["topic"])
    return [
        (say("Lead"), teller.region(item["lead"]) if item["lead"] else ""),
        (say("Partners"), ", ".join(teller.region(code) for code in item["regions"] if code != item["lead"])),
        (say("Pillar"), " – ".join(one for one in (teller.pillar(item["pillar"]), topic) if one)),
        (say("For whom"), ", ".join(reading.group(code) for code in item["helices"])),
        (say("Expected outputs"), "; ".join(item["outputs"])),
        (say("Period"), _period(reading, item)),
        (say("Go or stop"), reading.quarter(item["gate"]) or ""),
        (say("Cost"), _cost(reading, item)),
        (say("Waits for"), _titles(reading, item["depends_on"])),
        (say("These wait for it"), _titles(reading, reading.waiting_for(item["code"]))),
        (say("Cannot be in together with"), _titles(reading, item["excludes"])),
        (say("Sources of funding"), ", ".join(reading.sheet(item["code"]).get("funding_candidates", []))),
        (say("Settled by hand"), hand["reason"] if hand else ""),
    ]


def _period(reading: PlanReading, item: Mapping[str, Any]) -> str:
    first, last = reading.quarter(item["start"]), reading.quarter(item["end"])
    return reading.pen.say("%(first)s – %(last)s", first=first, last=last) if first else ""


def _cost(reading: PlanReading, item: Mapping[str, Any]) -> str:
    exact = reading.teller.exact
    if item["cost_low"] == item["cost_high"]:
        return exact(item["cost"])
    return reading.pen.say(
        "%(cost)s (between %(low)s and %(high)s)",
        cost=exact(item["cost"]),
        low=exact(item["cost_low"]),
        high=exact(item["cost_high"]),
    )


def _titles(reading: PlanReading, codes: Sequence[str]) -> str:
    return "; ".join(reading.titles.get(code, code) for code in codes)


def cost_table(reading: PlanReading, item: Mapping[str, Any]) -> Table:
    """What it costs in each of its years."""
    say, costs = reading.pen.say, item["cost_by_year"]
    columns = [
        Column("what", say("Cost")),
        *(Column(year, year, 0) for year in costs),
        Column("together", say("Together"), 0),
    ]
    rows: list[list[Cell]] = [[say("In euros"), *costs.values(), item["cost"]]]
    return Table(say("Cost per year"), columns, rows)


def evidence_of(reading: PlanReading, item: Mapping[str, Any]) -> list[Block]:
    """What stakeholders think of it: by criterion, by group where that may be shown, who disagrees, what changed."""
    pen, told, code = reading.pen, reading.told, item["code"]
    rows = criterion_rows(told, code)
    line = reading.line(code)
    return [
        criteria_table(pen, rows),
        groups_table(pen, told, rows),
        Note(pen.say("Who disagrees"), dissent_text(pen, told, line.get("dissent"))),
        *_change(reading, code),
    ]


def _change(reading: PlanReading, code: str) -> list[Note]:
    row = next((one for one in reading.changes if one.code == code), None)
    return [Note(reading.pen.say("What changed"), change_text(reading.pen, row))] if row else []
