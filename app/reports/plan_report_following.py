"""How a plan is followed, and how it was decided."""

from collections.abc import Mapping
from typing import Any

from app.actionplan.adoption.pages import VOTE_WORDS
from app.actionplan.monitoring.rules import Kind, level_of
from app.actionplan.monitoring.words import KIND_WORDS, LEVEL_WORDS, title_of
from app.documents.document import Block, Cell, Column, Listing, Note, Paragraph, Section, Table
from app.reports.building import Pen
from app.reports.plan_report_reading import PlanReading


def following_section(reading: PlanReading) -> Section:
    """Milestones and go/stop points, indicators, and risks."""
    pen = reading.pen
    targets, risks = indicators_table(reading), risks_table(reading)
    blocks: list[Block] = [
        Paragraph(
            pen.say(
                "Once a year partners look back: on milestones, spending, indicators and risks, and on what is to "
                "change. At a go/stop point they decide whether an initiative goes on."
            )
        ),
        milestones_table(reading),
        targets
        if targets.rows
        else Paragraph(pen.say("No initiative in the plan has an indicator with a target yet.")),
        risks if risks.rows else Paragraph(pen.say("No risks are noted.")),
    ]
    if not reading.chosen:
        blocks = [Paragraph(pen.say("Nothing is in this plan yet"))]
    return Section(pen.say("Following the plan"), blocks, begins_page=True)


def milestones_table(reading: PlanReading) -> Table:
    """The milestones that are followed, with how far they are; of a plan not followed yet, those it proposes."""
    return _followed(reading) if reading.followed else _proposed(reading)


def _proposed(reading: PlanReading) -> Table:
    """What begins, is decided and ends in each quarter in which anything does."""
    say = reading.pen.say
    columns = [
        Column("when", say("Quarter")),
        Column("start", say("Start")),
        Column("gate", say("Go or stop")),
        Column("end", say("End")),
    ]
    steps: dict[tuple[int, ...], dict[str, list[str]]] = {}
    for item in reading.chosen:
        for name in ("start", "gate", "end"):
            if item[name]:
                steps.setdefault(tuple(item[name]), {}).setdefault(name, []).append(item["code"])
    rows: list[list[Cell]] = [
        [reading.quarter(place), *(", ".join(steps[place].get(name, [])) or None for name in ("start", "gate", "end"))]
        for place in sorted(steps)
    ]
    return Table(say("Milestones and go/stop points"), columns, rows)


def _followed(reading: PlanReading) -> Table:
    pen, followed = reading.pen, reading.followed
    say = pen.say
    columns = [
        Column("number", say("Milestone"), 0),
        Column("due", say("Due")),
        Column("code", say("Code")),
        Column("kind", say("Kind")),
        Column("title", say("Title")),
        Column("percent", say("Percent done"), 0),
    ]
    standings = sorted(
        followed.standings if followed else (), key=lambda one: (one.milestone.due, one.milestone.number)
    )
    rows: list[list[Cell]] = [
        [
            one.milestone.number,
            pen.day(one.milestone.due),
            one.milestone.item_code,
            say(KIND_WORDS[Kind(one.milestone.kind)]),
            title_of(one.milestone, pen.language),
            one.percent,
        ]
        for one in standings
    ]
    return Table(say("Milestones and go/stop points"), columns, rows)


def indicators_table(reading: PlanReading) -> Table:
    """The indicators that initiatives of the plan are to move, from where to where by when."""
    say = reading.pen.say
    columns = [
        Column("code", say("Code")),
        Column("indicator", say("Indicator")),
        Column("unit", say("Unit")),
        Column("baseline", say("Baseline"), 2),
        Column("target", say("Target"), 2),
        Column("by", say("Target by")),
    ]
    rows: list[list[Cell]] = [
        [item["code"], one["indicator"], one["unit"] or None, one["baseline"], one["target"], _year(one["by_year"])]
        for item in reading.chosen
        for one in item["targets"]
    ]
    return Table(say("Indicators with targets"), columns, rows)


def _year(year: int | None) -> str | None:
    return None if year is None else str(year)


def risks_table(reading: PlanReading) -> Table:
    """What may go wrong with initiatives of the plan, the heaviest first."""
    pen = reading.pen
    say = pen.say
    columns = [
        Column("code", say("Code")),
        Column("risk", say("What may go wrong")),
        Column("likelihood", say("Likelihood"), 0),
        Column("impact", say("Impact"), 0),
        Column("level", say("Level")),
        Column("mitigation", say("What is done about it")),
    ]
    risks = [(item["code"], risk) for item in reading.chosen for risk in item["risks"]]
    risks.sort(key=lambda pair: -pair[1]["likelihood"] * pair[1]["impact"])
    rows: list[list[Cell]] = [[code, *_risk(pen, risk)] for code, risk in risks]
    return Table(say("Risks"), columns, rows, note=say("Likelihood and impact from 1 to 5."))


def _risk(pen: Pen, risk: Mapping[str, Any]) -> list[Cell]:
    level = level_of(risk["likelihood"], risk["impact"])
    return [risk["text"], risk["likelihood"], risk["impact"], pen.say(LEVEL_WORDS[level]), risk["mitigation"] or None]


def decision_section(reading: PlanReading) -> Section:
    """How the plan was decided: the votes of the partners and the reason; of a draft, what is missing."""
    pen, adoption = reading.pen, reading.adoption
    say = pen.say
    edition, ballot = adoption.edition, adoption.ballot
    if edition is None:
        missing = [Paragraph(text) for text in missing_texts(reading)]
        blocks: list[Block] = [Paragraph(say("This plan is a draft: it has not been adopted."), "finding")]
        return Section(say("Decision"), [*blocks, Listing(missing), *(_votes(reading) if ballot else [])])
    return Section(
        say("Decision"),
        [
            Paragraph(
                say(
                    "Adopted on %(day)s, edition %(number)s",
                    day=pen.day(edition.adopted_at.date()),
                    number=edition.number,
                ),
                "finding",
            ),
            Note(say("Reason"), edition.decision["reason"]),
            *_votes(reading),
            Note(say("Who decided"), _decided(reading)),
            Note(say("Fingerprint of the content"), edition.content_sha256),
        ],
    )


def _votes(reading: PlanReading) -> list[Block]:
    pen, votes = reading.pen, reading.adoption.votes
    say, counts = pen.say, votes["counts"]
    columns = [Column("partner", say("Partner")), Column("vote", say("Vote")), Column("words", say("In words"))]
    rows: list[list[Cell]] = [
        [one["partner"], say(VOTE_WORDS[one["vote"]]) if one["vote"] else say("no vote"), one["words"] or None]
        for one in votes["votes"]
    ]
    majority = (
        say("More than half of all partners said yes.")
        if votes["has_majority"]
        else say("Not more than half of all partners said yes.")
    )
    tally = say(
        "%(yes)s yes, %(no)s no, %(abstained)s abstained, %(missing)s without a vote.",
        yes=counts["yes"],
        no=counts["no"],
        abstained=counts["abstained"],
        missing=counts["missing"],
    )
    return [Paragraph(f"{tally} {majority}"), Table(say("Votes of the partners"), columns, rows)]


def _decided(reading: PlanReading) -> str:
    """How many took part in ending the ballot, with declared interests; they are counted and not named."""
    pen, people = reading.pen, reading.adoption.interests
    interested = sum(bool(one.interest) for one in people)
    return " ".join(
        [
            pen.say_count(
                "%(num)s person took part in the decision.", "%(num)s people took part in the decision.", len(people)
            ),
            pen.say_count("%(num)s declared an interest.", "%(num)s declared an interest each.", interested),
            pen.say_count("%(num)s abstained.", "%(num)s abstained.", sum(one.has_abstained for one in people)),
        ]
    )


def missing_texts(reading: PlanReading) -> list[str]:
    """What a draft lacks before it is an adopted plan."""
    pen, adoption = reading.pen, reading.adoption
    found = list(reading.breaches)
    if not reading.chosen:
        found.append(pen.say("Nothing is in this plan yet"))
    if adoption.ballot is None:
        found.append(pen.say("The partners have not been asked to vote on it."))
    elif adoption.ballot.closed_at is None:
        counts = adoption.votes["counts"]
        found.append(
            pen.say_count(
                "The vote of the partners is open: %(num)s vote is missing.",
                "The vote of the partners is open: %(num)s votes are missing.",
                counts["missing"],
            )
        )
    else:
        found.append(pen.say("The vote of the partners ended without adopting it."))
    return found
