"""The annexes of a plan's report: its rules and what they cost, how robust it is, other rules, what figures mean."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.actionplan.method.measures import MEASURES
from app.actionplan.portfolio.robustness import CORE, EXTERIOR
from app.consensus.fates import rule_lines
from app.documents.document import Block, Cell, Column, Note, Paragraph, Section, Table
from app.reports.building import Pen, share_column
from app.reports.plan_report_reading import PlanReading


def annexes(reading: PlanReading) -> list[Section]:
    """The annexes in their order, each with its letter."""
    say = reading.pen.say
    parts: Sequence[tuple[str, list[Block], bool]] = (
        (say("Rules of the plan"), [rules_table(reading)], False),
        (say("What each rule costs"), _prices(reading), False),
        (say("How robust the plan is"), _robust(reading), False),
        (say("What other rules would say"), _fates(reading), False),
        (say("What the figures mean"), [measures_table(reading.pen)], True),
    )
    return [
        Section(
            say("Annex %(letter)s: %(title)s", letter="ABCDE"[place], title=title),
            blocks,
            is_wide=is_wide,
            begins_page=place == 0,
        )
        for place, (title, blocks, is_wide) in enumerate(parts)
    ]


def rules_table(reading: PlanReading) -> Table:
    """What the plan had to respect, and what it breaks."""
    say, teller = reading.pen.say, reading.teller
    rules = {**reading.content["rules"], "ceilings": tuple(reading.content["rules"]["ceilings"])}
    rows = [[teller.rule_field(name), teller.rule_value(name, value)] for name, value in rules.items()]
    rows += [[say("Broken"), text] for text in reading.breaches]
    columns = [Column("rule", say("Rule")), Column("value", say("Set to"))]
    return Table(say("Rules of the plan"), columns, rows)


def _prices(reading: PlanReading) -> list[Block]:
    """What each rule costs that costs anything; of the others only how many there are."""
    pen, plan = reading.pen, reading.work.get("plan")
    prices: list[Mapping[str, Any]] = reading.work.get("prices", [])
    best: float | None = plan["objective"] if plan else None
    say = pen.say
    if not prices:
        return [Paragraph(say("What rules cost is not known yet"))]
    columns = [
        Column("rule", say("Rule")),
        Column("of", say("Of whom")),
        Column("price", say("Costs in value"), 3),
        share_column("share", say("Share of the plan's value")),
    ]
    dear = [one for one in prices if one["price"] is None or one["price"] > 0]
    rows: list[list[Cell]] = []
    for one in sorted(dear, key=lambda one: -(one["price"] or 0)):
        rule, name = reading.teller.priced(one["rule"], one["name"])
        price: float | None = one["price"]
        rows.append([rule, name or None, price, price / best if best and price is not None else None])
    note = say("How much more the plan would be worth without the rule.")
    free = len(prices) - len(dear)
    return [
        *([Table(say("What each rule costs"), columns, rows, note=note)] if rows else []),
        *(
            [
                Paragraph(
                    pen.say_count(
                        "%(num)s further rule costs the plan nothing.",
                        "%(num)s further rules cost the plan nothing.",
                        free,
                    )
                )
            ]
            if free
            else []
        ),
    ]


def _robust(reading: PlanReading) -> list[Block]:
    pen = reading.pen
    say, robust = pen.say, reading.robust
    if not robust:
        return [Paragraph(say("How robust this plan is has not been worked out."))]
    columns = [
        Column("code", say("Code")),
        Column("title", say("Initiative")),
        Column("in_plan", say("In this plan")),
        share_column("share", say("In how many plans")),
        Column("part", say("Part")),
    ]
    chosen = {item["code"] for item in reading.chosen}
    rows: list[list[Cell]] = [
        [code, reading.titles.get(code, code), pen.yes(code in chosen), share, _part(pen, share)]
        for code, share in sorted(robust.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    note = say("Values vary as in re-samples of the answers, and each time the best plan is sought anew.")
    return [Table(say("How robust the plan is"), columns, rows, note=note)]


def _part(pen: Pen, share: float) -> str | None:
    if share >= CORE:
        return pen.say("robust core")
    return pen.say("outside") if share <= EXTERIOR else None


def _fates(reading: PlanReading) -> list[Block]:
    """Under how many of the published rules each initiative would be agreed: whether its verdict hangs on the rule."""
    pen, told = reading.pen, reading.told
    say, rules = pen.say, rule_lines(told.findings, pen.language)
    known = [line for line in told.lines if line.get("agreed_under") is not None]
    if not rules or not known:
        return [Paragraph(say("Too few answers to say."))]
    columns = [
        Column("code", say("Code")),
        Column("title", say("Initiative")),
        Column("count", say("Agreed under"), 0),
        Column("of", say("Of how many"), 0),
        Column("not", say("Not under")),
    ]
    lines = sorted(known, key=lambda line: -len(line["agreed_under"]))
    rows: list[list[Cell]] = [
        [
            line["initiative"],
            told.title(line["initiative"]),
            len(line["agreed_under"]),
            len(rules),
            _not_under(line, rules),
        ]
        for line in lines
    ]
    sources = Table(
        say("The rules and their sources"),
        [Column("rule", say("Rule")), Column("source", say("Source"))],
        [[rule.name, rule.source] for rule in rules],
    )
    return [Table(say("What other rules would say"), columns, rows), sources]


def _not_under(line: Mapping[str, Any], rules: Sequence[Any]) -> str | None:
    """The rules under which an initiative is not agreed, where it is under some."""
    if not line["agreed_under"]:
        return None
    return "; ".join(rule.name for rule in rules if rule.code not in line["agreed_under"]) or None


def measures_table(pen: Pen) -> Table:
    """Every figure: what it says, its formula and its source."""
    say = pen.say
    columns = [
        Column("name", say("Key figure")),
        Column("words", say("What it says")),
        Column("formula", say("Formula")),
        Column("source", say("Source")),
    ]
    rows: list[list[Cell]] = [[say(one.name), say(one.words), one.formula, one.source] for one in MEASURES]
    return Table(say("What the figures mean"), columns, rows)


def sources(reading: PlanReading) -> Sequence[Note]:
    """What the figures rest on, so that anybody can work them out again."""
    say, content, findings = reading.pen.say, reading.content, reading.told.findings
    survey = reading.survey
    notes = [
        Note(say("Survey"), survey.external_id),
        Note(say("Asked by"), survey.controller),
        Note(say("Round"), str(content["round"])),
        Note(say("Hash of the results"), content["snapshot"]),
        Note(say("Protocol"), survey.protocol_sha256),
        Note(
            say("Scenario"),
            say("%(name)s, draft %(number)s", name=content["scenario"]["name"], number=content["draft"]),
        ),
        Note(say("Re-samples"), reading.pen.number(findings["draws"])),
        Note(say("Seed"), str(findings["seed"])),
        Note(say("Program version"), findings["engine"]),
    ]
    return [note for note in notes if note.text]
